//! Whose samples a metric reads, runs of a counter, and rules that look at more than a reading.

use crate::world::{Play, Scrape, gate, healthy, policy, sample, secs};
use gatecrash_policies::policy::{OnFail, Rule};
use gatecrash_policies::{Arm, Gate, Status, Verdict};

/// The last verdict of one gate after `end` seconds; a fail does not roll back.
pub fn verdict(mut gate: Gate, end: u64, scrape: impl Fn(Arm, u64) -> Option<Scrape>) -> Verdict {
    gate.on_fail = OnFail::Hold;
    let mut policy = policy(vec![gate]);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    play.run(end, scrape);
    play.rollout.last_verdicts()[0].1.clone()
}

fn value(text: &str) -> Option<f64> {
    verdict(gate("g", text, Rule::new("threshold")), 180, |arm, _| healthy(arm)).evidence.value
}

#[test]
fn each_arm_and_both_together() {
    // Three healthy scrapes of 30 s: 90 outcomes each on stable, 10 on the canary, a queue of 1 on either.
    let of = |arm| value(&format!("count(runs.outcomes[arm={arm}]) <= 1 over 2m"));
    assert_eq!((of("canary"), of("stable"), of("all"), of("former")), (Some(30.0), Some(270.0), Some(300.0), None));
    assert_eq!(value("count(runs.outcomes) <= 1 over 2m"), of("canary"));
    assert_eq!(value("rate(runs.outcomes[arm=all]) <= 1/s over 2m"), Some(100.0 / 30.0), "time counts once");
    assert_eq!(value("mean(runs.queue[arm=all]) <= 1 over 2m"), Some(2.0), "levels are added");
    assert_eq!(value("max(runs.latency[arm=all]) <= 1s over 2m"), Some(0.189));
    assert_eq!(value("min(runs.latency[arm=all]) <= 1s over 2m"), Some(0.1));
}

#[test]
fn a_copy_of_either_arm_counts_once_and_order_does_not_matter() {
    let gate = gate("g", "p50(runs.latency[arm=all]) <= 1s over 5m", Rule::new("threshold"));
    let of = |arm, stamp| sample(arm, stamp, 30, 0, &healthy(arm).expect("it is healthy"));
    let (stable, canary) = ([of(Arm::Stable, 30), of(Arm::Stable, 60)], [of(Arm::Canary, 30), of(Arm::Canary, 60)]);
    let last = |samples: &[&gatecrash_policies::Sample]| {
        let mut play = Play::new(&policy(vec![gate.clone()]));
        let arrived: Vec<_> = samples.iter().map(|s| (*s).clone()).collect();
        play.round(crate::world::at(0), &[]);
        play.round(crate::world::at(60), &arrived);
        play.rollout.last_verdicts()[0].1.evidence.clone()
    };
    let plain = last(&[&stable[0], &canary[0], &stable[1], &canary[1]]);
    let mixed = last(&[&canary[1], &stable[0], &canary[1], &stable[1], &canary[0], &stable[0]]);
    assert_eq!(plain, mixed);
    assert_eq!(plain.samples, 200);
}

#[test]
fn the_arm_of_a_check_holds_in_the_recovery_too() {
    let mut policy = policy(vec![gate("errors", "count(runs.errors[arm=all]) == 0 over 2m", Rule::new("threshold"))]);
    policy.rollback.validate.clean_for = secs(60);
    let mut play = Play::new(&policy);
    // Former subjects are well at once, stable itself until 400 is not.
    play.run(2_000, |arm, stamp| {
        let bad = arm == Arm::Stable && (200..400).contains(&stamp);
        Some(Scrape { errors: u64::from(bad), ..healthy(if arm == Arm::Former { Arm::Canary } else { arm })? })
    });
    let recovered = play.story().into_iter().find(|line| line.ends_with("recovered"));
    assert_eq!(recovered.as_deref(), Some("605 recovered"));
}

#[test]
fn a_streak_of_a_counter_is_what_its_companion_counts() {
    let run = |runs: Vec<u64>| {
        let gate = gate("g", "streak(runs.retries) < 2", Rule::new("zero_tolerance"));
        verdict(gate, 120, move |arm, _| Some(Scrape { runs: runs.clone(), ..healthy(arm)? }))
    };
    assert_eq!((run(vec![]).status, run(vec![]).evidence.value), (Status::Pass, Some(0.0)), "no run at all");
    assert_eq!(run(vec![1, 1, 1]).status, Status::Pass, "three cases of one");
    let two = run(vec![1, 2]);
    assert_eq!((two.status, two.evidence.value), (Status::Fail, Some(2.0)));
    let silent = verdict(gate("g", "streak(runs.retries) < 2", Rule::new("zero_tolerance")), 120, |_, _| None);
    assert_eq!(silent.status, Status::NoData);
}

#[test]
fn poisson_ratio_weighs_what_a_threshold_takes_for_granted() {
    // Stable has nine times the subjects. Of 40 scrapes 20 have an error on either arm: 9 times the rate.
    let judged = |rule: Rule, errors: fn(Arm, u64) -> u64| {
        let gate = gate("g", "rate(runs.errors) <= 2x stable over 30m", rule);
        verdict(gate, 1_200, move |arm, stamp| Some(Scrape { errors: errors(arm, stamp), ..healthy(arm)? }))
    };
    let rule = Rule::new("poisson_ratio").with("alpha", 0.01);
    let many = judged(rule.clone(), |_, stamp| stamp / 30 % 2);
    assert_eq!(many.status, Status::Fail, "{many:?}");
    let one = judged(rule.clone(), |_, stamp| u64::from(stamp == 600));
    assert_eq!(
        (one.status, judged(Rule::new("threshold"), |_, stamp| u64::from(stamp == 600)).status),
        (Status::Pass, Status::Fail)
    );
    // The scrape of 1200 arrives at 1210.
    assert_eq!(one.evidence.note, "1 of 2 events in 10.0% of the subject-time, p = 0.330579");
    assert_eq!(judged(rule, |_, _| 0).status, Status::Pass);
}

#[test]
fn mann_kendall_tells_a_rise_from_noise() {
    let judged = |text: &str, queue: fn(u64) -> u64| {
        let gate = gate("g", text, Rule::new("mann_kendall").with("alpha", 0.01));
        verdict(gate, 1_200, move |arm, stamp| Some(Scrape { queue: queue(stamp / 30), ..healthy(arm)? }))
    };
    let still = "growth(runs.queue) <= 0/h over 10m";
    assert_eq!(judged(still, |i| i).status, Status::Fail);
    assert_eq!(judged(still, |i| 5 + i * 7 % 11).status, Status::Pass);
    assert_eq!(judged(still, |i| 100 - i).status, Status::Pass);
    assert_eq!(judged("growth(runs.queue) <= 300/h over 10m", |i| i).status, Status::Pass, "120/h");
    let climbs = "growth(total(runs.outcomes)) > 0/h over 10m";
    assert_eq!(judged(climbs, |_| 1).status, Status::Pass);
    assert_eq!(judged("growth(total(runs.errors)) > 0/h over 10m", |_| 1).status, Status::Fail, "nothing ever comes");
}
