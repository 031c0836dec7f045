//! The way back as people carry it out: steps in whatever order, the recovery check after each.

use crate::controller::{Action, Decision, View};
use crate::playbook::{Said, Template, Validation, action_of, moves_subjects, withdraws};
use crate::policy::Step;
use crate::sample::Arm;

/// A rollback under way by hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ByHand {
    template: Template,
    /// The surfaces in which a gate failed at the decision.
    affected: Vec<String>,
    /// The steps that have not taken effect: (number of the action, step).
    under_way: Vec<(usize, Step)>,
    /// Whether a step so far sends everyone back.
    withdraws: bool,
    validation: Option<Validation>,
    mitigated: bool,
}

impl ByHand {
    /// It was decided; nothing was done yet.
    pub fn new(template: Template, affected: Vec<String>) -> ByHand {
        ByHand { template, affected, under_way: Vec::new(), withdraws: false, validation: None, mitigated: false }
    }

    /// The surfaces in which a gate failed at the decision.
    pub fn affected(&self) -> &[String] {
        &self.affected
    }

    /// Whether a step is under way.
    pub fn is_acting(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Begins a step; `issued` actions were issued before.
    pub fn run(&mut self, step: Step, issued: usize) -> Action {
        self.withdraws |= withdraws(&step);
        let action = action_of(&step);
        self.under_way.push((issued, step));
        action
    }

    /// Sees which steps have taken effect, and judges the recovery check.
    pub fn round(&mut self, view: &View, holds: &[usize], said: &mut Said) -> Vec<Decision> {
        self.see_what_is_done(view);
        let Some(validation) = &mut self.validation else { return Vec::new() };
        validation.judge(view, false, said);
        let passes = validation.passes(holds);
        if !validation.count(view.now, passes) {
            return Vec::new();
        }
        // As long as somebody may be on the canary, what helped is a mitigation.
        let mitigates = !self.withdraws && !std::mem::replace(&mut self.mitigated, true);
        let first = mitigates.then_some(Decision::Mitigated);
        first.into_iter().chain([Decision::Recovered]).collect()
    }

    /// The recovery check begins anew with each step that has taken effect: whoever was sent back shows whether it helped, and as
    /// long as steps only bend knobs, the canary does.
    fn see_what_is_done(&mut self, view: &View) {
        let done = |action: usize| view.done.get(action).copied().flatten();
        let (over, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.under_way).into_iter().partition(|(a, _)| done(*a).is_some());
        self.under_way = open;
        for (action, step) in over {
            let arm = if self.withdraws || moves_subjects(&step) { Arm::Former } else { Arm::Canary };
            let at = done(action).expect("it is done");
            self.validation = Some(Validation::new(&self.template, arm, at));
        }
    }

    /// How many of the samples that ever arrived its recovery check has taken in; all, where it has not begun.
    pub fn seen(&self) -> usize {
        self.validation.as_ref().map_or(usize::MAX, Validation::seen)
    }

    /// What it waits for, in words.
    pub fn waits_for(&self) -> String {
        match (self.under_way.first(), &self.validation) {
            (Some((_, step)), _) => format!("step `{}` is not done", step.name),
            (None, None) => "no step was run yet".into(),
            (None, Some(_)) => "recovery is being watched".into(),
        }
    }
}
