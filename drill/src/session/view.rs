//! What a session looks like at a moment.

use super::Session;
use crate::metrics::{Facts, GateFact};
use crate::state::*;
use gatecrash_policies::policy::OnFail;
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Time;
use gatecrash_reports::picture::check_text;
use gatecrash_sim::scenario::{Expect, Fault, Onset};
use gatecrash_sim::steering::name_of;

impl Session<'_> {
    /// All that a page shows, the truth included. Pace and report are not known here.
    pub fn state(&self) -> State {
        let over = |(at, reason, text): &(Time, String, String)| Over {
            at_s: at.seconds(),
            reason: reason.clone(),
            text: text.clone(),
            report: None,
        };
        let rollback = &self.policy.rollback;
        State {
            schema: SCHEMA,
            policy: self.policy.name.clone(),
            about: self.policy.about.clone(),
            mode: self.plan.mode.name(),
            clock: self.clock(),
            phase: self.phase(),
            over: self.over.as_ref().map(over),
            stages: self.stages(),
            exposure: self.told_exposure(),
            held: self.held,
            gates: self.gates(),
            proposal: self.proposal.clone(),
            decided_s: self.live.decided().map(Time::seconds),
            playbook: self.playbook(),
            recovery: self.recovery(),
            budget: Budget {
                withdraw_within_s: rollback.withdraw_within.map(|span| span.seconds()),
                recover_within_s: rollback.recover_within.map(|span| span.seconds()),
            },
            people: self.people.iter().map(|(person, _)| person.clone()).collect(),
            switches: self.switches,
            truth: Some(self.truth()),
        }
    }

    /// What monitoring systems are told. Pace and watchers are not known here.
    pub fn facts(&self) -> Facts {
        let fact = |(gate, verdict): &(usize, gatecrash_policies::Verdict)| {
            let spec = &self.policy.gates[*gate];
            let (value, limit) = (verdict.evidence.value, verdict.evidence.limit);
            GateFact { name: spec.name.clone(), status: verdict.status, value, op: spec.check.op, limit }
        };
        let stage = self.live.rollout().standing().stage;
        Facts {
            clock_s: self.now().seconds(),
            stage: stage.map(|stage| (stage, self.policy.stages[stage].name.clone())),
            gates: self.live.rollout().last_verdicts().iter().map(fact).collect(),
            decided: self.live.decided().is_some(),
            ..Facts::default()
        }
    }

    fn clock(&self) -> Clock {
        Clock {
            t_s: self.now().seconds(),
            speed: self.plan.speed,
            paused: false,
            live_s: Time(self.plan.start_us).seconds(),
            horizon_s: self.scenario.horizon.seconds(),
            behind_s: 0.0,
        }
    }

    fn phase(&self) -> &'static str {
        match (&self.over, self.live.decided()) {
            (Some(_), _) => "over",
            (None, Some(_)) => "back",
            (None, None) => "forward",
        }
    }

    /// The share of subjects on the canary as the last samples tell.
    pub(super) fn told_exposure(&self) -> Option<f64> {
        let [stable, canary] = self.subjects;
        let all = u64::from(stable?) + u64::from(canary.unwrap_or(0));
        (all > 0).then(|| f64::from(canary.unwrap_or(0)) / all as f64)
    }

    /// The stage that would come next; none after the last one.
    pub(super) fn next_stage(&self) -> Option<usize> {
        let passages = self.live.rollout().passages();
        let next = passages.last().map_or(0, |passage| passage.stage + 1);
        (next < self.policy.stages.len()).then_some(next)
    }

    /// How much of the soak of the stage is not served, in seconds.
    pub(super) fn unserved(&self) -> f64 {
        let standing = self.live.rollout().standing();
        let soak = standing.stage.map_or(0.0, |stage| self.policy.stages[stage].soak.seconds());
        (soak - standing.served.seconds()).max(0.0)
    }

    fn stages(&self) -> Vec<StageView> {
        let rollout = self.live.rollout();
        let standing = rollout.standing();
        let first = rollout.passages().first().map_or(0, |passage| passage.stage);
        let view = |(i, stage): (usize, &gatecrash_policies::Stage)| {
            let passage = rollout.passages().iter().find(|passage| passage.stage == i);
            let began = passage.and_then(|passage| passage.began);
            let last = rollout.passages().last().is_some_and(|passage| passage.stage == i);
            let state = match (passage, began) {
                (None, _) if i < first => "passed",
                (None, _) => "ahead",
                _ if standing.stage == Some(i) => "current",
                (_, None) if standing.entering == Some(i) => "entering",
                _ if last && !rollout.is_over() => "left",
                _ => "passed",
            };
            StageView {
                name: stage.name.clone(),
                cohort: name_of(&stage.cohort),
                soak_s: stage.soak.seconds(),
                served_s: (standing.stage == Some(i)).then(|| standing.served.seconds()),
                state,
                began_s: began.map(Time::seconds),
            }
        };
        self.policy.stages.iter().enumerate().map(view).collect()
    }

    fn gates(&self) -> Vec<GateView> {
        let idle = self.live.rollout().not_applicable();
        let view = |(i, gate): (usize, &gatecrash_policies::Gate)| {
            let said = self.statuses[i].as_ref();
            GateView {
                name: gate.name.clone(),
                check: check_text(&gate.check, self.monitor.unit(i)),
                on_fail: match gate.on_fail {
                    OnFail::Rollback => "rollback",
                    OnFail::Hold => "hold",
                    OnFail::Stop => "stop",
                },
                in_force: said.is_some(),
                applies: !idle.contains(&gate.name.as_str()),
                status: said.map(|(name, ..)| *name),
                since_s: said.map(|(_, since, _)| since.seconds()),
                sentence: said.map_or(String::new(), |(_, _, sentence)| sentence.clone()),
                unit: unit_name(self.monitor.unit(i)),
                op: gate.check.op.symbol(),
            }
        };
        self.policy.gates.iter().enumerate().map(view).collect()
    }

    /// The gates that fail now, by index in the policy.
    pub(super) fn failing(&self) -> Vec<usize> {
        let fails = |status: &Option<(&'static str, Time, String)>| status.as_ref().is_some_and(|(name, ..)| *name == "fail");
        self.statuses.iter().enumerate().filter(|(_, status)| fails(status)).map(|(gate, _)| gate).collect()
    }

    /// The steps that apply to the gates that fired at the decision, or fail now, by index.
    pub(super) fn due(&self) -> Vec<usize> {
        let fired = if self.live.decided().is_some() { self.live.fired().to_vec() } else { self.failing() };
        let steps = self.live.rollout().steps();
        steps.iter().enumerate().filter(|(_, step)| step.applies(&fired)).map(|(i, _)| i).collect()
    }

    /// The first step that applies and was not run, with its name.
    pub(super) fn next_step(&self) -> Option<(usize, String)> {
        let next = self.due().into_iter().find(|step| self.runs.iter().all(|run| run.step != *step))?;
        Some((next, self.live.rollout().steps()[next].name.clone()))
    }

    fn playbook(&self) -> Vec<StepView> {
        let (due, next) = (self.due(), self.next_step().map(|(step, _)| step));
        let runs = |i: usize| {
            let own = self.runs.iter().filter(move |run| run.step == i);
            own.map(|run| StepRun { who: run.who.clone(), at_s: run.at.seconds(), done_s: run.done.map(Time::seconds) }).collect()
        };
        let view = |(i, step): (usize, &gatecrash_policies::policy::Step)| StepView {
            number: i as u32 + 1,
            name: step.name.clone(),
            does: step.acts.iter().map(gatecrash_sim::play::describe).collect::<Vec<_>>().join(", "),
            takes_s: step.takes.seconds(),
            applies: due.contains(&i),
            next: next == Some(i) && self.live.decided().is_some(),
            runs: runs(i),
        };
        self.live.rollout().steps().iter().enumerate().map(view).collect()
    }

    fn recovery(&self) -> Option<Recovery> {
        self.live.decided()?;
        Some(Recovery {
            text: self.live.rollout().blocking(0),
            clean_for_s: self.policy.rollback.validate.clean_for.seconds(),
            validated_s: self.live.recovered().map(Time::seconds),
        })
    }

    fn truth(&self) -> Truth {
        let injected = self.scenario.faults.len();
        let fault = |(i, (fault, began)): (usize, (&Fault, Option<Time>))| FaultView {
            name: fault.name.clone(),
            text: gatecrash_sim::faults::describe(fault),
            due: if i < injected { due_in_words(fault) } else { "injected".into() },
            began_s: began.map(Time::seconds),
            injected: i >= injected,
        };
        Truth {
            scenario: self.scenario.name.clone(),
            about: self.scenario.about.clone(),
            seed: self.plan.seed,
            expect: if self.scenario.expect == Expect::Rollback { "rollback" } else { "promote" },
            faults: self.live.faults().enumerate().map(fault).collect(),
            exposure: self.live.exposure(),
            harmed: self.harm.harmed,
            harmed_s: self.harm.first.map(Time::seconds),
            shown_s: self.harm.shown.map(Time::seconds),
            exposed_requests: self.live.exposed_requests(),
        }
    }
}

fn due_in_words(fault: &Fault) -> String {
    match &fault.at {
        Onset::At(at) => format!("at {at}"),
        Onset::Stage { name, after } => format!("{after} after stage {name}"),
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Plain => "plain",
        Unit::Seconds => "seconds",
        Unit::Share => "share",
        Unit::PerSecond => "per_second",
    }
}
