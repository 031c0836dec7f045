//! Gates that are read again later.

use crate::world::{Play, Scrape, gate, healthy, policy, secs};
use gatecrash_policies::policy::{Measure, OnFail, Rule};
use gatecrash_policies::{Cohort, Policy};

/// Gate 0 is judged in the stages, gate 1 is only measured.
fn toy(at: &[u64]) -> Policy {
    let errors = gate("errors", "ratio(runs.errors / runs.outcomes) <= 20% over 5m", Rule::new("threshold"));
    let strict = gate("strict", "ratio(runs.errors / runs.outcomes) <= 2% over 5m", Rule::new("consecutive").with("times", 2.0));
    let mut policy = policy(vec![errors, strict]);
    policy.stages.iter_mut().for_each(|stage| stage.gates = vec![0]);
    policy.measures = vec![Measure { gate: 1, at: at.iter().copied().map(secs).collect() }];
    policy
}

fn ill(errors: u64) -> impl Fn(gatecrash_policies::Arm, u64) -> Option<Scrape> {
    move |arm, _| Some(Scrape { errors, ..healthy(arm)? })
}

#[test]
fn a_measure_is_told_once_in_whatever_stage_and_leaves_no_trace() {
    let mut play = Play::new(&toy(&[120, 180, 700]));
    play.run(3_600, ill(1));
    let story = play.story();
    let told: Vec<_> = story.iter().filter(|line| line.contains(" measure: ")).collect();
    assert_eq!(told.len(), 3);
    // A measure that stayed in the rule's memory would make the second one a fail.
    let first = "120 measure: strict at 2m: inconclusive: ratio(runs.errors / runs.outcomes) = 10% > 2% over 5m \
                 (n=30, newest sample 30s old); breached 1 of 2 rounds in a row";
    assert_eq!(told[0], first);
    assert!(told[1].starts_with("180 measure: strict at 3m: inconclusive"), "{}", told[1]);
    assert!(told[2].starts_with("720 measure: strict at 11m 40s"), "in the next stage: {}", told[2]);
    assert_eq!(story.last().map(String::as_str), Some("900 finish"), "nothing is decided by it");
}

#[test]
fn it_counts_from_the_first_exposure_and_ends_with_a_rollback() {
    let mut policy = toy(&[120, 3_600]);
    policy.stages[0].cohort = Cohort::Shadow;
    policy.stages[1].soak = secs(7_200);
    let mut play = Play::new(&policy);
    play.run(9_000, ill(0));
    let told = |play: &Play| play.story().into_iter().filter(|line| line.contains(" measure: ")).collect::<Vec<_>>();
    assert!(told(&play)[0].starts_with("720 measure: strict at 2m: pass"));
    assert!(told(&play)[1].starts_with("4200 measure: strict at 1h: pass"));
    let mut play = Play::new(&policy);
    play.run(9_000, |arm, stamp| Some(Scrape { errors: if stamp > 1_000 { 5 } else { 0 }, ..healthy(arm)? }));
    assert_eq!(told(&play).len(), 1);
    assert!(play.story().iter().any(|line| line.ends_with("rollback [0]")));
}

#[test]
fn a_gate_of_the_stage_is_not_judged_twice_in_a_round() {
    let mut policy = toy(&[60, 120, 180]);
    policy.gates[1].rule = Rule::new("consecutive").with("times", 3.0);
    policy.gates[1].on_fail = OnFail::Rollback;
    policy.stages[0].gates = vec![0, 1];
    let mut play = Play::new(&policy);
    play.run(500, ill(1));
    let story = play.story();
    assert!(story[1].ends_with("breached 1 of 3 rounds in a row"), "{story:?}");
    assert!(story[2].ends_with("breached 2 of 3 rounds in a row"), "{story:?}");
    assert_eq!(story[3], "180 rollback [1]");
}
