//! Outcomes that are in no sample happen all the same.

use crate::builder::{self, fault, log};
use crate::drive::{Truth, told, trial};
use crate::generate::{gate_of, ladder};
use gatecrash_policies::policy::{By, Op};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Arm, Cohort, Policy};
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::trial::Outcome;
use gatecrash_sim::world::{Books, World};

fn world(hides: Option<(&str, &str)>) -> Scenario {
    let mut runs = builder::component("runs", Kind::Calls(builder::calls()));
    runs.labels = vec![("topic".into(), vec![("listed".into(), 0.7), ("unlisted".into(), 0.3)])];
    let mut scenario = builder::scenario(1_800, Some(Traffic::Poisson { rate: 5.0 }), vec![runs]);
    scenario.subjects.attributes = vec![("surface".into(), vec![("ios".into(), 0.3)])];
    scenario.telemetry.hides = hides.map(|(a, v)| (a.into(), v.into()));
    scenario
}

#[test]
fn what_is_hidden_is_in_no_sample() {
    for (hides, share) in [(None, 1.0), (Some(("topic", "unlisted")), 0.7), (Some(("surface", "ios")), 0.7)] {
        let scenario = world(hides);
        let setup = Setup::new(&scenario, &[], &[], 1);
        let mut world = World::new(&setup, Books::Everything);
        world.advance(Time::ZERO + scenario.horizon);
        let samples = world.telemetry.arrived.iter().filter(|s| s.arm == Arm::Stable);
        let seen: [u64; 2] = samples
            .fold([0, 0], |sums, s| [sums[0] + told(s, &setup, "runs.completes"), sums[1] + told(s, &setup, "runs.latency")]);
        let truth = Truth::of(&mut world).count("runs.completes");
        // 9,000 requests: four sigma of a share of 0.7 are 2 points.
        assert!((seen[0] as f64 / truth as f64 - share).abs() < 0.03, "{hides:?}: {seen:?} of {truth}");
        assert_eq!(seen[0], seen[1]);
    }
}

#[test]
fn harm_that_is_hidden_is_harm_and_never_shown() {
    let play = |hides| {
        let mut scenario = world(hides);
        scenario.expect = Expect::Rollback;
        scenario.objectives = vec![Objective { op: Op::Equal, ..log("runs", "errors") }];
        let only = Some(("topic".into(), "unlisted".into()));
        scenario.faults = vec![Fault { on: Side::Canary, only, ..fault("runs", "error_rate", By::Set(1.0)) }];
        let mut policy =
            Policy { gates: vec![gate_of("errors", "count(runs.errors) == 0")], ..ladder(&[Cohort::Share(0.3)], 900) };
        policy.stages[0].gates = vec![0];
        policy.stages[0].soak = Span::from_secs(900);
        trial(&scenario, &policy, 1, false)
    };
    let (seen, hidden) = (play(None), play(Some(("topic", "unlisted"))));
    assert_eq!((seen.outcome, seen.instants.shown.is_some()), (Outcome::Detected, true));
    assert_eq!((hidden.outcome, hidden.instants.shown), (Outcome::Missed, None));
    assert!(hidden.harmed > 100, "{}", hidden.harmed);
}
