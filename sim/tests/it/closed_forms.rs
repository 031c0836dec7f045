//! Queues, retries and storms against their closed forms: M/M/c (Erlang C), M/M/c/K (birth-death balance), M/G/1
//! (Pollaczek-Khinchine), Erlang A (by balance), attempts per request, and the fluid storm.
//!
//! Each estimate is the mean over independent seeds; the band is four standard errors of those seeds (a false alarm in 16,000).
//! Seeds are fixed, so a test that passes once passes always.

use crate::builder::*;
use gatecrash_policies::policy::By;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::trial::TrueValue;
use gatecrash_sim::world::{Books, World};

/// Plays everybody on stable to the horizon; the truth of these signals.
fn play<const N: usize>(scenario: &Scenario, seed: u64, signals: [&str; N]) -> [TrueValue; N] {
    let setup = Setup::new(scenario, &[], &[], seed);
    let mut world = World::new(&setup, Books::Everything);
    let end = Time::ZERO + scenario.horizon;
    world.advance(end);
    let truth = world.context.meters.truth(&setup, end);
    signals.map(|name| truth.iter().find(|s| s.name == name).expect("a signal of the scenario").arms[0].clone())
}

/// The mean of what was measured.
pub fn seconds(value: &TrueValue) -> f64 {
    value.hist.mean().expect("something was measured") / 1e6
}

fn level(value: &TrueValue) -> f64 {
    value.area.0 as f64 / value.area.1 as f64
}

/// Holds the mean of `estimate` over eight seeds against `expected`.
pub fn check(what: &str, expected: f64, estimate: impl Fn(u64) -> f64) {
    let n = 8.0;
    let estimates: Vec<f64> = (1..=8).map(estimate).collect();
    let mean = estimates.iter().sum::<f64>() / n;
    let variance = estimates.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt().max(1e-9);
    assert!((mean - expected).abs() <= 4.0 * error, "{what}: {mean} instead of {expected}, standard error {error}");
}

fn queue(rate: f64, service: Dist, servers: u32, places: Option<u32>, horizon: u64) -> Scenario {
    let spec = Calls { service, servers: Some(servers), queue: places, ..calls() };
    let mut scenario = scenario(horizon, Some(Traffic::Poisson { rate }), vec![component("runs", Kind::Calls(spec))]);
    scenario.warmup = Span::from_secs(500);
    scenario
}

#[test]
fn m_m_c_waits_as_erlang_says() {
    for (rate, servers, expected) in [(0.7, 1, 2.3333), (1.4, 2, 0.9608), (2.8, 4, 0.3572), (14.4, 16, 0.3696)] {
        let scenario = queue(rate, Dist::Exp { mean: 1.0 }, servers, None, 40_000);
        check("mean wait", expected, |seed| seconds(&play(&scenario, seed, ["runs.wait"])[0]));
    }
}

#[test]
fn littles_law_holds_for_what_is_measured() {
    let scenario = queue(2.8, Dist::Exp { mean: 1.0 }, 4, None, 40_000);
    check("in system", 2.8 * 1.3572, |seed| level(&play(&scenario, seed, ["runs.in_system"])[0]));
}

#[test]
fn m_m_c_k_turns_away_as_balance_says() {
    for (rate, servers, places, expected) in [(4.8, 4, 4, 0.2289), (3.6, 4, 4, 0.0966), (1.0, 1, 4, 0.1667)] {
        let scenario = queue(rate, Dist::Exp { mean: 1.0 }, servers, Some(places), 20_000);
        check("rejected share", expected, |seed| {
            let [rejected, starts] = play(&scenario, seed, ["runs.rejected", "runs.starts"]);
            rejected.count as f64 / starts.count as f64
        });
    }
}

#[test]
fn m_g_1_waits_as_pollaczek_and_khinchine_say() {
    let services = [
        (Dist::Constant(1.0), 1.1667),
        (Dist::Erlang { k: 4, mean: 1.0 }, 1.4583),
        (Dist::Lognormal { mu: -0.5, sigma: 1.0 }, 3.1713),
        (Dist::Hyperexp { mean: 1.0, cv2: 4.0 }, 5.8333),
    ];
    for (service, expected) in services {
        let scenario = queue(0.7, service, 1, None, 100_000);
        check("mean wait", expected, |seed| seconds(&play(&scenario, seed, ["runs.wait"])[0]));
    }
}

