//! The native controller: stages forward, a playbook back.

use crate::bind::{BindError, bind_check, bind_gate, validate_name};
use crate::controller::{Action, Controller, Decision, View};
use crate::gate::{BoundCheck, BoundGate, Moment};
use crate::playbook::{Playbook, Said, Template};
use crate::policy::{Cohort, OnFail, Policy, Rule};
use crate::sample::{Catalog, Segment};
use crate::time::{Span, Time};
use crate::verdict::{Status, Verdict};

/// While a playbook step is under way, the controller looks this often whether it is done, so that a slow round does not
/// stretch the rollback.
const STEP_POLL: Span = Span::from_secs(5);

/// A policy at work on one system: a pure fold over views.
///
/// It begins its first stage in its first round. In every round it judges the gates of the stage in effect, also while the next
/// stage is still taking effect. A fail rolls back, holds or stops, in this order of precedence.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    policy: Policy,
    /// By index in the policy; `None` is not applicable to this system.
    gates: Vec<Option<BoundGate>>,
    /// By index in `Validate::checks`.
    checks: Vec<Option<BoundCheck>>,
    /// How many of the arrived samples were taken in.
    seen: usize,
    /// How many actions were issued.
    issued: usize,
    phase: Phase,
    next: Time,
    said: Said,
}

// One rollout is one phase: its size does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Forward(Forward),
    Back { playbook: Playbook, template: Template },
    Stopped,
    Finished,
}

/// On the way to everyone.
#[derive(Clone, Debug, Default, PartialEq)]
struct Forward {
    /// The stage in effect.
    stage: Option<usize>,
    /// The stage that is to take effect, and the action that brings it.
    entering: Option<(usize, usize)>,
    /// Until when healthy time was counted.
    counted: Time,
    /// Time in the stage without a failing `hold` gate.
    healthy: Span,
}

impl Rollout {
    /// The segments that the policy reads in this system: what a catalog must track before the policy is bound to it.
    pub fn segments(policy: &Policy, catalog: &Catalog) -> Result<Vec<Segment>, BindError> {
        crate::bind::segments(policy, catalog)
    }

