//! What no operator can help: telemetry, and gates that would have been wrong without them.

use super::{Owner, Rule, Seen, minor, serious};
use crate::account::Account;
use crate::report::outcome::{Kind, expect};
use crate::report::say::{clock_of, length};
use crate::report::score::Score;
use gatecrash_reports::words;
use gatecrash_sim::scenario::Expect;

pub const RULES: &[Rule] =
    &[("never-shown", never_shown), ("telemetry-slow", telemetry_slow), ("policy-alone-wrong", policy_alone_wrong)];

fn never_shown(account: &Account, score: &Score) -> Option<Seen> {
    let blind = score.outcome.kind.is_breach() && (score.at("shown").is_none() || account.trial.lucky);
    let harmed = words::count_of(score.costs.people.harmed, "outcome");
    let when = if score.outcome.kind == Kind::Missed { "until the end" } else { "before the decision" };
    blind.then(|| serious(format!("No sample that arrived {when} showed any harm; {harmed} harmed."), Owner::Of("telemetry")))
}

/// The largest part of the time, and more than half of it, until the withdrawal or the end.
fn telemetry_slow(account: &Account, score: &Score) -> Option<Seen> {
    let (harmed, shown) = (score.counted("harmed")?, score.counted("shown")?);
    let whole = score.at("withdrawn").unwrap_or(account.ended).since(harmed);
    let telemetry = shown.since(harmed);
    let dominates = score.outcome.kind.is_breach() && !account.trial.lucky && telemetry.0 > whole.0 / 2;
    let text = || format!("Telemetry took {} of the {} from the first harm to the withdrawal.", length(telemetry), length(whole));
    dominates.then(|| minor(text(), Owner::Of("telemetry")))
}

/// The gates by themselves: next time nobody may be looking.
fn policy_alone_wrong(account: &Account, score: &Score) -> Option<Seen> {
    let alone = &account.automatic;
    let wrong = match (score.costs.automatic.outcome, expect(account)) {
        ("missed", _) => {
            format!("The policy alone does not roll back: {} harmed.", words::count_of(alone.harmed, "outcome"))
        }
        ("false_rollback", Expect::Promote) => {
            let at = score.costs.automatic.decided.map_or(String::new(), clock_of);
            let by: Vec<String> = alone.caught_by.iter().map(|gate| format!("`{gate}`")).collect();
            format!("The policy alone rolls back at {at} for nothing, by {}.", words::list(&by))
        }
        _ => return None,
    };
    Some(minor(wrong, Owner::Of("the gates")))
}
