//! Labels are attributes of requests: drawn once, read as segments, bent by themselves.

use crate::builder::{self, fault, log};
use crate::drive::trial;
use crate::generate::{gate_of, ladder};
use gatecrash_policies::policy::By;
use gatecrash_policies::sample::{Segment, Series};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort, Policy};
use gatecrash_sim::ledger::Violation;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::trial::Outcome;
use gatecrash_sim::world::{Books, World};

fn labels(values: &[(&str, f64)]) -> Vec<(String, Vec<(String, f64)>)> {
    vec![("op".into(), values.iter().map(|(v, share)| (v.to_string(), *share)).collect())]
}

/// Two components with a label of the same name and other values.
fn world() -> Scenario {
    let mut canvas = builder::component("canvas", Kind::Calls(builder::calls()));
    canvas.labels = labels(&[("put", 0.4), ("get", 0.5)]);
    let files = Calls { after: Some("canvas".into()), ..builder::calls() };
    let mut files = builder::component("files", Kind::Calls(files));
    files.labels = labels(&[("put", 0.1), ("list", 0.9)]);
    builder::scenario(1_200, Some(Traffic::Poisson { rate: 10.0 }), vec![canvas, files])
}

fn op(value: &str) -> Segment {
    Segment { attribute: "op".into(), value: value.into() }
}

/// What breaks an objective when so many are on the canary.
fn violations(setup: &Setup, share: f64) -> Vec<Violation> {
    let mut world = World::new(setup, Books::Score);
    world.act(&Action::Stage { name: "s0".into(), cohort: Cohort::Share(share), enter: Vec::new() });
    world.advance(Time::ZERO + setup.scenario.horizon);
    std::mem::take(&mut world.context.ledger.violations)
}

fn is_put(setup: &Setup, v: &Violation) -> bool {
    setup.segments_of(v.key.signal, v.key.subject, v.key.ordinal) & 1 == 1
}

#[test]
fn values_have_their_shares_in_each_component() {
    let mut scenario = world();
    scenario.objectives = vec![log("canvas", "outcomes"), log("files", "outcomes")];
    let setup = Setup::new(&scenario, &[op("put")], &[], 1);
    let all = violations(&setup, 0.0);
    for (objective, share) in [(0, 0.4), (1, 0.1)] {
        let own: Vec<bool> = all.iter().filter(|v| v.objective == objective).map(|v| is_put(&setup, v)).collect();
        let n = own.len() as f64;
        let seen = own.iter().filter(|put| **put).count() as f64 / n;
        assert!((seen - share).abs() < 4.0 * (share * (1.0 - share) / n).sqrt(), "{seen} of {n} are puts");
    }
    let attribute = scenario.catalog().attributes.into_iter().find(|(name, _)| name == "op").expect("labels are attributes");
    assert_eq!(attribute.1, ["put", "get", "list"]);
}

#[test]
fn samples_tell_labels_apart() {
    let scenario = world();
    let setup = Setup::new(&scenario, &[op("put"), op("get"), op("list")], &[], 1);
    let mut world = World::new(&setup, Books::Score);
    world.advance(Time::ZERO + scenario.horizon);
    let name =
        |name: &str| setup.catalog.signals.iter().position(|s| format!("{}.{}", s.component, s.name) == name).expect("ours");
    let count = |signal: u16, part: u16| -> u64 {
        let stable = world.telemetry.arrived.iter().filter(|s| s.arm == Arm::Stable);
        stable.map(|s| s.counter(Series { signal, part })).sum()
    };
    let starts = name("canvas.starts") as u16;
    let [all, put, get, list] = [0, 1, 2, 3].map(|part| count(starts, part));
    assert!(put > 0 && get > 0 && list == 0 && put + get < all, "{all}: {put} {get} {list}");
    let files = name("files.starts") as u16;
    assert_eq!((count(files, 1) + count(files, 3), count(files, 2)), (count(files, 0), 0), "each has its own values");
    let everybody = world.telemetry.arrived[0].subjects.clone();
    assert_eq!(everybody, [1_000; 4], "every subject may make requests of any kind");
}

