//! How the playbook was run, held against what was due.

use super::seconds;
use crate::account::Account;
use gatecrash_policies::policy::{Act, Cohort, Step};
use gatecrash_policies::time::Time;
use serde::Serialize;

/// Something about the playbook that was not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deviation {
    /// What.
    pub wrong: Wrong,
    /// The step's number, from 1.
    pub number: usize,
    /// Its name.
    pub step: String,
    /// Who ran it; `None` where nobody did.
    pub who: Option<String>,
    /// When.
    #[serde(rename = "at_s", serialize_with = "seconds::maybe")]
    pub at: Option<Time>,
}

/// What can be wrong with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// It was due, and was never run, though recovery was not seen before its turn had come.
    Skipped,
    /// It was run before one that comes first.
    OutOfOrder,
    /// It was run again.
    Repeated,
    /// It was run, though it does not apply to the gates that failed.
    NotDue,
    /// It was run when recovery had been seen already.
    AfterRecovery,
}

impl Wrong {
    /// In words.
    pub fn title(self) -> &'static str {
        ["skipped", "out of order", "repeated", "not due", "run after recovery was seen"][self as usize]
    }
}

/// Whether a step sends everyone back: all environments, all surfaces.
pub fn sends_everyone_back(step: &Step) -> bool {
    let everyone =
        |act: &Act| matches!(act, Act::Cohort { cohort: Cohort::Nobody, environments, only: None } if environments.is_empty());
    step.acts.iter().any(everyone)
}

/// Every deviation: the runs in order, then what was skipped.
pub fn deviations(account: &Account) -> Vec<Deviation> {
    let seen = recovery_seen(account);
    let ran = (0..account.runs.len()).flat_map(|i| of_run(account, i, seen));
    ran.chain(skipped(account, seen)).collect()
}

/// When the recovery check told people that it is over, whether it was or not.
fn recovery_seen(account: &Account) -> Option<Time> {
    let both = [account.trial.premature_validation, account.trial.instants.validated];
    both.into_iter().flatten().min()
}

fn of_run(account: &Account, i: usize, seen: Option<Time>) -> Vec<Deviation> {
    let run = &account.runs[i];
    let before = account.runs[..i].iter().any(|other| other.step == run.step);
    let order = match (before, account.due.contains(&run.step), run.in_order) {
        (true, ..) => Some(Wrong::Repeated),
        (_, false, _) => Some(Wrong::NotDue),
        (_, _, false) => Some(Wrong::OutOfOrder),
        _ => None,
    };
    let late = seen.filter(|seen| run.at > *seen).map(|_| Wrong::AfterRecovery);
    let wrong = order.into_iter().chain(late);
    wrong.map(|wrong| deviation(account, wrong, run.step, Some((&run.who, run.at)))).collect()
}

/// A step that is due need not be run once recovery is seen, unless a later one was run before that.
fn skipped(account: &Account, seen: Option<Time>) -> Vec<Deviation> {
    if account.trial.instants.decided.is_none() {
        return Vec::new();
    }
    let first_run = |step: &usize| account.runs.iter().find(|run| run.step == *step).map(|run| run.at);
    let was_needed = |place: usize| {
        let later = account.due[place..].iter().filter_map(first_run);
        seen.is_none_or(|seen| later.into_iter().any(|at| at <= seen))
    };
    let due = account.due.iter().enumerate();
    let never = due.filter(|(place, step)| first_run(step).is_none() && was_needed(*place));
    never.map(|(_, step)| deviation(account, Wrong::Skipped, *step, None)).collect()
}

fn deviation(account: &Account, wrong: Wrong, step: usize, run: Option<(&String, Time)>) -> Deviation {
    let name = account.steps.get(step).map_or(String::new(), |step| step.name.clone());
    Deviation { wrong, number: step + 1, step: name, who: run.map(|(who, _)| who.clone()), at: run.map(|(_, at)| at) }
}
