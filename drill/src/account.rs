//! All that a drill came to: what the after-action report is made of.

use crate::act::Act;
use crate::plan::Plan;
use crate::role::Role;
use crate::state::Line;
use gatecrash_policies::policy::{Policy, Step};
use gatecrash_policies::time::Time;
use gatecrash_sim::Trial;
use gatecrash_sim::scenario::Scenario;

/// A drill that is over.
#[derive(Clone, Debug)]
pub struct Account {
    /// What was played.
    pub scenario: Scenario,
    /// Whose rollout it was.
    pub policy: Policy,
    /// What it was set up with.
    pub plan: Plan,
    /// When it ended.
    pub ended: Time,
    /// Why: see [`crate::state::Over`].
    pub reason: String,
    /// More about that; may be empty.
    pub text: String,
    /// The trial as people played it, with everything for pictures.
    pub trial: Trial,
    /// The same world, with the same faults put in, as the policy alone would have played it.
    pub automatic: Trial,
    /// The same with the decision to roll back at the best instant, its playbook carried out by the policy.
    pub best: Best,
    /// What people did, in order, whether it was done or refused.
    pub deeds: Vec<Deed>,
    /// The steps that can be run, in the playbook's order.
    pub steps: Vec<Step>,
    /// Those of them that applied when it was decided (if it was), by index, in order.
    pub due: Vec<usize>,
    /// The steps that were run, in order.
    pub runs: Vec<Run>,
    /// What the policy proposed (supervised).
    pub proposals: Vec<Proposed>,
    /// The log, each line with whether it was for the facilitator's eyes alone.
    pub lines: Vec<(Line, bool)>,
}

/// The best decision instant of those that were tried.
#[derive(Clone, Debug)]
pub struct Best {
    /// When it is decided to roll back; `None` is never.
    pub decided: Option<Time>,
    /// What comes of it.
    pub trial: Trial,
    /// Every instant that was tried, with the harm that came of it.
    pub tried: Vec<(Option<Time>, u64)>,
}

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// When.
    pub at: Time,
    /// Who.
    pub who: String,
    /// In which role; `None` where nobody says.
    pub role: Option<Role>,
    /// What.
    pub act: Act,
    /// What came of it, or why it was refused, in words.
    pub answer: Result<String, String>,
    /// The gates that failed at that moment, by index in the policy.
    pub failing: Vec<usize>,
    /// For a promotion that was done: how much of the soak was not served, in simulated seconds.
    pub early_s: f64,
}

/// A step that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// By index in [`Account::steps`].
    pub step: usize,
    /// Who ran it; `policy` where it ran by itself.
    pub who: String,
    /// When.
    pub at: Time,
    /// When it had taken effect.
    pub done: Option<Time>,
    /// Whether it was the next one of those that applied.
    pub in_order: bool,
}

/// Something that the policy proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// `promote`, `rollback` or `step`.
    pub act: &'static str,
    /// In words.
    pub text: String,
    /// When.
    pub at: Time,
    /// What became of it, and when; `None` where it was still open at the end.
    pub fate: Option<(Time, Fate)>,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Somebody confirmed it.
    Confirmed(String),
    /// Somebody turned it down.
    TurnedDown(String),
    /// Nobody confirmed it in time.
    Lapsed,
    /// The policy did not want it any more.
    Dropped,
}
