//! The way forward: soak, hold, reviews, readiness, and the decision to turn back.

use super::checkpoint::Checkpoints;
use super::readiness::Go;
use super::{Phase, Rollout};
use crate::controller::{Action, Decision, View};
use crate::gate::Moment;
use crate::passage::{Left, begun, closed, opened};
use crate::playbook::{Playbook, Template};
use crate::policy::{Act, Cohort, OnFail};
use crate::sharing::Sharing;
use crate::time::{Span, Time};
use crate::verdict::{Status, Verdict};

/// On the way to everyone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Forward {
    /// The stage in effect.
    pub stage: Option<usize>,
    /// The stage that is to take effect, and the action that brings it.
    entering: Option<(usize, usize)>,
    /// When the stage took effect.
    began: Time,
    /// Until when healthy time was counted.
    counted: Time,
    /// Time in the stage without a failing `hold` gate.
    healthy: Span,
    /// How much of that people are at work.
    worked: Span,
    /// How much of it has to be.
    to_work: Span,
    review: Checkpoints,
}

impl Rollout {
    pub(super) fn forward(&mut self, view: &View, mut forward: Forward) -> Vec<Decision> {
        self.take(view);
        self.enter_if_done(view, &mut forward);
        let decisions = match forward.stage {
            None if forward.entering.is_none() => self.begin_stage(view, self.first, &mut forward),
            None => Vec::new(),
            Some(stage) => match self.judge(view, stage, &mut forward) {
                Some(decisions) => return decisions,
                None => self.go_on(view, stage, &mut forward),
            },
        };
        let finished = decisions.contains(&Decision::Finish);
        self.phase = if finished { Phase::Finished } else { Phase::Forward(forward) };
        decisions
    }

    /// Takes in what has arrived since the last round.
    fn take(&mut self, view: &View) {
        while let Some(sample) = view.arrived.get(self.seen).filter(|s| s.arrived <= view.now) {
            self.gates.iter_mut().flatten().for_each(|gate| gate.take(sample));
            self.seen += 1;
        }
    }

    fn enter_if_done(&mut self, view: &View, forward: &mut Forward) {
        let Some((stage, action)) = forward.entering else { return };
        let Some(at) = view.done.get(action).copied().flatten() else { return };
        let gone = self.leaves_nobody(stage);
        self.gates.iter_mut().flatten().for_each(|gate| gate.stage_began(at, gone));
        begun(&mut self.passages, at);
        let spec = &self.policy.stages[stage];
        self.measures.stage_began(&spec.cohort, at);
        let to_work = Span(view.calendar.day().0.saturating_mul(u64::from(spec.business_days)));
        let review = Checkpoints::since(at);
        *forward = Forward { stage: Some(stage), began: at, counted: at, to_work, review, ..Forward::default() };
    }

    /// Whether a stage leaves nobody on stable.
    pub(super) fn leaves_nobody(&self, stage: usize) -> bool {
        matches!(self.policy.stages[stage].cohort, Cohort::Share(p) | Cohort::TenantShare(p) if p >= 1.0)
    }

    /// Judges the gates of the stage; decisions when one of them ends the way forward.
    fn judge(&mut self, view: &View, stage: usize, forward: &mut Forward) -> Option<Vec<Decision>> {
        let stable_gone = self.leaves_nobody(stage);
        let spec = &self.policy.stages[stage];
        let served = view.now.since(forward.began);
        let shared = self.sharing.as_ref().map(|sharing| sharing.of_look(spec, self.policy.round, served));
        for &i in &spec.gates {
            let gate = &self.policy.gates[i];
            let alpha = shared.filter(|_| gate.on_fail != OnFail::Hold);
            let moment = Moment { now: view.now, stable_gone, min_samples: gate.min_samples.max(1), alpha };
            let verdict = self.gates[i].as_mut().and_then(|gate| gate.judge(moment));
            self.said.gates.extend(verdict.map(|v| (i, v)));
        }
        self.said.gates.sort_by_key(|(i, _)| *i);
        self.judge_together();
        if let Some(passage) = opened(&mut self.passages) {
            passage.verdicts.clone_from(&self.said.gates);
        }
        let failed = |on_fail| {
            let fails = |(i, v): &&(usize, Verdict)| v.status == Status::Fail && self.policy.gates[*i].on_fail == on_fail;
            self.said.gates.iter().filter(fails).map(|(i, _)| *i).collect::<Vec<_>>()
        };
        let (rollback, stop, hold) = (failed(OnFail::Rollback), failed(OnFail::Stop), failed(OnFail::Hold));
        if !rollback.is_empty() {
            return Some(self.roll_back(view.now, rollback, false));
        }
        if !stop.is_empty() {
            return Some(self.roll_back(view.now, stop, true));
        }
        if hold.is_empty() {
            forward.healthy = forward.healthy + view.now.since(forward.counted);
            forward.worked = forward.worked + view.calendar.worked(forward.counted, view.now);
        }
        forward.counted = view.now;
        None
    }

    /// Where the chance of a false rollback is shared by e-values: fails the gate with the largest when their mean says so, though
    /// no gate fails on its own. A gate with too few outcomes to speak counts as none: the mean only gets smaller.
    fn judge_together(&mut self) {
        let Some(from) = self.sharing.as_ref().and_then(Sharing::fails_from) else { return };
        let turning = self.said.gates.iter().enumerate().filter(|(_, (i, _))| self.policy.gates[*i].on_fail != OnFail::Hold);
        let of = |(at, (i, verdict)): (usize, &(usize, Verdict))| {
            let speaks = verdict.evidence.samples >= self.policy.gates[*i].min_samples.max(1);
            let logs = self.gates[*i].iter().flat_map(|gate| gate.check.log_e());
            logs.map(|log_e| (at, if speaks { log_e } else { f64::NEG_INFINITY })).collect::<Vec<_>>()
        };
        let all: Vec<(usize, f64)> = turning.flat_map(of).collect();
        let mean = all.iter().map(|(_, log_e)| log_e.exp()).sum::<f64>() / all.len().max(1) as f64;
        if mean < from {
            return;
        }
        let (at, _) = *all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("a mean of none is zero");
        let verdict = &mut self.said.gates[at].1;
        verdict.status = Status::Fail;
        verdict.evidence.note.push_str(&format!("; the gates' e-values come to {mean:.1}, and {from:.1} fails"));
    }

