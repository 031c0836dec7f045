//! What it would take where nothing meets the goals: longer soaks and larger cohorts than were asked for, found by playing them.

use super::arena::{Arena, Round};
use crate::Failure;
use gatecrash_policies::Policy;
use gatecrash_policies::policy::{Cohort, Stage};
use gatecrash_policies::time::Span;
use gatecrash_reports::tune::{Came, Caution, World, WouldTake, keeps_its_promise};
use std::sync::Mutex;

/// By how much a soak or a cohort may grow, in rising order.
const FACTORS: [f64; 6] = [1.3, 1.7, 2.2, 3.0, 5.0, 8.0];

/// For each stage with a share of subjects the least of [`FACTORS`] by which its soak, or its cohort, meets the goals.
pub fn would_take(arena: &Arena, candidate: usize) -> Result<Vec<WouldTake>, Failure> {
    let policy = &arena.plan.policies[candidate];
    arena.crew.say("(what it would take)");
    let mut found = Vec::new();
    for (place, stage) in policy.stages.iter().enumerate() {
        let Cohort::Share(share) = stage.cohort else { continue };
        if share < 1.0 {
            found.extend(least(arena, policy, place, &soaks(stage))?);
            found.extend(least(arena, policy, place, &cohorts(stage, share, &policy.stages[place + 1..]))?);
        }
    }
    Ok(found)
}

/// A stage that asks for more than before.
struct More {
    part: &'static str,
    now: String,
    to: String,
    stage: Stage,
    /// By how much scenarios last longer, so that there is time for it.
    longer: Span,
}

/// Longer soaks; of none where it is counted in business days alone.
fn soaks(stage: &Stage) -> Vec<More> {
    let factors = FACTORS.iter().filter(|_| stage.soak > Span::ZERO);
    let more = |factor: &f64| {
        let soak = longer(stage.soak, *factor);
        let longer = Span(soak.0 - stage.soak.0);
        More { part: "soak", now: stage.soak.to_string(), to: soak.to_string(), stage: Stage { soak, ..stage.clone() }, longer }
    };
    factors.map(more).collect()
}

/// Larger cohorts, none larger than that of a later stage.
fn cohorts(stage: &Stage, share: f64, later: &[Stage]) -> Vec<More> {
    let most = later.iter().filter_map(|stage| if let Cohort::Share(share) = stage.cohort { Some(share) } else { None });
    let most = most.fold(1.0, f64::min);
    let shares = FACTORS.iter().map(|factor| (share * factor * 1e4).round() / 1e4).filter(|share| *share <= most);
    let more = |larger: f64| More {
        part: "cohort",
        now: percent(share),
        to: percent(larger),
        stage: Stage { cohort: Cohort::Share(larger), ..stage.clone() },
        longer: Span::ZERO,
    };
    shares.map(more).collect()
}

/// To the minute, as a person would say it.
fn longer(soak: Span, factor: f64) -> Span {
    let minutes = (soak.0 as f64 * factor / 60e6).ceil();
    Span((minutes * 60e6) as u64)
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1e4).round() / 100.0)
}

/// The least of these that meets the goals, by halving the list: the more of a soak or a cohort, the more a gate sees.
fn least(arena: &Arena, policy: &Policy, place: usize, all: &[More]) -> Result<Option<WouldTake>, Failure> {
    let (mut low, mut high) = (0, all.len());
    let mut best = None;
    while low < high {
        let middle = if best.is_none() { all.len() - 1 } else { (low + high) / 2 };
        let more = &all[middle];
        let path = format!("stages.{}.{}", more.stage.name, more.part);
        let mut other = policy.clone();
        other.stages[place] = more.stage.clone();
        match meets(arena, &other, &format!("take/{path}={}", more.to), more.longer)? {
            Some((false_rollback, detection)) => {
                best = Some(WouldTake { path, now: more.now.clone(), to: more.to.clone(), false_rollback, detection });
                high = middle;
            }
            None if best.is_none() => return Ok(None),
            None => low = middle + 1,
        }
    }
    Ok(best)
}

/// Whether a policy meets the goals with scenarios that last so much longer: false rollbacks and detection in the worst scenario of
/// each kind.
fn meets(arena: &Arena, policy: &Policy, name: &str, more: Span) -> Result<Option<(f64, f64)>, Failure> {
    let plan = &arena.plan;
    let worlds = plan.as_written();
    let came: Vec<Mutex<Came>> = worlds.iter().map(|_| Mutex::default()).collect();
    let round = Round { name, worlds: &worlds, policies: &[policy], seeds: 0..plan.trials };
    let longer = |world: &World| {
        let mut scenario = plan.scenario(world);
        scenario.horizon = scenario.horizon + more;
        scenario
    };
    arena.play_in(&round, longer, |world, played| {
        let mut came = came[world].lock().expect("no thread has panicked");
        played.groups.iter().for_each(|(_, trial)| came.add(trial, |delay| plan.goals.in_time(delay)));
    })?;
    let came: Vec<Came> = came.into_iter().map(|came| came.into_inner().expect("no thread has panicked")).collect();
    if !keeps_its_promise(&worlds, &came, &came, &plan.goals, Caution::CHOICE) {
        return Ok(None);
    }
    let rates = |breach: bool, hits: fn(&Came) -> u64| {
        let of = worlds.iter().zip(&came).filter(move |(world, _)| world.has_breach() == breach);
        of.map(move |(_, came)| hits(came) as f64 / came.judged().max(1) as f64).collect::<Vec<_>>()
    };
    let worst_false = rates(false, |came| came.false_rollbacks).into_iter().fold(0.0, f64::max);
    let worst_detection = rates(true, |came| came.in_time).into_iter().fold(1.0, f64::min);
    Ok(Some((worst_false, worst_detection)))
}
