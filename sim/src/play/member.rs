//! What one policy, or several that decide alike, did and said in a trial.

use super::{AFTERMATH, Record};
use crate::trial::{Detail, Entry};
use crate::world::World;
use gatecrash_policies::Rollout;
use gatecrash_policies::controller::{Action, Decision};
use gatecrash_policies::policy::{Act, Policy};
use gatecrash_policies::time::Time;
use gatecrash_policies::verdict::{Status, Verdict};

/// One policy in a branch, or several that have decided alike so far and that nobody listens to.
#[derive(Debug)]
pub(super) struct Member<'a> {
    policy: &'a Policy,
    /// Boxed, since members are handed on in every round.
    pub rollout: Box<Rollout>,
    pub decided: Option<Time>,
    stage: Option<usize>,
    pub fired: Vec<usize>,
    mitigated: Option<Time>,
    pub recovered: Vec<Time>,
    pub finished: bool,
    pub entries: Vec<Entry>,
    /// What each gate last said.
    said: Vec<Option<Status>>,
    /// All verdicts, when pictures are wanted.
    verdicts: Option<Vec<(Time, usize, Verdict)>>,
}

impl<'a> Member<'a> {
    pub fn new(policy: &'a Policy, rollout: Rollout, keeps_list: bool, detail: bool) -> Member<'a> {
        let mut member = Member {
            policy,
            rollout: Box::new(rollout),
            decided: None,
            stage: None,
            fired: Vec::new(),
            mitigated: None,
            recovered: Vec::new(),
            finished: false,
            entries: Vec::new(),
            said: vec![None; policy.gates.len()],
            verdicts: detail.then(Vec::new),
        };
        for gate in member.rollout.not_applicable().into_iter().map(String::from).collect::<Vec<_>>() {
            let why = "is left out: this system has no component of the kind that it reads";
            member.say(Time::ZERO, "note", || format!("gate {gate} {why}"));
        }
        if policy.readiness.is_some() && !keeps_list {
            let text = "nobody keeps a list of what is ready: the items close as the policy plans";
            member.say(Time::ZERO, "note", || text.into());
        }
        member
    }

    /// One round: what is wanted to be done, of each group of policies that goes on alike.
    pub fn round(mut self, world: &World) -> Vec<(Member<'a>, Vec<Action>)> {
        let now = world.context.now;
        let (decisions, others) = self.rollout.rounds(&world.view());
        let part = |(rollout, decisions): (Rollout, Vec<Decision>)| (self.with(rollout), decisions);
        let mut turns: Vec<(Member, Vec<Decision>)> = others.into_iter().map(part).collect();
        turns.insert(0, (self, decisions));
        turns.into_iter().map(|(member, decisions)| member.carry_out(now, decisions)).collect()
    }

    /// One round of a policy that plays by itself: what it wants done.
    pub fn round_alone(&mut self, world: &World) -> Vec<Action> {
        let now = world.context.now;
        let (decisions, _) = self.rollout.rounds(&world.view());
        self.listen(now);
        self.follow(now, decisions)
    }

    /// One who has done the same so far, and goes on with this rollout.
    fn with(&self, rollout: Rollout) -> Member<'a> {
        Member {
            policy: self.policy,
            rollout: Box::new(rollout),
            decided: self.decided,
            stage: self.stage,
            fired: self.fired.clone(),
            mitigated: self.mitigated,
            recovered: self.recovered.clone(),
            finished: self.finished,
            entries: self.entries.clone(),
            said: self.said.clone(),
            verdicts: self.verdicts.clone(),
        }
    }

    fn carry_out(mut self, now: Time, decisions: Vec<Decision>) -> (Member<'a>, Vec<Action>) {
        self.listen(now);
        let actions = self.follow(now, decisions);
        (self, actions)
    }

    /// Writes down what was decided: what is wanted to be done.
    pub fn follow(&mut self, now: Time, decisions: Vec<Decision>) -> Vec<Action> {
        let mut actions = Vec::new();
        for decision in decisions {
            match decision {
                Decision::Act(action) => {
                    self.note(now, &action);
                    actions.push(action);
                }
                Decision::Rollback { gates, stop } => {
                    self.decided = Some(now);
                    self.stage = self.rollout.passages().iter().rev().find(|p| p.began.is_some()).map(|p| p.stage);
                    let what = if stop { "stop, for an operator to roll back" } else { "roll back" };
                    let names = if gates.is_empty() { "no gate fails".into() } else { self.names(&gates) };
                    self.say(now, "decision", || format!("{what}: {names}"));
                    self.fired = gates;
                    self.said.fill(None); // from here on the gates judge the recovery
                }
                Decision::Say { kind, text } => self.say(now, kind, || text),
                Decision::Finish => {
                    self.finished = true;
                    self.say(now, "decision", || "finished: the last soak is served".into());
                }
                Decision::Mitigated => {
                    self.mitigated = Some(now);
                    let text = "the step mitigated: recovery is validated without a withdrawal";
                    self.say(now, "recovery", || text.into());
                }
                Decision::Recovered => {
                    if self.recovered.is_empty() {
                        self.say(now, "recovery", || "the recovery check succeeds".into());
                    }
                    self.recovered.push(now);
                }
            }
        }
        actions
    }

