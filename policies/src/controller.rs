//! Who decides.

use crate::policy::{Act, Cohort};
use crate::sample::Sample;
use crate::time::{Span, Time};

/// All that a controller sees in a round.
pub struct View<'a> {
    /// Now.
    pub now: Time,
    /// Every sample that has arrived, in order of arrival; a duplicated sample stands here twice.
    pub arrived: &'a [Sample],
    /// For each action issued so far, in order: when it had taken effect, if it has.
    pub done: &'a [Option<Time>],
}

/// Something that the controller wants done. Two decisions are alike when their actions are equal.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Begin a stage.
    Stage {
        /// Its name (faults may be timed by it).
        name: String,
        /// Who meets the canary.
        cohort: Cohort,
    },
    /// Carry out a playbook step.
    Step {
        /// What is done.
        acts: Vec<Act>,
        /// How long it takes before propagation.
        takes: Span,
        /// Waits for an operator to acknowledge first.
        by_operator: bool,
    },
    /// Page the operator, who carries out the playbook's last step by hand: done when they have.
    Page,
}

/// What a controller decides in a round, beside holding.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Do this. The n-th action issued is `View::done[n]`.
    Act(Action),
    /// The decision to roll back, because of these gates (indices into the policy's). Actions follow.
    Rollback {
        /// The gates that fired, at least one.
        gates: Vec<usize>,
    },
    /// The rollout stays where it is for good: a `stop` gate fired.
    Stop {
        /// The gates that fired.
        gates: Vec<usize>,
    },
    /// Everyone is on the canary and the last soak is served.
    Finish,
    /// A playbook step with `try_for` was validated: it ended the harm without a withdrawal.
    Mitigated,
    /// The recovery check succeeds in this round. May come again, and says so in every round in which it does.
    Recovered,
}

/// A pure fold over views.
pub trait Controller: Clone {
    /// Judges the gates of the stage once and decides.
    fn round(&mut self, view: &View) -> Vec<Decision>;
    /// When to be called next.
    fn next_round(&self) -> Time;
}
