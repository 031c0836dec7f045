//! Small worlds and policies at random, for the laws.

use crate::builder::{component, effects, scenario};
use gatecrash_policies::policy::{Act, By, Gate, OnFail, Op, Rollback, Rule, Step, Validate};
use gatecrash_policies::rules::{Of, RULES};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Cohort, Policy, Stage, parse};
use gatecrash_sim::catalog::{Unit, WORLD};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

/// A law's effort: the same cases every time, so that a suite that passes once passes always. `GATECRASH_CASES=1000` looks
/// further, at other cases in every run.
pub fn effort(cases: u32) -> ProptestConfig {
    let more = std::env::var("GATECRASH_CASES").ok().and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: more.unwrap_or(cases),
        rng_seed: if more.is_some() { RngSeed::Random } else { RngSeed::Fixed(20) },
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

fn any_dist(mean: std::ops::Range<f64>) -> impl Strategy<Value = Dist> {
    (mean, 0..3).prop_map(|(mean, kind)| match kind {
        0 => Dist::Constant(mean),
        1 => Dist::Exp { mean },
        _ => Dist::Lognormal { mu: mean.ln() - 0.5, sigma: 1.0 },
    })
}

fn any_backoff() -> impl Strategy<Value = Backoff> {
    let (base, cap) = (Span(500_000), Span::from_secs(8));
    select(vec![
        Backoff::None,
        Backoff::Constant(base),
        Backoff::Uniform(cap),
        Backoff::Exponential { base, cap },
        Backoff::FullJitter { base, cap },
        Backoff::EqualJitter { base, cap },
    ])
}

fn any_retry() -> impl Strategy<Value = Retry> {
    (1u32..5, any_backoff()).prop_map(|(attempts, backoff)| Retry { attempts, backoff })
}

fn any_pool() -> impl Strategy<Value = Pool> {
    select(vec![Pool::Shared, Pool::PerArm])
}

prop_compose! {
    fn any_calls()(
        service in any_dist(0.2..3.0),
        servers in option::of(2u32..8),
        queue in option::of(0u32..20),
        pool in any_pool(),
        timeout in option::of(1u64..10),
        patience in option::of(any_dist(1.0..10.0)),
        retry in option::of(any_retry()),
        (errors, cancel, drop, duplicate_final) in (0.0..0.2, 0.0..0.4, 0.0..0.1, 0.0..0.1),
        cancel_latency in any_dist(0.05..2.0),
        dependency in option::of((0.0..0.3, 0.0..1.0)),
        hops in option::of(1.0..3.0),
    ) -> Calls {
        let dependency =
            dependency.map(|(errors, fallback)| Dependency { latency: Dist::Exp { mean: 0.2 }, errors, fallback, drops: false, unsafe_end: 0.0 });
        let hops = hops.map(|mean| Hops { count: Dist::Geometric { mean }, latency: Dist::Exp { mean: 0.1 }, duplicate_read: 0.0 });
        let timeout = timeout.map(Span::from_secs);
        Calls {
            after: None, service, servers, queue, pool, timeout, patience, retry, errors, cancel, cancel_latency, drop,
            duplicate_final, dependency, hops, mode: 1.0,
        }
    }
}

prop_compose! {
    fn any_effects()(
        commit in any_dist(0.05..1.0),
        retry in any_retry(),
        (probability, errors, timeout_after_commit, idempotency, durability) in
            (0.2..=1.0, 0.0..0.2, 0.0..0.3, 0.0..=1.0, 0.0..=1.0),
        reconcile in option::of(any_dist(5.0..60.0)),
    ) -> Effects {
        let timeout = Span::from_secs(2);
        Effects { commit, retry, probability, errors, timeout_after_commit, idempotency, durability, reconcile, timeout, ..effects() }
    }
}

prop_compose! {
    fn any_connections()(
        accept_rate in 5.0..50.0,
        pool in any_pool(),
        backoff in any_backoff(),
        replay in any_dist(0.1..1.0),
        replay_slots in option::of(2u32..10),
        connect_timeout in option::of(5u64..30),
        (drop, auth_errors, stale_cursor) in (0.0..0.002, 0.0..0.2, 0.0..0.2),
        messages in option::of(0.1..2.0),
        buffer in 20u32..200,
        drain in 0u64..120,
    ) -> Connections {
        Connections {
            accept_rate, pool, backoff, replay, replay_slots, drop, auth_errors, stale_cursor, buffer,
            stale_cost: 4.0,
            connect_timeout: connect_timeout.map(Span::from_secs),
            messages: messages.unwrap_or(0.0),
            consumer_speed: Dist::Uniform { low: 0.9, high: 2.0 },
            message_lag: Dist::Exp { mean: 0.1 },
            duplicate_message: 0.01,
            drain: Span::from_secs(drain),
        }
    }
}

fn any_traffic() -> impl Strategy<Value = Traffic> {
    (0.2..1.0f64, 0..4).prop_map(|(rate, kind)| match kind {
        0 => Traffic::Poisson { rate },
        1 => Traffic::Diurnal { mean: rate, peak: 1.6, period: Span::from_secs(1_200) },
        2 => Traffic::Bursty { base: rate / 2.0, burst: 3.0, every: Span::from_secs(300), lasting: Span::from_secs(60) },
        _ => Traffic::Sessions { rate: rate / 3.0, requests: Dist::Geometric { mean: 3.0 }, think: Dist::Exp { mean: 5.0 } },
    })
}

fn any_system() -> impl Strategy<Value = Vec<ComponentSpec>> {
    (any_calls(), option::of(any_calls()), option::of(any_effects()), option::of(any_connections())).prop_map(
        |(first, second, effects, connections)| {
            let mut system = vec![component("runs", Kind::Calls(first))];
            system[0].marks = vec![("odd".into(), Split { base: 0.1, by: vec![("surface".into(), "ios".into(), 0.5)] })];
            system[0].amounts = vec![("tokens".into(), Split { base: Dist::Geometric { mean: 5.0 }, by: Vec::new() })];
            let second = second.map(|calls| Calls { after: Some("runs".into()), ..calls });
            system.extend(second.map(|calls| component("tools", Kind::Calls(calls))));
            system.extend(effects.map(|effects| component("tickets", Kind::Effects(effects))));
            system.extend(connections.map(|connections| component("sockets", Kind::Connections(connections))));
            system
        },
    )
}

prop_compose! {
    /// How samples get out and decisions in, and whom it concerns.
    fn any_surroundings()(
        count in 30u32..150,
        assign in select(vec![Assign::Subject, Assign::Subject, Assign::Request, Assign::Replica { of: 12 }]),
        wobble in option::of(0.1..0.5),
        delay in any_dist(0.1..40.0),
        (loss, duplicate) in (select(vec![0.0, 0.1]), select(vec![0.0, 0.2])),
        propagation in any_dist(0.1..60.0),
        environments in 1usize..3,
        at_night in any::<bool>(),
    ) -> Scenario {
        let mut world = scenario(1_800, None, Vec::new());
        let surfaces = vec![("web".to_string(), 0.6), ("ios".to_string(), 0.3)];
        let attributes = vec![("surface".into(), surfaces)];
        world.subjects = Subjects { count, internal: 0.1, tenants: 7, channels: 0, nodes: 0, attributes };
        world.assign = assign;
        if let Some(sd) = wobble {
            world.wobble = Wobble { latency: sd, rate: sd, errors: sd, correlation: Span::from_secs(300) };
        }
        world.telemetry = Telemetry { scrape: Span::from_secs(15), delay, loss, duplicate, hides: None };
        let both = [("production".to_string(), 0.7), ("development".to_string(), 0.3)];
        world.steering = Steering { propagation, environments: both.into_iter().take(environments).collect() };
        let hours = gatecrash_policies::Hours { weekdays_only: true, from: Span::from_secs(9 * 3_600), to: Span::from_secs(18 * 3_600) };
        let start = Span::from_secs(if at_night { 8 } else { 10 } * 3_600 + 3_000);
        world.operators = Operators { acknowledge: Dist::Exp { mean: 60.0 }, calendar: gatecrash_policies::Calendar { hours: Some(hours), start } };
        world
    }
}

fn objective(component: &str, signal: &str, op: Op, limit: f64) -> Objective {
    Objective { text: format!("{component}.{signal}"), component: component.into(), signal: signal.into(), op, limit }
}

/// A world in which nothing goes wrong.
pub fn any_healthy() -> impl Strategy<Value = Scenario> {
    (any_surroundings(), any_traffic(), any_system(), any::<bool>()).prop_map(|(world, traffic, system, rollback)| Scenario {
        traffic: Some(traffic),
        expect: if rollback { Expect::Rollback } else { Expect::Promote },
        objectives: vec![
            objective("runs", "latency", Op::AtMost, 5e6),
            objective("runs", "errors", Op::Equal, 0.0),
            objective("sockets", "reconnect_time", Op::AtMost, 5e6),
        ],
        system,
        ..world
    })
}

/// A fault before it is known what there is to bend.
#[derive(Clone, Debug)]
struct Raw {
    knob: Index,
    size: f64,
    how: u8,
    shape: u8,
    at: u64,
    by_stage: bool,
    lasting: Option<u64>,
    on: Side,
    ios_only: bool,
}

prop_compose! {
    fn any_raw()(
        knob in any::<Index>(), size in 0.0..1.0, how in 0u8..2, shape in 0u8..5, at in 0u64..900, by_stage in any::<bool>(),
        lasting in option::of(0u64..600), on in select(vec![Side::Canary, Side::Canary, Side::Stable, Side::Both]),
        ios_only in any::<bool>(),
    ) -> Raw {
        Raw { knob, size, how, shape, at, by_stage, lasting, on, ios_only }
    }
}

fn knobs(scenario: &Scenario) -> Vec<(String, String, Unit)> {
    let world = WORLD.iter().flat_map(|w| w.knobs.iter().map(|k| (w.name.to_string(), k.name.to_string(), k.unit)));
    let system = scenario.system.iter().flat_map(|c| c.knobs().into_iter().map(|(knob, unit)| (c.name.clone(), knob, unit)));
    system.chain(world).collect()
}

fn resolve(raw: &Raw, knobs: &[(String, String, Unit)]) -> Fault {
    let (component, knob, unit) = raw.knob.get(knobs).clone();
    let by = match (unit, raw.how) {
        (Unit::Share, 0) => By::Plus(raw.size * 0.3),
        (Unit::Share, _) => By::Set(raw.size),
        (Unit::Time, 0) => By::Plus(raw.size * 3.0),
        _ if raw.size < 0.5 => By::Times(0.3 + raw.size),
        _ => By::Times(1.0 + raw.size * 3.0),
    };
    let shape = match raw.shape {
        0 | 1 => Shape::Step,
        2 => Shape::Ramp(Span::from_secs(300)),
        3 => Shape::Pulse { every: Span::from_secs(120), lasting: Span::from_secs(40) },
        _ => Shape::Above(0.2),
    };
    let after = Span::from_secs(raw.at);
    let at =
        if raw.by_stage { Onset::Stage { name: "s1".into(), after: Span(after.0 / 4) } } else { Onset::At(Time::ZERO + after) };
    let only = raw.ios_only.then(|| ("surface".to_string(), "ios".to_string()));
    let lasting = raw.lasting.map(Span::from_secs);
    Fault { name: "bend".into(), bends: vec![Bend { component, knob, by }], shape, at, lasting, on: raw.on, only }
}

/// A world in which up to three things go wrong.
pub fn any_scenario() -> impl Strategy<Value = Scenario> {
    (any_healthy(), vec(any_raw(), 0..4)).prop_map(|(scenario, raw)| {
        let all = knobs(&scenario);
        Scenario { faults: raw.iter().map(|raw| resolve(raw, &all)).collect(), ..scenario }
    })
}

/// A world and one to three faults of these components or parts of the world only.
pub fn any_scenario_with(component: &'static str) -> impl Strategy<Value = (Scenario, Vec<Fault>)> {
    (any_healthy(), any_effects(), vec(any_raw(), 1..4)).prop_map(move |(mut scenario, effects, raw)| {
        if component == "tickets" && scenario.system.iter().all(|c| c.name != component) {
            scenario.system.push(self::component("tickets", Kind::Effects(effects)));
        }
        let all: Vec<_> = knobs(&scenario).into_iter().filter(|(c, ..)| c == component).collect();
        let faults = raw.iter().map(|raw| resolve(raw, &all)).collect();
        (scenario, faults)
    })
}

/// Checks of which one or another suits every rule.
const CHECKS: [&str; 9] = [
    "ratio(calls.errors / calls.outcomes) <= 5% over 5m",
    "ratio(calls.errors / calls.outcomes) <= stable + 5% over 5m",
    "p95(calls.latency) <= 1.5x stable over 5m",
    "p95(calls.latency) <= 1.5x stable",
    "count(effects.duplicates) == 0",
    "rate(connections.drops) <= 2x stable over 5m",
    "growth(calls.queue) <= 1/s over 5m",
    "count(calls.starts) < 0",
    "max(calls.queue) <= 3 over 2m",
];

/// A gate with any rule of the catalog, on the first check that suits it from the one of this number on.
fn gate(which: usize) -> Gate {
    let entry = RULES[which % RULES.len()];
    let rule = Rule::new(entry.name);
    let rule = if entry.of == Of::Several { rule.made_of(vec![Rule::new("threshold"), Rule::new("threshold")]) } else { rule };
    let checks = CHECKS.iter().cycle().skip(which / RULES.len()).take(CHECKS.len());
    let mut checks = checks.map(|text| parse(text).expect("a check of ours"));
    let check = checks.find(|check| rule.fits(check).is_ok()).unwrap_or_else(|| panic!("no check suits {}", entry.name));
    Gate { name: format!("g{which}"), check, rule, min_samples: 5, on_fail: OnFail::Rollback, needs: None, row: String::new() }
}

fn threshold(check: &str) -> Gate {
    Gate { check: parse(check).expect("a check of ours"), rule: Rule::new("threshold"), min_samples: 1, ..gate(0) }
}

/// How many gates there are: every rule with every check that suits it.
fn gates() -> usize {
    RULES.len() * CHECKS.len()
}

/// Everybody off the canary.
pub fn nobody() -> Act {
    Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: None }
}

