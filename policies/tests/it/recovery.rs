//! Back: the playbook and the recovery check.

use crate::world::{Play, Scrape, check, gate, healthy, policy, secs};
use gatecrash_policies::policy::{Act, By, Rule, Step};
use gatecrash_policies::{Arm, Cohort, Policy};

fn step(name: &str, takes: u64, acts: Vec<Act>) -> Step {
    let (when, unless) = (Vec::new(), Vec::new());
    Step { name: name.into(), acts, takes: secs(takes), try_for: None, when, unless, by_operator: false }
}

fn bend() -> Vec<Act> {
    vec![Act::Bend {
        component: "runs".into(),
        knob: "latency".into(),
        by: By::Times(0.5),
        environments: Vec::new(),
        canary_only: false,
    }]
}

fn nobody() -> Vec<Act> {
    vec![Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: None }]
}

fn toy(playbook: Vec<Step>) -> Policy {
    let mut policy = policy(vec![
        gate("errors", "ratio(runs.errors / runs.outcomes) <= 2% over 5m", Rule::new("threshold")),
        gate("queue", "max(runs.queue) <= 100 over 5m", Rule::new("threshold")),
    ]);
    policy.rollback.playbook = playbook;
    policy
}

/// Canary scrapes fail after 200 s, whoever was on the canary fails until `cured`.
fn ill_until(cured: u64) -> impl Fn(Arm, u64) -> Option<Scrape> {
    move |arm, stamp| {
        let like = if arm == Arm::Former { Arm::Canary } else { arm };
        let bad = arm != Arm::Stable && stamp > 200 && stamp <= cured;
        Some(Scrape { errors: if bad { 5 } else { 0 }, ..healthy(like)? })
    }
}

#[test]
fn without_a_playbook_everyone_goes_back_at_once_and_recovery_is_watched() {
    let mut play = Play::new(&toy(Vec::new()));
    play.run(600, ill_until(300));
    // Withdrawn at 240. Samples wholly after that and bad up to 300 stay in the window of 5 minutes until 600.
    assert_eq!(play.story(), ["0 stage canary", "240 rollback [0]", "240 step 0s"]);
    play.run(900, ill_until(300));
    // The step is polled at 245, so rounds come at 305, 365, ...: clean from 605 on, and for 2 minutes.
    let recovered: Vec<_> = play.story().split_off(3);
    assert!(!recovered.is_empty() && recovered.iter().all(|line| line.ends_with("recovered")), "{recovered:?}");
    assert_eq!(recovered[0], "725 recovered");
}

#[test]
fn steps_follow_one_another() {
    let mut play = Play::new(&toy(vec![step("bend", 1, bend()), step("back", 2, nobody()), step("restart", 3, bend())]));
    play.takes = secs(7);
    play.run(300, ill_until(9_999));
    // The stage takes effect at 7; steps are polled every 5 seconds and take 7.
    assert_eq!(play.story(), ["0 stage canary", "240 rollback [0]", "240 step 1s", "250 step 2s", "260 step 3s"]);
}

#[test]
fn only_steps_for_the_gates_that_fired() {
    let mut for_queue = step("queue only", 1, bend());
    for_queue.when = vec![1];
    let mut not_errors = step("not for errors", 2, bend());
    not_errors.unless = vec![0];
    let mut for_errors = step("errors only", 3, nobody());
    for_errors.when = vec![0];
    let mut play = Play::new(&toy(vec![for_queue.clone(), not_errors.clone(), for_errors]));
    play.run(300, ill_until(9_999));
    assert_eq!(play.story()[2..], ["240 step 3s"]);
    // When no step is left, everyone is withdrawn.
    let mut play = Play::new(&toy(vec![for_queue, not_errors]));
    play.run(300, ill_until(9_999));
    assert_eq!(play.story()[2..], ["240 step 0s"]);
}

#[test]
fn a_step_that_mitigates_ends_the_playbook() {
    let mut first = step("tighten", 1, bend());
    first.try_for = Some(secs(600));
    let mut play = Play::new(&toy(vec![first, step("back", 2, nobody())]));
    play.run(700, ill_until(240));
    // Before a withdrawal the canary itself is read: clean as soon as it has a sample wholly after 240.
    let story = play.story();
    assert_eq!(story[..5], ["0 stage canary", "240 rollback [0]", "240 step 1s", "425 mitigated", "425 recovered"]);
    assert!(story[5..].iter().all(|line| line.ends_with("recovered")), "{story:?}");
}

#[test]
fn a_step_that_does_not_mitigate_is_followed_by_the_next() {
    let mut first = step("tighten", 1, bend());
    first.try_for = Some(secs(180));
    let mut play = Play::new(&toy(vec![first, step("back", 2, nobody())]));
    play.run(700, ill_until(9_999));
    assert_eq!(play.story()[2..], ["240 step 1s", "425 step 2s"]);
}

#[test]
fn the_operator_is_paged_once_and_the_window_starts_again() {
    let mut policy = toy(vec![step("back", 2, nobody())]);
    policy.rollback.recover_within = Some(secs(300));
    // Without a window: the check sees everything since the effect of the last step.
    policy.rollback.validate.checks = vec![check("count(runs.errors) == 0")];
    let mut play = Play::new(&policy);
    play.run(1_500, ill_until(500));
    let story = play.story();
    assert_eq!(story[2..4], ["240 step 2s", "545 page"]);
    assert_eq!(story.iter().filter(|line| line.ends_with("page")).count(), 1);
    // Done at once: the round at 605 restarts the window at 545. The first scrape wholly after that arrives at 610, so the
    // first clean round is at 665.
    assert_eq!(story[4], "785 recovered");
}

#[test]
fn no_data_of_former_subjects_is_no_recovery() {
    let mut play = Play::new(&toy(Vec::new()));
    play.run(3_600, |arm, stamp| if arm == Arm::Former { None } else { ill_until(9_999)(arm, stamp) });
    assert_eq!(play.story()[3..], ["2045 page"], "240 + 5 for the poll, then the default of 30 minutes since 240");
    assert!(play.rollout.blocking(0).contains("the operator was paged") || play.rollout.blocking(0).contains("watched"));
}

#[test]
fn fewer_outcomes_than_validation_asks_for_do_not_recover() {
    let mut policy = toy(Vec::new());
    policy.rollback.validate.min_samples = 1_000_000;
    let mut play = Play::new(&policy);
    play.run(1_800, ill_until(240));
    assert!(!play.story().iter().any(|line| line.ends_with("recovered")));
}