    /// Whether its trial is over: it has finished, or recovery was seen a while ago.
    pub fn is_over(&self, world: &World) -> bool {
        // After a mitigation the others stay where they are: nobody waits for them to leave.
        let left = world.context.routing.is_nobody() || self.mitigated.is_some();
        self.finished || (left && self.recovered.first().is_some_and(|at| *at + AFTERMATH <= world.context.now))
    }

    /// Writes down what the gates say, where it has changed and matters: that a gate has too little to judge is worth a line
    /// only when it had enough before.
    fn listen(&mut self, now: Time) {
        if self.rollout.is_quiet() {
            return;
        }
        for (gate, verdict) in self.rollout.last_verdicts() {
            let matters = matches!(verdict.status, Status::Pass | Status::Fail) || self.said[*gate].is_some();
            if matters && self.said[*gate] != Some(verdict.status) {
                self.said[*gate] = Some(verdict.status);
                let spec = &self.policy.gates[*gate];
                let text = format!("{} {}: {}", spec.name, verdict.status.name(), verdict.sentence(&spec.check));
                self.entries.push(Entry { at: now, kind: "gate", text });
            }
            if let Some(verdicts) = &mut self.verdicts {
                verdicts.push((now, *gate, verdict.clone()));
            }
        }
    }

    fn names(&self, gates: &[usize]) -> String {
        gates.iter().map(|g| self.policy.gates[*g].name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn say(&mut self, at: Time, kind: &'static str, text: impl FnOnce() -> String) {
        if !self.rollout.is_quiet() {
            self.entries.push(Entry { at, kind, text: text() });
        }
    }

    fn note(&mut self, now: Time, action: &Action) {
        match action {
            Action::Review { by } => {
                let who = if by.is_empty() { "somebody" } else { by };
                self.say(now, "review", || format!("{who} is asked to look"));
            }
            Action::Recheck { items } => self.say(now, "readiness", || format!("to be checked again: {}", items.join(", "))),
            Action::Stage { name, cohort, enter } => {
                let beside = || enter.iter().map(|act| format!(", {}", describe(act))).collect::<String>();
                self.say(now, "stage", || format!("{name}: cohort {}{}", crate::steering::name_of(cohort), beside()));
            }
            Action::Step { acts, takes, by_operator } => {
                let who = if *by_operator { "an operator is paged for " } else { "" };
                let what = || acts.iter().map(describe).collect::<Vec<_>>().join(", ");
                self.say(now, "step", || format!("{who}{} (takes {takes})", what()));
            }
            Action::Page => self.say(now, "operator", || "not recovered after the last step: page the operator".into()),
        }
    }

    /// The end of the trial: one record for all whom the same kept from going on.
    /// `last`: nobody else is left in this world.
    pub fn records(self, world: &mut World, last: bool) -> Vec<(Vec<usize>, Record)> {
        let open = self.decided.is_none() && !self.finished;
        let ids = self.rollout.ids().to_vec();
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            let why = if open || !self.rollout.is_quiet() { self.rollout.blocking(place) } else { String::new() };
            match groups.iter_mut().find(|(other, _)| *other == why) {
                Some((_, ids)) => ids.push(*id),
                None => groups.push((why, vec![*id])),
            }
        }
        let record = self.record(world, last);
        let mut records: Vec<(Vec<usize>, Record)> = Vec::new();
        let (blocking, own) = groups.pop().expect("somebody plays here");
        records.extend(groups.into_iter().map(|(blocking, ids)| (ids, Record { blocking, ..record.clone() })));
        records.push((own, Record { blocking, ..record }));
        records
    }

    fn record(self, world: &mut World, last: bool) -> Record {
        let now = world.context.now;
        let ledger = &mut world.context.ledger;
        let ledger = if last { std::mem::take(ledger) } else { ledger.clone() };
        let detail = self.verdicts.map(|verdicts| {
            let setup = world.context.setup;
            let (samples, lost) = ledger.samples.iter().cloned().unzip();
            Box::new(Detail {
                catalog: setup.catalog.clone(),
                signals: world.context.meters.truth(setup, now),
                samples,
                lost,
                exposure: ledger.exposure.iter().map(|(at, share, _)| (*at, *share)).collect(),
                verdicts,
                passages: self.rollout.passages().to_vec(),
                harms: Vec::new(),
            })
        });
        Record {
            ledger,
            events: world.context.events,
            ended: now,
            decided: self.decided,
            stage: self.stage,
            fired: self.fired,
            mitigated: self.mitigated,
            recovered: self.recovered,
            finished: self.finished,
            blocking: String::new(),
            open_items: self.rollout.open_items().to_vec(),
            quiet: self.rollout.is_quiet(),
            entries: self.entries,
            detail,
        }
    }
}

/// What an act does, as people read it: `turn sockets.backoff`.
pub fn describe(act: &Act) -> String {
    match act {
        Act::Cohort { cohort, only: None, .. } => format!("cohort {}", crate::steering::name_of(cohort)),
        Act::Cohort { cohort, only: Some(surface), .. } => {
            format!("cohort {} for {surface} only", crate::steering::name_of(cohort))
        }
        Act::Bend { component, knob, .. } => format!("turn {component}.{knob}"),
        Act::Restart(component) => format!("restart {component}"),
        Act::Probe { name, count } => format!("send {count} x {name}"),
    }
}
