//! The loop: a set of policies over one world, which is cloned only where their decisions differ in effect.

mod bind;

pub use bind::catalog;

use crate::ledger::Ledger;
use crate::scenario::Scenario;
use crate::setup::Setup;
use crate::trial::{Detail, Entry, Trial};
use crate::truth::{self, Twin};
use crate::world::{Books, World};
use bind::{begin, check_probes, check_segments, routed, watch};
use gatecrash_policies::controller::{Action, Controller, Decision, View};
use gatecrash_policies::policy::{Act, Policy};
use gatecrash_policies::sample::Segment;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::{Status, Verdict};
use gatecrash_policies::{BindError, Bound, Rollout};

/// How long a trial goes on after the recovery check has succeeded, to see whether it was right. Longer where somebody still meets the
/// canary: until nobody does.
const AFTERMATH: Span = Span::from_secs(900);

/// A policy made ready for a scenario: bind once, play with any seed.
#[derive(Clone, Debug)]
pub struct Contender<'a> {
    policy: &'a Policy,
    rollout: Rollout,
}

/// A scenario and the policies that play it.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    scenario: &'a Scenario,
    contenders: Vec<Contender<'a>>,
    /// The segments that some policy reads, and those that some policy routes by.
    read: Vec<Segment>,
    routed: Vec<Segment>,
    /// Per signal, whether some policy reads it.
    watched: Vec<bool>,
}

impl<'a> Match<'a> {
    /// Binds policies to a scenario.
    ///
    /// # Errors
    /// The index of the first policy that does not fit, and why.
    pub fn new(scenario: &'a Scenario, policies: &[&'a Policy]) -> Result<Match<'a>, (usize, BindError)> {
        let mut catalog = catalog(scenario, policies);
        for (i, policy) in policies.iter().enumerate() {
            for segment in Rollout::segments(policy, &catalog).map_err(|e| (i, e))? {
                if !catalog.segments.contains(&segment) {
                    catalog.segments.push(segment);
                }
            }
        }
        let bind = |(i, policy): (usize, &&'a Policy)| {
            let rollout = Rollout::new(policy, &catalog).and_then(|rollout| begin(scenario, policy, rollout));
            Ok(Contender { policy, rollout: rollout.map_err(|e| (i, e))? })
        };
        let contenders = policies.iter().enumerate().map(bind).collect::<Result<_, _>>()?;
        let routed: Vec<Segment> = policies.iter().flat_map(|policy| routed(policy, &catalog)).collect();
        check_segments(scenario, &catalog.segments, &routed)?;
        check_probes(&catalog)?;
        let mut watched = vec![false; catalog.signals.len()];
        policies.iter().for_each(|policy| watch(policy, &catalog, &mut watched));
        Ok(Match { scenario, contenders, read: catalog.segments, routed, watched })
    }

    /// How often each policy rolls back for nothing here, as far as its rules promise; in their order.
    pub fn false_rollback_bounds(&self) -> Vec<Bound> {
        self.contenders.iter().map(|contender| contender.rollout.false_rollback_bound()).collect()
    }

    /// Plays one seed: a trial per policy, in their order. With `detail`, pictures can be drawn of them.
    pub fn play(&self, seed: u64, detail: bool) -> Vec<Trial> {
        let mut setup = Setup::new(self.scenario, &self.read, &self.routed, seed);
        if !detail {
            setup.watched.clone_from(&self.watched);
        }
        let books = if detail { Books::Everything } else { Books::Score };
        let keeps_list = self.scenario.readiness.is_some();
        let members = self.contenders.iter().enumerate().map(|(index, c)| Member::new(index, c, keeps_list, detail)).collect();
        let mut branches = vec![Branch { world: World::new(&setup, books), members }];
        let mut records: Vec<Option<Record>> = self.contenders.iter().map(|_| None).collect();
        while let Some(mut branch) = branches.pop() {
            while !branch.members.is_empty() {
                branches.extend(branch.round(&mut records));
            }
        }
        let mut twin = Twin::new(&setup);
        let records = records.into_iter().map(|r| r.expect("every member ends by the horizon"));
        records.zip(&self.contenders).map(|(record, c)| truth::trial(&setup, c.policy, seed, record, &mut twin)).collect()
    }
}

