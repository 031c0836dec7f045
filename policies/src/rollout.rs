//! The native controller: stages forward, a playbook back.

use crate::bind::{BindError, bind_check, validate_name};
use crate::controller::{Action, Controller, Decision, View};
use crate::gate::{BoundCheck, BoundGate};
use crate::passage::Passage;
use crate::playbook::{Due, Playbook, Said, Template};
use crate::policy::{Policy, Rule};
use crate::sample::{Catalog, Segment};
use crate::sharing::{Bound, Sharing, bound};
use crate::time::{Span, Time};
use crate::verdict::{Status, Verdict};
use by_hand::ByHand;
use forward::Forward;
use hand::Hand;
pub use hand::{Drive, Order, Standing, Want};
use measures::Measures;
use readiness::Desk;
use siblings::{Siblings, Turns};
use std::sync::Arc;

mod by_hand;
mod checkpoint;
mod forward;
mod hand;
mod measures;
mod readiness;
mod siblings;

/// While a playbook step is under way, the controller looks this often whether it is done, so that a slow round does not
/// stretch the rollback.
const STEP_POLL: Span = Span::from_secs(5);

/// A slow round suits a slow rollout, not a recovery that has minutes to be seen.
const RECOVERY_POLL: Span = Span::from_secs(60);

/// A policy at work on one system: a pure fold over views.
///
/// It begins its first stage in its first round. In every round it judges the gates of the stage in effect, also while the next
/// stage is still taking effect. A fail rolls back, stops or holds, in this order of precedence: where one gate rolls back and
/// another stops, the playbook does not wait for an operator.
///
/// The next stage begins when its soak is served, every judged gate passes, no review is due, and, unless its cohort is nobody,
/// everything is ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Shared, since rollouts part and it never changes.
    policy: Arc<Policy>,
    /// By index in the policy; `None` is not applicable to this system.
    gates: Vec<Option<BoundGate>>,
    sharing: Option<Sharing>,
    /// By index in `Validate::checks`.
    checks: Vec<Option<BoundCheck>>,
    /// How many of the arrived samples were taken in.
    seen: usize,
    /// How many actions were issued.
    issued: usize,
    phase: Phase,
    next: Time,
    said: Said,
    /// The index of the stage with which it begins.
    first: usize,
    passages: Vec<Passage>,
    desk: Desk,
    measures: Measures,
    /// By index in the policy, whether its metric was said to be suspect.
    suspected: Vec<bool>,
    siblings: Siblings,
    /// Whether nobody reads what it says.
    quiet: bool,
    hand: Hand,
}

// One rollout is one phase: its size does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Forward(Forward),
    Back { playbook: Playbook, template: Template },
    ByHand(ByHand),
    Finished,
}

impl Rollout {
    /// The segments that the policy reads in this system: what a catalog must track before the policy is bound to it.
    pub fn segments(policy: &Policy, catalog: &Catalog) -> Result<Vec<Segment>, BindError> {
        crate::bind::segments(policy, catalog)
    }

    /// Binds a policy to a system. The catalog must track the policy's [`Rollout::segments`].
    pub fn new(policy: &Policy, catalog: &Catalog) -> Result<Rollout, BindError> {
        let (gates, sharing) = Sharing::bind(policy, catalog)?;
        let bind = |(i, check)| {
            bind_check(check, &Rule::new("threshold"), 0, catalog)
                .map_err(|message| BindError { gate: validate_name(i), message })
        };
        let checks = policy.rollback.validate.checks.iter().enumerate().map(bind).collect::<Result<_, _>>()?;
        Ok(Rollout {
            policy: Arc::new(policy.clone()),
            gates,
            sharing,
            checks,
            seen: 0,
            issued: 0,
            phase: Phase::Forward(Forward::default()),
            next: Time::ZERO,
            said: Said::default(),
            first: 0,
            passages: Vec::new(),
            desk: Desk::new(policy.readiness.as_ref(), policy.round),
            measures: Measures::default(),
            suspected: vec![false; policy.gates.len()],
            siblings: Siblings::alone(policy.gates.len()),
            quiet: false,
            hand: Hand::default(),
        })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The stages that were asked for, in order: a stage is there from then on.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The items of readiness that stood in the way of a stage in the last round, as `name (owner)`.
    pub fn open_items(&self) -> &[String] {
        self.desk.in_the_way()
    }

    /// How many of the samples that ever arrived need not be shown again, as long as they arrived [`crate::controller::KEPT`] ago.
    pub fn seen(&self) -> usize {
        match &self.phase {
            Phase::Forward(_) => self.seen,
            Phase::Back { playbook, .. } => playbook.seen(),
            Phase::ByHand(by_hand) => by_hand.seen(),
            Phase::Finished => usize::MAX,
        }
    }

    /// The same rollout, beginning with this stage; those before it count as passed. `None`: there is no such stage.
    pub fn beginning_with(mut self, stage: &str) -> Option<Rollout> {
        self.first = self.policy.stages.iter().position(|s| s.name == stage)?;
        Some(self)
    }

    /// The gates that read a kind of component which this system does not have: they are never judged.
    pub fn not_applicable(&self) -> Vec<&str> {
        let left_out = self.policy.gates.iter().zip(&self.gates).filter(|(_, bound)| bound.is_none());
        left_out.map(|(gate, _)| gate.name.as_str()).collect()
    }

    /// How often it rolls back for nothing, as far as its rules promise.
    pub fn false_rollback_bound(&self) -> Bound {
        bound(&self.policy, &self.gates)
    }

    /// What the gates said in the last round, by index in the policy: those of the stage, or those of the recovery check.
    pub fn last_verdicts(&self) -> &[(usize, Verdict)] {
        &self.said.gates
    }

    /// What the checks of the recovery said in the last round, by index in `Validate::checks`.
    pub fn last_checks(&self) -> &[(usize, Verdict)] {
        &self.said.checks
    }

    /// The stage in effect while the rollout goes forward.
    pub fn stage(&self) -> Option<&str> {
        match &self.phase {
            Phase::Forward(forward) => forward.stage.map(|i| self.policy.stages[i].name.as_str()),
            _ => None,
        }
    }

    /// Finished: no further round changes anything. A rollback is never over by itself.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Finished)
    }

