//! How the playbook was run.

use super::{Owner, Rule, Seen, Severity};
use crate::account::Account;
use crate::report::playbook::{Deviation, Wrong};
use crate::report::say::clock_of;
use crate::report::score::Score;
use gatecrash_reports::words;

pub const RULES: &[Rule] = &[
    ("step-skipped", |_, score| of(score, Wrong::Skipped)),
    ("step-out-of-order", |_, score| of(score, Wrong::OutOfOrder)),
    ("step-repeated", |_, score| of(score, Wrong::Repeated)),
    ("step-not-due", |_, score| of(score, Wrong::NotDue)),
    ("step-after-recovery", |_, score| of(score, Wrong::AfterRecovery)),
    ("no-step", no_step),
];

fn of(score: &Score, wrong: Wrong) -> Option<Seen> {
    let all: Vec<String> = score.deviations.iter().filter(|d| d.wrong == wrong).map(said).collect();
    let names = words::list(&all);
    let (severity, owner, text) = match wrong {
        Wrong::Skipped => (Severity::Serious, Owner::Of("the playbook"), format!("Due and never run: {names}.")),
        Wrong::OutOfOrder => (Severity::Minor, Owner::Of("the playbook"), format!("Run before its turn: {names}.")),
        Wrong::Repeated => (Severity::Minor, Owner::Operator, format!("Run again: {names}.")),
        Wrong::NotDue => (Severity::Minor, Owner::Operator, format!("Run, though it does not apply to what failed: {names}.")),
        Wrong::AfterRecovery => (Severity::Minor, Owner::Operator, format!("Run when recovery had been seen already: {names}.")),
    };
    (!all.is_empty()).then_some(Seen { severity, text, owner })
}

/// `step 2, `drop the overrides` (bob, 0:31:02)`.
fn said(deviation: &Deviation) -> String {
    let run = deviation.who.as_ref().zip(deviation.at).map(|(who, at)| format!(" ({who}, {})", clock_of(at)));
    format!("step {} `{}`{}", deviation.number, deviation.step, run.unwrap_or_default())
}

/// A decision alone sends nobody back.
fn no_step(account: &Account, score: &Score) -> Option<Seen> {
    let decided = score.at("decided")?;
    let text = || {
        format!(
            "Decided at {}, and no step of the playbook was run until the end at {}.",
            clock_of(decided),
            clock_of(account.ended)
        )
    };
    account.runs.is_empty().then(|| Seen { severity: Severity::Serious, text: text(), owner: Owner::Operator })
}
