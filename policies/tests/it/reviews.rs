//! People hold the rollout back: reviews and business days.

use crate::world::{Play, Scrape, gate, healthy, policy, secs};
use gatecrash_policies::calendar::{Calendar, Hours};
use gatecrash_policies::policy::{Review, Rule};
use gatecrash_policies::{Policy, Span};

fn toy(stage: usize, every: Option<u64>, before_next: bool) -> Policy {
    let errors = gate("errors", "ratio(runs.errors / runs.outcomes) <= 2% over 5m", Rule::new("threshold"));
    let queue = gate("queue", "max(runs.queue) <= 100 over 5m", Rule::new("consecutive").with("times", 100.0));
    let mut policy = policy(vec![errors, queue]);
    policy.stages[stage].review = Some(Review { every: every.map(secs), before_next, by: "owner".into() });
    policy
}

fn played(policy: &Policy, people: u64) -> Play {
    let mut play = Play::new(policy);
    play.people = secs(people);
    play.run(3_600, |arm, _| healthy(arm));
    play
}

const ALL_PASS: &str = "review: owner looked: 2 of 2 gates pass";

#[test]
fn a_review_that_is_due_holds_the_rollout_back() {
    let play = played(&toy(0, Some(300), false), 500);
    // Due at 300, held at 800, seen at 840: the soak was served at 600.
    let said = format!("840 {ALL_PASS}");
    assert_eq!(play.story(), ["0 stage canary", "300 review owner", &said, "840 stage everyone", "1140 finish"]);
    assert_eq!(play.rollout.passages()[0].reviews, [crate::world::at(800)]);
}

#[test]
fn reviews_come_again_and_again() {
    let mut policy = toy(0, Some(300), false);
    policy.stages[0].soak = secs(1_000);
    let asked = |line: &&String| line.ends_with("review owner");
    let story = played(&policy, 0).story();
    assert_eq!(story.iter().filter(asked).collect::<Vec<_>>(), ["300 review owner", "600 review owner", "900 review owner"]);
}

#[test]
fn once_more_before_the_next_stage_and_before_the_end() {
    let said = format!("720 {ALL_PASS}");
    let story = played(&toy(0, None, true), 90).story();
    assert_eq!(story, ["0 stage canary", "600 review owner", &said, "720 stage everyone", "1020 finish"]);
    let story = played(&toy(1, None, true), 90).story();
    assert_eq!(story[2], "900 review owner");
    assert_eq!(story.last().map(String::as_str), Some("1020 finish"));
    // Nobody ever comes: it waits and says for whom.
    let never = played(&toy(0, None, true), 90_000);
    assert_eq!(never.rollout.blocking(0), "stage canary: review: owner has not looked yet");
}

#[test]
fn one_review_does_for_both() {
    for every in [600, 540] {
        let story = played(&toy(0, Some(every), true), 90).story();
        assert_eq!(story.iter().filter(|line| line.ends_with("review owner")).count(), 1, "{every}: {story:?}");
        assert!(story.contains(&"720 stage everyone".into()) || every == 540, "{story:?}");
    }
}

#[test]
fn after_the_review_the_gates_must_still_pass() {
    let mut play = Play::new(&toy(0, None, true));
    play.people = secs(90);
    // The queue is long from 650 to 700 and stays in the window of 5 minutes; the gate does not fail, it does not pass either.
    play.run(3_600, |arm, stamp| Some(Scrape { queue: if (651..700).contains(&stamp) { 500 } else { 1 }, ..healthy(arm)? }));
    let story = play.story();
    assert_eq!(story[2], "720 review: owner looked: 1 of 2 gates pass; gate queue: inconclusive");
    assert_eq!(story[3], "1020 stage everyone", "once, and not asked again: {story:?}");
}

#[test]
fn a_fail_does_not_wait_for_people() {
    let mut play = Play::new(&toy(0, Some(120), false));
    play.people = secs(90_000);
    play.run(400, |arm, stamp| Some(Scrape { errors: if stamp > 200 { 5 } else { 0 }, ..healthy(arm)? }));
    assert_eq!(play.story()[1..3], ["120 review owner", "240 rollback [0]"]);
}

#[test]
fn a_business_day_goes_over_the_weekend() {
    let hour = |h: u64| Span::from_secs(3_600 * h);
    let mut policy = policy(Vec::new());
    policy.round = hour(1);
    policy.stages[0].business_days = 1;
    let played = |start| {
        let mut play = Play::new(&policy);
        play.calendar = Calendar { hours: Some(Hours { weekdays_only: true, from: hour(9), to: hour(18) }), start };
        play.run(90 * 3_600, |_, _| None);
        play
    };
    // From Friday noon 6 hours, and 3 more on Monday at noon.
    assert_eq!(played(hour(4 * 24 + 12)).story()[1], format!("{} stage everyone", 72 * 3_600));
    assert_eq!(played(hour(9)).story()[1], format!("{} stage everyone", 9 * 3_600), "Monday morning");
    let mut play = Play::new(&policy);
    play.calendar = Calendar { start: hour(5 * 24), ..played(hour(9)).calendar };
    play.run(7_200, |_, _| None);
    assert_eq!(play.rollout.blocking(0), "stage canary: soak: 0s of 9h working hours served", "a Saturday");
}
