//! People at the controls: what they order, and what the policy wants while they decide.

use super::by_hand::ByHand;
use super::{Phase, Rollout};
use crate::controller::{Action, Decision, View};
use crate::gate::BoundGate;
use crate::passage::{Left, closed};
use crate::playbook::{Template, in_affected, withdraw};
use crate::policy::Step;
use crate::time::Time;
use crate::verdict::Status;

/// Who decides what follows from the verdicts of the gates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drive {
    /// The policy, both ways.
    #[default]
    Policy,
    /// The policy goes forward, and nobody turns back: what was before people came.
    Forward,
    /// People: what the policy wants is to be had from [`Rollout::wants`], and nothing follows from it.
    People,
}

/// What a policy would do in its last round, had it been the one to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Go on to the next stage, or finish.
    Promote,
    /// Roll back, because of these gates (indices into the policy's).
    Rollback(Vec<usize>),
}

/// What somebody orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Go on to the next stage whatever the soak and the gates say, or finish after the last one. Readiness is still asked for.
    Promote,
    /// Roll back. Where people decide, they run the steps of the playbook themselves.
    Rollback,
    /// Run this step of [`Rollout::steps`]. On the way forward that is the decision to roll back as well.
    Step(usize),
    /// Call somebody in this role: to look, on the way forward; to do the last step again by hand, on the way back.
    Page(String),
}

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The stage in effect, while it goes forward.
    pub stage: Option<usize>,
    /// The stage that is to take effect.
    pub entering: Option<usize>,
    /// How much healthy time was served in the stage, as of the last round.
    pub served: crate::time::Span,
}

/// The hand at the controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hand {
    pub drive: Drive,
    /// Nothing promotes by itself.
    pub held: bool,
    pub wants: Option<Want>,
}

impl Hand {
    /// Whether the policy goes on to the next stage by itself.
    pub fn promotes(&self) -> bool {
        self.drive != Drive::People && !self.held
    }

    /// Whether the policy rolls back by itself.
    pub fn turns_back(&self) -> bool {
        self.drive == Drive::Policy
    }
}

impl Rollout {
    /// Sets who decides from now on. A rollback that is under way stays with whom it was begun by.
    pub fn drive(&mut self, drive: Drive) {
        self.hand.drive = drive;
    }

    /// Keeps the rollout from going on by itself, or lets it go on.
    pub fn hold(&mut self, held: bool) {
        self.hand.held = held;
    }

    /// What the policy would have done in the last round, where it was not the one to decide.
    pub fn wants(&self) -> Option<&Want> {
        self.hand.wants.as_ref()
    }

    /// The steps that people can run: those of the playbook, or a withdrawal where it has none.
    pub fn steps(&self) -> Vec<Step> {
        let steps = &self.policy.rollback.playbook;
        if steps.is_empty() { vec![withdraw()] } else { steps.clone() }
    }

    /// How many actions were issued: the next one is `View::done` of this number.
    pub fn issued(&self) -> usize {
        self.issued
    }

    /// The gates that failed in the last round, indices into the policy's.
    pub fn failing(&self) -> Vec<usize> {
        self.said.gates.iter().filter(|(_, verdict)| verdict.status == Status::Fail).map(|(gate, _)| *gate).collect()
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match &self.phase {
            Phase::Forward(forward) => forward.standing(),
            _ => Standing::default(),
        }
    }

    /// Carries out what somebody orders, between rounds.
    ///
    /// # Errors
    /// Why that is not possible now, in words.
    pub fn order(&mut self, view: &View, order: Order) -> Result<Vec<Decision>, String> {
        let decisions = match order {
            Order::Promote => self.promote(view),
            Order::Rollback => self.turn_back(view),
            Order::Step(step) => self.run_step(view, step),
            Order::Page(role) => self.page(role),
        }?;
        self.next = self.next.min(view.now + super::STEP_POLL);
        Ok(decisions)
    }

