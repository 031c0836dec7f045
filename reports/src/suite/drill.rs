//! What is expected of a drill that is played again: it is one trial, the same every time, so that everything is decided.

use super::report::Checked;
use super::verdict::{Look, Verdict};
use super::{Estimate, Expectation, Subject};
use crate::measure::{Facts, Measure};
use gatecrash_sim::trial::Outcome;

const ONCE: Look = Look { of: 1, is_last: true };

/// Whether an expectation holds of a drill. `differs` is where it came out otherwise than its record says.
pub fn check(expectation: &Expectation, facts: &Facts, differs: Option<&str>) -> Checked {
    let value = match expectation.subject {
        Subject::AsRecorded => Some(u64::from(differs.is_none())),
        _ => expectation.value(facts),
    };
    let silent = silence(expectation, facts);
    let passes = silent.is_none() && value.is_some_and(|value| expectation.holds(value as f64));
    let verdict = if passes { Verdict::Pass } else { Verdict::Fail };
    let estimate = value.map(|value| Estimate::exact(value as f64));
    let mut checked = Checked::new(expectation, verdict, estimate, ONCE, 1);
    checked.confidence = 1.0;
    checked.reason = match expectation.subject {
        _ if passes => None,
        Subject::AsRecorded => differs.map(str::to_string),
        _ => silent
            .or_else(|| value.is_none().then(|| format!("the drill has none of it: its outcome is {}", facts.outcome.name()))),
    };
    checked
}

/// Why nothing passes: a drill that says nothing shows nothing, but that it does.
fn silence(expectation: &Expectation, facts: &Facts) -> Option<String> {
    let is_about_it = matches!(expectation.subject, Subject::AsRecorded | Subject::Measure(Measure::Insufficient));
    (facts.outcome == Outcome::Insufficient && !is_about_it).then(|| format!("the drill says nothing: {}", facts.reason))
}

/// What expectations are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Many trials of a policy.
    Trials,
    /// A drill from its record.
    Record,
    /// A drill from its script.
    Script,
}

/// Why an expectation says nothing of what it is expected of.
pub fn misplaced(expectation: &Expectation, kind: Kind) -> Option<&'static str> {
    match (&expectation.subject, kind) {
        (Subject::SmallestSeverity(_), Kind::Record | Kind::Script) => {
            Some("`smallest_severity` is of many trials, and a drill is one; expect it of a scenario")
        }
        (Subject::AsRecorded, Kind::Script) => Some(
            "`as_recorded` is of a record, and a script does not say what came of it; record it with gatecrash replay --record",
        ),
        (Subject::AsRecorded, Kind::Trials) => {
            Some("`as_recorded` is of a drill: a case with `replay`, like replay: ./friday.jsonl")
        }
        _ => None,
    }
}
