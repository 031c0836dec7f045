//! What each gate is worth: the recommended policy without it.

use super::arena::{Arena, Round};
use super::finals::FRESH;
use super::search::came;
use crate::Failure;
use gatecrash_policies::Policy;
use gatecrash_policies::policy::without_gate;
use gatecrash_policies::time::Span;
use gatecrash_policies::verdict::Status;
use gatecrash_reports::tune::{Came, GateWorth, World};
use gatecrash_sim::{Match, Trial};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// So many trials of each world are watched to see where a gate has too little to judge.
const WATCHED: u64 = 10;

/// Each gate that some stage names, in the policy's order.
pub fn gates(arena: &Arena, candidate: usize) -> Result<Vec<GateWorth>, Failure> {
    let policy = &arena.plan.policies[candidate];
    let named: Vec<usize> = (0..policy.gates.len()).filter(|gate| policy.stages.iter().any(|s| s.gates.contains(gate))).collect();
    let without: Vec<Policy> = named.iter().map(|gate| without_gate(policy, *gate)).collect();
    let policies: Vec<&Policy> = std::iter::once(policy).chain(&without).collect();
    let worlds = arena.plan.as_written();
    arena.crew.say("(what each gate is worth)");
    let round = Round { name: "gates", worlds: &worlds, policies: &policies, seeds: FRESH..FRESH + arena.plan.trials };
    let came = came(arena, &round)?;
    let watched = watch(arena, policy, &worlds)?;
    let all: Vec<Sides> = (0..policies.len()).map(|place| Sides::of(&worlds, &came, place)).collect();
    let worth = |(n, gate): (usize, &usize)| {
        let name = &policy.gates[*gate].name;
        let (with, without) = (&all[0], &all[n + 1]);
        let seen = |blind: bool| {
            let stages = policy.stages.iter().map(|stage| &stage.name);
            let here = stages.filter(|stage| watched.get(&(name.clone(), (*stage).clone())).is_some_and(|able| !blind || !able));
            here.cloned().collect::<Vec<_>>()
        };
        GateWorth {
            gate: name.clone(),
            fired: with.breach.fired(name),
            fired_falsely: with.false_rollbacks(name),
            detection: (with.breach.detection(), without.breach.detection()),
            delay: (with.breach.delay(), without.breach.delay()),
            exposed: (with.breach.exposed(), without.breach.exposed()),
            false_rollback: (with.healthy.false_rollback(), without.healthy.false_rollback()),
            blind_at: seen(true),
            judged_at: seen(false),
        }
    };
    Ok(named.iter().enumerate().map(worth).collect())
}

/// What a policy came to in all worlds of a kind.
struct Sides {
    breach: Came,
    healthy: Came,
}

impl Sides {
    fn of(worlds: &[World], came: &[Vec<Came>], policy: usize) -> Sides {
        let mut sides = Sides { breach: Came::default(), healthy: Came::default() };
        for (world, came) in worlds.iter().zip(came) {
            let side = if world.has_breach() { &mut sides.breach } else { &mut sides.healthy };
            side.merge(&came[policy]);
        }
        sides
    }

    /// Of the rollbacks of healthy rollouts those in which this gate fired first, and all.
    fn false_rollbacks(&self, gate: &str) -> (u64, u64) {
        self.healthy.fired(gate)
    }
}

/// Shares and means of many trials.
trait Shares {
    fn fired(&self, gate: &str) -> (u64, u64);
    fn detection(&self) -> f64;
    fn false_rollback(&self) -> f64;
    fn delay(&self) -> Option<Span>;
    fn exposed(&self) -> f64;
}

impl Shares for Came {
    fn fired(&self, gate: &str) -> (u64, u64) {
        (self.caught_by.get(gate).copied().unwrap_or(0), self.caught_by.values().sum())
    }

    fn detection(&self) -> f64 {
        self.detected as f64 / self.judged().max(1) as f64
    }

    fn false_rollback(&self) -> f64 {
        self.false_rollbacks as f64 / self.judged().max(1) as f64
    }

    fn delay(&self) -> Option<Span> {
        self.detect.mean().map(|micros| Span(micros.round() as u64))
    }

    fn exposed(&self) -> f64 {
        self.exposed.mean().unwrap_or(0.0)
    }
}

/// Of each (gate, stage) that was judged in some trial: whether it ever had enough to judge when the stage was left or the trial over.
fn watch(arena: &Arena, policy: &Policy, worlds: &[World]) -> Result<BTreeMap<(String, String), bool>, Failure> {
    let scenarios: Vec<_> = worlds.iter().map(|world| arena.plan.scenario(world)).collect();
    let watched: Mutex<BTreeMap<(String, String), bool>> = Mutex::default();
    let finished = arena.crew.run(scenarios.len() as u64 * WATCHED, |task| {
        let game = Match::new(&scenarios[(task / WATCHED) as usize], &[policy]).expect("it was played here before");
        let seed = arena.plan.seed.wrapping_add(FRESH + task % WATCHED);
        let trials = game.play(seed, true);
        let mut watched = watched.lock().expect("no thread has panicked");
        trials.iter().for_each(|trial| note(policy, trial, &mut watched));
    });
    if finished { Ok(watched.into_inner().expect("no thread has panicked")) } else { Err(arena.interrupted()) }
}

fn note(policy: &Policy, trial: &Trial, watched: &mut BTreeMap<(String, String), bool>) {
    for passage in trial.detail.iter().flat_map(|detail| &detail.passages).filter(|passage| passage.began.is_some()) {
        for (gate, verdict) in &passage.verdicts {
            let place = (policy.gates[*gate].name.clone(), policy.stages[passage.stage].name.clone());
            *watched.entry(place).or_default() |= matches!(verdict.status, Status::Pass | Status::Fail);
        }
    }
}