#[test]
fn a_request_has_its_label_under_every_policy() {
    let mut scenario = world();
    scenario.faults = vec![Fault { only: Some(("op".into(), "put".into())), ..fault("canvas", "error_rate", By::Set(1.0)) }];
    scenario.objectives = vec![log("canvas", "errors")];
    let setup = Setup::new(&scenario, &[op("put")], &[], 1);
    let keys = |share: f64| violations(&setup, share).iter().map(|v| (v.at, v.key)).collect::<Vec<_>>();
    let nobody = keys(0.0);
    assert!(nobody.len() > 3_000);
    assert_eq!(nobody, keys(0.4));
    assert_eq!(nobody, keys(1.0));
}

#[test]
fn a_fault_of_a_label_touches_no_other_request() {
    let mut healthy = world();
    healthy.objectives = vec![log("canvas", "latency"), log("canvas", "errors"), log("files", "latency")];
    let only = Some(("op".to_string(), "put".to_string()));
    let faults = vec![
        Fault { only: only.clone(), ..fault("canvas", "error_rate", By::Plus(0.5)) },
        Fault { only, ..fault("canvas", "latency", By::Times(3.0)) },
    ];
    let ill = Scenario { faults, ..healthy.clone() };
    let [healthy, ill] = [&healthy, &ill].map(|scenario| Setup::new(scenario, &[op("put")], &[], 1));
    let [before, after] = [&healthy, &ill].map(|setup| violations(setup, 0.5));
    let canvas = |v: &&Violation| healthy.signal_owners[usize::from(v.key.signal)] == 0;
    let others = |all: &[Violation]| all.iter().filter(canvas).filter(|v| !is_put(&healthy, v)).copied().collect::<Vec<_>>();
    assert!(others(&before).len() > 5_000);
    assert_eq!(others(&before), others(&after));
    let errors = |all: &[Violation]| all.iter().filter(|v| v.objective == 1).count();
    let puts = before.iter().filter(|v| v.objective == 0 && is_put(&healthy, v)).count() as f64;
    assert_eq!(errors(&before), 0);
    assert!((errors(&after) as f64 - puts / 2.0).abs() < 4.0 * (puts / 4.0).sqrt(), "half of {puts}: {}", errors(&after));
}

#[test]
fn a_gate_reads_a_label() {
    let mut scenario = world();
    scenario.expect = Expect::Rollback;
    scenario.horizon = Span::from_secs(3_600);
    scenario.faults =
        vec![Fault { only: Some(("op".into(), "put".into())), on: Side::Canary, ..fault("canvas", "error_rate", By::Plus(0.3)) }];
    scenario.objectives = vec![Objective { op: gatecrash_policies::policy::Op::Equal, ..log("canvas", "errors") }];
    let policy = |value: &str| {
        let gate = gate_of(value, &format!("ratio(canvas.errors[op={value}] / canvas.outcomes[op={value}]) <= 5% over 5m"));
        let mut policy = Policy { gates: vec![gate], ..ladder(&[Cohort::Share(0.5)], 900) };
        policy.stages[0].gates = vec![0];
        policy
    };
    let caught = trial(&scenario, &policy("put"), 1, false);
    assert_eq!((caught.outcome, caught.caught_by), (Outcome::Detected, vec!["put".to_string()]));
    assert_eq!(trial(&scenario, &policy("get"), 1, false).outcome, Outcome::Missed);
}

#[test]
fn marks_split_by_label() {
    let mut scenario = world();
    scenario.system[0].marks = vec![("odd".into(), Split { base: 0.0, by: vec![("op".into(), "put".into(), 1.0)] })];
    scenario.objectives = vec![log("canvas", "odd"), log("canvas", "outcomes")];
    let setup = Setup::new(&scenario, &[op("put")], &[], 1);
    let all = violations(&setup, 0.5);
    let odd: Vec<_> = all.iter().filter(|v| v.objective == 0).map(|v| (v.key.subject, v.key.ordinal)).collect();
    let put: Vec<_> =
        all.iter().filter(|v| v.objective == 1 && is_put(&setup, v)).map(|v| (v.key.subject, v.key.ordinal)).collect();
    assert_eq!(odd, put);
}
