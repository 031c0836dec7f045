//! Drills of the library's scenarios.

use super::play::{Script, minutes, play, script};
use super::reported;
use crate::report::{Kept, Kind, Wrong};
use gatecrash_policies::policy::{Act, Cohort, Step};
use gatecrash_policies::time::Span;

#[test]
fn people_roll_back_late() {
    let acts = [
        (4.0, "ann", "note", r#"{"text":"all green"}"#),
        (29.0, "ann", "acknowledge", r#"{"what":"cancel-to-ack"}"#),
        (30.0, "fran", "inject", r#"{"herring":"the database is said to be slow"}"#),
        (33.5, "ann", "rollback", r#"{"reason":"cancels are slow"}"#),
        (35.0, "bob", "step", r#"{"step":1}"#),
    ];
    let (score, text) = reported("late", &play(&script("cancel-latency-spike", &acts)));
    assert_eq!(score.outcome.kind, Kind::Detected);
    assert_eq!(score.at("noticed"), Some(minutes(29.0)), "a note before the harm does not count");
    assert_eq!(score.at("first_right_action"), Some(minutes(35.0)));
    assert!(score.regret.harmed > 0 && score.budgets[0].kept == Kept::Missed, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_false_rollback_on_a_healthy_day() {
    let acts = [(20.0, "ann", "rollback", r#"{"reason":"I have a bad feeling"}"#), (21.0, "ann", "step", r#"{"step":1}"#)];
    let (score, text) = reported("false", &play(&script("healthy-day", &acts)));
    assert_eq!((score.outcome.kind, score.outcome.success), (Kind::FalseRollback, Some(false)));
    assert!(text.contains("no gate failed at that moment"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_missed_breach() {
    let acts = [(9.0, "ann", "note", r#"{"text":"looks fine"}"#), (40.0, "fran", "end", r#"{"reason":"time for lunch"}"#)];
    let (score, text) = reported("missed", &play(&script("cancel-latency-spike", &acts)));
    assert_eq!(score.outcome.kind, Kind::Missed);
    insta::assert_snapshot!(text);
}

/// Nobody rolled back, which was right: it reads like a success.
#[test]
fn a_surprise_on_a_healthy_day() {
    let acts = [
        (10.0, "ann", "promote", "{}"),
        (20.0, "ann", "promote", "{}"),
        (30.0, "ann", "promote", "{}"),
        (40.0, "ann", "promote", "{}"),
    ];
    let mut script = script("healthy-day", &acts);
    script.plan.surprise = true;
    let (score, text) = reported("promoted", &play(&script));
    assert_eq!((score.outcome.kind, score.outcome.success), (Kind::RightPromotion, Some(true)), "{text}");
    assert!(score.findings.is_empty() && text.contains("a success"), "{text}");
    insta::assert_snapshot!(text);
    script.acts.truncate(2);
    script.acts.push((25.0, "fran", "end", "{}"));
    let (score, text) = reported("steady", &play(&script));
    assert_eq!((score.outcome.kind, score.outcome.success), (Kind::Steady, Some(true)), "{text}");
}

fn three_steps() -> Script {
    let acts = [
        (14.5, "ann", "acknowledge", "{}"),
        (15.0, "ann", "rollback", "{}"),
        (15.5, "bob", "step", r#"{"step":2}"#),
        (16.0, "bob", "step", r#"{"step":2}"#),
        (16.5, "bob", "step", r#"{"step":3}"#),
        (17.0, "bob", "step", r#"{"step":9}"#),
    ];
    let mut script = script("cancel-latency-spike", &acts);
    let step = |name: &str, cohort| Step {
        name: name.into(),
        acts: vec![Act::Cohort { cohort, environments: Vec::new(), only: None }],
        takes: Span::from_secs(30),
        ..Step::default()
    };
    script.cast.policy.rollback.playbook =
        vec![step("only a few", Cohort::Share(0.01)), step("the insiders", Cohort::Internal), step("nobody", Cohort::Nobody)];
    script
}

#[test]
fn steps_out_of_order_and_repeated() {
    let (score, text) = reported("steps", &play(&three_steps()));
    let wrong: Vec<(Wrong, usize)> = score.deviations.iter().map(|d| (d.wrong, d.number)).collect();
    let expected = [(Wrong::OutOfOrder, 2), (Wrong::Repeated, 2), (Wrong::OutOfOrder, 3), (Wrong::Skipped, 1)];
    assert_eq!(wrong, expected, "{text}");
    assert_eq!(score.refused.len(), 1, "{text}");
    insta::assert_snapshot!(text);
}

/// What breaks on both arms is not the rollout's.
#[test]
fn rolling_back_for_somebody_elses_incident() {
    let acts = [(16.0, "ann", "rollback", "{}"), (16.5, "ann", "step", r#"{"step":1}"#)];
    let (score, text) = reported("incident", &play(&script("background-incident", &acts)));
    assert_eq!(score.outcome.kind, Kind::FalseRollback);
    assert!(score.outcome.text.contains("not the rollout's (`background_incident`)"), "{text}");
}

#[test]
fn promoted_against_a_failing_gate() {
    let acts = [(12.0, "ann", "promote", "{}"), (24.0, "ann", "promote", "{}"), (35.0, "fran", "end", "{}")];
    let (score, text) = reported("against", &play(&script("cancel-latency-spike", &acts)));
    let rules: Vec<&str> = score.findings.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"promoted-against-gates") && rules.contains(&"missed"), "{text}");
}

/// The same script gives the same bytes.
#[test]
fn twice_the_same() {
    let once = || {
        let account = play(&three_steps());
        let score = crate::report::score(&account);
        (crate::report::json(&account, &score), crate::report::html(&account, &score))
    };
    assert_eq!(once(), once());
}