/// What a trial left behind, before the truth is worked out.
#[derive(Clone, Debug)]
pub struct Record {
    /// The world's own books.
    pub ledger: Ledger,
    /// Events of the world so far.
    pub events: u64,
    /// When the trial ended.
    pub ended: Time,
    /// The decision to roll back.
    pub decided: Option<Time>,
    /// The gates that fired, by index.
    pub fired: Vec<usize>,
    /// When a step mitigated.
    pub mitigated: Option<Time>,
    /// Every round in which the recovery check succeeded.
    pub recovered: Vec<Time>,
    /// Whether everyone came to be on the canary.
    pub finished: bool,
    /// What kept the rollout from going on when the trial ended.
    pub blocking: String,
    /// The items of readiness that stood in the way then.
    pub open_items: Vec<String>,
    /// What the policy did and said.
    pub entries: Vec<Entry>,
    /// For pictures.
    pub detail: Option<Box<Detail>>,
}

/// One policy in a branch.
#[derive(Clone, Debug)]
struct Member<'a> {
    index: usize,
    policy: &'a Policy,
    rollout: Rollout,
    decided: Option<Time>,
    fired: Vec<usize>,
    mitigated: Option<Time>,
    recovered: Vec<Time>,
    finished: bool,
    entries: Vec<Entry>,
    /// What each gate last said.
    said: Vec<Option<Status>>,
    /// All verdicts, when pictures are wanted.
    verdicts: Option<Vec<(Time, usize, Verdict)>>,
}

/// Policies that have decided alike so far, and their world.
struct Branch<'a> {
    world: World<'a>,
    members: Vec<Member<'a>>,
}

impl<'a> Branch<'a> {
    /// Advances to the next round, or to the horizon. Branches that part here are returned.
    fn round(&mut self, records: &mut [Option<Record>]) -> Vec<Branch<'a>> {
        let horizon = Time::ZERO + self.world.context.setup.scenario.horizon;
        let due = self.members.iter().map(|m| m.rollout.next_round()).min().expect("a branch has members");
        self.world.advance(due.min(horizon));
        if due >= horizon {
            for member in self.members.drain(..) {
                let index = member.index;
                records[index] = Some(member.record(&mut self.world));
            }
            return Vec::new();
        }
        let mut groups: Vec<(Vec<Action>, Vec<Member<'a>>)> = Vec::new();
        for mut member in std::mem::take(&mut self.members) {
            let actions = if member.rollout.next_round() <= due { member.round(&self.world) } else { Vec::new() };
            // After a mitigation the others stay where they are: nobody waits for them to leave.
            let left = self.world.context.routing.is_nobody() || member.mitigated.is_some();
            let over = left && member.recovered.first().is_some_and(|at| *at + AFTERMATH <= due);
            if member.finished || over {
                let index = member.index;
                records[index] = Some(member.record(&mut self.world));
                continue;
            }
            match groups.iter_mut().find(|(alike, _)| *alike == actions) {
                Some((_, members)) => members.push(member),
                None => groups.push((actions, vec![member])),
            }
        }
        self.part(groups)
    }

