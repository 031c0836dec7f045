//! What people do in a session.

use super::Session;
use crate::account::{Deed, Fate, Run};
use crate::act::{Act, Inject, StepName};
use crate::desk::{Answer, Done, Refusal};
use crate::event::Event;
use crate::role::Caller;
use crate::state::{Line, Person};
use gatecrash_policies::rollout::Order;
use gatecrash_policies::suggest::did_you_mean;
use gatecrash_policies::time::Time;
use gatecrash_policies::units;

impl Session<'_> {
    /// Somebody does something, now.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn act(&mut self, caller: &Caller, act: &Act) -> Answer {
        if self.over.is_some() {
            return Err(Refusal::Conflict("the drill is over".into()));
        }
        let answer = self.attempt(caller, act);
        let said = answer.as_ref().map_or_else(|refusal| refusal.to_string(), |text| text.clone());
        let failing = self.failing();
        let early_s = if matches!(act, Act::Promote { .. }) && answer.is_ok() { self.unserved_s } else { 0.0 };
        self.meet(caller);
        self.tell(caller, act, &said, answer.is_err());
        self.write(Event::Act {
            who: caller.who.clone(),
            role: caller.role,
            act: act.clone(),
            said: said.clone(),
            refused: answer.is_err(),
        });
        let done = answer.as_ref().map(|_| said.clone()).map_err(|_| said.clone());
        let (who, role, at) = (caller.who.clone(), caller.role, self.now());
        self.deeds.push(Deed { at, who, role, act: act.clone(), answer: done, failing, early_s });
        if let (Act::End { reason }, Ok(_)) = (act, &answer) {
            self.end("ended", reason);
        }
        self.hear();
        self.end_with_the_trial();
        answer.map(|text| Done { t_s: self.now().seconds(), text })
    }

    /// Does it, and says in words what came of it.
    fn attempt(&mut self, caller: &Caller, act: &Act) -> Result<String, Refusal> {
        if self.people.iter().any(|(person, _)| person.who == caller.who && person.away) {
            return Err(Refusal::Forbidden(format!(
                "{} is away: the facilitator has said so; somebody else has to act",
                caller.who
            )));
        }
        match act {
            Act::Promote { stage } => self.promote(caller, stage.as_deref()),
            Act::Hold { .. } => Ok(self.hold(caller)),
            Act::Rollback { .. } => self.roll_back(caller),
            Act::Step { step } => self.run_step(caller, step.as_ref()),
            Act::Acknowledge { what } => Ok(format!("acknowledged{}", after(": ", what))),
            Act::Page { whom } => self.page(whom),
            Act::Note { .. } => Ok("written down".into()),
            Act::Inject(inject) => self.inject(inject),
            Act::Pause { on, step } => self.pause(*on, step.as_deref()),
            Act::Speed { speed } => speed.read().map(|s| format!("the clock goes at {}", in_words(s))).map_err(Refusal::Bad),
            Act::End { .. } => Ok("the drill ends".into()),
        }
    }

    fn promote(&mut self, caller: &Caller, stage: Option<&str>) -> Result<String, Refusal> {
        let next = self.next_stage().map(|stage| self.policy.stages[stage].name.as_str());
        if let Some(stage) = stage.filter(|stage| next != Some(stage)) {
            let next = next.map_or("no stage comes next".into(), |next| format!("stage {next} comes next"));
            return Err(Refusal::Conflict(format!("stage {stage} is not the next one: {next}")));
        }
        let text = self.next_stage_in_words();
        self.unserved_s = self.unserved();
        self.order(Order::Promote)?;
        self.held = false;
        self.live.hold(false);
        self.switches.gate = true;
        self.confirm("promote", &caller.who);
        Ok(text)
    }

    fn hold(&mut self, caller: &Caller) -> String {
        self.held = true;
        self.live.hold(true);
        self.switches.gate = false;
        let text = match &self.proposal {
            None => "held: nothing goes on until somebody promotes".into(),
            Some(proposal) => {
                self.turned_down = Some(proposal.act);
                format!("turned down: {}", proposal.text)
            }
        };
        self.settle(Fate::TurnedDown(caller.who.clone()));
        text
    }

    fn roll_back(&mut self, caller: &Caller) -> Result<String, Refusal> {
        self.order(Order::Rollback)?;
        self.decided_by(caller);
        let next = self.next_step().map_or(String::new(), |(_, name)| format!("; the next step is `{name}`"));
        Ok(format!("decided to roll back{next}"))
    }

    fn decided_by(&mut self, caller: &Caller) {
        self.switches.rollback = true;
        self.confirm("rollback", &caller.who);
    }

    fn run_step(&mut self, caller: &Caller, step: Option<&StepName>) -> Result<String, Refusal> {
        let step = self.step_of(step)?;
        let next = self.next_step().map(|(next, _)| next);
        let forward = self.live.decided().is_none();
        self.order(Order::Step(step))?;
        if forward {
            self.decided_by(caller);
        } else {
            self.confirm("step", &caller.who);
        }
        self.runs.push(Run { step, who: caller.who.clone(), at: self.now(), done: None, in_order: next == Some(step) });
        self.run_actions.push(self.live.rollout().issued() - 1);
        Ok(format!("step `{}` is under way", self.live.rollout().steps()[step].name))
    }

    fn step_of(&self, name: Option<&StepName>) -> Result<usize, Refusal> {
        let steps = self.live.rollout().steps();
        let number = |n: usize| {
            let most = steps.len();
            let wrong = || Refusal::Bad(format!("there is no step {n}; the playbook has {most}"));
            n.checked_sub(1).filter(|i| *i < most).ok_or_else(wrong)
        };
        match name {
            None => {
                self.next_step().map(|(step, _)| step).ok_or_else(|| Refusal::Conflict("every step that applies was run".into()))
            }
            Some(StepName::Number(n)) => number(*n as usize),
            Some(StepName::Name(name)) => {
                let known = steps.iter().position(|step| step.name == *name);
                let hint = || did_you_mean(name, steps.iter().map(|step| step.name.as_str()));
                known
                    .map(Ok)
                    .or_else(|| name.parse().ok().map(number))
                    .unwrap_or_else(|| Err(Refusal::Bad(format!("the playbook has no step `{name}`{}", hint()))))
            }
        }
    }

    fn page(&mut self, whom: &str) -> Result<String, Refusal> {
        let whom = if whom.is_empty() { "the operator on call" } else { whom };
        self.order(Order::Page(whom.into()))?;
        self.pages.push((whom.into(), self.live.rollout().issued() - 1));
        Ok(format!("{whom} is called"))
    }

    fn inject(&mut self, inject: &Inject) -> Result<String, Refusal> {
        let lasting = inject.lasting.as_deref().map(units::span).transpose().map_err(Refusal::Bad)?;
        if let Some(name) = &inject.fault {
            return self.inject_fault(name, inject);
        }
        if let Some(text) = &inject.herring {
            return Ok(format!("people read: {text}"));
        }
        let (name, away) = match (&inject.away, &inject.back) {
            (Some(name), _) => (name, true),
            (_, Some(name)) => (name, false),
            _ => return Err(Refusal::Bad("say one of `fault`, `herring`, `away` and `back`".into())),
        };
        let until = lasting.filter(|_| away).map(|lasting| self.now() + lasting);
        let person = self.person(name);
        person.0.away = away;
        person.1 = until;
        Ok(format!("{name} is {}", if away { "not there any more" } else { "there again" }))
    }

    fn inject_fault(&mut self, name: &str, inject: &Inject) -> Result<String, Refusal> {
        let keys = [
            ("fault", Some(name)),
            ("by", inject.by.as_deref()),
            ("on", inject.on.as_deref()),
            ("for", inject.lasting.as_deref()),
        ];
        let pair = |(key, value): (&str, Option<&str>)| value.map(|value| (key.to_string(), value.into()));
        let mut text: serde_json::Map<String, serde_json::Value> = keys.into_iter().filter_map(pair).collect();
        text.insert("at".into(), "0s".into());
        let text = serde_json::Value::Object(text).to_string();
        let fault = gatecrash_scenarios::fault_from_text(&text, self.scenario).map_err(Refusal::Bad)?;
        let said = format!("injected: {} ({})", fault.name, gatecrash_sim::faults::describe(&fault));
        self.live.inject(fault.clone()).map_err(Refusal::Bad)?;
        self.injected.push((self.now(), fault));
        Ok(said)
    }

    fn pause(&self, on: bool, step: Option<&str>) -> Result<String, Refusal> {
        match step.map(units::span).transpose().map_err(Refusal::Bad)? {
            Some(span) => Ok(format!("the clock goes on by {span}, and stands still")),
            None if on => Ok("the clock stands still".into()),
            None => Ok("the clock goes on".into()),
        }
    }

    fn order(&mut self, order: Order) -> Result<(), Refusal> {
        self.live.order(order).map_err(Refusal::Conflict)
    }

    /// The line of an act. What a facilitator injects only facilitators read; a red herring everybody reads, and nobody says it.
    fn tell(&mut self, caller: &Caller, act: &Act, said: &str, refused: bool) {
        let text = match act {
            Act::Note { text } => text.clone(),
            Act::Hold { reason } | Act::Rollback { reason } => format!("{said}{}", after(" - ", reason)),
            _ => said.to_string(),
        };
        let kind = match act {
            _ if refused => "refused",
            Act::Note { .. } => "note",
            Act::Pause { .. } | Act::Speed { .. } => "clock",
            Act::Inject(_) => "fault",
            _ => "act",
        };
        let text = if refused { format!("{}: {text}", act.name()) } else { text };
        let hidden = matches!(act, Act::Inject(_));
        let line = Line { kind: kind.into(), who: Some(caller.who.clone()), role: caller.role, ..self.blank(text) };
        self.show(line, hidden);
        if let (Act::Inject(inject), false) = (act, refused) {
            self.rumour(inject, said);
        }
    }

    /// What everybody hears of an injection.
    fn rumour(&mut self, inject: &Inject, said: &str) {
        if let Some(text) = &inject.herring {
            self.say("report", text.clone());
        } else if inject.fault.is_none() {
            self.say("report", said.to_string());
        }
    }

    fn person(&mut self, who: &str) -> &mut (Person, Option<Time>) {
        let known = self.people.iter().position(|(person, _)| person.who == who);
        let place = known.unwrap_or_else(|| {
            self.people.push((Person { who: who.into(), role: None, away: false }, None));
            self.people.len() - 1
        });
        &mut self.people[place]
    }

    fn meet(&mut self, caller: &Caller) {
        let role = caller.role;
        self.person(&caller.who).0.role = role;
    }
}

fn after(mark: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{mark}{text}") }
}

fn in_words(speed: Option<f64>) -> String {
    speed.map_or("as fast as it can".into(), |speed| format!("{speed} times the speed of life"))
}
