//! The way back: carries the playbook out step by step and finds out whether the harm is over.
//!
//! Steps follow one another. A step with `try_for` waits for validation and ends the playbook if it succeeds. After the last step
//! the recovery check runs in every round; when it does not succeed in time, the operator is paged, once.
//!
//! The recovery check reads the arm `former`; while a step with `try_for` that only bends knobs is tried and not everyone was sent
//! back, it reads the canary. A limit relative to stable
//! compares with all of stable, which includes the former subjects themselves: after a withdrawal from 10 % that dilutes the
//! comparison a little, after one from 90 % it is nearly a comparison with oneself. An absolute limit is the better check there.

use crate::controller::{Action, Decision, View};
use crate::gate::{BoundCheck, BoundGate, Moment};
use crate::policy::{AFFECTED, Act, Cohort, Rollback, Step, Validate};
use crate::sample::Arm;
use crate::time::{Span, Time};
use crate::verdict::{Status, Verdict};
use std::collections::VecDeque;

/// How long to wait for recovery before paging, where the budget does not say.
const PAGE_AFTER: Span = Span::from_secs(30 * 60);

/// A rollback under way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Playbook {
    /// The steps that have not been issued.
    queue: VecDeque<Step>,
    at: At,
    /// Whether a step so far sends everyone back.
    withdraws: bool,
    validation: Option<Validation>,
    page_after: Span,
    paged: bool,
    recovered_once: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum At {
    /// The n-th action is under way.
    Step { action: usize, step: Step },
    /// A step with `try_for` is done and has until then to show success.
    Trying { until: Time, step: String },
    /// All steps are done, the last one at this time, or a step mitigated.
    Waiting { since: Time, mitigated: bool },
    /// The operator was paged by the n-th action.
    Paged { action: usize },
}

/// The checks of a recovery as they stand in the policy, bound and blank.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    /// (index in the policy, gate).
    pub gates: Vec<(usize, BoundGate)>,
    /// (index in `Validate::checks`, check).
    pub checks: Vec<(usize, BoundCheck)>,
    pub clean_for: Span,
    pub min_samples: u64,
}

impl Template {
    /// The recovery check of a policy, given all gates as bound and which of them fired: those are read again when the policy
    /// names none that applies.
    pub fn new(validate: &Validate, gates: &[Option<BoundGate>], checks: &[Option<BoundCheck>], fired: &[usize]) -> Template {
        let pick = |which: &[usize]| -> Vec<(usize, BoundGate)> {
            which.iter().filter_map(|&i| Some((i, gates[i].as_ref()?.afresh(Arm::Former, Time::ZERO)))).collect()
        };
        let blank = |(i, check): (usize, &Option<BoundCheck>)| Some((i, check.as_ref()?.afresh(Arm::Former, Time::ZERO)));
        let checks: Vec<_> = checks.iter().enumerate().filter_map(blank).collect();
        let mut gates = pick(&validate.gates);
        if gates.is_empty() && checks.is_empty() {
            gates = pick(fired);
        }
        Template { gates, checks, clean_for: validate.clean_for, min_samples: validate.min_samples.max(1) }
    }
}

impl Template {
    /// Keeps these variants of each gate.
    pub fn keep(&mut self, used: &[Vec<usize>]) {
        self.gates.iter_mut().for_each(|(i, gate)| gate.check.keep(&used[*i]));
    }
}

/// The recovery check at work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Validation {
    checks: Template,
    /// What it reads.
    arm: Arm,
    /// How many of the arrived samples were taken in.
    seen: usize,
    /// The first of the passing rounds without a break.
    clean_since: Option<Time>,
}

/// What gates and checks said in a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    /// By index in the policy.
    pub gates: Vec<(usize, Verdict)>,
    /// By index in `Validate::checks`.
    pub checks: Vec<(usize, Verdict)>,
}

/// What a round of the way back is waiting for.
pub(crate) enum Due {
    /// The next round.
    Nothing,
    /// This is to be done.
    Act(Action),
    /// The recovery check is to be judged. `entered`: it is the first round with all steps done, too early to page anybody.
    Judge { entered: bool },
}

impl Validation {
    pub fn new(template: &Template, arm: Arm, floor: Time) -> Validation {
        let gates = template.gates.iter().map(|(i, gate)| (*i, gate.afresh(arm, floor))).collect();
        let checks = template.checks.iter().map(|(i, check)| (*i, check.afresh(arm, floor))).collect();
        Validation { checks: Template { gates, checks, ..*template }, arm, seen: 0, clean_since: None }
    }