    /// The first group keeps this world, each other one goes on in a clone.
    fn part(&mut self, mut groups: Vec<(Vec<Action>, Vec<Member<'a>>)>) -> Vec<Branch<'a>> {
        if groups.is_empty() {
            return Vec::new();
        }
        let (own, members) = groups.remove(0);
        let others = groups.into_iter().map(|(actions, members)| {
            let mut world = self.world.clone();
            actions.iter().for_each(|action| world.act(action));
            Branch { world, members }
        });
        let others = others.collect();
        own.iter().for_each(|action| self.world.act(action));
        self.members = members;
        others
    }
}

impl<'a> Member<'a> {
    fn new(index: usize, contender: &Contender<'a>, keeps_list: bool, detail: bool) -> Member<'a> {
        let entry = |gate: &str| Entry {
            at: Time::ZERO,
            kind: "note",
            text: format!("gate {gate} is left out: this system has no component of the kind that it reads"),
        };
        let mut entries: Vec<Entry> = contender.rollout.not_applicable().into_iter().map(entry).collect();
        if contender.policy.readiness.is_some() && !keeps_list {
            let text = "nobody keeps a list of what is ready: the items close as the policy plans".into();
            entries.push(Entry { at: Time::ZERO, kind: "note", text });
        }
        Member {
            index,
            policy: contender.policy,
            rollout: contender.rollout.clone(),
            decided: None,
            fired: Vec::new(),
            mitigated: None,
            recovered: Vec::new(),
            finished: false,
            entries,
            said: vec![None; contender.policy.gates.len()],
            verdicts: detail.then(Vec::new),
        }
    }

    /// One round of this policy: what it wants done.
    fn round(&mut self, world: &World) -> Vec<Action> {
        let now = world.context.now;
        let calendar = world.context.setup.scenario.operators.calendar;
        let claims = world.context.setup.claims.is_some().then(|| world.context.claims.made());
        let view = View { now, arrived: &world.telemetry.arrived, done: &world.steering.done, claims, calendar };
        let decisions = self.rollout.round(&view);
        self.listen(now);
        let mut actions = Vec::new();
        for decision in decisions {
            match decision {
                Decision::Act(action) => {
                    self.note(now, &action);
                    actions.push(action);
                }
                Decision::Rollback { gates, stop } => {
                    self.decided = Some(now);
                    let what = if stop { "stop, for an operator to roll back" } else { "roll back" };
                    self.say(now, "decision", format!("{what}: {}", self.names(&gates)));
                    self.fired = gates;
                    self.said.fill(None); // from here on the gates judge the recovery
                }
                Decision::Say { kind, text } => self.say(now, kind, text),
                Decision::Finish => {
                    self.finished = true;
                    self.say(now, "decision", "finished: the last soak is served".into());
                }
                Decision::Mitigated => {
                    self.mitigated = Some(now);
                    self.say(now, "recovery", "the step mitigated: recovery is validated without a withdrawal".into());
                }
                Decision::Recovered => {
                    if self.recovered.is_empty() {
                        self.say(now, "recovery", "the recovery check succeeds".into());
                    }
                    self.recovered.push(now);
                }
            }
        }
        actions
    }

    /// Writes down what the gates say, where it has changed and matters: that a gate has too little to judge is worth a line
    /// only when it had enough before.
    fn listen(&mut self, now: Time) {
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

    fn say(&mut self, at: Time, kind: &'static str, text: String) {
        self.entries.push(Entry { at, kind, text });
    }

    fn note(&mut self, now: Time, action: &Action) {
        match action {
            Action::Review { by } => {
                let who = if by.is_empty() { "somebody" } else { by };
                self.say(now, "review", format!("{who} is asked to look"));
            }
            Action::Recheck { items } => self.say(now, "readiness", format!("to be checked again: {}", items.join(", "))),
            Action::Stage { name, cohort, enter } => {
                let beside: String = enter.iter().map(|act| format!(", {}", describe(act))).collect();
                self.say(now, "stage", format!("{name}: cohort {}{beside}", crate::steering::name_of(cohort)));
            }
            Action::Step { acts, takes, by_operator } => {
                let who = if *by_operator { "an operator is paged for " } else { "" };
                let what = acts.iter().map(describe).collect::<Vec<_>>().join(", ");
                self.say(now, "step", format!("{who}{what} (takes {takes})"));
            }
            Action::Page => self.say(now, "operator", "not recovered after the last step: page the operator".into()),
        }
    }

    /// The end of this policy's trial.
    fn record(self, world: &mut World) -> Record {
        let now = world.context.now;
        let blocking = self.rollout.blocking();
        let ledger = world.context.ledger.clone();
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
            fired: self.fired,
            mitigated: self.mitigated,
            recovered: self.recovered,
            finished: self.finished,
            blocking,
            open_items: self.rollout.open_items().to_vec(),
            entries: self.entries,
            detail,
        }
    }
}

fn describe(act: &Act) -> String {
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