/// A step that waits for nothing.
pub fn step(acts: Vec<Act>, takes: u64) -> Step {
    let name = "step".into();
    Step { name, acts, takes: Span::from_secs(takes), try_for: None, when: Vec::new(), unless: Vec::new(), by_operator: false }
}

fn playbook(which: usize) -> Vec<Step> {
    let only = |surface: &str| Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: Some(surface.into()) };
    let calm = Act::Bend {
        component: "calls".into(),
        knob: "latency".into(),
        by: By::Times(0.5),
        environments: Vec::new(),
        canary_only: false,
    };
    let trial = Step { try_for: Some(Span::from_secs(120)), ..step(vec![calm], 10) };
    match which {
        0 => Vec::new(),
        1 => vec![step(vec![nobody()], 30)],
        2 => vec![trial, Step { by_operator: true, ..step(vec![nobody()], 5) }],
        3 => vec![step(vec![only("ios")], 5), step(vec![nobody()], 20)],
        _ => vec![step(vec![nobody(), Act::Restart("calls".into()), Act::Restart("effects".into())], 0)],
    }
}

fn first_cohort(which: usize) -> Cohort {
    match which {
        0 => Cohort::Internal,
        1 => Cohort::Shadow,
        2 => Cohort::TenantShare(0.2),
        3 => Cohort::Named { attribute: "surface".into(), values: vec!["ios".into()], count: None },
        4 => Cohort::Nobody,
        _ => Cohort::Share(0.05),
    }
}

