//! One trial, written: as text, as JSON, as a trace, as a picture's numbers.

mod csv;
mod json;
mod text;
mod trace;

use gatecrash_policies::policy::Policy;
use gatecrash_sim::scenario::{Expect, ReadReport};
use gatecrash_sim::trial::Trial;

/// A trial and what is needed to explain it.
#[derive(Clone, Copy, Debug)]
pub struct TrialReport<'a> {
    /// What happened.
    pub trial: &'a Trial,
    /// The policy that was played: `Detail::verdicts` refer to its gates, and it sets the budgets.
    pub policy: &'a Policy,
    /// What a good policy does in this scenario.
    pub expect: Expect,
    /// What became of the rows, where traffic was recorded.
    pub recorded: Option<&'a ReadReport>,
}