#[test]
fn impatience_is_erlang_a() {
    // Birth-death balance with arrivals 4, four servers of rate 1 and patience of rate 0.5: summed to 200 places.
    let (arrivals, servers, patience) = (4.0, 4, 0.5);
    let mut p = vec![1.0f64];
    for n in 1..200 {
        let leave = f64::from(n.min(servers)) + patience * f64::from((n - servers).max(0));
        p.push(p[n as usize - 1] * arrivals / leave);
    }
    let sum: f64 = p.iter().sum();
    let waiting: f64 = p.iter().enumerate().map(|(n, p)| (n as f64 - 4.0).max(0.0) * p / sum).sum();
    let mut scenario = queue(arrivals, Dist::Exp { mean: 1.0 }, servers as u32, None, 20_000);
    let Kind::Calls(spec) = &mut scenario.system[0].kind else { unreachable!("the system has calls") };
    spec.patience = Some(Dist::Exp { mean: 1.0 / patience });
    check("abandoned share", patience * waiting / arrivals, |seed| {
        let [abandoned, starts] = play(&scenario, seed, ["runs.abandoned", "runs.starts"]);
        abandoned.count as f64 / starts.count as f64
    });
}

#[test]
fn retries_amplify_as_the_geometric_sum_says() {
    for (p, attempts, amplification, residual) in [(0.1, 3, 1.11, 0.001), (0.5, 3, 1.75, 0.125), (0.5, 6, 1.9688, 0.0156)] {
        let retry = Some(Retry { attempts, backoff: Backoff::FullJitter { base: Span(100_000), cap: Span(2_000_000) } });
        let spec = Calls { errors: p, retry, ..calls() };
        let scenario = scenario(5_000, Some(Traffic::Poisson { rate: 10.0 }), vec![component("runs", Kind::Calls(spec))]);
        let count = |seed, signal: &str| play(&scenario, seed, [signal])[0].count as f64;
        check("attempts per request", amplification, |seed| count(seed, "runs.attempts") / count(seed, "runs.starts"));
        check("residual failures", residual, |seed| count(seed, "runs.errors") / count(seed, "runs.starts"));
    }
}

#[test]
fn a_tandem_of_queues_is_two_queues() {
    let first = Calls { service: Dist::Exp { mean: 1.0 }, servers: Some(1), ..calls() };
    let second = Calls { service: Dist::Exp { mean: 0.8 }, servers: Some(1), after: Some("one".into()), ..calls() };
    let system = vec![component("one", Kind::Calls(first)), component("two", Kind::Calls(second))];
    let mut scenario = scenario(60_000, Some(Traffic::Poisson { rate: 0.8 }), system);
    scenario.warmup = Span::from_secs(500);
    check("sojourn in both", 7.2222, |seed| play(&scenario, seed, ["one.latency", "two.latency"]).iter().map(seconds).sum());
}

#[test]
fn a_storm_drains_as_the_fluid_says() {
    for (window, peak, last) in [(1, 9_500.0, 20.0), (10, 5_000.0, 20.0), (30, 0.0, 30.0)] {
        let spec = Connections { accept_rate: 500.0, backoff: Backoff::Uniform(Span::from_secs(window)), ..connections() };
        let mut scenario = scenario(600, None, vec![component("sockets", Kind::Connections(spec))]);
        scenario.subjects.count = 10_000;
        scenario.faults = vec![Fault {
            name: "bend".into(),
            bends: vec![Bend { component: "sockets".into(), knob: "disconnect".into(), by: By::Set(1.0) }],
            shape: Shape::Step,
            at: Onset::At(Time(120_000_000)),
            lasting: Some(Span::ZERO),
            on: Side::Both,
            only: None,
        }];
        let [backlog, time, drops] = play(&scenario, 1, ["sockets.backlog", "sockets.reconnect_time", "sockets.drops"]);
        assert_eq!((drops.count, time.count), (10_000, 10_000));
        assert!((backlog.max as f64 - peak).abs() < 120.0, "peak backlog {} for a window of {window} s", backlog.max);
        let longest = time.hist.max().expect("somebody came back") as f64 / 1e6;
        assert!((longest - last).abs() < 0.1, "the last client was back after {longest} s");
    }
}
