//! The way forward: readiness, cohorts, stages, reviews and measures.

use super::Act;
use crate::time::Span;

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