    fn promote(&mut self, view: &View) -> Result<Vec<Decision>, String> {
        let Phase::Forward(forward) = &self.phase else { return Err(self.turned("nothing can be promoted")) };
        let mut forward = forward.clone();
        let standing = forward.standing();
        if let Some(entering) = standing.entering {
            return Err(format!("stage {} is not in effect yet", self.policy.stages[entering].name));
        }
        let next = standing.stage.map_or(self.first, |stage| stage + 1);
        let decisions = self.begin_stage(view, next, &mut forward);
        let goes = decisions
            .iter()
            .any(|d| matches!(d, Decision::Finish | Decision::Act(Action::Stage { .. } | Action::Recheck { .. })));
        self.go_forward(forward, &decisions);
        if goes { Ok(decisions) } else { Err(self.desk.blocking().unwrap_or("it is not ready".into())) }
    }

    /// The decision to roll back.
    fn turn_back(&mut self, view: &View) -> Result<Vec<Decision>, String> {
        if !matches!(self.phase, Phase::Forward(_)) {
            return Err(self.turned("it cannot be rolled back"));
        }
        let gates = self.failing();
        let affected = self.failing_surfaces(0, &gates);
        if self.hand.turns_back() {
            return Ok(self.roll_back(view.now, gates, &affected, false));
        }
        closed(&mut self.passages, view.now, Left::RolledBack);
        let template = self.template(&gates);
        self.phase = Phase::ByHand(ByHand::new(template, affected));
        self.gates.iter_mut().flatten().for_each(BoundGate::forget);
        Ok(vec![Decision::Rollback { gates, stop: false }])
    }

    /// What the recovery check reads: where the policy names nothing and no gate fired, the gates of the stage.
    pub(super) fn template(&self, fired: &[usize]) -> Template {
        let stage: Vec<usize>;
        let mut read = fired;
        if fired.is_empty() {
            stage = self
                .passages
                .iter()
                .rev()
                .find(|p| p.began.is_some())
                .map_or(Vec::new(), |p| self.policy.stages[p.stage].gates.clone());
            read = &stage;
        }
        Template::new(&self.policy.rollback.validate, &self.gates, &self.checks, read)
    }

    fn run_step(&mut self, view: &View, step: usize) -> Result<Vec<Decision>, String> {
        let all = self.steps();
        let Some(step) = all.get(step) else { return Err(format!("the playbook has {} steps", all.len())) };
        if let Phase::Back { .. } = &self.phase {
            return Err("the policy carries the playbook out by itself".into());
        }
        let affected = match &self.phase {
            Phase::ByHand(by_hand) => by_hand.affected().to_vec(),
            _ => self.failing_surfaces(0, &self.failing()),
        };
        let nowhere = || format!("step `{}` is for the surfaces in which a gate fails, and there is none", step.name);
        let step = in_affected(step, &affected).ok_or_else(nowhere)?;
        let forward = matches!(self.phase, Phase::Forward(_));
        let mut decisions = if forward { self.turn_back(view)? } else { Vec::new() };
        let issued = self.issued;
        let Phase::ByHand(by_hand) = &mut self.phase else { return Err(self.turned("no step can be run")) };
        let action = by_hand.run(step, issued);
        decisions.push(self.issue(action));
        Ok(decisions)
    }

    fn page(&mut self, by: String) -> Result<Vec<Decision>, String> {
        match &self.phase {
            Phase::Finished => Err("the rollout is finished".into()),
            Phase::Forward(_) => Ok(vec![self.issue(Action::Review { by })]),
            Phase::Back { .. } | Phase::ByHand(_) => Ok(vec![self.issue(Action::Page)]),
        }
    }

    fn turned(&self, what: &str) -> String {
        let why = if self.is_over() { "the rollout is finished" } else { "a rollback is under way" };
        format!("{what}: {why}")
    }

    /// A round of a rollback that people carry out.
    pub(super) fn back_by_hand(&mut self, view: &View) -> Vec<Decision> {
        let Phase::ByHand(by_hand) = &mut self.phase else { unreachable!("people carry it out") };
        by_hand.round(view, self.siblings.of(0), &mut self.said)
    }

    /// When a rollback by hand wants to be looked at again.
    pub(super) fn poll_by_hand(&self, now: Time, by_hand: &ByHand) -> Time {
        let poll = if by_hand.is_acting() { super::STEP_POLL } else { super::RECOVERY_POLL };
        now + self.policy.round.min(poll)
    }
}
