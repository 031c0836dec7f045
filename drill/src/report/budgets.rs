//! The budgets: how long harm may last, and how long recovery may take.

use super::outcome::Kind;
use super::seconds;
use crate::account::Account;
use gatecrash_policies::time::{Span, Time};
use serde::Serialize;

/// What a team that has not set itself a budget is held to: rolled back within an hour of the breach.
pub const WITHDRAW_WITHIN: Span = Span::from_secs(3_600);

/// A budget and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Budget {
    /// `withdrawn` (since the first harm) or `recovered` (since the withdrawal).
    pub name: &'static str,
    /// How long it may take.
    #[serde(rename = "within_s", serialize_with = "seconds::span")]
    pub within: Span,
    /// Whose it is.
    pub source: Source,
    /// How long it took; `None` where it did not happen.
    #[serde(rename = "took_s", serialize_with = "seconds::maybe_span")]
    pub took: Option<Span>,
    /// Whether it was kept.
    pub kept: Kept,
}

/// Where a budget comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The policy.
    Policy,
    /// [`WITHDRAW_WITHIN`], since the policy has none.
    Default,
}

/// What became of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// In time.
    Kept,
    /// Too late, or not at all.
    Missed,
    /// The drill was over before the time was up.
    Open,
    /// The rollout did no harm, or nobody withdrew it.
    NotApplicable,
}

impl Kept {
    /// In words.
    pub fn title(self) -> &'static str {
        ["kept", "missed", "open: the drill ended first", "does not apply"][self as usize]
    }
}

/// Both budgets, as far as there are any.
pub fn of(account: &Account, kind: Kind) -> Vec<Budget> {
    let at = &account.trial.instants;
    let (own, start) = (&account.policy.rollback, Time(account.plan.start_us));
    // Nobody can withdraw what they are not there for.
    let harmed = at.harmed.filter(|_| kind.is_breach()).map(|at| at.max(start));
    let (within, source) = own.withdraw_within.map_or((WITHDRAW_WITHIN, Source::Default), |within| (within, Source::Policy));
    let withdraw = budget("withdrawn", within, source, (harmed, at.withdrawn), account.ended);
    let withdrawn = at.withdrawn.filter(|_| kind == Kind::Detected);
    let recover =
        own.recover_within.map(|within| budget("recovered", within, Source::Policy, (withdrawn, at.validated), account.ended));
    std::iter::once(withdraw).chain(recover).collect()
}

fn budget(name: &'static str, within: Span, source: Source, (from, to): (Option<Time>, Option<Time>), ended: Time) -> Budget {
    let took = from.zip(to).map(|(from, to)| to.since(from));
    let kept = match (from, took) {
        (None, _) => Kept::NotApplicable,
        (_, Some(took)) if took <= within => Kept::Kept,
        (Some(from), None) if ended.since(from) <= within => Kept::Open,
        _ => Kept::Missed,
    };
    Budget { name, within, source, took, kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_came_is_missed_once_its_time_is_up() {
        let of = |to, ended| budget("withdrawn", Span(10), Source::Policy, (Some(Time(5)), to), Time(ended)).kept;
        assert_eq!((of(Some(Time(15)), 99), of(Some(Time(16)), 99)), (Kept::Kept, Kept::Missed));
        assert_eq!((of(None, 15), of(None, 16)), (Kept::Open, Kept::Missed));
        let healthy = budget("withdrawn", Span(10), Source::Default, (None, Some(Time(1))), Time(99));
        assert_eq!((healthy.kept, healthy.took), (Kept::NotApplicable, None));
    }
}
