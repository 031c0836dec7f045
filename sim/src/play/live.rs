//! A trial that is played step by step, with people at the controls.

use super::member::Member;
use super::{Match, bind};
use crate::knobs::KnobMap;
use crate::ledger::Violation;
use crate::scenario::Fault;
use crate::setup::Setup;
use crate::trial::{Entry, Trial};
use crate::truth::{self, Twin};
use crate::world::{Books, World};
use gatecrash_policies::policy::Policy;
use gatecrash_policies::rollout::{Drive, Order};
use gatecrash_policies::sample::Sample;
use gatecrash_policies::time::Time;
use gatecrash_policies::{Controller, Rollout};

/// Why a trial is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everyone is on the canary and the last soak is served.
    Finished,
    /// Recovery was validated, and seen to last.
    Recovered,
    /// The scenario's time is up.
    Horizon,
}

/// One policy in one world, at some moment of its trial.
///
/// What it comes to depends on the scenario, the policy, the seed, and on what was ordered and injected at which simulated moments;
/// not on how far each call of [`Live::advance`] went. With nobody at the controls it is the trial that [`Match::play`] plays.
pub struct Live<'a> {
    setup: &'a Setup<'a>,
    policy: &'a Policy,
    seed: u64,
    world: World<'a>,
    member: Member<'a>,
    ending: Option<Ending>,
    twin: Twin<'a>,
    /// How many violations were held against the twin, and which of them the rollout is to blame for.
    held: usize,
    harms: Vec<Violation>,
}

/// What truly was done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harm {
    /// Harmed outcomes.
    pub harmed: u64,
    /// Duplicates that left the system, beyond the twin's.
    pub leaked: u64,
    /// The first harmed outcome.
    pub first: Option<Time>,
    /// The first arrival of a sample that contains one.
    pub shown: Option<Time>,
}

impl<'a> Match<'a> {
    /// What a seed settles before anything is played: a [`Live`] borrows it.
    pub fn setup(&self, seed: u64) -> Setup<'a> {
        Setup::new(self.scenario, &self.catalog.segments, &self.routed, seed)
    }

    /// The trial of the first policy at its beginning. `setup` is that of [`Match::setup`] for the same seed.
    pub fn live<'s>(&'s self, setup: &'s Setup<'s>, seed: u64) -> Live<'s> {
        let policy = self.policies[0];
        let rollout = bind(self.scenario, policy, &self.catalog).expect("it was bound before");
        let member = Member::new(policy, rollout, self.scenario.readiness.is_some(), true);
        let world = World::new(setup, Books::Everything);
        Live { setup, policy, seed, world, member, ending: None, twin: Twin::new(setup), held: 0, harms: Vec::new() }
    }
}

impl<'a> Live<'a> {
    /// Plays to this time, or to the end of the trial, whichever comes first.
    pub fn advance(&mut self, until: Time) {
        let horizon = Time::ZERO + self.setup.scenario.horizon;
        while self.ending.is_none() {
            let due = self.rollout().next_round();
            if due > until && until < horizon {
                return self.world.advance(until.max(self.now()));
            }
            self.world.advance(due.min(horizon));
            if due >= horizon {
                self.ending = Some(Ending::Horizon);
            } else {
                self.round();
            }
        }
    }

    fn round(&mut self) {
        let actions = self.member.round_alone(&self.world);
        if self.member.is_over(&self.world) {
            self.ending = Some(if self.member.finished { Ending::Finished } else { Ending::Recovered });
        } else {
            actions.iter().for_each(|action| self.world.act(action));
        }
    }

    /// Carries out what somebody orders, now.
    ///
    /// # Errors
    /// Why that is not possible now, in words.
    pub fn order(&mut self, order: Order) -> Result<(), String> {
        let decisions = self.member.rollout.order(&self.world.view(), order)?;
        let now = self.now();
        let actions = self.member.follow(now, decisions);
        if self.member.finished {
            self.ending = Some(Ending::Finished);
        } else {
            actions.iter().for_each(|action| self.world.act(action));
        }
        Ok(())
    }

    /// Sets who decides from now on.
    pub fn drive(&mut self, drive: Drive) {
        self.member.rollout.drive(drive);
    }

