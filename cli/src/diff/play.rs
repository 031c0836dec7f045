//! Both policies in every world, seed by seed.

use super::plan::Plan;
use crate::Failure;
use crate::args::Diff;
use crate::crew::Crew;
use gatecrash_policies::Policy;
use gatecrash_reports::diff::Pairs;
use gatecrash_scenarios::Loaded;
use gatecrash_sim::{Match, Scenario, Trial};
use std::sync::Mutex;

/// The pairs of each world, and whether all were played. Seed by seed, so that an interrupted job says something of each world, and of each
/// seed the long scenarios first, so that no thread is left alone with one.
pub fn play(args: &Diff, plan: &Plan, sides: [&Loaded<Policy>; 2], crew: &Crew) -> Result<(Vec<Pairs>, bool), Failure> {
    let games = plan.scenarios.iter().map(|scenario| game(scenario, sides)).collect::<Result<Vec<_>, _>>()?;
    let pairs: Vec<Mutex<Pairs>> = plan.worlds().map(|world| Mutex::new(Pairs::new(world))).collect();
    let mut order: Vec<usize> = (0..games.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(plan.scenarios[*i].horizon));
    let worlds = games.len() as u64;
    let finished = crew.run(worlds * args.trials, |task| {
        let world = order[(task % worlds) as usize];
        let played = games[world].score(args.seed.wrapping_add(task / worlds));
        let (old, new) = (trial_of(&played.groups, 0), trial_of(&played.groups, 1));
        pairs[world].lock().expect("no thread has panicked").add(old, new);
    });
    crew.finish();
    Ok((pairs.into_iter().map(|pairs| pairs.into_inner().expect("no thread has panicked")).collect(), finished))
}

fn game<'a>(scenario: &'a Scenario, sides: [&'a Loaded<Policy>; 2]) -> Result<Match<'a>, Failure> {
    Match::new(scenario, &sides.map(|side| &side.value)).map_err(|(index, error)| {
        Failure::Input(format!("{} in {}: {}: {}", sides[index].file, scenario.name, error.gate, error.message))
    })
}

fn trial_of(groups: &[(Vec<usize>, Trial)], policy: usize) -> &Trial {
    let group = groups.iter().find(|(policies, _)| policies.contains(&policy));
    &group.expect("each policy has a trial").1
}
