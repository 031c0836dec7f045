//! The loop: a set of policies over one world, which is cloned only where their decisions differ in effect.

mod bind;
mod live;
mod member;

pub use bind::catalog;
pub use live::{Ending, Harm, Live};
pub use member::describe;

use crate::ledger::Ledger;
use crate::scenario::Scenario;
use crate::setup::Setup;
use crate::trial::{Detail, Entry, Trial};
use crate::truth::{self, Twin};
use crate::world::{Books, World};
use bind::{bind, check_probes, check_segments, routed, watch};
use gatecrash_policies::controller::{Action, Controller, KEPT};
use gatecrash_policies::policy::Policy;
use gatecrash_policies::sample::{Catalog, Segment};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{BindError, Bound, Rollout};
use member::Member;

/// How long a trial goes on after the recovery check has succeeded, to see whether it was right. Longer where somebody still meets the
/// canary: until nobody does.
const AFTERMATH: Span = Span::from_secs(900);

/// A scenario and the policies that play it.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    scenario: &'a Scenario,
    policies: Vec<&'a Policy>,
    /// The policies made ready for the scenario, those together who differ only in how they hold their gates.
    together: Vec<Rollout>,
    /// What can be measured, with all segments that some policy reads.
    catalog: Catalog,
    /// The segments that some policy routes by.
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
        let mut together: Vec<Rollout> = Vec::new();
        for (id, policy) in policies.iter().enumerate() {
            let rollout = bind(scenario, policy, &catalog).map_err(|error| (id, error))?.called(id).quiet();
            if !together.iter_mut().any(|first| first.admit(&rollout)) {
                together.push(rollout);
            }
        }
        let routed: Vec<Segment> = policies.iter().flat_map(|policy| routed(policy, &catalog)).collect();
        check_segments(scenario, &catalog.segments, &routed)?;
        check_probes(&catalog)?;
        let mut watched = vec![false; catalog.signals.len()];
        policies.iter().for_each(|policy| watch(policy, &catalog, &mut watched));
        Ok(Match { scenario, policies: policies.to_vec(), together, catalog, routed, watched })
    }

    /// Each policy by itself, in their order.
    fn rollouts(&self) -> impl Iterator<Item = Rollout> {
        let bind = |policy: &&Policy| bind(self.scenario, policy, &self.catalog).expect("it was bound before");
        self.policies.iter().map(bind).enumerate().map(|(id, rollout)| rollout.called(id))
    }

    /// How often each policy rolls back for nothing here, as far as its rules promise; in their order.
    pub fn false_rollback_bounds(&self) -> Vec<Bound> {
        self.rollouts().map(|rollout| rollout.false_rollback_bound()).collect()
    }

    /// What can be measured, with all segments that some policy reads.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The gates of a policy, by its index, that are not judged here: the scenario has nothing that they read.
    pub fn idle_gates(&self, policy: usize) -> Vec<String> {
        let rollout = bind(self.scenario, self.policies[policy], &self.catalog).expect("it was bound before");
        rollout.not_applicable().into_iter().map(str::to_string).collect()
    }

    /// Plays one seed: a trial per policy, in their order, each with its timeline. With `detail`, pictures can be drawn of them.
    pub fn play(&self, seed: u64, detail: bool) -> Vec<Trial> {
        let books = if detail { Books::Everything } else { Books::Score };
        let played = self.play_all(seed, books, self.rollouts().collect());
        played.groups.into_iter().map(|(_, trial)| trial).collect()
    }

    /// Plays one seed for what scores are made of. Policies that differ only in how they hold their gates are played as one until they
    /// decide differently; each has the trial that it would have alone, but for its words: timelines are empty.
    pub fn score(&self, seed: u64) -> Played {
        self.play_all(seed, Books::Score, self.together.clone())
    }

    fn play_all(&self, seed: u64, books: Books, rollouts: Vec<Rollout>) -> Played {
        let mut setup = Setup::new(self.scenario, &self.catalog.segments, &self.routed, seed);
        if books != Books::Everything {
            setup.watched.clone_from(&self.watched);
        }
        let keeps_list = self.scenario.readiness.is_some();
        let member = |rollout: Rollout| {
            let policy = self.policies[rollout.ids()[0]];
            Member::new(policy, rollout, keeps_list, books == Books::Everything)
        };
        let members = rollouts.into_iter().map(member).collect();
        let mut branches = vec![Branch { world: World::new(&setup, books), members, born: 0 }];
        let (mut records, mut simulated) = (Vec::new(), 0);
        while let Some(mut branch) = branches.pop() {
            let others = branch.go_on(&mut records);
            if branch.members.is_empty() {
                simulated += branch.world.context.events - branch.born;
            } else {
                branches.push(branch);
            }
            // Those who part are played out first, so that few worlds are kept at a time.
            branches.extend(others);
        }
        records.sort_by_key(|(ids, _): &(Vec<usize>, Record)| ids[0]);
        let mut twin = Twin::new(&setup);
        let trial = |(ids, record): (Vec<usize>, Record)| {
            let trial = truth::trial(&setup, self.policies[ids[0]], seed, record, &mut twin);
            (ids, trial)
        };
        Played { groups: records.into_iter().map(trial).collect(), simulated }
    }
}

