//! A failure of some surfaces, and the way back for these alone.

use crate::world::{Play, Scrape, gate, healthy, policy, secs};
use gatecrash_policies::controller::{Action, Decision};
use gatecrash_policies::policy::{AFFECTED, Act, Rule, Step};
use gatecrash_policies::sample::Segment;
use gatecrash_policies::{Arm, Cohort, Policy};

fn nobody(only: Option<&str>) -> Vec<Act> {
    vec![Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: only.map(Into::into) }]
}

fn toy(check: &str) -> Policy {
    let mut policy = policy(vec![gate("errors", check, Rule::new("threshold"))]);
    let first = Step { name: "affected".into(), acts: nobody(Some(AFFECTED)), try_for: Some(secs(600)), ..Step::default() };
    let last = Step { name: "all".into(), acts: nobody(None), takes: secs(2), ..Step::default() };
    policy.rollback.playbook = vec![first, last];
    policy
}

/// The canary's ios fails after 200 s for good; those who were sent back are well.
fn ios_is_ill(arm: Arm, stamp: u64) -> Option<Scrape> {
    match arm {
        Arm::Former => Some(Scrape { errors: 1, ios_errors: 1, outcomes: 400, ..healthy(Arm::Canary)? }),
        Arm::Canary if stamp > 200 => Some(Scrape { errors: 5, ios_errors: 5, ..healthy(arm)? }),
        _ => healthy(arm),
    }
}

fn acts(play: &Play) -> Vec<Vec<Act>> {
    let of = |(_, decision): &(u64, Decision)| match decision {
        Decision::Act(Action::Step { acts, .. }) => Some(acts.clone()),
        _ => None,
    };
    play.log.iter().filter_map(of).collect()
}

#[test]
fn the_step_goes_to_the_surfaces_that_fail_and_is_judged_by_those_it_sent_back() {
    let mut play = Play::new(&toy("ratio(runs.errors / runs.outcomes) <= { ios: 2% } per surface over 5m"));
    play.run(240, ios_is_ill);
    let failing = &play.rollout.last_verdicts()[0].1.evidence.failing;
    assert_eq!(*failing, [Segment { attribute: "surface".into(), value: "ios".into() }]);
    play.run(900, ios_is_ill);
    assert_eq!(acts(&play), [nobody(Some("ios"))]);
    // What is left of the canary is as ill as before: only the former subjects can show that it helped.
    assert!(play.story().contains(&"425 mitigated".to_string()), "{:?}", play.story());
}

#[test]
fn without_a_failing_surface_the_step_does_not_apply() {
    let mut play = Play::new(&toy("ratio(runs.errors / runs.outcomes) <= 2% over 5m"));
    play.run(900, ios_is_ill);
    assert_eq!(acts(&play), [nobody(None)]);
    assert_eq!(play.story()[2], "240 step 2s");
}

#[test]
fn a_step_tried_in_vain_is_followed_by_the_next() {
    let mut play = Play::new(&toy("ratio(runs.errors / runs.outcomes) <= { ios: 2% } per surface over 5m"));
    play.run(1_500, |arm, stamp| match arm {
        Arm::Former => ios_is_ill(Arm::Canary, stamp),
        arm => ios_is_ill(arm, stamp),
    });
    assert_eq!(acts(&play), [nobody(Some("ios")), nobody(None)]);
}