    /// Keeps the rollout from going on by itself, or lets it go on.
    pub fn hold(&mut self, held: bool) {
        self.member.rollout.hold(held);
    }

    /// Begins a fault now, whatever its onset says.
    ///
    /// # Errors
    /// Why this world cannot have it, in words.
    pub fn inject(&mut self, fault: Fault) -> Result<(), String> {
        check(&fault, &self.setup.knob_map)?;
        self.twin.inject(self.now(), fault.clone());
        self.world.inject(fault);
        Ok(())
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.world.context.now
    }

    /// Why it is over, if it is.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The rollout as it stands.
    pub fn rollout(&self) -> &Rollout {
        &self.member.rollout
    }

    /// What is settled since the beginning.
    pub fn setup(&self) -> &'a Setup<'a> {
        self.setup
    }

    /// All samples that have arrived, in order of arrival.
    pub fn arrived(&self) -> &[Sample] {
        &self.world.telemetry.arrived
    }

    /// What the rollout has done and said: what people at its controls see.
    pub fn said(&self) -> &[Entry] {
        &self.member.entries
    }

    /// What the world has done: the truth, which they do not see.
    pub fn done_by_the_world(&self) -> &[Entry] {
        &self.world.context.ledger.entries
    }

    /// When an action had taken effect, by its number.
    pub fn took_effect(&self, action: usize) -> Option<Time> {
        self.world.steering.done.get(action).copied().flatten()
    }

    /// When it was decided to roll back.
    pub fn decided(&self) -> Option<Time> {
        self.member.decided
    }

    /// The gates that fired when it was decided, by index in the policy.
    pub fn fired(&self) -> &[usize] {
        &self.member.fired
    }

    /// When the recovery check first succeeded.
    pub fn recovered(&self) -> Option<Time> {
        self.member.recovered.first().copied()
    }

    /// The faults that there are, those of the scenario first, with when each began: the truth.
    pub fn faults(&self) -> impl Iterator<Item = (&Fault, Option<Time>)> {
        self.world.context.faults().zip(self.world.faults_began().iter().copied())
    }

    /// The share of subjects that meets the canary, 0..=1: the truth.
    pub fn exposure(&self) -> f64 {
        self.world.context.routing.exposure()
    }

    /// Requests that met the canary so far: the truth.
    pub fn exposed_requests(&self) -> u64 {
        self.world.context.ledger.exposed_requests
    }

    /// How many events the world has gone through.
    pub fn events(&self) -> u64 {
        self.world.context.events
    }

    /// What was harmed so far: the truth, for which the twin is played along. An outcome that comes later in the twin than ten minutes
    /// from now still counts as harmed.
    pub fn harm(&mut self) -> Harm {
        let now = self.now();
        let all = &self.world.context.ledger.violations;
        let guilty = self.twin.harmed(&all[self.held..], now);
        self.held = all.len();
        self.harms.extend(guilty);
        let (leaked, harms): (Vec<Violation>, Vec<Violation>) = self.harms.iter().partition(|v| self.setup.is_leak(v.objective));
        let shown = truth::shown(self.setup, &self.world.context.ledger.deliveries, now, &harms);
        Harm { harmed: harms.len() as u64, leaked: leaked.len() as u64, first: harms.first().map(|v| v.at), shown }
    }

    /// The trial as it stands, as though it ended now.
    pub fn trial(mut self) -> Trial {
        let member = self.member;
        let (_, record) = member.records(&mut self.world, true).pop().expect("one policy leaves one record");
        truth::trial(self.setup, self.policy, self.seed, record, &mut self.twin)
    }
}

/// Whether a fault can be put into a world that was not made for it.
fn check(fault: &Fault, knobs: &KnobMap) -> Result<(), String> {
    if fault.only.is_some() {
        return Err("a fault for some subjects only (`where`) cannot be put in while it is played".into());
    }
    for bend in &fault.bends {
        let name = format!("{}.{}", bend.component, bend.knob);
        if knobs.find(&bend.component, &bend.knob).is_empty() {
            return Err(format!("fault {} bends {name}, which this system does not have", fault.name));
        }
        if name == "steering.drift" {
            return Err(format!("fault {} keeps changes from one environment; it has to be planned in the scenario", fault.name));
        }
    }
    Ok(())
}
