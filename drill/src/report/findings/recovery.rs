//! Whether it was over when it was said to be, and in time.

use super::{Owner, Rule, Seen, serious};
use crate::account::Account;
use crate::report::budgets::{Budget, Kept, Source};
use crate::report::say::{clock_of, length};
use crate::report::score::Score;
use gatecrash_reports::words;

pub const RULES: &[Rule] =
    &[("budget-missed", budget_missed), ("not-validated", not_validated), ("premature-validation", premature)];

fn budget_missed(_: &Account, score: &Score) -> Option<Seen> {
    let said = |b: &Budget| {
        let took = b.took.map_or("it never was".into(), |took| format!("it took {}", length(took)));
        let whose = if b.source == Source::Policy { "the policy's" } else { "the default" };
        format!("{} within {} ({whose} budget): {took}", b.name, length(b.within))
    };
    let all: Vec<String> = score.budgets.iter().filter(|b| b.kept == Kept::Missed).map(said).collect();
    (!all.is_empty()).then(|| serious(format!("To be {}.", all.join("; to be ")), Owner::Rollout))
}

/// A rollback that nobody saw the end of.
fn not_validated(account: &Account, score: &Score) -> Option<Seen> {
    let decided = score.at("decided")?;
    let open = score.at("validated").is_none();
    let stood = match score.at("withdrawn") {
        Some(at) => format!("Withdrawn at {}, and recovery was not validated", clock_of(at)),
        None => format!("Decided at {}, and not withdrawn", clock_of(decided)),
    };
    let text = || format!("{stood} when the drill ended at {} ({}).", clock_of(account.ended), account.reason);
    open.then(|| serious(text(), Owner::Rollout))
}

fn premature(account: &Account, score: &Score) -> Option<Seen> {
    let at = account.trial.premature_validation?;
    let clear = score
        .at("clear")
        .map_or("harm had not ended by the end".to_string(), |clear| format!("the last harm came at {}", clock_of(clear)));
    let harmed = words::count_of(score.costs.people.harmed, "outcome");
    let text = format!("The recovery check succeeded at {}, and {clear} ({harmed} harmed in all).", clock_of(at));
    Some(serious(text, Owner::Of("the recovery check")))
}
