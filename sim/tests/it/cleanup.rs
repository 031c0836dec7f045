//! What stays outside after a rollback.

use crate::builder::{self, fault, log};
use crate::drive::trial;
use crate::generate::{doomed, ladder};
use gatecrash_policies::Cohort;
use gatecrash_policies::policy::{By, Op};
use gatecrash_sim::scenario::*;

fn world(objectives: Vec<Objective>) -> Scenario {
    let system = vec![
        builder::component("runs", Kind::Calls(Calls { errors: 0.01, ..builder::calls() })),
        builder::component("tickets", Kind::Effects(builder::effects())),
    ];
    let mut scenario = builder::scenario(1_800, Some(Traffic::Poisson { rate: 4.0 }), system);
    scenario.expect = Expect::Rollback;
    let canary = |component, knob, by| Fault { on: Side::Canary, ..fault(component, knob, by) };
    scenario.faults = vec![
        canary("tickets", "timeout_after_commit", By::Set(0.3)),
        canary("tickets", "idempotency", By::Set(0.0)),
        canary("tickets", "bypass", By::Set(0.2)),
        canary("runs", "error_rate", By::Set(0.2)),
    ];
    scenario.objectives = objectives;
    scenario
}

fn none(component: &str, signal: &str) -> Objective {
    Objective { op: Op::Equal, text: format!("{component}.{signal} == 0"), ..log(component, signal) }
}

#[test]
fn what_stays_outside_is_counted_by_objective() {
    let scenario = world(vec![none("runs", "errors"), none("tickets", "bypassed")]);
    let promoted = ladder(&[Cohort::Share(0.5)], 900);
    for policy in [doomed(&[Cohort::Share(0.5)], Vec::new()), promoted] {
        let trial = trial(&scenario, &policy, 1, true);
        let bypassed = trial.detail.expect("asked for").harms.iter().filter(|(_, objective)| *objective == 1).count() as u64;
        assert!(bypassed > 0 && trial.duplicates_leaked > 0 && trial.harmed > bypassed);
        let expected = [("tickets.bypassed == 0", bypassed), ("tickets.duplicates == 0", trial.duplicates_leaked)];
        assert_eq!(trial.cleanup, expected.map(|(text, n)| (text.to_string(), n)), "failed calls leave nothing");
    }
}

#[test]
fn an_outcome_is_cleaned_up_once() {
    for objective in ["tickets", "effects"] {
        let trial = trial(&world(vec![none(objective, "duplicates")]), &doomed(&[Cohort::Share(0.5)], Vec::new()), 1, false);
        assert!(trial.duplicates_leaked > 0);
        assert_eq!(trial.cleanup, [(format!("{objective}.duplicates == 0"), trial.duplicates_leaked)]);
    }
}

#[test]
fn a_rollout_that_is_right_leaves_nothing_to_clean_up() {
    let scenario = Scenario { expect: Expect::Promote, ..world(vec![none("tickets", "bypassed")]) };
    let trial = trial(&scenario, &ladder(&[Cohort::Share(0.5)], 300), 1, false);
    assert!(trial.finished && trial.cleanup.is_empty(), "{:?}", trial.cleanup);
}
