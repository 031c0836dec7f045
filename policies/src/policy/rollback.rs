//! The way back: steps, what they do, and when it is over.

use super::{Check, Cohort};
use crate::time::Span;

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

impl Step {
    /// Whether it is to be carried out when these gates fired.
    pub fn applies(&self, fired: &[usize]) -> bool {
        let is_fired = |gates: &[usize]| gates.iter().any(|gate| fired.contains(gate));
        (self.when.is_empty() || is_fired(&self.when)) && !is_fired(&self.unless)
    }
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