    /// Judges the round.
    pub fn judge(&mut self, view: &View, quiet: bool, said: &mut Said) {
        let first = view.before;
        while let Some(sample) = view.arrived.get(self.seen.max(first) - first).filter(|s| s.arrived <= view.now) {
            self.checks.gates.iter_mut().for_each(|(_, gate)| gate.take(sample));
            self.checks.checks.iter_mut().for_each(|(_, check)| check.take(sample));
            self.seen = self.seen.max(first) + 1;
        }
        let min_samples = Some(self.checks.min_samples);
        let moment = Moment { now: view.now, stable_gone: false, min_samples, alpha: None, muted: quiet };
        said.gates = self.checks.gates.iter_mut().filter_map(|(i, gate)| Some((*i, gate.judge(moment)?))).collect();
        said.checks = self.checks.checks.iter_mut().map(|(i, check)| (*i, check.judge(moment))).collect();
    }

    /// Whether all passed in the last round for one who holds these variants of the gates. No verdict at all is no proof of anything.
    pub fn passes(&self, holds: &[usize]) -> bool {
        let gates = self.checks.gates.iter().filter_map(|(i, gate)| gate.status(holds[*i]));
        let mut statuses = gates.chain(self.checks.checks.iter().map(|(_, check)| check.status(0))).peekable();
        statuses.peek().is_some() && statuses.all(|status| status == Status::Pass)
    }

    /// Counts a round: whether recovery is validated in it.
    pub fn count(&mut self, now: Time, passes: bool) -> bool {
        self.clean_since = passes.then(|| self.clean_since.unwrap_or(now));
        self.clean_since.is_some_and(|since| now.since(since) >= self.checks.clean_for)
    }

    /// How many of the samples that ever arrived it has taken in.
    pub fn seen(&self) -> usize {
        self.seen
    }
}

/// Sends everyone back at once: what is done when the playbook has no step for the gates that fired.
pub(crate) fn withdraw() -> Step {
    let acts = vec![Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: None }];
    Step { name: "withdraw".into(), acts, ..Step::default() }
}

pub(crate) fn withdraws(step: &Step) -> bool {
    let everyone =
        |act: &Act| matches!(act, Act::Cohort { cohort: Cohort::Nobody, environments, only: None } if environments.is_empty());
    step.acts.iter().any(everyone)
}

/// The step with one act for each surface in which a gate fired, where it says so; `None` when there is no such surface.
pub(crate) fn in_affected(step: &Step, affected: &[String]) -> Option<Step> {
    let is_affected = |act: &Act| matches!(act, Act::Cohort { only: Some(only), .. } if only == AFFECTED);
    if affected.is_empty() && step.acts.iter().any(is_affected) {
        return None;
    }
    let expand = |act: &Act| match act {
        Act::Cohort { cohort, environments, .. } if is_affected(act) => {
            let here = |surface: &String| Act::Cohort {
                cohort: cohort.clone(),
                environments: environments.clone(),
                only: Some(surface.clone()),
            };
            affected.iter().map(here).collect()
        }
        act => vec![act.clone()],
    };
    Some(Step { acts: step.acts.iter().flat_map(expand).collect(), ..step.clone() })
}

pub(crate) fn moves_subjects(step: &Step) -> bool {
    step.acts.iter().any(|act| matches!(act, Act::Cohort { .. }))
}

impl Playbook {
    /// Begins the steps that apply to the gates that fired, in these surfaces; `issued` actions were issued before. Returns the
    /// first action. After a `stop` an operator has to come first.
    pub fn begin(rollback: &Rollback, fired: &[usize], affected: &[String], stop: bool, issued: usize) -> (Playbook, Action) {
        let steps = rollback.playbook.iter().filter(|step| step.applies(fired));
        let mut queue: VecDeque<Step> = steps.filter_map(|step| in_affected(step, affected)).collect();
        let mut first = queue.pop_front().unwrap_or_else(withdraw);
        first.by_operator |= stop;
        let action = action_of(&first);
        let playbook = Playbook {
            queue,
            withdraws: withdraws(&first),
            at: At::Step { action: issued, step: first },
            validation: None,
            page_after: rollback.recover_within.unwrap_or(PAGE_AFTER),
            paged: false,
            recovered_once: false,
        };
        (playbook, action)
    }

    /// Whether an action is under way, so that the end of it should not be missed for long.
    pub fn is_acting(&self) -> bool {
        matches!(self.at, At::Step { .. })
    }

    /// Goes on as far as it can without a verdict. `issued` actions were issued so far; an action that is due is the next.
    pub fn advance(&mut self, view: &View, template: &Template, issued: usize) -> Due {
        match &self.at {
            At::Step { action, step } => {
                let (action, step) = (*action, step.clone());
                self.after_step(view, template, action, &step, issued)
            }
            At::Trying { .. } | At::Waiting { .. } => Due::Judge { entered: false },
            At::Paged { action } => {
                if let Some(at) = view.done.get(*action).copied().flatten() {
                    self.validation = Some(Validation::new(template, Arm::Former, at));
                    self.at = At::Waiting { since: at, mitigated: false };
                }
                Due::Judge { entered: true }
            }
        }
    }

