//! What is expected of a drill is decided by its one trial.

use crate::fixtures;
use gatecrash_reports::measure::Facts;
use gatecrash_reports::suite::drill::{Kind, check, misplaced};
use gatecrash_reports::suite::{AS_RECORDED, Verdict, expectation};
use gatecrash_sim::Trial;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Outcome;

fn facts(outcome: Outcome, reason: &str) -> Facts {
    let trial = Trial { harmed: 40, reason: reason.into(), ..fixtures::trial("s", "p", 7, outcome) };
    Facts::of(&trial, Expect::Rollback)
}

/// What becomes of an expectation, what was measured, and why it fails.
fn checked(text: &str, facts: &Facts, differs: Option<&str>) -> (Verdict, String, Option<String>) {
    let checked = check(&expectation::parse(text).expect(text), facts, differs);
    assert_eq!((checked.low, checked.high, checked.confidence, checked.trials), (None, None, 1.0, 1), "{text}");
    (checked.verdict, checked.shown(), checked.reason)
}

#[test]
fn one_trial_decides_whatever_the_number() {
    let facts = facts(Outcome::Detected, "");
    for stat in ["p50", "p95", "mean", "max"] {
        let (under, over) = (format!("harmed.{stat} <= 40"), format!("harmed.{stat} < 40"));
        assert_eq!(checked(&under, &facts, None), (Verdict::Pass, "40".into(), None));
        assert_eq!(checked(&over, &facts, None), (Verdict::Fail, "40".into(), None));
    }
    assert_eq!(checked("detection_rate >= 99.9%", &facts, None), (Verdict::Pass, "100%".into(), None));
    assert_eq!(checked("missed > 50%", &facts, None), (Verdict::Fail, "0%".into(), None));
}

#[test]
fn what_there_is_none_of_fails_and_says_so() {
    let none = Some("the drill has none of it: its outcome is missed".to_string());
    assert_eq!(checked("time_to_detect.p50 <= 45m", &facts(Outcome::Missed, ""), None), (Verdict::Fail, "no data".into(), none));
    let silent = facts(Outcome::Insufficient, "no-data");
    let why = Some("the drill says nothing: no-data".to_string());
    assert_eq!(checked("harmed.max <= 100", &silent, None), (Verdict::Fail, "40".into(), why));
    assert_eq!(checked("insufficient >= 100%", &silent, None).0, Verdict::Pass);
    assert_eq!(checked("insufficient <= 0%", &silent, None).0, Verdict::Fail);
}

#[test]
fn a_record_that_comes_out_otherwise_fails_with_its_line() {
    let facts = facts(Outcome::Insufficient, "no-data");
    assert_eq!(checked(AS_RECORDED, &facts, None), (Verdict::Pass, "100%".into(), None));
    assert_eq!(checked(AS_RECORDED, &facts, Some("line 3: so")), (Verdict::Fail, "0%".into(), Some("line 3: so".into())));
}

#[test]
fn what_is_of_something_else_is_refused() {
    let why = |text: &str, kind| misplaced(&expectation::parse(text).expect(text), kind).unwrap_or_default();
    for kind in [Kind::Record, Kind::Script] {
        assert!(why("smallest_severity.at_80 <= 2x", kind).contains("of many trials"));
    }
    assert!(why(AS_RECORDED, Kind::Script).contains("a script does not say"));
    assert!(why(AS_RECORDED, Kind::Trials).contains("a case with `replay`"));
    let fine = [("missed <= 0%", Kind::Script), (AS_RECORDED, Kind::Record), ("smallest_severity.at_80 <= 2x", Kind::Trials)];
    assert!(fine.iter().all(|(text, kind)| why(text, *kind).is_empty()));
}
