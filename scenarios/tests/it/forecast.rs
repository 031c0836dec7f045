//! What is said before a trial, held against trials.

use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Status;
use gatecrash_scenarios::forecast::{Forecast, Judged};
use gatecrash_scenarios::{forecast, library_scenarios, load_policy, load_scenario};
use gatecrash_sim::Match;
use gatecrash_sim::trial::Outcome;

fn at(minutes: u64, seconds: u64) -> Time {
    Time::ZERO + Span::from_secs(60 * minutes + seconds)
}

/// Every scenario of the library with its own policy, but for the slow ones.
fn pairs() -> Vec<(String, String)> {
    let named = library_scenarios().into_iter().filter(|listed| !listed.slow).map(|listed| listed.name);
    named.filter_map(|name| load_scenario(&name).unwrap().policy.map(|policy| (name, policy))).collect()
}

fn of(scenario: &str) -> Forecast {
    let scenario = load_scenario(scenario).unwrap();
    let policy = load_policy(scenario.policy.as_deref().unwrap()).unwrap();
    forecast(&scenario.value, &policy.value).unwrap()
}

#[test]
fn no_breach_is_caught_before_it_can_be() {
    let (mut detected, mut early) = (0, Vec::new());
    for (scenario, policy) in pairs() {
        let (world, rules) = (load_scenario(&scenario).unwrap().value, load_policy(&policy).unwrap().value);
        let said = forecast(&world, &rules).unwrap();
        let game = Match::new(&world, &[&rules]).unwrap();
        for trial in (1..=2).flat_map(|seed| game.score(seed).groups).map(|(_, trial)| trial) {
            if trial.outcome != Outcome::Detected || trial.lucky {
                continue;
            }
            detected += 1;
            let decided = trial.instants.decided.expect("it was detected");
            if said.earliest_catch.as_ref().is_none_or(|catch| decided < catch.at) {
                early.push(format!(
                    "{scenario} x {policy} {}: {:?} caught at {decided} by {:?}, said {:?}",
                    trial.seed, trial.instants.harmed, trial.caught_by, said.earliest_catch
                ));
            }
        }
    }
    println!("{detected} detected");
    assert!(early.is_empty(), "{}", early.join("\n"));
    assert!(detected > 120, "{detected}");
}

#[test]
fn no_gate_speaks_before_it_can() {
    let mut rounds = 0;
    for (scenario, policy) in pairs() {
        let (world, rules) = (load_scenario(&scenario).unwrap().value, load_policy(&policy).unwrap().value);
        let said = forecast(&world, &rules).unwrap();
        let trial = Match::new(&world, &[&rules]).unwrap().play(1, true).remove(0);
        let detail = trial.detail.as_ref().expect("it was played with its detail");
        for (now, gate, verdict) in detail.verdicts.iter().filter(|(now, ..)| trial.instants.decided.is_none_or(|at| *now <= at))
        {
            if !matches!(verdict.status, Status::Pass | Status::Fail) {
                continue;
            }
            rounds += 1;
            let first = said.stages.iter().flat_map(|s| &s.gates).filter(|g| g.index == *gate).map(|g| g.readable).min();
            assert!(
                first.is_some_and(|first| *now >= first),
                "{scenario} x {policy}, {} at {now}: {first:?}",
                rules.gates[*gate].name
            );
        }
    }
    println!("{rounds} verdicts");
    assert!(rounds > 10_000, "{rounds}");
}

#[test]
fn a_scenario_by_hand() {
    let said = of("cancel-latency-spike");
    let stages: Vec<_> = said.stages.iter().map(|s| (s.stage.as_str(), s.begin, s.end)).collect();
    assert_eq!(
        stages,
        [
            ("canary", at(0, 0), at(8, 0)),
            ("quarter", at(8, 0), at(16, 0)),
            ("half", at(16, 0), at(24, 0)),
            ("everyone", at(24, 0), at(32, 0))
        ]
    );
    // 5 per second, of which 5 % for eight minutes.
    assert!((said.stages[0].canary_requests - 120.0).abs() < 1e-6 && (said.stages[0].stable_requests - 2_280.0).abs() < 1e-6);
    // Four minutes after the canary was asked for: a scrape within 15 s, 20 s to arrive, then the next round.
    let catch = said.earliest_catch.expect("there is a gate on cancels");
    assert_eq!((catch.gate.as_str(), catch.at, catch.direct), ("cancel-to-ack", at(5, 0), true));
    let cancels = &said.stages[0].gates[0];
    // The first round with 20 of 0.075 cancels per second, 20 s late: 267 s and 20 s.
    assert_eq!((cancels.gate.as_str(), cancels.min_samples, &cancels.judged), ("cancel-to-ack", 20, &Judged::At(at(5, 0))));
    let fault = &said.faults[0];
    assert_eq!((fault.begin, fault.share, &fault.trouble), (Some(at(4, 0)), 0.05, &None));
    let bend = &fault.bends[0];
    assert_eq!(
        (bend.knob.as_str(), bend.before.as_deref(), bend.after.as_deref()),
        ("calls.cancel_latency", Some("median 120ms"), Some("median 720ms"))
    );
}

