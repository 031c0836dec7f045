//! What the drill cost, beside what it would have cost.

use super::{outcome, seconds};
use crate::account::Account;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::Trial;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Outcome;
use serde::Serialize;

/// What one play of the rollout cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// `detected`, `missed`, `false_rollback`, `true_promote` or `insufficient`.
    pub outcome: &'static str,
    /// When it was decided to roll back.
    #[serde(rename = "decided_s", serialize_with = "seconds::maybe")]
    pub decided: Option<Time>,
    /// Requests that met the canary.
    pub exposed_requests: u64,
    /// Subjects that met the canary at least once.
    pub exposed_subjects: u64,
    /// Harmed outcomes.
    pub harmed: u64,
    /// Duplicates that left the system.
    pub leaked: u64,
    /// From the first harm to the decision, of a breach that was detected.
    #[serde(rename = "time_to_detect_s", serialize_with = "seconds::maybe_span")]
    pub time_to_detect: Option<Span>,
    /// From the decision to the validated recovery.
    #[serde(rename = "recovery_s", serialize_with = "seconds::maybe_span")]
    pub recovery: Option<Span>,
}

/// The same world three times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Costs {
    /// As people played it.
    pub people: Cost,
    /// As the policy alone plays it.
    pub automatic: Cost,
    /// With the decision at the best instant that was tried.
    pub best: Cost,
    /// How many instants were tried, never included.
    pub tried: usize,
    /// Whether the drill was ended before its rollout was over, so that people's costs are counted up to then and the others' to the
    /// end.
    pub cut_short: bool,
}

/// How much harm a decision at the best instant would have spared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Regret {
    /// Whether there was any harm to be spared: not where going on was right.
    pub applies: bool,
    /// Harmed outcomes beyond those of the best instant; 0 where people did better than every instant that was tried.
    pub harmed: u64,
    /// By how many outcomes people did better than every instant that was tried.
    pub better_by: u64,
}

/// What it cost, and what it would have cost.
pub fn of(account: &Account) -> Costs {
    let expect = outcome::expect(account);
    Costs {
        people: cost(&account.trial, expect),
        automatic: cost(&account.automatic, expect),
        best: Cost { decided: account.best.decided, ..cost(&account.best.trial, expect) },
        tried: account.best.tried.len(),
        cut_short: !["finished", "recovered", "horizon"].contains(&account.reason.as_str()),
    }
}

impl Costs {
    /// See [`Regret`].
    pub fn regret(&self, expect: Expect) -> Regret {
        if expect == Expect::Promote {
            return Regret::default();
        }
        let (people, best) = (self.people.harmed, self.best.harmed);
        Regret { applies: true, harmed: people.saturating_sub(best), better_by: best.saturating_sub(people) }
    }
}

/// How it ended, where something that was put in may have changed what was right.
fn ended(trial: &Trial, expect: Expect) -> Outcome {
    match (expect, trial.instants.decided, trial.instants.harmed) {
        (Expect::Rollback, Some(decided), Some(harmed)) if decided >= harmed => Outcome::Detected,
        (Expect::Rollback, None, Some(_)) => Outcome::Missed,
        _ => trial.outcome,
    }
}

fn cost(trial: &Trial, expect: Expect) -> Cost {
    let (at, outcome) = (&trial.instants, ended(trial, expect));
    let between = |from: Option<Time>, to: Option<Time>| from.zip(to).map(|(from, to)| to.since(from));
    Cost {
        outcome: outcome.name(),
        decided: at.decided,
        exposed_requests: trial.exposed_requests,
        exposed_subjects: trial.exposed_subjects,
        harmed: trial.harmed,
        leaked: trial.duplicates_leaked,
        time_to_detect: between(at.harmed, at.decided).filter(|_| outcome == Outcome::Detected),
        recovery: between(at.decided, at.validated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regret_is_never_negative() {
        let cost = |harmed| Cost {
            outcome: "detected",
            decided: None,
            exposed_requests: 0,
            exposed_subjects: 0,
            harmed,
            leaked: 0,
            time_to_detect: None,
            recovery: None,
        };
        let regret = |people, best| {
            let costs = Costs { people: cost(people), automatic: cost(0), best: cost(best), tried: 3, cut_short: false };
            costs.regret(Expect::Rollback)
        };
        assert_eq!(regret(12, 5), Regret { applies: true, harmed: 7, better_by: 0 });
        assert_eq!(regret(5, 12), Regret { applies: true, harmed: 0, better_by: 7 });
    }
}
