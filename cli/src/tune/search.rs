//! The search: all candidates on the same luck, and the longer the fewer of them.

use super::arena::{Arena, Round};
use crate::Failure;
use gatecrash_policies::Policy;
use gatecrash_reports::tune::{Came, Rung, Study, World, rungs, survivors};
use std::ops::Range;
use std::sync::Mutex;

/// So many candidates are played in perturbed worlds as well.
const PERTURBED: usize = 32;

/// Plays the candidates: in the worlds as written by successive halving, the best of them in perturbed worlds.
pub fn search(arena: &Arena) -> Result<Study, Failure> {
    let plan = &arena.plan;
    let mut study = plan.study();
    let written = plan.scenarios.len();
    let mut candidates: Vec<usize> = (0..study.candidates.len()).collect();
    let mut played = 0;
    let ladder = rungs(candidates.len(), plan.trials);
    for (n, Rung { trials, keep }) in ladder.iter().enumerate() {
        if n > 0 {
            candidates = survivors(&study, &plan.goals, *keep);
        }
        arena.crew.say(&format!("(search {} of {}: {} candidates)", n + 1, ladder.len(), candidates.len()));
        play(arena, &mut study, &format!("search{n}"), 0..written, &candidates, played..*trials)?;
        played = *trials;
    }
    let best = survivors(&study, &plan.goals, PERTURBED);
    let worlds = written..study.worlds.len();
    arena.crew.say(&format!("(perturbed worlds: {} candidates)", best.len()));
    play(arena, &mut study, "perturbed", worlds, &best, 0..plan.trials)?;
    study.effort = arena.effort();
    Ok(study)
}

/// How many sets of trials the search plays.
pub fn sets(arena: &Arena) -> u64 {
    let plan = &arena.plan;
    let all = plan.scenarios.len() + plan.perturbed(&plan.severities, &plan.wobbles).len();
    all as u64 * plan.trials
}

/// Plays candidates in some of the study's worlds, and adds what they came to.
fn play(
    arena: &Arena,
    study: &mut Study,
    name: &str,
    worlds: Range<usize>,
    candidates: &[usize],
    seeds: Range<u64>,
) -> Result<(), Failure> {
    let policies: Vec<&Policy> = candidates.iter().map(|c| &arena.plan.policies[*c]).collect();
    let chosen: Vec<World> = study.worlds[worlds.clone()].to_vec();
    let round = Round { name, worlds: &chosen, policies: &policies, seeds };
    let came = came(arena, &round)?;
    for (world, of_world) in worlds.zip(came) {
        for (candidate, came) in candidates.iter().zip(of_world) {
            study.came[*candidate][world].merge(&came);
        }
    }
    Ok(())
}

/// What each policy of a round comes to: by world, then by policy.
pub fn came(arena: &Arena, round: &Round) -> Result<Vec<Vec<Came>>, Failure> {
    let came: Vec<Mutex<Vec<Came>>> =
        round.worlds.iter().map(|_| Mutex::new(vec![Came::default(); round.policies.len()])).collect();
    arena.play(round, |world, played| {
        let mut came = came[world].lock().expect("no thread has panicked");
        for (policies, trial) in &played.groups {
            policies.iter().for_each(|policy| came[*policy].add(trial, |delay| arena.plan.goals.in_time(delay)));
        }
    })?;
    Ok(came.into_iter().map(|came| came.into_inner().expect("no thread has panicked")).collect())
}
