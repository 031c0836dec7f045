//! The numbers of a drill.

use super::approvals::{self, Lapse, Promotion, Refused};
use super::budgets::{self, Budget};
use super::chain::{self, Chain};
use super::costs::{self, Costs, Regret};
use super::findings::{self, Finding};
use super::moments::{self, Moment};
use super::outcome::{self, Outcome};
use super::pace::Pace;
use super::playbook::{self, Deviation};
use super::seconds;
use crate::account::Account;
use gatecrash_policies::time::Time;
use serde::Serialize;

/// What a drill is worth. Its fields are the JSON keys; times in simulated seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// What it came to.
    pub outcome: Outcome,
    /// When people came in.
    #[serde(rename = "start_s", serialize_with = "seconds::at")]
    pub start: Time,
    /// The nine instants, in their order.
    pub instants: Vec<Moment>,
    /// Where the time between them went.
    pub gaps: Chain,
    /// The policy's budgets, or the default one.
    pub budgets: Vec<Budget>,
    /// How the playbook was not followed.
    pub deviations: Vec<Deviation>,
    /// Promotions against the evidence.
    pub promotions: Vec<Promotion>,
    /// What was refused.
    pub refused: Vec<Refused>,
    /// Approvals that lapsed.
    pub lapsed: Vec<Lapse>,
    /// What it cost, and what it would have cost.
    pub costs: Costs,
    /// How much harm the best instant would have spared.
    pub regret: Regret,
    /// What would have to be cleaned up, had this been real.
    pub cleanup: Vec<Left>,
    /// What to do better.
    pub findings: Vec<Finding>,
}

/// Something that stays outside after a rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// What.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// Works the numbers out.
pub fn score(account: &Account) -> Score {
    let outcome = outcome::of(account);
    let start = Time(account.plan.start_us);
    let instants = moments::of(account, outcome.kind);
    let costs = costs::of(account);
    let mut score = Score {
        gaps: chain::of(&instants, outcome.kind.is_breach(), (start, account.ended), &Pace::of(account)),
        budgets: budgets::of(account, outcome.kind),
        deviations: playbook::deviations(account),
        promotions: approvals::promotions(account),
        refused: approvals::refused(account),
        lapsed: approvals::lapsed(account),
        regret: costs.regret(outcome::expect(account)),
        cleanup: account.trial.cleanup.iter().map(|(what, count)| Left { what: what.clone(), count: *count }).collect(),
        findings: Vec::new(),
        outcome,
        start,
        instants,
        costs,
    };
    score.findings = findings::of(account, &score);
    score
}

impl Score {
    /// When an instant was, by its name.
    pub fn at(&self, name: &str) -> Option<Time> {
        self.instants.iter().find(|moment| moment.name == name).and_then(|moment| moment.at)
    }

    /// The instants that happened, in their order. Harm that came by chance is none of a drill without a breach.
    pub fn marks(&self) -> Vec<&Moment> {
        let counts = |m: &&Moment| self.outcome.kind.is_breach() || !["harmed", "shown"].contains(&m.name);
        self.instants.iter().filter(|m| m.at.is_some()).filter(counts).collect()
    }

    /// When an instant counts: not before people were there.
    pub fn counted(&self, name: &str) -> Option<Time> {
        self.at(name).map(|at| at.max(self.start))
    }
}