/// What a seed came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// Trials, each with the contenders that it is the trial of, by index.
    pub groups: Vec<(Vec<usize>, Trial)>,
    /// Events of all worlds that were played. Every trial went through its own [`Trial::events`]; what is shared counts once here.
    pub simulated: u64,
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
    /// The stage in effect then, by index.
    pub stage: Option<usize>,
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
    /// Nobody reads what was done and said.
    pub quiet: bool,
    /// What the policy did and said.
    pub entries: Vec<Entry>,
    /// For pictures.
    pub detail: Option<Box<Detail>>,
}

/// Policies that have decided alike so far, and their world.
struct Branch<'a> {
    world: World<'a>,
    members: Vec<Member<'a>>,
    /// How many events the world had seen when it became one of its own.
    born: u64,
}

impl<'a> Branch<'a> {
    /// Goes on to the end, or until somebody parts: those branches are returned.
    fn go_on(&mut self, records: &mut Vec<(Vec<usize>, Record)>) -> Vec<Branch<'a>> {
        while !self.members.is_empty() {
            let others = self.round(records);
            if !others.is_empty() {
                return others;
            }
        }
        Vec::new()
    }

    /// Advances to the next round, or to the horizon. Branches that part here are returned.
    fn round(&mut self, records: &mut Vec<(Vec<usize>, Record)>) -> Vec<Branch<'a>> {
        let horizon = Time::ZERO + self.world.context.setup.scenario.horizon;
        let due = self.members.iter().map(|m| m.rollout.next_round()).min().expect("a branch has members");
        self.world.advance(due.min(horizon));
        if due >= horizon {
            while let Some(member) = self.members.pop() {
                records.extend(member.records(&mut self.world, self.members.is_empty()));
            }
            return Vec::new();
        }
        let mut groups: Vec<(Vec<Action>, Vec<Member<'a>>)> = Vec::new();
        let alone = self.members.len() == 1;
        for member in std::mem::take(&mut self.members) {
            let turns = if member.rollout.next_round() <= due { member.round(&self.world) } else { vec![(member, Vec::new())] };
            let alone = alone && turns.len() == 1;
            for (member, actions) in turns {
                if member.is_over(&self.world) {
                    records.extend(member.records(&mut self.world, alone));
                    continue;
                }
                match groups.iter_mut().find(|(alike, _)| *alike == actions) {
                    Some((_, members)) => members.push(member),
                    None => groups.push((actions, vec![member])),
                }
            }
        }
        let others = self.part(groups);
        self.forget();
        others
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
            Branch { born: world.context.events, world, members }
        });
        let others = others.collect();
        own.iter().for_each(|action| self.world.act(action));
        self.members = members;
        others
    }

    /// Lets go of samples that nobody will read again.
    fn forget(&mut self) {
        let seen = self.members.iter().map(|member| member.rollout.seen()).min().unwrap_or(0);
        self.world.telemetry.forget(seen, self.world.context.now - KEPT);
    }
}
