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

/// The recovery check at work.
#[derive(Clone, Debug, PartialEq)]
struct Validation {
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

impl Said {
    /// The surfaces in which these gates fail, each once, in order.
    pub fn failing_surfaces(&self, gates: &[usize]) -> Vec<String> {
        let fired = self.gates.iter().filter(|(i, _)| gates.contains(i));
        let segments = fired.flat_map(|(_, v)| &v.evidence.failing).filter(|s| s.attribute == "surface");
        let mut surfaces: Vec<String> = segments.map(|s| s.value.clone()).collect();
        surfaces.sort_unstable();
        surfaces.dedup();
        surfaces
    }
}

impl Validation {
    fn new(template: &Template, arm: Arm, floor: Time) -> Validation {
        let gates = template.gates.iter().map(|(i, gate)| (*i, gate.afresh(arm, floor))).collect();
        let checks = template.checks.iter().map(|(i, check)| (*i, check.afresh(arm, floor))).collect();
        Validation { checks: Template { gates, checks, ..*template }, arm, seen: 0, clean_since: None }
    }

    /// Judges the round: whether recovery is validated in it.
    fn judge(&mut self, view: &View, said: &mut Said) -> bool {
        while let Some(sample) = view.arrived.get(self.seen).filter(|s| s.arrived <= view.now) {
            self.checks.gates.iter_mut().for_each(|(_, gate)| gate.take(sample));
            self.checks.checks.iter_mut().for_each(|(_, check)| check.take(sample));
            self.seen += 1;
        }
        let moment = Moment { now: view.now, stable_gone: false, min_samples: self.checks.min_samples, alpha: None };
        said.gates = self.checks.gates.iter_mut().filter_map(|(i, gate)| Some((*i, gate.judge(moment)?))).collect();
        said.checks = self.checks.checks.iter_mut().map(|(i, check)| (*i, check.judge(moment))).collect();
        let mut verdicts = said.gates.iter().chain(&said.checks).map(|(_, v)| v.status);
        // No verdict at all is no proof of anything.
        let judged = !said.gates.is_empty() || !said.checks.is_empty();
        let passes = judged && verdicts.all(|status| status == Status::Pass);
        self.clean_since = passes.then(|| self.clean_since.unwrap_or(view.now));
        self.clean_since.is_some_and(|since| view.now.since(since) >= self.checks.clean_for)
    }
}

/// Sends everyone back at once: what is done when the playbook has no step for the gates that fired.
fn withdraw() -> Step {
    let acts = vec![Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: None }];
    Step { name: "withdraw".into(), acts, ..Step::default() }
}

fn withdraws(step: &Step) -> bool {
    let everyone =
        |act: &Act| matches!(act, Act::Cohort { cohort: Cohort::Nobody, environments, only: None } if environments.is_empty());
    step.acts.iter().any(everyone)
}

/// The step with one act for each surface in which a gate fired, where it says so; `None` when there is no such surface.
fn in_affected(step: &Step, affected: &[String]) -> Option<Step> {
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

fn moves_subjects(step: &Step) -> bool {
    step.acts.iter().any(|act| matches!(act, Act::Cohort { .. }))
}

impl Playbook {
    /// Begins the steps that apply to the gates that fired, in these surfaces; `issued` actions were issued before. Returns the
    /// first action. After a `stop` an operator has to come first.
    pub fn begin(rollback: &Rollback, fired: &[usize], affected: &[String], stop: bool, issued: usize) -> (Playbook, Action) {
        let applies = |step: &&Step| {
            let fired = |gates: &[usize]| gates.iter().any(|g| fired.contains(g));
            (step.when.is_empty() || fired(&step.when)) && !fired(&step.unless)
        };
        let steps = rollback.playbook.iter().filter(applies);
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

    /// Goes on. `issued` actions were issued so far; an action that is returned is the next.
    pub fn round(&mut self, view: &View, template: &Template, issued: usize, said: &mut Said) -> Vec<Decision> {
        match &self.at {
            At::Step { action, step } => {
                let (action, step) = (*action, step.clone());
                self.after_step(view, template, action, &step, issued, said)
            }
            At::Trying { until, .. } => {
                let until = *until;
                if self.validates(view, said) {
                    self.at = At::Waiting { since: view.now, mitigated: true };
                    return vec![Decision::Mitigated, Decision::Recovered];
                }
                if view.now >= until { self.next_step(view, template, until, issued, said) } else { Vec::new() }
            }
            At::Waiting { since, mitigated } => {
                let (since, mitigated) = (*since, *mitigated);
                self.wait(view, since, mitigated, issued, said)
            }
            At::Paged { action } => {
                if let Some(at) = view.done.get(*action).copied().flatten() {
                    self.validation = Some(Validation::new(template, Arm::Former, at));
                    self.at = At::Waiting { since: at, mitigated: false };
                }
                self.recovered(view, said)
            }
        }
    }

    fn after_step(
        &mut self,
        view: &View,
        template: &Template,
        action: usize,
        step: &Step,
        issued: usize,
        said: &mut Said,
    ) -> Vec<Decision> {
        let Some(done) = view.done.get(action).copied().flatten() else { return Vec::new() };
        let Some(try_for) = step.try_for else { return self.next_step(view, template, done, issued, said) };
        // Whom a step has sent back shows whether that helped. As long as steps only bend knobs it is to be seen on the canary.
        let arm = if self.withdraws || moves_subjects(step) { Arm::Former } else { Arm::Canary };
        self.validation = Some(Validation::new(template, arm, done));
        self.at = At::Trying { until: done + try_for, step: step.name.clone() };
        self.round(view, template, issued, said)
    }

    /// Issues the next step, or begins to wait for recovery when there is none; `effect` is that of the step before.
    fn next_step(&mut self, view: &View, template: &Template, effect: Time, issued: usize, said: &mut Said) -> Vec<Decision> {
        if let Some(step) = self.queue.pop_front() {
            let action = action_of(&step);
            self.withdraws |= withdraws(&step);
            self.validation = None;
            self.at = At::Step { action: issued, step };
            return vec![Decision::Act(action)];
        }
        // A last step that was tried in vain keeps its window if it already reads the right arm.
        if self.validation.as_ref().is_none_or(|v| v.arm != Arm::Former) {
            self.validation = Some(Validation::new(template, Arm::Former, effect));
        }
        self.at = At::Waiting { since: effect, mitigated: false };
        self.recovered(view, said)
    }

    fn wait(&mut self, view: &View, since: Time, mitigated: bool, issued: usize, said: &mut Said) -> Vec<Decision> {
        let mut decisions = self.recovered(view, said);
        let late = view.now.since(since) >= self.page_after;
        if late && !mitigated && !self.paged && !self.recovered_once {
            self.paged = true;
            self.at = At::Paged { action: issued };
            decisions.push(Decision::Act(Action::Page));
        }
        decisions
    }

    fn validates(&mut self, view: &View, said: &mut Said) -> bool {
        let validates = self.validation.as_mut().is_some_and(|v| v.judge(view, said));
        self.recovered_once |= validates;
        validates
    }

    fn recovered(&mut self, view: &View, said: &mut Said) -> Vec<Decision> {
        if self.validates(view, said) { vec![Decision::Recovered] } else { Vec::new() }
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

fn action_of(step: &Step) -> Action {
    Action::Step { acts: step.acts.clone(), takes: step.takes, by_operator: step.by_operator }
}