    fn after_step(&mut self, view: &View, template: &Template, action: usize, step: &Step, issued: usize) -> Due {
        let Some(done) = view.done.get(action).copied().flatten() else { return Due::Nothing };
        let Some(try_for) = step.try_for else { return self.next_step(template, done, issued) };
        // Whom a step has sent back shows whether that helped. As long as steps only bend knobs it is to be seen on the canary.
        let arm = if self.withdraws || moves_subjects(step) { Arm::Former } else { Arm::Canary };
        self.validation = Some(Validation::new(template, arm, done));
        self.at = At::Trying { until: done + try_for, step: step.name.clone() };
        Due::Judge { entered: false }
    }

    /// Issues the next step, or begins to wait for recovery when there is none; `effect` is that of the step before.
    fn next_step(&mut self, template: &Template, effect: Time, issued: usize) -> Due {
        if let Some(step) = self.queue.pop_front() {
            let action = action_of(&step);
            self.withdraws |= withdraws(&step);
            self.validation = None;
            self.at = At::Step { action: issued, step };
            return Due::Act(action);
        }
        // A last step that was tried in vain keeps its window if it already reads the right arm.
        if self.validation.as_ref().is_none_or(|v| v.arm != Arm::Former) {
            self.validation = Some(Validation::new(template, Arm::Former, effect));
        }
        self.at = At::Waiting { since: effect, mitigated: false };
        Due::Judge { entered: true }
    }

    /// Judges the recovery check, if there is one yet.
    pub fn judge(&mut self, view: &View, quiet: bool, said: &mut Said) {
        if let Some(validation) = &mut self.validation {
            validation.judge(view, quiet, said);
        }
    }

    /// Whether it passed in this round for one who holds these variants of the gates.
    pub fn passes(&self, holds: &[usize]) -> bool {
        self.validation.as_ref().is_some_and(|validation| validation.passes(holds))
    }

    /// Goes on, given whether the recovery check passed.
    pub fn conclude(
        &mut self,
        view: &View,
        template: &Template,
        passes: bool,
        entered: bool,
        issued: usize,
    ) -> (Vec<Decision>, Due) {
        let validates = self.validation.as_mut().is_some_and(|validation| validation.count(view.now, passes));
        self.recovered_once |= validates;
        match &self.at {
            At::Trying { .. } if validates => {
                self.at = At::Waiting { since: view.now, mitigated: true };
                (vec![Decision::Mitigated, Decision::Recovered], Due::Nothing)
            }
            At::Trying { until, .. } if view.now >= *until => {
                let until = *until;
                (Vec::new(), self.next_step(template, until, issued))
            }
            At::Waiting { since, mitigated } => {
                let late = !entered && !mitigated && view.now.since(*since) >= self.page_after;
                (recovered(validates), if late { self.page(issued) } else { Due::Nothing })
            }
            _ => (recovered(validates), Due::Nothing),
        }
    }

    /// Calls the operator, unless that has been done or recovery was seen.
    fn page(&mut self, issued: usize) -> Due {
        if self.paged || self.recovered_once {
            return Due::Nothing;
        }
        self.paged = true;
        self.at = At::Paged { action: issued };
        Due::Act(Action::Page)
    }

    /// How many of the samples that ever arrived its recovery check has taken in; all, where it has not begun.
    pub fn seen(&self) -> usize {
        self.validation.as_ref().map_or(usize::MAX, |validation| validation.seen)
    }

    /// Keeps these variants of each gate.
    pub fn keep(&mut self, used: &[Vec<usize>]) {
        self.validation.iter_mut().for_each(|validation| validation.checks.keep(used));
    }

    /// What the rollback waits for, in words.
    pub fn waits_for(&self) -> String {
        match &self.at {
            At::Step { step, .. } => format!("step `{}` is not done", step.name),
            At::Trying { until, step } => format!("step `{step}` has until {until} to show success"),
            At::Waiting { .. } => "recovery is being watched".into(),
            At::Paged { .. } => "the operator was paged".into(),
        }
    }
}

fn recovered(validates: bool) -> Vec<Decision> {
    if validates { vec![Decision::Recovered] } else { Vec::new() }
}

pub(crate) fn action_of(step: &Step) -> Action {
    Action::Step { acts: step.acts.clone(), takes: step.takes, by_operator: step.by_operator }
}
