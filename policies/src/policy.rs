//! A policy as plain data: stages, gates, and the way back.

use crate::time::Span;

/// A rollout policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is for, in a line.
    pub about: String,
    /// Time between rounds.
    pub round: Span,
    /// All gates; stages name theirs.
    pub gates: Vec<Gate>,
    /// In order.
    pub stages: Vec<Stage>,
    /// What happens after the decision to roll back.
    pub rollback: Rollback,
}

/// What number, what is allowed, and how evidence is weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name.
    pub name: String,
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
    /// Never advances again: the rollout stays where it is for people to decide.
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
    /// Longest run of attempts of one case.
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
    /// Only subjects of this segment.
    pub segment: Option<(String, String)>,
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

/// How evidence is weighed.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Fail as soon as the reading is beyond the limit.
    Threshold,
    /// Fail after so many breached rounds in a row.
    Consecutive {
        /// How many.
        times: u32,
    },
    /// Fail when `m` of the last `n` rounds were breached.
    MOfN {
        /// How many breached.
        m: u32,
        /// Of how many.
        n: u32,
    },
    /// Fail at the first event; a pass reports the rate that the clean record excludes.
    ZeroTolerance,
    /// Exact binomial on the share of outcomes beyond the limit.
    Exceedance {
        /// Chance of a false alarm per look, 0..1.
        alpha: f64,
    },
}

/// Who meets the canary.
#[derive(Clone, Debug, PartialEq)]
pub enum Cohort {
    /// Nobody.
    Nobody,
    /// The canary serves a copy of the traffic; users never see it.
    Shadow,
    /// Subjects marked internal.
    Internal,
    /// A share of subjects by bucket, 0..=1.
    Share(f64),
    /// A share of tenants, 0..=1.
    TenantShare(f64),
    /// Subjects whose attribute has one of these values.
    Named {
        /// `tenant`, `surface`, ...
        attribute: String,
        /// Its values.
        values: Vec<String>,
    },
}

/// A cohort with its gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Who meets the canary.
    pub cohort: Cohort,
    /// Least healthy time in it.
    pub soak: Span,
    /// Indices into `Policy::gates`.
    pub gates: Vec<usize>,
}

/// The way back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollback {
    /// Budget harmed -> withdrawn.
    pub withdraw_within: Option<Span>,
    /// Budget withdrawn -> validated.
    pub recover_within: Option<Span>,
    /// Smallest blast radius first. When empty: cohort nobody, at once.
    pub playbook: Vec<Step>,
    /// When recovery counts as validated.
    pub validate: Validate,
}

/// One step of the playbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it does; all of them together.
    pub acts: Vec<Act>,
    /// How long it takes to carry out, before propagation.
    pub takes: Span,
    /// Waits so long for validation and ends the playbook if that succeeds.
    pub try_for: Option<Span>,
    /// Only when one of these gates fired (indices into `Policy::gates`); empty = always.
    pub when: Vec<usize>,
    /// Not when one of these gates fired.
    pub unless: Vec<usize>,
    /// Carried out by a person: begins when an operator has acknowledged.
    pub by_operator: bool,
}

/// Something done to the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Route this cohort to the canary, in these environments (all when empty), for one segment only if given.
    Cohort {
        /// Who.
        cohort: Cohort,
        /// Where; all when empty.
        environments: Vec<String>,
        /// `only: ios` restricts it to one surface.
        only: Option<String>,
    },
    /// Bend knobs: component (or kind), knob, by how much. Applies to what the canary serves and to its former subjects.
    Bend {
        /// The component or kind.
        component: String,
        /// The knob.
        knob: String,
        /// By how much.
        by: By,
    },
    /// Restart a component: drops its connections and what is in flight.
    Restart(String),
}

/// How a knob is bent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// `6x`.
    Times(f64),
    /// `+2%`, `+30s`: added in the knob's unit (fractions, seconds, per second).
    Plus(f64),
    /// `off`, `100%`, `3/s`: replaced.
    Set(f64),
}

/// The recovery check: reads the arm `former`, in a window that begins when the last step took effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Validate {
    /// Indices into `Policy::gates`.
    pub gates: Vec<usize>,
    /// Checks beside them, by threshold.
    pub checks: Vec<Check>,
    /// Passing rounds must last so long.
    pub clean_for: Span,
    /// Fewer outcomes than this cannot validate.
    pub min_samples: u64,
}

impl Default for Validate {
    fn default() -> Validate {
        Validate { gates: Vec::new(), checks: Vec::new(), clean_for: Span::from_secs(300), min_samples: 1 }
    }
}
