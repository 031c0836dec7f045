//! What a search has found, in numbers that were not chosen for being good: those of fresh seeds.

use super::goals::Goals;
use super::study::{Came, Study, World};
use crate::score::Row;
use crate::stats::{six, six_if_any};
use gatecrash_policies::time::Span;
use serde::Serialize;

/// A search and what it found.
#[derive(Clone, Debug, PartialEq)]
pub struct TuneReport {
    /// What was asked for.
    pub goals: Goals,
    /// The first seed of the search.
    pub seed: u64,
    /// The first seed of the fresh trials.
    pub fresh_seed: u64,
    /// All that was played to choose.
    pub study: Study,
    /// Candidates that no other one beats in all respects, by index.
    pub front: Vec<usize>,
    /// What is recommended.
    pub advice: Advice,
    /// The recommended candidate and the policy as written, each once, on fresh seeds; the recommended one first. Where nothing
    /// meets the goals: the one that comes closest.
    pub finalists: Vec<Finalist>,
    /// How many candidates were tried on fresh seeds before one kept what it had promised, that one included.
    pub tried: usize,
    /// What each constraint costs, where something meets them all.
    pub prices: Vec<Price>,
    /// Up to which drift and at which severities the recommendation stays the best among those tried there.
    pub drift: Vec<Drift>,
    /// What each gate of the recommended policy is worth.
    pub gates: Vec<GateWorth>,
}

/// What is recommended.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// This candidate in place of the policy as written.
    Change {
        /// Its index.
        to: usize,
        /// What it gains, in the terms in which candidates were ranked, seed by seed.
        gain: Gain,
    },
    /// The policy as written: nothing is better by more than noise.
    Keep {
        /// The best of the others, and what it would gain.
        best_other: Option<(usize, Gain)>,
    },
    /// No candidate meets the goals.
    Impossible {
        /// The candidate that comes closest.
        closest: usize,
        /// What would have to be given up, one at a time.
        give_up: Vec<GiveUp>,
        /// What would meet the goals beside the values that were tried.
        would_take: Vec<WouldTake>,
    },
}

/// The difference between a candidate and the policy as written on the same seeds, negative where the candidate is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// Seeds that both played in every world as written.
    pub n: u64,
    /// Mean of the differences: exposed requests of a breach, or the expected cost of a rollout.
    #[serde(serialize_with = "six")]
    pub mean: f64,
    /// Its 95 % interval.
    #[serde(serialize_with = "six")]
    pub low: f64,
    /// Its 95 % interval.
    #[serde(serialize_with = "six")]
    pub high: f64,
}

/// What one constraint would have to become for some candidate to meet them all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GiveUp {
    /// `max_false_rollback`, `min_detection`, `max_exposure`, `max_duration`.
    pub constraint: &'static str,
    /// What was asked for: a fraction, requests or seconds.
    #[serde(serialize_with = "six")]
    pub asked: f64,
    /// The nearest that a candidate is shown to reach while it meets the others; `None` when giving up this one alone is not enough.
    #[serde(serialize_with = "six_if_any")]
    pub reached: Option<f64>,
    /// That candidate.
    pub by: Option<usize>,
    /// The scenario that stands in the way most.
    pub scenario: String,
}

/// A change beside the dials that would meet the goals, found by playing it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WouldTake {
    /// `stages.canary.soak` or `stages.canary.cohort`.
    pub path: String,
    /// As it is.
    pub now: String,
    /// As it would have to be at least, among what was tried.
    pub to: String,
    /// What it comes to there: false rollbacks and detection in the worst scenario of each kind.
    #[serde(serialize_with = "six")]
    pub false_rollback: f64,
    /// See above.
    #[serde(serialize_with = "six")]
    pub detection: f64,
}

/// What a constraint costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Price {
    /// Its name, as in [`GiveUp`].
    pub constraint: &'static str,
    /// The best candidate without it.
    pub without: usize,
    /// What candidates are ranked by: of the recommended one, and of the best without the constraint.
    #[serde(serialize_with = "six")]
    pub with_value: f64,
    /// See above.
    #[serde(serialize_with = "six")]
    pub without_value: f64,
}

/// A policy on fresh seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finalist {
    /// Its index among the candidates.
    pub candidate: usize,
    /// Where it was played: the worlds as written first, then perturbed ones that the search did not use.
    pub worlds: Vec<World>,
    /// What it came to, by world.
    pub came: Vec<Came>,
    /// The same as `score` prints it.
    pub rows: Vec<Row>,
}

/// Who would win in a perturbed world, of those that were played there in the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The factor on the wobble of healthy scenarios, or on the faults of breaches.
    pub sizes: crate::score::Sizes,
    /// The best candidate there; `None` when none meets the goals.
    pub winner: Option<usize>,
    /// Whether the recommended one still meets the goals there.
    pub holds: bool,
}

/// What a gate is worth: what is lost when it is taken out of the recommended policy. On fresh seeds, worlds as written.
#[derive(Clone, Debug, PartialEq)]
pub struct GateWorth {
    /// Its name.
    pub gate: String,
    /// Rollbacks of breaches in which it fired first, and all such rollbacks.
    pub fired: (u64, u64),
    /// False rollbacks in which it fired first, and all such rollbacks.
    pub fired_falsely: (u64, u64),
    /// Detection rate with and without it, over all breaches.
    pub detection: (f64, f64),
    /// Mean time from harm to decision with and without it, where there is one.
    pub delay: (Option<Span>, Option<Span>),
    /// Mean requests exposed in a breach, with and without it.
    pub exposed: (f64, f64),
    /// False rollbacks of healthy rollouts, with and without it.
    pub false_rollback: (f64, f64),
    /// The stages in which it never had enough to judge, in any trial that was watched.
    pub blind_at: Vec<String>,
    /// The stages in which it was watched at all.
    pub judged_at: Vec<String>,
}

impl GateWorth {
    /// Whether it has never fired first.
    pub fn never_decides(&self) -> bool {
        self.fired.0 == 0 && self.fired_falsely.0 == 0
    }
}
