//! Who decides.

use crate::calendar::Calendar;
use crate::policy::{Act, Cohort};
use crate::sample::Sample;
use crate::time::{Span, Time};

/// How long a sample is kept for a controller that has seen it. The recovery check reads again what arrived since a step took effect,
/// which a controller learns in its next round: a minute later at most.
pub const KEPT: Span = Span::from_secs(600);

/// All that a controller sees in a round.
pub struct View<'a> {
    /// Now.
    pub now: Time,
    /// The samples that have arrived, in order of arrival; a duplicated sample stands here twice.
    pub arrived: &'a [Sample],
    /// How many arrived before these and are not kept any more: only such as every round before this one could see, and that arrived
    /// more than [`KEPT`] ago.
    pub before: usize,
    /// For each action issued so far, in order: when it had taken effect, if it has.
    pub done: &'a [Option<Time>],
    /// The items of readiness that are claimed to hold by now; `None` where nobody keeps a list: then they hold as the policy plans.
    pub claims: Option<&'a [Claim]>,
    /// The working hours, for business days.
    pub calendar: Calendar,
}

/// An item of readiness that somebody ticked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The item.
    pub item: String,
    /// Since when, or when it was last checked.
    pub since: Time,
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
        /// What is done beside.
        enter: Vec<Act>,
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
    /// Ask people to look: done when somebody in this role has.
    Review {
        /// The role; may be empty.
        by: String,
    },
    /// Ask people to check items of readiness again: done when they have.
    Recheck {
        /// The items.
        items: Vec<String>,
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
        /// The gates that fired: at least one, unless people decided while none failed.
        gates: Vec<usize>,
        /// A `stop` gate fired: the rollout is frozen, and the playbook waits for an operator.
        stop: bool,
    },
    /// A line for the timeline.
    Say {
        /// `readiness`, `review` or `measure`.
        kind: &'static str,
        /// What, in words.
        text: String,
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