    /// Binds a policy to a system. The catalog must track the policy's [`Rollout::segments`].
    pub fn new(policy: &Policy, catalog: &Catalog) -> Result<Rollout, BindError> {
        let gates = policy.gates.iter().map(|gate| bind_gate(gate, catalog)).collect::<Result<_, _>>()?;
        let bind = |(i, check)| {
            bind_check(check, &Rule::Threshold, catalog).map_err(|message| BindError { gate: validate_name(i), message })
        };
        let checks = policy.rollback.validate.checks.iter().enumerate().map(bind).collect::<Result<_, _>>()?;
        Ok(Rollout {
            policy: policy.clone(),
            gates,
            checks,
            seen: 0,
            issued: 0,
            phase: Phase::Forward(Forward::default()),
            next: Time::ZERO,
            said: Said::default(),
        })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The gates that read a kind of component which this system does not have: they are never judged.
    pub fn not_applicable(&self) -> Vec<&str> {
        let left_out = self.policy.gates.iter().zip(&self.gates).filter(|(_, bound)| bound.is_none());
        left_out.map(|(gate, _)| gate.name.as_str()).collect()
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

    /// Finished or stopped: no further round changes anything. A rollback is never over by itself.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Finished | Phase::Stopped)
    }

    /// Why the rollout does not go on now, in words; what to report when it never did.
    pub fn blocking(&self) -> String {
        match &self.phase {
            Phase::Finished => "finished".into(),
            Phase::Stopped => "stopped for people to decide".into(),
            Phase::Back { playbook, .. } => {
                let mut reasons = vec![playbook.waits_for()];
                reasons.extend(self.complaints());
                reasons.join(", ")
            }
            Phase::Forward(forward) => self.blocking_forward(forward),
        }
    }

    fn blocking_forward(&self, forward: &Forward) -> String {
        if let Some((stage, _)) = forward.entering {
            return format!("stage {} is not in effect yet", self.policy.stages[stage].name);
        }
        let Some(stage) = forward.stage else { return "not begun".into() };
        let stage = &self.policy.stages[stage];
        let mut reasons = self.complaints();
        if forward.healthy < stage.soak {
            reasons.push(format!("soak: {} of {} served", forward.healthy, stage.soak));
        }
        format!("stage {}: {}", stage.name, reasons.join(", "))
    }

    /// The gates and checks that did not pass in the last round.
    fn complaints(&self) -> Vec<String> {
        let name = |i: usize| self.policy.gates[i].name.clone();
        let gates = self.said.gates.iter().map(|(i, v)| (format!("gate {}", name(*i)), v.status));
        let checks = self.said.checks.iter().map(|(i, v)| (validate_name(*i), v.status));
        gates.chain(checks).filter(|(_, s)| *s != Status::Pass).map(|(name, s)| format!("{name}: {}", s.name())).collect()
    }

    fn issue(&mut self, action: Action) -> Decision {
        self.issued += 1;
        Decision::Act(action)
    }

    /// Takes in what has arrived since the last round.
    fn take(&mut self, view: &View) {
        while let Some(sample) = view.arrived.get(self.seen).filter(|s| s.arrived <= view.now) {
            self.gates.iter_mut().flatten().for_each(|gate| gate.take(sample));
            self.seen += 1;
        }
    }

    fn forward(&mut self, view: &View, mut forward: Forward) -> Vec<Decision> {
        self.take(view);
        self.enter_if_done(view, &mut forward);
        let decisions = match forward.stage {
            None if forward.entering.is_none() => self.begin_stage(0, &mut forward),
            None => Vec::new(),
            Some(stage) => match self.judge(view, stage, &mut forward) {
                Some(decisions) => return decisions,
                None => self.advance_if_ready(stage, &mut forward),
            },
        };
        let finished = decisions.contains(&Decision::Finish);
        self.phase = if finished { Phase::Finished } else { Phase::Forward(forward) };
        decisions
    }

    fn enter_if_done(&mut self, view: &View, forward: &mut Forward) {
        let Some((stage, action)) = forward.entering else { return };
        let Some(at) = view.done.get(action).copied().flatten() else { return };
        let gone = self.leaves_nobody(stage);
        self.gates.iter_mut().flatten().for_each(|gate| gate.stage_began(at, gone));
        *forward = Forward { stage: Some(stage), entering: None, counted: at, healthy: Span::ZERO };
    }

    /// Whether a stage leaves nobody on stable.
    fn leaves_nobody(&self, stage: usize) -> bool {
        matches!(self.policy.stages[stage].cohort, Cohort::Share(p) | Cohort::TenantShare(p) if p >= 1.0)
    }

    /// Judges the gates of the stage; decisions when one of them ends the way forward.
    fn judge(&mut self, view: &View, stage: usize, forward: &mut Forward) -> Option<Vec<Decision>> {
        let stable_gone = self.leaves_nobody(stage);
        for &i in &self.policy.stages[stage].gates {
            let moment = Moment { now: view.now, stable_gone, min_samples: self.policy.gates[i].min_samples.max(1) };
            let verdict = self.gates[i].as_mut().and_then(|gate| gate.judge(moment));
            self.said.gates.extend(verdict.map(|v| (i, v)));
        }
        self.said.gates.sort_by_key(|(i, _)| *i);
        let failed = |on_fail| {
            let fails = |(i, v): &&(usize, Verdict)| v.status == Status::Fail && self.policy.gates[*i].on_fail == on_fail;
            self.said.gates.iter().filter(fails).map(|(i, _)| *i).collect::<Vec<_>>()
        };
        let (rollback, stop, hold) = (failed(OnFail::Rollback), failed(OnFail::Stop), failed(OnFail::Hold));
        if !rollback.is_empty() {
            return Some(self.roll_back(rollback));
        }
        if !stop.is_empty() {
            self.phase = Phase::Stopped;
            return Some(vec![Decision::Stop { gates: stop }]);
        }
        if hold.is_empty() {
            forward.healthy = forward.healthy + view.now.since(forward.counted);
        }
        forward.counted = view.now;
        None
    }

    fn advance_if_ready(&mut self, stage: usize, forward: &mut Forward) -> Vec<Decision> {
        let served = forward.healthy >= self.policy.stages[stage].soak;
        let passes = self.said.gates.iter().all(|(_, v)| v.status == Status::Pass);
        if forward.entering.is_some() || !served || !passes {
            return Vec::new();
        }
        self.begin_stage(stage + 1, forward)
    }

    fn begin_stage(&mut self, stage: usize, forward: &mut Forward) -> Vec<Decision> {
        let Some(next) = self.policy.stages.get(stage) else { return vec![Decision::Finish] };
        let action = Action::Stage { name: next.name.clone(), cohort: next.cohort.clone() };
        forward.entering = Some((stage, self.issued));
        vec![self.issue(action)]
    }

    fn roll_back(&mut self, gates: Vec<usize>) -> Vec<Decision> {
        let validate = &self.policy.rollback.validate;
        let template = Template::new(validate, &self.gates, &self.checks, &gates);
        let (playbook, first) = Playbook::begin(&self.policy.rollback, &gates, self.issued);
        self.phase = Phase::Back { playbook, template };
        vec![Decision::Rollback { gates }, self.issue(first)]
    }

    fn back(&mut self, view: &View, mut playbook: Playbook, template: Template) -> Vec<Decision> {
        let decisions = playbook.round(view, &template, self.issued, &mut self.said);
        self.issued += decisions.iter().filter(|d| matches!(d, Decision::Act(_))).count();
        self.phase = Phase::Back { playbook, template };
        decisions
    }
}

impl Controller for Rollout {
    fn round(&mut self, view: &View) -> Vec<Decision> {
        self.said = Said::default();
        let decisions = match std::mem::replace(&mut self.phase, Phase::Finished) {
            Phase::Forward(forward) => self.forward(view, forward),
            Phase::Back { playbook, template } => self.back(view, playbook, template),
            over @ (Phase::Stopped | Phase::Finished) => {
                self.phase = over;
                Vec::new()
            }
        };
        self.next = match &self.phase {
            Phase::Stopped | Phase::Finished => Time::MAX,
            Phase::Back { playbook, .. } if playbook.is_acting() => view.now + self.policy.round.min(STEP_POLL),
            _ => view.now + self.policy.round,
        };
        decisions
    }

    fn next_round(&self) -> Time {
        self.next
    }
}