    /// Why the rollout does not go on now, in words; what to report when it never did. By place in [`Rollout::ids`]; of a rollback,
    /// the same for all.
    pub fn blocking(&self, place: usize) -> String {
        match &self.phase {
            Phase::Finished => "finished".into(),
            Phase::Back { playbook, .. } => self.blocking_back(playbook.waits_for()),
            Phase::ByHand(by_hand) => self.blocking_back(by_hand.waits_for()),
            Phase::Forward(forward) => self.blocking_forward(forward, place),
        }
    }

    fn blocking_back(&self, waits_for: String) -> String {
        let gates = self.said.gates.iter().map(|(i, v)| (*i, v.status));
        let complaints = self.complaints(gates);
        std::iter::once(waits_for).chain(complaints).collect::<Vec<_>>().join(", ")
    }

    /// Of these gates, and of the checks, those that did not pass in the last round.
    fn complaints(&self, gates: impl Iterator<Item = (usize, Status)>) -> Vec<String> {
        let gates = gates.map(|(i, status)| (format!("gate {}", self.policy.gates[i].name), status));
        let checks = self.said.checks.iter().map(|(i, v)| (validate_name(*i), v.status));
        gates.chain(checks).filter(|(_, s)| *s != Status::Pass).map(|(name, s)| format!("{name}: {}", s.name())).collect()
    }

    fn issue(&mut self, action: Action) -> Decision {
        self.issued += 1;
        Decision::Act(action)
    }

    /// A line for each gate whose metric has stopped moving, once.
    fn suspicions(&mut self) -> Vec<Decision> {
        let mut lines = Vec::new();
        for (gate, verdict) in &self.said.gates {
            if let Some(still) = verdict.evidence.still
                && !std::mem::replace(&mut self.suspected[*gate], true)
            {
                let text = format!("gate {} is suspect: its metric has not moved for {still}", self.policy.gates[*gate].name);
                lines.push(Decision::Say { kind: "note", text });
            }
        }
        lines
    }

    fn back(&mut self, view: &View) -> Turns {
        let Phase::Back { playbook, template } = &mut self.phase else { unreachable!("the way back was begun") };
        match playbook.advance(view, template, self.issued) {
            Due::Nothing => (Vec::new(), Vec::new()),
            Due::Act(action) => (vec![self.issue(action)], Vec::new()),
            Due::Judge { entered } => self.validate(view, entered),
        }
    }

    /// Judges the recovery check, and goes on as each sibling sees it.
    fn validate(&mut self, view: &View, entered: bool) -> Turns {
        let Phase::Back { playbook, .. } = &mut self.phase else { unreachable!("the way back was begun") };
        playbook.judge(view, self.quiet, &mut self.said);
        let Phase::Back { playbook, .. } = &self.phase else { unreachable!("it is still on its way") };
        let groups = self.groups(|place| playbook.passes(self.siblings.of(place)));
        self.parted(groups, |_| false, |rollout, passes| rollout.conclude(view, passes, entered))
    }

    fn conclude(&mut self, view: &View, passes: bool, entered: bool) -> Turns {
        let Phase::Back { playbook, template } = &mut self.phase else { unreachable!("the way back was begun") };
        let (mut decisions, due) = playbook.conclude(view, template, passes, entered, self.issued);
        match due {
            Due::Nothing => {}
            Due::Act(action) => decisions.push(self.issue(action)),
            Due::Judge { entered } => return self.validate(view, entered),
        }
        (decisions, Vec::new())
    }

    /// Judges once and decides. Of siblings that decide differently those who part are returned with their own decisions; what was
    /// here goes on with the rest.
    pub fn rounds(&mut self, view: &View) -> (Vec<Decision>, Vec<(Rollout, Vec<Decision>)>) {
        self.said = Said::default();
        self.desk.clear();
        self.hand.wants = None;
        let (mut decisions, mut others) = match &self.phase {
            Phase::Forward(_) => self.forward(view),
            Phase::Back { .. } => self.back(view),
            Phase::ByHand(_) => (self.back_by_hand(view), Vec::new()),
            Phase::Finished => (Vec::new(), Vec::new()),
        };
        self.end_round(view, &mut decisions);
        others.iter_mut().for_each(|(rollout, decisions)| rollout.end_round(view, decisions));
        (decisions, others)
    }

    fn end_round(&mut self, view: &View, decisions: &mut Vec<Decision>) {
        decisions.extend(self.suspicions());
        self.next = match &self.phase {
            Phase::Finished => Time::MAX,
            Phase::Back { playbook, .. } if playbook.is_acting() => view.now + self.policy.round.min(STEP_POLL),
            Phase::Back { .. } => view.now + self.policy.round.min(RECOVERY_POLL),
            Phase::ByHand(by_hand) => self.poll_by_hand(view.now, by_hand),
            _ => view.now + self.policy.round,
        };
    }
}

impl Controller for Rollout {
    /// For a rollout that plays one policy.
    fn round(&mut self, view: &View) -> Vec<Decision> {
        let (decisions, others) = self.rounds(view);
        debug_assert!(others.is_empty(), "one policy does not part from itself");
        decisions
    }

    fn next_round(&self) -> Time {
        self.next
    }
}
