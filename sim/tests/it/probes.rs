//! Requests of our own.

use crate::builder::{self, fault, log};
use crate::drive::{trial, trials};
use crate::generate::{gate_of, ladder};
use gatecrash_policies::policy::{Act, By};
use gatecrash_policies::sample::Segment;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort, Policy};
use gatecrash_sim::ledger::Violation;
use gatecrash_sim::play::catalog;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::trial::Outcome;
use gatecrash_sim::world::{Books, World};

fn world() -> Scenario {
    let calls = Calls { errors: 0.05, ..builder::calls() };
    let system =
        vec![builder::component("turns", Kind::Calls(calls)), builder::component("voice", Kind::Calls(builder::calls()))];
    let mut scenario = builder::scenario(1_200, Some(Traffic::Poisson { rate: 5.0 }), system);
    scenario.objectives = vec![log("turns", "latency"), log("turns", "starts"), log("voice", "starts")];
    scenario
}

fn smoke(count: u32) -> Act {
    Act::Probe { name: "smoke".into(), count }
}

fn segment(value: &str) -> Segment {
    Segment { attribute: "probe".into(), value: value.into() }
}

fn violations<'a>(setup: &'a Setup<'a>, cohort: Cohort, enter: Vec<Act>) -> (Vec<Violation>, World<'a>) {
    let mut world = World::new(setup, Books::Score);
    world.advance(Time::ZERO + Span::from_secs(100));
    world.act(&Action::Stage { name: "s0".into(), cohort, enter });
    world.advance(Time::ZERO + setup.scenario.horizon);
    (std::mem::take(&mut world.context.ledger.violations), world)
}

#[test]
fn a_probe_moves_nobody_else() {
    let scenario = world();
    let setup = Setup::new(&scenario, &[segment("smoke"), segment("none")], &[], 1);
    let (with, world) = violations(&setup, Cohort::Share(0.2), vec![smoke(3)]);
    let (without, _) = violations(&setup, Cohort::Share(0.2), Vec::new());
    let parts = |v: &Violation| setup.segments_of(v.key.signal, v.key.subject, v.key.ordinal);
    let (ours, others): (Vec<_>, Vec<_>) = with.into_iter().partition(|v| parts(v) & 1 == 1);
    assert_eq!(others, without);
    assert!(others.iter().all(|v| parts(v) == 2), "they are no probes");
    let subject = setup.population.lowest(1, |_| true)[0];
    let at = Time::ZERO + Span::from_secs(100);
    for objective in [1, 2] {
        let starts: Vec<_> = ours.iter().filter(|v| v.objective == objective).collect();
        assert_eq!(starts.len(), 3, "into every component that takes the traffic");
        assert!(starts.iter().all(|v| (v.arm, v.key.subject, v.at) == (Arm::Canary, subject, at)));
    }
    assert_eq!(world.steering.done, [Some(at)]);
}

#[test]
fn a_probe_meets_the_canary_whatever_the_coin() {
    let mut scenario = world();
    scenario.assign = Assign::Request;
    let setup = Setup::new(&scenario, &[segment("smoke")], &[], 1);
    let (all, _) = violations(&setup, Cohort::Share(0.01), vec![smoke(20)]);
    let ours: Vec<_> = all.iter().filter(|v| setup.segments_of(v.key.signal, v.key.subject, v.key.ordinal) & 1 == 1).collect();
    assert!(ours.len() >= 40 && ours.iter().all(|v| v.arm == Arm::Canary));
}

#[test]
fn nobody_on_the_canary_sends_nothing() {
    let scenario = world();
    let setup = Setup::new(&scenario, &[segment("smoke")], &[], 1);
    let (all, world) = violations(&setup, Cohort::Nobody, vec![smoke(3)]);
    assert!(all.iter().all(|v| setup.segments_of(v.key.signal, v.key.subject, v.key.ordinal) == 0));
    assert!(world.context.ledger.entries.iter().any(|e| e.text.contains("smoke is not sent")));
}

/// A gate on the probe of the first stage.
fn probing(name: &str) -> Policy {
    let gate = gate_of("smoke", &format!("count(turns.errors[probe={name}]) == 0"));
    let mut policy =
        Policy { gates: vec![gate], name: name.into(), ..ladder(&[Cohort::Counted(vec![("session".into(), 1)])], 300) };
    policy.stages[0].gates = vec![0];
    policy.stages[0].enter = vec![Act::Probe { name: name.into(), count: 1 }];
    policy
}

#[test]
fn a_gate_reads_a_probe() {
    let mut scenario = world();
    scenario.expect = Expect::Rollback;
    scenario.objectives = vec![Objective { op: gatecrash_policies::policy::Op::Equal, ..log("turns", "errors") }];
    let healthy = trial(&scenario, &probing("smoke"), 1, false);
    assert_ne!(healthy.outcome, Outcome::Detected);
    scenario.faults = vec![Fault { on: Side::Canary, ..fault("turns", "error_rate", By::Set(1.0)) }];
    let ill = trial(&scenario, &probing("smoke"), 1, false);
    assert_eq!((ill.outcome, ill.caught_by), (Outcome::Detected, vec!["smoke".to_string()]));
    let names = catalog(&scenario, &[&probing("smoke")]).attributes.pop().expect("some");
    assert_eq!(names, ("probe".into(), vec!["smoke".into(), "none".into()]));
    assert_eq!(catalog(&scenario, &[&ladder(&[], 1)]), scenario.catalog());
}

#[test]
fn company_does_not_move_a_probe() {
    let mut scenario = world();
    scenario.faults = vec![fault("turns", "error_rate", By::Set(0.5))];
    for seed in 1..=4 {
        let alone = trial(&scenario, &probing("smoke"), seed, false);
        let company = trials(&scenario, &[&probing("early"), &probing("smoke")], seed, false).remove(1);
        assert_eq!(alone, company);
    }
}
