//! Whether somebody saw it, and said so.

use super::{Owner, Rule, Seen, minor, serious};
use crate::account::Account;
use crate::report::moments::is_operator;
use crate::report::say::{clock_of, took};
use crate::report::score::Score;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Status;

/// What may pass from the first failing gate until somebody does something. Ours.
const NOTICE_WITHIN: Span = Span::from_secs(600);

pub const RULES: &[Rule] = &[
    ("nobody-there", nobody_there),
    ("not-noticed", not_noticed),
    ("noticed-late", noticed_late),
    ("not-acknowledged", not_acknowledged),
];

fn nobody_there(account: &Account, _: &Score) -> Option<Seen> {
    let nobody = !account.deeds.iter().any(is_operator);
    let text = || format!("No operator did anything until the drill ended at {}.", clock_of(account.ended));
    nobody.then(|| serious(text(), Owner::Rollout))
}

fn not_noticed(account: &Account, score: &Score) -> Option<Seen> {
    let (gate, failed) = failed_first(account, score)?;
    let never = score.at("noticed").is_none() && account.deeds.iter().any(is_operator);
    let text = || format!("Gate `{gate}` failed at {}, and no operator did anything about it.", clock_of(failed));
    never.then(|| serious(text(), Owner::Operator))
}

fn noticed_late(account: &Account, score: &Score) -> Option<Seen> {
    let ((gate, failed), noticed) = (failed_first(account, score)?, score.at("noticed")?);
    let late = noticed.since(failed);
    let text = || {
        format!(
            "Gate `{gate}` failed at {}; the first act of an operator came {} later.",
            clock_of(failed),
            took(account, failed, noticed)
        )
    };
    (late > NOTICE_WITHIN).then(|| serious(text(), Owner::Operator))
}

fn not_acknowledged(_: &Account, score: &Score) -> Option<Seen> {
    let silent = score.outcome.kind.is_breach() && score.at("noticed").is_some() && score.at("acknowledged").is_none();
    let text = "Nobody acknowledged: others could not know that somebody had it.";
    silent.then(|| minor(text.into(), Owner::Operator))
}

/// The first gate that failed from the first harm on, with people there.
fn failed_first(account: &Account, score: &Score) -> Option<(String, Time)> {
    let from = score.counted("harmed").filter(|_| score.outcome.kind.is_breach())?;
    let verdicts = &account.trial.detail.as_ref()?.verdicts;
    let (at, gate, _) = verdicts.iter().find(|(at, _, verdict)| *at >= from && verdict.status == Status::Fail)?;
    Some((account.policy.gates.get(*gate)?.name.clone(), *at))
}
