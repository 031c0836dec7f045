//! A policy as plain data: stages, gates, and the way back.

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
    /// All gates; stages name theirs.
    pub gates: Vec<Gate>,
    /// In order.
    pub stages: Vec<Stage>,
    /// Gates that are read again at fixed times after the first exposure; reported, never acted upon.
    pub measures: Vec<Measure>,
    /// What happens after the decision to roll back.
    pub rollback: Rollback,
}

/// What must be closed before anybody is exposed. A stage that exposes somebody, or mirrors traffic, begins only while all
/// required items are closed and no blocking item is present.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readiness {
    /// In file order.
    pub items: Vec<Item>,
    /// No stage may expose more (checked when the file is read).
    pub max_exposure: Option<Cohort>,
    /// A shadow stage must come before the first exposure (checked when the file is read).
    pub require_shadow: bool,
}

/// Something to be ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name; the scenario says under the same name what is claimed and what is true.
    pub name: String,
    /// Whether its presence blocks (`block_if`) rather than its absence (`require`).
    pub blocks: bool,
    /// The role that closes it; may be empty.
    pub owner: String,
    /// The group that it belongs to, such as `runtime` or `observability`; may be empty.
    pub block: String,
    /// It must have been checked so recently when a stage begins; otherwise somebody has to check it again. Less than a round
    /// counts as a round.
    pub fresh: Option<Span>,
    /// When it closes, since the trial began, where nobody keeps a list: at once when `None`. A blocking item is present until
    /// then: absent from the beginning when `None`, present for good when never.
    pub closes: Option<Closes>,
}

/// When an item closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closes {
    /// So long after the beginning.
    After(Span),
    /// Not at all.
    Never,
}

/// A gate that is read again later, as long as the rollout goes forward: a last soak that is shorter cuts it off.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Index into `Policy::gates`.
    pub gate: usize,
    /// How long after the first exposure took effect, in rising order.
    pub at: Vec<Span>,
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
    /// Exact conditional test that the canary's rate is above its multiple of stable's.
    PoissonRatio {
        /// Chance of a false alarm per look, 0..1.
        alpha: f64,
    },
    /// Mann-Kendall test for a trend, with the limit as a floor under the Theil-Sen slope.
    MannKendall {
        /// Chance of a false alarm per look, 0..1.
        alpha: f64,
    },
}

/// Who meets the canary.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cohort {
    /// Nobody.
    #[default]
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
        /// Only so many of them, those with the lowest buckets.
        count: Option<u32>,
    },
    /// So many groups and subjects, those with the lowest buckets: `{ channel: 1, session: 2 }`. `session`, `user` and `subject`
    /// mean single subjects; other names mean all subjects of so many values of that attribute.
    Counted(Vec<(String, u32)>),
}

/// A cohort with its gates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Who meets the canary.
    pub cohort: Cohort,
    /// Least healthy time in it.
    pub soak: Span,
    /// Beside `soak`: so many whole days of the operators' working hours.
    pub business_days: u32,
    /// Indices into `Policy::gates`.
    pub gates: Vec<usize>,
    /// What is done when it begins: knobs are set on the canary with the cohort; restarts and probes follow once both are in effect.
    pub enter: Vec<Act>,
    /// When people look.
    pub review: Option<Review>,
}

/// Checkpoints of people. While one is due and nobody has held it, the rollout does not advance.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// Again and again while the stage lasts.
    pub every: Option<Span>,
    /// Once more when everything else is ready for the next stage.
    pub before_next: bool,
    /// The role that looks; may be empty.
    pub by: String,
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
#[derive(Clone, Debug, Default, PartialEq)]
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
        /// `only: ios` restricts it to one surface; [`AFFECTED`] to those in which a gate fired.
        only: Option<String>,
    },
    /// Bend a knob.
    Bend {
        /// The component or kind.
        component: String,
        /// The knob.
        knob: String,
        /// By how much.
        by: By,
        /// For subjects of these environments only; all when empty.
        environments: Vec<String>,
        /// For what the canary serves, rather than for everybody.
        canary_only: bool,
    },
    /// Restart a component: drops its connections and what is in flight.
    Restart(String),
    /// Send requests of our own as a subject on the canary; their outcomes are those of the segment `probe=name`.
    Probe {
        /// What the requests are called.
        name: String,
        /// How many.
        count: u32,
    },
}

/// `only: affected`: the surfaces in which a gate fired.
pub const AFFECTED: &str = "affected";

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
