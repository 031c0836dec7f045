//! What was played: candidates, worlds, and what each came to in each. Whole numbers only, so that the order in which trials are
//! added does not matter.

use crate::score::Sizes;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Outcome, Trial};
use std::collections::BTreeMap;

/// All that a search has played.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// The name of the policy that is tuned.
    pub policy: String,
    /// What was varied.
    pub dials: Vec<Dial>,
    /// The policies that were tried. The one as written is always among them.
    pub candidates: Vec<Candidate>,
    /// The index of the policy as written.
    pub current: usize,
    /// The names of the policy's gates, in its order.
    pub gates: Vec<String>,
    /// The names of its stages, in its order.
    pub stages: Vec<String>,
    /// Where they were played. Worlds as written (severity and wobble 1) decide; the others tell how far the answer holds.
    pub worlds: Vec<World>,
    /// By candidate, then by world: without trials where a candidate was given up before.
    pub came: Vec<Vec<Came>>,
    /// What it took.
    pub effort: Effort,
}

impl Study {
    /// The dials at which a candidate differs from the policy as written.
    pub fn changed(&self, candidate: usize) -> Vec<usize> {
        let (own, now) = (&self.candidates[candidate].values, &self.candidates[self.current].values);
        (0..self.dials.len()).filter(|dial| own[*dial] != now[*dial]).collect()
    }
}

/// A part of the policy that was varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// `gates.cancel-to-ack.limit`.
    pub path: String,
    /// Its value in the policy as written, or its default; `None` where it has none.
    pub now: Option<String>,
    /// The values that were tried, as a person would write them.
    pub values: Vec<String>,
}

/// A policy that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its value at each dial, in their order. Of the policy as written: those that it has.
    pub values: Vec<String>,
}

/// A scenario at one severity and wobble.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The scenario's name.
    pub scenario: String,
    /// What a good policy does.
    pub expect: Expect,
    /// Multiples of what the scenario says of its faults and its wobble.
    pub sizes: Sizes,
}

impl World {
    /// As the scenario says: what a recommendation is held to.
    pub fn is_as_written(&self) -> bool {
        self.sizes == Sizes::default()
    }

    /// Whether a good policy rolls back.
    pub fn has_breach(&self) -> bool {
        self.expect == Expect::Rollback
    }
}

/// What it took to play them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Trials: one for each candidate, world and seed.
    pub trials: u64,
    /// Events of the worlds that were played.
    pub simulated: u64,
    /// Events that candidates met without having them played again, since another one had decided alike until then.
    pub saved: u64,
}

/// What trials of one candidate in one world came to. Times in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Harm, and a rollback at or after it.
    pub detected: u64,
    /// Of these, decided no later after the first harm than was asked for; all of them when nothing was asked for.
    pub in_time: u64,
    /// Harm, and no rollback.
    pub missed: u64,
    /// Rollbacks for nothing, or before any harm.
    pub false_rollbacks: u64,
    /// Finished, where that was right.
    pub true_promotes: u64,
    /// Trials that say nothing.
    pub insufficient: u64,
    /// From harmed to decided, of those detected.
    pub detect: Sum,
    /// Requests that met the canary, of all trials.
    pub exposed: Sum,
    /// Harmed outcomes, of all trials.
    pub harmed: Sum,
    /// From the beginning to the finish, of trials that finished.
    pub rollout: Sum,
    /// From the beginning to the finish, the decision to roll back, or the end of the trial; of all trials.
    pub under_way: Sum,
    /// Rollbacks by the first gate that fired.
    pub caught_by: BTreeMap<String, u64>,
    /// Of those detected, by the stage in which it was decided: from harmed to decided.
    pub by_stage: BTreeMap<String, Sum>,
    /// Of the same: requests that met the canary.
    pub exposed_by_stage: BTreeMap<String, Sum>,
}

impl Came {
    /// Adds a trial. `in_time` says whether its detection, if it is one, came soon enough.
    pub fn add(&mut self, trial: &Trial, in_time: impl Fn(u64) -> bool) {
        let at = &trial.instants;
        match trial.outcome {
            Outcome::Detected => {
                let delay = at.decided.zip(at.harmed).map_or(0, |(decided, harmed)| decided.since(harmed).0);
                self.detected += 1;
                self.in_time += u64::from(in_time(delay));
                self.detect.add(delay);
                self.by_stage.entry(trial.stage.clone()).or_default().add(delay);
                self.exposed_by_stage.entry(trial.stage.clone()).or_default().add(trial.exposed_requests);
            }
            Outcome::Missed => self.missed += 1,
            Outcome::FalseRollback => self.false_rollbacks += 1,
            Outcome::TruePromote => self.true_promotes += 1,
            Outcome::Insufficient => self.insufficient += 1,
        }
        if let Some(gate) = trial.caught_by.first() {
            *self.caught_by.entry(gate.clone()).or_default() += 1;
        }
        self.exposed.add(trial.exposed_requests);
        self.harmed.add(trial.harmed);
        if trial.finished {
            self.rollout.add(trial.ended.0);
        }
        self.under_way.add(at.decided.unwrap_or(trial.ended).0);
    }

    /// Adds what other trials came to.
    pub fn merge(&mut self, other: &Came) {
        self.detected += other.detected;
        self.in_time += other.in_time;
        self.missed += other.missed;
        self.false_rollbacks += other.false_rollbacks;
        self.true_promotes += other.true_promotes;
        self.insufficient += other.insufficient;
        self.detect.merge(other.detect);
        self.exposed.merge(other.exposed);
        self.harmed.merge(other.harmed);
        self.rollout.merge(other.rollout);
        self.under_way.merge(other.under_way);
        for (gate, n) in &other.caught_by {
            *self.caught_by.entry(gate.clone()).or_default() += n;
        }
        for (stage, sum) in &other.by_stage {
            self.by_stage.entry(stage.clone()).or_default().merge(*sum);
        }
        for (stage, sum) in &other.exposed_by_stage {
            self.exposed_by_stage.entry(stage.clone()).or_default().merge(*sum);
        }
    }

    /// Trials.
    pub fn trials(&self) -> u64 {
        self.judged() + self.insufficient
    }

    /// Trials that say something.
    pub fn judged(&self) -> u64 {
        self.detected + self.missed + self.false_rollbacks + self.true_promotes
    }
}

/// Whole numbers added up: enough for their mean and its error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub n: u64,
    /// Their sum.
    pub total: u128,
    /// The sum of their squares.
    pub squares: u128,
}

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, value: u64) {
        self.n += 1;
        self.total += u128::from(value);
        self.squares += u128::from(value) * u128::from(value);
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: Sum) {
        self.n += other.n;
        self.total += other.total;
        self.squares += other.squares;
    }

    /// Their mean; nothing of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.total as f64 / self.n as f64)
    }

    /// The standard error of their mean, as far as two or more tell one.
    pub fn error(&self) -> Option<f64> {
        let n = self.n as f64;
        let mean = self.mean().filter(|_| self.n > 1)?;
        let variance = (self.squares as f64 / n - mean * mean).max(0.0) * n / (n - 1.0);
        Some((variance / n).sqrt())
    }
}
