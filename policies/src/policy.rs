//! A policy as plain data: stages, gates, and the way back.

pub mod mutants;
mod rollback;
mod stages;
mod without;

pub use crate::rules::Rule;
pub use mutants::{Mutant, Mutation, mutants};
pub use rollback::*;
pub use stages::*;
pub use without::without_gate;

use crate::time::Span;

/// A rollout policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is for, in a line.
    pub about: String,
    /// The role that answers for the rollout and signs what is decided; may be empty.
    pub owner: String,
    /// Time between rounds.
    pub round: Span,
    /// What must be closed before anybody is exposed.
    pub readiness: Option<Readiness>,
    /// A chance of a false rollback that all gates share, in place of their rules' own.
    pub alpha: Option<SharedAlpha>,
    /// All gates; stages name theirs.
    pub gates: Vec<Gate>,
    /// In order.
    pub stages: Vec<Stage>,
    /// Gates that are read again at fixed times after the first exposure; reported, never acted upon.
    pub measures: Vec<Measure>,
    /// What happens after the decision to roll back.
    pub rollback: Rollback,
}

/// `alpha: { total: 5%, split: bonferroni }`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedAlpha {
    /// Of a whole rollout without a breach, strictly between 0 and 1.
    pub total: f64,
    /// How it is divided.
    pub split: Split,
}

/// How a chance of a false rollback is divided among gates, stages and looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// Equally.
    #[default]
    Bonferroni,
    /// Equally among gates and stages, over the looks of a stage little early and more late.
    Spending,
    /// By the mean of the gates' e-values, stage by stage.
    EValue,
}

/// What number, what is allowed, and how evidence is weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// The requirement that it is a part of, where several gates make one (`slow-consumer`); may be empty.
    pub row: String,
    /// Reading, operator, limit and window.
    pub check: Check,
    /// How evidence is weighed.
    pub rule: Rule,
    /// Fewer outcomes than this are inconclusive; at least 1.
    pub min_samples: u64,
    /// What a fail means.
    pub on_fail: OnFail,
    /// The gate is judged only when this holds.
    pub needs: Option<Needs>,
}

/// What a failing gate does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFail {
    /// Rolls back.
    #[default]
    Rollback,
    /// Does not advance while it fails.
    Hold,
    /// Never advances again, and pages the operator, who rolls back: the evidence itself is not to be trusted any more.
    Stop,
}

/// A gate whose event need not occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    /// What must hold before the gate is judged.
    pub check: Check,
    /// What the gate is until then.
    pub unmet: Unmet,
}

/// What an unneeded gate counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmet {
    /// Not judged: does not stand in the way.
    #[default]
    Skip,
    /// Inconclusive: the stage waits.
    Wait,
    /// Inconclusive, and a rollout that ends so is insufficient.
    Insufficient,
}

/// `reduce(metric[segment=value]) op limit over window`.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is read.
    pub reading: Reading,
    /// How it is compared.
    pub op: Op,
    /// With what.
    pub limit: Limit,
    /// The attribute of `per surface`: the check holds in every segment of it.
    pub per: Option<String>,
    /// The window; since the stage began when there is none.
    pub over: Option<Span>,
}

/// A reducer over a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// How many outcomes.
    Count(Metric),
    /// The running total of a counter (for `growth(total(m))`).
    Total(Metric),
    /// Outcomes per second.
    Rate(Metric),
    /// One count over another.
    Ratio(Metric, Metric),
    /// The share of outcomes beyond a value: (metric, the value in the metric's own unit).
    Share(Metric, Op, f64),
    /// Mean of outcomes, or of a level over time.
    Mean(Metric),
    /// Smallest outcome or level at a scrape.
    Min(Metric),
    /// Largest outcome or level.
    Max(Metric),
    /// The latest level, or the latest scrape's increase.
    Last(Metric),
    /// The quantile (0..1) of outcomes.
    Quantile(f64, Metric),
    /// Slope per second of a counter's increments or of a level (Theil-Sen).
    Growth(Box<Reading>),
    /// Longest run of attempts of one case, none being 0: of numbers that count it, or of a counter whose component counts it as
    /// `signal_streak`. Every scrape is one outcome.
    Streak(Metric),
}

impl Reading {
    /// The metrics that are read: one, or the two of a ratio.
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            Reading::Ratio(a, b) => vec![a, b],
            Reading::Growth(reading) => reading.metrics(),
            Reading::Count(m)
            | Reading::Total(m)
            | Reading::Rate(m)
            | Reading::Share(m, ..)
            | Reading::Mean(m)
            | Reading::Min(m)
            | Reading::Max(m)
            | Reading::Last(m)
            | Reading::Quantile(_, m)
            | Reading::Streak(m) => vec![m],
        }
    }
}

/// `component.signal[attribute=value]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// A component (`runs`) or a kind (`calls`: all components of it).
    pub component: String,
    /// The signal.
    pub signal: String,
    /// Only subjects or outcomes of this segment.
    pub segment: Option<(String, String)>,
    /// `[arm=stable]`: another arm than the one under judgement.
    pub arm: Option<Scope>,
}

/// The reserved segment `arm`: whose samples a metric reads, also in the recovery check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the canary serves.
    Canary,
    /// What stable serves.
    Stable,
    /// Subjects that were on the canary and are not any more.
    Former,
    /// Stable and canary together: counts and levels are added, ages too.
    All,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `>`
    Above,
    /// `==`
    Equal,
}

/// What a reading is held against. Durations are in seconds, shares in fractions, rates per second.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// A number.
    Absolute(f64),
    /// `1.5x stable`.
    TimesStable(f64),
    /// `stable + 2%`: percentage points on fractions, the reading's unit otherwise.
    StablePlus(f64),
    /// `{ web: 1s, ios: 3s }`, with `per surface`.
    PerSegment(Vec<(String, f64)>),
}

impl Limit {
    /// Whether it depends on stable's reading.
    pub fn is_relative(&self) -> bool {
        matches!(self, Limit::TimesStable(_) | Limit::StablePlus(_))
    }
}