prop_compose! {
    /// A policy of three stages and up to three gates.
    pub fn any_policy()(
        first in 0usize..8,
        share in 0.1..0.9,
        soak in 60u64..240,
        round in 20u64..70,
        gates in vec(0..gates(), 0..4),
        book in 0usize..5,
    ) -> Policy {
        let mut gates: Vec<_> = gates;
        gates.sort_unstable();
        gates.dedup();
        let stage = |(i, cohort): (usize, Cohort)| Stage {
            name: format!("s{i}"), cohort, soak: Span::from_secs(soak), gates: (0..gates.len()).collect(), ..Stage::default()
        };
        let cohorts = [first_cohort(first), Cohort::Share(share), Cohort::Share(1.0)];
        let validate = Validate { gates: (0..gates.len().min(1)).collect(), clean_for: Span::from_secs(60), ..Validate::default() };
        Policy {
            name: format!("p{round}"),
            round: Span::from_secs(round),
            gates: gates.iter().map(|which| gate(*which)).collect(),
            stages: cohorts.into_iter().enumerate().map(stage).collect(),
            rollback: Rollback { playbook: playbook(book), validate, ..Rollback::default() },
            ..Policy::default()
        }
    }
}

/// A policy without gates that goes through these cohorts.
pub fn ladder(cohorts: &[Cohort], soak: u64) -> Policy {
    let stage = |(i, cohort): (usize, &Cohort)| Stage {
        name: format!("s{i}"),
        cohort: cohort.clone(),
        soak: Span::from_secs(soak),
        ..Stage::default()
    };
    Policy {
        name: "ladder".into(),
        round: Span::from_secs(30),
        stages: cohorts.iter().enumerate().map(stage).collect(),
        ..Policy::default()
    }
}

/// The same with a gate that nothing passes in every stage.
pub fn doomed(cohorts: &[Cohort], playbook: Vec<Step>) -> Policy {
    let mut policy = ladder(cohorts, 600);
    policy.gates = vec![threshold("count(calls.starts) < 0")];
    policy.stages.iter_mut().for_each(|stage| stage.gates = vec![0]);
    policy.rollback.playbook = playbook;
    policy
}

/// A threshold gate of one check.
pub fn gate_of(name: &str, check: &str) -> Gate {
    Gate { name: name.into(), ..threshold(check) }
}