    /// No gate ends the way forward in this round.
    fn go_on(&mut self, view: &View, stage: usize, forward: &mut Forward) -> Vec<Decision> {
        let mut decisions = self.measure(view, stage);
        if forward.entering.is_some() {
            return decisions;
        }
        let served = forward.healthy >= self.policy.stages[stage].soak && forward.worked >= forward.to_work;
        let passes = self.said.gates.iter().all(|(_, v)| v.status == Status::Pass);
        decisions.extend(self.review(view, stage, forward, served, passes));
        if served && passes && !forward.review.under_way() {
            decisions.extend(self.begin_stage(view, stage + 1, forward));
        }
        decisions
    }

    /// Notes a review that was held, and asks for the next one when it is due.
    fn review(&mut self, view: &View, stage: usize, forward: &mut Forward, served: bool, passes: bool) -> Vec<Decision> {
        let Some(review) = &self.policy.stages[stage].review else { return Vec::new() };
        let mut decisions = Vec::new();
        if let Some(at) = forward.review.held(view, served) {
            let text = format!("{} looked: {}", reviewer(&review.by), self.as_seen());
            decisions.push(Decision::Say { kind: "review", text });
            opened(&mut self.passages).into_iter().for_each(|passage| passage.reviews.push(at));
        }
        if forward.review.is_due(review, view.now, served && passes) {
            forward.review.ask(self.issued);
            let action = Action::Review { by: review.by.clone() };
            decisions.push(self.issue(action));
        }
        decisions
    }

    /// What somebody sees who looks now: how many gates pass, and which do not.
    fn as_seen(&self) -> String {
        let all = self.said.gates.len();
        let rest = self.complaints();
        let count = format!("{} of {all} gates pass", all - rest.len());
        if rest.is_empty() { count } else { format!("{count}; {}", rest.join(", ")) }
    }

    fn begin_stage(&mut self, view: &View, stage: usize, forward: &mut Forward) -> Vec<Decision> {
        let Some(next) = self.policy.stages.get(stage) else {
            closed(&mut self.passages, view.now, Left::Finished);
            return vec![Decision::Finish];
        };
        let (name, cohort, mut enter) = (next.name.clone(), next.cohort.clone(), next.enter.clone());
        if stage == self.first {
            // The stages before it count as passed: what they have set is set.
            let before = self.policy.stages[..stage].iter().flat_map(|s| &s.enter);
            enter.splice(..0, before.filter(|act| matches!(act, Act::Bend { .. })).cloned());
        }
        let mut decisions = Vec::new();
        if cohort != Cohort::Nobody {
            let (go, text) = self.desk.ask(view, self.issued, &name);
            decisions.extend(text.map(|text| Decision::Say { kind: "readiness", text }));
            match go {
                Go::Now => {}
                Go::Wait => return decisions,
                Go::Recheck(items) => {
                    decisions.push(self.issue(Action::Recheck { items }));
                    return decisions;
                }
            }
        }
        forward.entering = Some((stage, self.issued));
        self.passages.push(crate::passage::Passage {
            stage,
            asked: view.now,
            began: None,
            left: None,
            verdicts: Vec::new(),
            reviews: Vec::new(),
        });
        decisions.push(self.issue(Action::Stage { name, cohort, enter }));
        decisions
    }

    fn roll_back(&mut self, now: Time, gates: Vec<usize>, stop: bool) -> Vec<Decision> {
        closed(&mut self.passages, now, if stop { Left::Stopped } else { Left::RolledBack });
        let validate = &self.policy.rollback.validate;
        let template = Template::new(validate, &self.gates, &self.checks, &gates);
        let affected = self.said.failing_surfaces(&gates);
        let (playbook, first) = Playbook::begin(&self.policy.rollback, &gates, &affected, stop, self.issued);
        self.phase = Phase::Back { playbook, template };
        vec![Decision::Rollback { gates, stop }, self.issue(first)]
    }

    /// Why the way forward does not go on now, in words.
    pub(super) fn blocking_forward(&self, forward: &Forward) -> String {
        if let Some((stage, _)) = forward.entering {
            return format!("stage {} is not in effect yet", self.policy.stages[stage].name);
        }
        let ready = self.desk.blocking();
        let Some(stage) = forward.stage else { return ready.unwrap_or("not begun".into()) };
        let stage = &self.policy.stages[stage];
        let mut reasons = self.complaints();
        if forward.healthy < stage.soak {
            reasons.push(format!("soak: {} of {} served", forward.healthy, stage.soak));
        }
        if forward.worked < forward.to_work {
            reasons.push(format!("soak: {} of {} working hours served", forward.worked, forward.to_work));
        }
        if let Some(review) = stage.review.as_ref().filter(|_| forward.review.under_way()) {
            reasons.push(format!("review: {} has not looked yet", reviewer(&review.by)));
        }
        reasons.extend(ready);
        format!("stage {}: {}", stage.name, reasons.join(", "))
    }
}

fn reviewer(by: &str) -> &str {
    if by.is_empty() { "somebody" } else { by }
}
