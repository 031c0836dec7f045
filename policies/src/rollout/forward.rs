//! The way forward: soak, hold, reviews, readiness, and the decision to turn back.

use super::checkpoint::Checkpoints;
use super::hand::{Standing, Want};
use super::readiness::Go;
use super::siblings::Turns;
use super::{Phase, Rollout};
use crate::controller::{Action, Decision, View};
use crate::gate::{BoundGate, Moment};
use crate::passage::{Left, begun, closed, opened};
use crate::playbook::Playbook;
use crate::policy::{Act, Cohort, OnFail};
use crate::sharing::Sharing;
use crate::time::{Span, Time};
use crate::verdict::{Status, Verdict};
use std::sync::Arc;

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

impl Forward {
    /// The same with the time since the last round counted as healthy.
    fn soaked(self, view: &View) -> Forward {
        let healthy = self.healthy + view.now.since(self.counted);
        let worked = self.worked + view.calendar.worked(self.counted, view.now);
        Forward { healthy, worked, counted: view.now, ..self }
    }
}

impl Forward {
    pub fn standing(&self) -> Standing {
        Standing { stage: self.stage, entering: self.entering.map(|(stage, _)| stage), served: self.healthy }
    }
}

/// What the gates of a round come to for one policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ruling {
    /// The gates that roll back.
    rollback: Vec<usize>,
    /// The gates that stop.
    stop: Vec<usize>,
    /// The surfaces in which one of these fails.
    affected: Vec<String>,
    /// Whether a gate holds.
    holds: bool,
    /// Whether all pass, where it is time to ask.
    passes: bool,
}

impl Rollout {
    pub(super) fn forward(&mut self, view: &View) -> Turns {
        self.take(view);
        let Phase::Forward(mut forward) = std::mem::replace(&mut self.phase, Phase::Finished) else {
            unreachable!("it goes forward")
        };
        self.enter_if_done(view, &mut forward);
        let Some(stage) = forward.stage else {
            let begins = forward.entering.is_none();
            let decisions = if begins { self.begin_stage(view, self.first, &mut forward) } else { Vec::new() };
            self.go_forward(forward, &decisions);
            return (decisions, Vec::new());
        };
        self.judge(view, stage, &forward);
        let rulings = self.rulings(view, stage, &forward);
        let turns_back = |ruling: &Ruling| !ruling.rollback.is_empty() || !ruling.stop.is_empty();
        self.parted(rulings, turns_back, |rollout, ruling| (rollout.decide(view, stage, forward.clone(), ruling), Vec::new()))
    }

    pub(super) fn go_forward(&mut self, forward: Forward, decisions: &[Decision]) {
        let finished = decisions.contains(&Decision::Finish);
        self.phase = if finished { Phase::Finished } else { Phase::Forward(forward) };
    }

