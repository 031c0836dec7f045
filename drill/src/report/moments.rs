//! The instants: the six of the trial, and between them those of the people.

use super::outcome::{Kind, decider};
use super::playbook::sends_everyone_back;
use super::seconds;
use crate::account::{Account, Deed};
use crate::act::Act;
use crate::role::Role;
use gatecrash_policies::time::Time;
use serde::Serialize;

/// An instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// `harmed`, `shown`, `noticed`, `acknowledged`, `decided`, `first_right_action`, `withdrawn`, `clear` or `validated`.
    pub name: &'static str,
    /// When; `None` is never.
    #[serde(rename = "at_s", serialize_with = "seconds::maybe")]
    pub at: Option<Time>,
    /// Who did it, where somebody did.
    pub who: Option<String>,
    /// Whether it was before anybody was there.
    pub before_start: bool,
}

impl Moment {
    /// Its name in words.
    pub fn title(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// All nine, in their order.
pub fn of(account: &Account, kind: Kind) -> Vec<Moment> {
    let at = &account.trial.instants;
    let start = Time(account.plan.start_us);
    let by_world = |name, at: Option<Time>| (name, at, None);
    let by = |name, deed: Option<&Deed>| (name, deed.map(|deed| deed.at), deed.map(|deed| deed.who.clone()));
    let harmed = at.harmed.filter(|_| kind.is_breach());
    let all = [
        by_world("harmed", at.harmed),
        by_world("shown", at.shown),
        by("noticed", harmed.and_then(|from| first(account, from, shows_notice))),
        by("acknowledged", harmed.and_then(|from| first(account, from, |act| matches!(act, Act::Acknowledge { .. })))),
        ("decided", at.decided, at.decided.map(|at| decider(account, at).map_or("policy".into(), |deed| deed.who.clone()))),
        first_right_action(account),
        by_world("withdrawn", at.withdrawn),
        by_world("clear", at.clear),
        by_world("validated", at.validated),
    ];
    let moment = |(name, at, who): (_, Option<Time>, _)| Moment { name, at, who, before_start: at.is_some_and(|at| at < start) };
    all.into_iter().map(moment).collect()
}

/// Whether somebody runs the rollout, as far as they said.
pub fn is_operator(deed: &Deed) -> bool {
    matches!(deed.role, None | Some(Role::Operator))
}

/// What nobody does who has not noticed something.
fn shows_notice(act: &Act) -> bool {
    matches!(
        act,
        Act::Acknowledge { .. }
            | Act::Hold { .. }
            | Act::Page { .. }
            | Act::Rollback { .. }
            | Act::Step { .. }
            | Act::Note { .. }
    )
}

/// The first act of this kind that an operator did from this moment on.
fn first(account: &Account, from: Time, wanted: impl Fn(&Act) -> bool) -> Option<&Deed> {
    let done = account.deeds.iter().filter(|deed| deed.answer.is_ok() && is_operator(deed));
    done.filter(|deed| deed.at >= from).find(|deed| wanted(&deed.act))
}

/// The first step from the decision on that was the one to run, or that sends everyone back.
fn first_right_action(account: &Account) -> (&'static str, Option<Time>, Option<String>) {
    let decided = account.trial.instants.decided;
    let is_right = |step: usize, in_order| in_order || account.steps.get(step).is_some_and(sends_everyone_back);
    let run = account.runs.iter().filter(|run| decided.is_some_and(|decided| run.at >= decided));
    let run = run.into_iter().find(|run| is_right(run.step, run.in_order));
    ("first_right_action", run.map(|run| run.at), run.map(|run| run.who.clone()))
}
