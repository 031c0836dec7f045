//! Forward: soak, hold, stop, promotion.

use crate::world::{Play, Scrape, check, gate, healthy, policy};
use gatecrash_policies::controller::{Action, Decision};
use gatecrash_policies::policy::{Needs, OnFail, Rule, Unmet};
use gatecrash_policies::{Arm, Status};

fn no_errors() -> gatecrash_policies::Gate {
    gate("errors", "ratio(runs.errors / runs.outcomes) <= 2% over 5m", Rule::new("threshold"))
}

fn failing(arm: Arm, from: u64, to: u64, stamp: u64) -> Option<Scrape> {
    let scrape = healthy(arm)?;
    let bad = arm == Arm::Canary && stamp > from && stamp <= to;
    Some(Scrape { errors: if bad { 5 } else { 0 }, ..scrape })
}

#[test]
fn a_healthy_rollout_soaks_and_finishes() {
    let mut play = Play::new(&policy(vec![no_errors()]));
    play.run(3_600, |arm, _| healthy(arm));
    // The stage takes effect at once; 10 minutes of soak, then 5.
    assert_eq!(play.story(), ["0 stage canary", "600 stage everyone", "900 finish"]);
    assert!(play.rollout.is_over());
    assert_eq!(play.rollout.stage(), None);
}

#[test]
fn a_stage_that_takes_long_to_take_effect_soaks_from_then() {
    let mut play = Play::new(&policy(vec![no_errors()]));
    play.takes = crate::world::secs(90);
    play.run(800, |arm, _| healthy(arm));
    assert_eq!(play.story(), ["0 stage canary", "720 stage everyone"]);
    assert_eq!(play.rollout.stage(), Some("canary"), "until the next one is in effect");
    assert_eq!(play.rollout.blocking(0), "stage everyone is not in effect yet");
}

#[test]
fn a_failing_gate_rolls_back_at_once() {
    let mut play = Play::new(&policy(vec![no_errors()]));
    play.run(400, |arm, stamp| failing(arm, 200, 9_999, stamp));
    // The scrape at 210 is the first bad one and arrives at 220.
    assert_eq!(play.story(), ["0 stage canary", "240 rollback [0]", "240 step 0s"]);
}

#[test]
fn rounds_with_a_failing_hold_gate_do_not_soak() {
    let mut hold = no_errors();
    hold.on_fail = OnFail::Hold;
    let mut play = Play::new(&policy(vec![hold]));
    play.run(1_500, |arm, stamp| failing(arm, 200, 210, stamp));
    // The bad scrape of 210 stays in the window of 5 minutes: the rounds at 240 to 480 fail and do not count.
    assert_eq!(play.story()[..2], ["0 stage canary", "900 stage everyone"]);
}

#[test]
fn a_stop_gate_ends_the_rollout_by_hand() {
    let mut stop = no_errors();
    stop.on_fail = OnFail::Stop;
    let mut play = Play::new(&policy(vec![stop]));
    play.run(1_500, |arm, stamp| failing(arm, 200, 210, stamp));
    assert_eq!(play.story()[..3], ["0 stage canary", "240 stop [0]", "240 step 0s"]);
    let by_operator = play.log.iter().any(|(_, d)| matches!(d, Decision::Act(Action::Step { by_operator: true, .. })));
    assert!(by_operator, "people roll back");
}

#[test]
fn rollback_goes_before_stop_and_names_every_gate() {
    let mut stop = no_errors();
    stop.on_fail = OnFail::Stop;
    let count = gate("count", "count(runs.errors) == 0 over 5m", Rule::new("zero_tolerance"));
    let again = gate("again", "rate(runs.errors) <= 0/s over 5m", Rule::new("threshold"));
    let mut play = Play::new(&policy(vec![stop, count, again]));
    play.run(300, |arm, stamp| failing(arm, 200, 210, stamp));
    assert_eq!(play.story()[1], "240 rollback [1, 2]");
}

#[test]
fn without_data_nothing_advances_and_blocking_says_so() {
    let mut play = Play::new(&policy(vec![no_errors()]));
    play.run(7_200, |arm, _| if arm == Arm::Stable { healthy(arm) } else { None });
    assert_eq!(play.story(), ["0 stage canary"]);
    assert_eq!(play.status(), Some(Status::NoData));
    assert_eq!(play.rollout.blocking(0), "stage canary: gate errors: no-data");
}

#[test]
fn a_gate_on_an_absent_kind_is_left_out() {
    let sockets = gate("sockets", "rate(connections.drops) <= 1/h", Rule::new("threshold"));
    let mut play = Play::new(&policy(vec![sockets]));
    assert_eq!(play.rollout.not_applicable(), ["sockets"]);
    play.run(3_600, |arm, _| healthy(arm));
    assert_eq!(play.story().last().map(String::as_str), Some("900 finish"));
}

#[test]
fn a_gate_that_is_not_needed_is_skipped_or_waited_for() {
    let needs = |unmet| {
        let mut gate = gate("hops", "p95(runs.hops) <= 10", Rule::new("threshold"));
        gate.needs = Some(Needs { check: check("count(runs.errors) >= 1"), unmet });
        gate
    };
    let run = |unmet, end| {
        let mut play = Play::new(&policy(vec![needs(unmet)]));
        play.run(end, |arm, _| healthy(arm));
        play
    };
    assert_eq!(run(Unmet::Skip, 3_600).story().last().map(String::as_str), Some("900 finish"));
    let waits = run(Unmet::Wait, 3_600);
    assert_eq!(waits.story(), ["0 stage canary"]);
    assert!(waits.rollout.last_verdicts()[0].1.evidence.note.contains("waits for: count(runs.errors) >= 1"));
    assert_eq!(run(Unmet::Insufficient, 3_600).status(), Some(Status::Inconclusive));
}