/// Half of the requests for an hour, and gates that are read and never act.
const WATCHED: &str = "
policy: watched
round: 1m
gates:
  share: { check: ratio(runs.errors / runs.outcomes) <= 4% over 20m, on_fail: hold }
  test: { check: ratio(runs.errors / runs.outcomes) <= 2% over 20m, rule: { exceedance: { alpha: 5% } }, on_fail: hold }
  quantile: { check: p95(runs.latency) <= 9s over 20m, on_fail: hold }
  exact: { check: p95(runs.latency) <= 9s over 20m, rule: { exceedance: { alpha: 5% } }, on_fail: hold }
  none: { check: count(runs.duplicate_finals) == 0 over 20m, rule: zero_tolerance, on_fail: hold }
  rate: { check: rate(sockets.drops) <= 120/h over 20m, on_fail: hold }
  arms: { check: ratio(runs.errors / runs.outcomes) <= 1x stable over 20m, rule: { two_proportion: { alpha: 5%, overdispersion: none } }, on_fail: hold }
  beside: { check: p95(runs.latency) <= 1.5x stable over 20m, on_fail: hold }
  events: { check: rate(sockets.drops) <= 1x stable over 20m, rule: { poisson_ratio: { alpha: 5%, overdispersion: none } }, on_fail: hold }
stages: [ { name: half, cohort: 50%, soak: 40m } ]
";

/// A world without wobble in which every metric of those gates is as far as the file says, or doubled on the canary.
const STEADY: &str = "
scenario: steady
expect: promote
horizon: 42m
subjects: { count: 1_000 }
traffic: { poisson: { rate: 0.5/s } }
system:
  runs: { calls: { service: lognormal(median=2s p95=6s), errors: 2%, duplicate_final: 0.2% } }
  sockets: { connections: { accept_rate: 100/s, replay: 100ms, drop: 0.2/h } }
telemetry: { scrape: 10s }
steering: { propagation: 0s }
objectives: []
faults: [ { bend: { runs.error_rate: BY, runs.latency: BY, runs.duplicate_final: BY, sockets.drop_rate: BY }, at: 0s } ]
";

#[test]
fn chances_are_those_of_trials() {
    const TRIALS: u64 = 250;
    let policy = gatecrash_scenarios::policy_from_text("watched.yaml", WATCHED.as_bytes()).unwrap().value;
    for (by, doubled) in [("1x", false), ("2x", true)] {
        let text = STEADY.replace("BY", by);
        let world = gatecrash_scenarios::scenario_from_text("steady.yaml", text.as_bytes()).unwrap().value;
        let stage = forecast(&world, &policy).unwrap().stages.remove(0);
        let game = Match::new(&world, &[&policy]).unwrap();
        let mut fails = vec![0; policy.gates.len()];
        for trial in (1..=TRIALS).flat_map(|seed| game.play(seed, true)) {
            let detail = trial.detail.expect("it was played with its detail");
            for (_, gate, _) in detail.verdicts.iter().filter(|(now, _, v)| *now == stage.end && v.status == Status::Fail) {
                fails[*gate] += 1;
            }
        }
        for gate in &stage.gates {
            let said = if doubled { gate.power.at_2x } else { gate.power.at_1x }.unwrap_or_else(|| panic!("{gate:?}"));
            let seen = f64::from(fails[gate.index]) / TRIALS as f64;
            // Three standard errors, and five points for what is normal only roughly, and for outcomes that are not as many as expected.
            let error = 3.0 * (said * (1.0 - said) / TRIALS as f64).sqrt() + 0.05;
            println!("{} {by}: said {said:.3}, seen {seen:.3}", gate.gate);
            assert!((said - seen).abs() <= error, "{} {by}: said {said:.3}, seen {seen:.3} of {TRIALS}", gate.gate);
        }
    }
}

#[test]
fn requests_are_as_many_as_said() {
    const TRIALS: u64 = 12;
    for scenario in ["healthy-day", "low-traffic", "recorded-morning"] {
        let loaded = load_scenario(scenario).unwrap();
        let mut world = loaded.value.clone();
        // As fast as flags ever travel, and without the wobble that no forecast knows.
        (world.steering.propagation, world.wobble) = (gatecrash_sim::dice::Dist::ZERO, world.wobble.times(0.0));
        let policy = load_policy("always-promote").unwrap().value;
        let said = forecast(&world, &policy).unwrap();
        let trials: Vec<_> = (1..=TRIALS).flat_map(|seed| Match::new(&world, &[&policy]).unwrap().play(seed, true)).collect();
        for stage in &said.stages {
            let mut sum = 0;
            for detail in trials.iter().map(|trial| trial.detail.as_ref().expect("it was played with its detail")) {
                let starts = detail.catalog.find("calls", "starts");
                let own = detail.samples.iter().filter(|s| s.arm == gatecrash_policies::Arm::Canary);
                let own = own.filter(|s| s.stamp > stage.begin && s.stamp <= stage.end);
                let series = |signal: &u16| gatecrash_policies::sample::Series { signal: *signal, part: 0 };
                sum += own.flat_map(|s| starts.iter().map(|signal| s.counter(series(signal)))).sum::<u64>();
            }
            let seen = sum as f64 / TRIALS as f64;
            println!("{scenario} {}: said {:.1}, seen {seen:.1}", stage.stage, stage.canary_requests);
            // The luck of a share of the buckets, and of arrivals: less as there are more.
            let error = 0.03 + 3.0 / (stage.canary_requests.min(stage.subjects) * TRIALS as f64).sqrt();
            assert!(
                (seen / stage.canary_requests - 1.0).abs() <= error,
                "{scenario} {}: said {:.1}, seen {seen:.1}",
                stage.stage,
                stage.canary_requests
            );
        }
    }
}