    /// Takes in what has arrived since the last round.
    fn take(&mut self, view: &View) {
        while let Some(sample) = view.arrived.get(self.seen - view.before).filter(|s| s.arrived <= view.now) {
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
    pub fn leaves_nobody(&self, stage: usize) -> bool {
        matches!(self.policy.stages[stage].cohort, Cohort::Share(p) | Cohort::TenantShare(p) if p >= 1.0)
    }

    /// Judges the gates of the stage.
    fn judge(&mut self, view: &View, stage: usize, forward: &Forward) {
        let stable_gone = self.leaves_nobody(stage);
        let policy = Arc::clone(&self.policy);
        let spec = &policy.stages[stage];
        let served = view.now.since(forward.began);
        let shared = self.sharing.as_ref().map(|sharing| sharing.of_look(spec, self.policy.round, served));
        for &i in &spec.gates {
            let gate = &policy.gates[i];
            let alpha = shared.filter(|_| gate.on_fail != OnFail::Hold);
            let moment = Moment { now: view.now, stable_gone, min_samples: None, alpha, muted: self.quiet };
            let verdict = self.gates[i].as_mut().and_then(|gate| gate.judge(moment));
            self.said.gates.extend(verdict.map(|v| (i, v)));
        }
        self.said.gates.sort_by_key(|(i, _)| *i);
        self.judge_together();
        if let Some(passage) = opened(&mut self.passages).filter(|_| !self.quiet) {
            passage.verdicts.clone_from(&self.said.gates);
        }
    }

    /// What the gates come to, and for whom.
    fn rulings(&self, view: &View, stage: usize, forward: &Forward) -> Vec<(Ruling, Vec<usize>)> {
        let soaked = Forward { entering: None, ..forward.clone() }.soaked(view);
        let asks = forward.entering.is_none() && self.serves(stage, &soaked);
        let fails = |i: usize| self.gates[i].as_ref().is_some_and(|gate| gate.check.anybody_fails());
        let several = self.siblings.len() > 1;
        if several && !asks && !self.said.gates.iter().any(|(i, _)| fails(*i)) {
            return vec![(Ruling::default(), (0..self.siblings.len()).collect())];
        }
        self.groups_of_told(|place| self.ruling(place, asks))
    }

    fn ruling(&self, place: usize, asks: bool) -> Ruling {
        let mut ruling = Ruling { passes: asks, ..Ruling::default() };
        for (i, status) in self.told(place) {
            match (status, self.policy.gates[i].on_fail) {
                (Status::Fail, OnFail::Rollback) => ruling.rollback.push(i),
                (Status::Fail, OnFail::Stop) => ruling.stop.push(i),
                (Status::Fail, OnFail::Hold) => ruling.holds = true,
                _ => {}
            }
            ruling.passes &= status == Status::Pass;
        }
        let fired = if ruling.rollback.is_empty() { &ruling.stop } else { &ruling.rollback };
        ruling.affected = self.failing_surfaces(place, fired);
        ruling
    }

    /// The surfaces in which these gates fail for the one in this place, each once, in order.
    pub(super) fn failing_surfaces(&self, place: usize, gates: &[usize]) -> Vec<String> {
        let holds = self.siblings.of(place);
        let failing = gates.iter().filter_map(|i| Some(self.gates[*i].as_ref()?.check.failing(holds[*i])));
        let surfaces = failing.flatten().filter(|segment| segment.attribute == "surface");
        let mut surfaces: Vec<String> = surfaces.map(|segment| segment.value).collect();
        surfaces.sort_unstable();
        surfaces.dedup();
        surfaces
    }

    /// Goes on as the gates have it, or as whoever is at the controls does.
    fn decide(&mut self, view: &View, stage: usize, forward: Forward, ruling: Ruling) -> Vec<Decision> {
        let stop = ruling.rollback.is_empty();
        let fired = if stop { ruling.stop } else { ruling.rollback };
        let fails = !fired.is_empty();
        if fails && self.hand.turns_back() {
            return self.roll_back(view.now, fired, &ruling.affected, stop);
        }
        if fails {
            self.hand.wants = Some(Want::Rollback(fired));
        }
        let mut forward = if ruling.holds || fails { Forward { counted: view.now, ..forward } } else { forward.soaked(view) };
        let decisions = self.go_on(view, stage, &mut forward, ruling.passes);
        self.go_forward(forward, &decisions);
        decisions
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
        let (i, verdict) = &mut self.said.gates[at];
        self.gates[*i].iter_mut().for_each(|gate| gate.check.fail());
        verdict.status = Status::Fail;
        verdict.evidence.note.push_str(&format!("; the gates' e-values come to {mean:.1}, and {from:.1} fails"));
    }

    /// No gate ends the way forward in this round.
    fn go_on(&mut self, view: &View, stage: usize, forward: &mut Forward, passes: bool) -> Vec<Decision> {
        let mut decisions = self.measure(view, stage);
        if forward.entering.is_some() {
            return decisions;
        }
        let served = self.serves(stage, forward);
        decisions.extend(self.review(view, stage, forward, served, passes));
        if served && passes && !forward.review.under_way() {
            if self.hand.promotes() {
                decisions.extend(self.begin_stage(view, stage + 1, forward));
            } else {
                self.hand.wants = Some(Want::Promote);
            }
        }
        decisions
    }

    /// Whether the soak of the stage is served.
    fn serves(&self, stage: usize, forward: &Forward) -> bool {
        forward.healthy >= self.policy.stages[stage].soak && forward.worked >= forward.to_work
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
        let rest = self.complaints(self.told(0));
        let count = format!("{} of {all} gates pass", all - rest.len());
        if rest.is_empty() { count } else { format!("{count}; {}", rest.join(", ")) }
    }

    pub(super) fn begin_stage(&mut self, view: &View, stage: usize, forward: &mut Forward) -> Vec<Decision> {
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

    pub(super) fn roll_back(&mut self, now: Time, gates: Vec<usize>, affected: &[String], stop: bool) -> Vec<Decision> {
        closed(&mut self.passages, now, if stop { Left::Stopped } else { Left::RolledBack });
        let template = self.template(&gates);
        let (playbook, first) = Playbook::begin(&self.policy.rollback, &gates, affected, stop, self.issued);
        self.phase = Phase::Back { playbook, template };
        // What was read on the way forward is not read again.
        self.gates.iter_mut().flatten().for_each(BoundGate::forget);
        vec![Decision::Rollback { gates, stop }, self.issue(first)]
    }

    /// Why the way forward does not go on now, in words.
    pub(super) fn blocking_forward(&self, forward: &Forward, place: usize) -> String {
        if let Some((stage, _)) = forward.entering {
            return format!("stage {} is not in effect yet", self.policy.stages[stage].name);
        }
        let ready = self.desk.blocking();
        let Some(stage) = forward.stage else { return ready.unwrap_or("not begun".into()) };
        let stage = &self.policy.stages[stage];
        let mut reasons = self.complaints(self.told(place));
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
