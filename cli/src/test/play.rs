//! Trials in looks: after each, what is decided plays no more.

use super::judge::judge;
use super::plan::{Lane, Plan};
use crate::Failure;
use crate::crew::Crew;
use gatecrash_policies::Policy;
use gatecrash_reports::measure::Facts;
use gatecrash_reports::suite::{Checked, Verdict};
use gatecrash_sim::Match;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A plan, and what became of it.
pub struct Played {
    /// The plan, with all trials.
    pub plan: Plan,
    /// By check; nothing for what was not judged.
    pub results: Vec<Option<Checked>>,
    /// Whether something was not judged.
    pub interrupted: bool,
}

/// Plays until every expectation is decided or has had its last look, or somebody has had enough.
pub fn play(plan: Plan, crew: &Crew, fail_fast: bool) -> Result<Played, Failure> {
    let results = plan.checks.iter().map(|_| None).collect();
    let mut played = Played { plan, results, interrupted: false };
    for look in 0.. {
        let open = open(&played);
        if open.is_empty() {
            break;
        }
        if !advance(&mut played.plan, &open, look, crew)? {
            played.interrupted = true;
            break;
        }
        for check in open {
            played.results[check] = judge(&played.plan, check, look);
        }
        if fail_fast && played.results.iter().any(is_failed) {
            played.interrupted = played.results.iter().any(Option::is_none);
            break;
        }
    }
    Ok(played)
}

/// The checks that are neither decided nor of a mutant that has been noticed.
fn open(played: &Played) -> Vec<usize> {
    let mutant = |check: usize| played.plan.rows[played.plan.checks[check].row].mutant;
    let all = 0..played.results.len();
    let noticed: BTreeSet<usize> = all.clone().filter(|i| is_failed(&played.results[*i])).filter_map(mutant).collect();
    let wanted = |check: &usize| mutant(*check).is_none_or(|mutant| !noticed.contains(&mutant));
    all.filter(|check| played.results[*check].is_none()).filter(wanted).collect()
}

fn is_failed(result: &Option<Checked>) -> bool {
    result.as_ref().is_some_and(|checked| checked.verdict == Verdict::Fail)
}

/// Players of one world who have come equally far and go on together.
struct Job {
    world: usize,
    players: Vec<usize>,
    from: u64,
    to: u64,
}

/// Brings every lane of the open checks as far as this look needs it. Whether all was played.
fn advance(plan: &mut Plan, open: &[usize], look: usize, crew: &Crew) -> Result<bool, Failure> {
    let (drills, jobs): (Vec<Job>, Vec<Job>) =
        jobs(plan, open, look).into_iter().partition(|job| plan.worlds[job.world].drill.is_some());
    play_drills(plan, &drills)?;
    let games = jobs.iter().map(|job| prepare(plan, job)).collect::<Result<Vec<_>, _>>()?;
    let tasks = tasks(plan, &jobs);
    let found: Vec<Mutex<Vec<(usize, Facts)>>> = jobs.iter().map(|_| Mutex::new(Vec::new())).collect();
    let finished = crew.run(tasks.len() as u64, |task| {
        let (job, trial) = tasks[task as usize];
        let world = &plan.worlds[jobs[job].world];
        let played = games[job].score(world.seed.wrapping_add(trial));
        let mut found = found[job].lock().expect("no thread has panicked");
        for (contenders, trial) in &played.groups {
            let facts = Facts::of(trial, world.scenario.expect);
            found.extend(contenders.iter().map(|contender| (*contender, facts.clone())));
        }
    });
    drop(games);
    for (job, found) in jobs.iter().zip(found) {
        let players = &mut plan.worlds[job.world].players;
        for (contender, facts) in found.into_inner().expect("no thread has panicked") {
            players[job.players[contender]].facts.push(facts);
        }
        // Which thread was the first is anybody's guess.
        job.players.iter().for_each(|player| players[*player].facts.sort_by_key(|facts| facts.seed));
    }
    Ok(finished)
}

/// Each is one trial, and quickly played.
fn play_drills(plan: &mut Plan, jobs: &[Job]) -> Result<(), Failure> {
    for job in jobs {
        let world = &mut plan.worlds[job.world];
        if let Some(drill) = &mut world.drill {
            world.players[0].facts = vec![drill.play()?];
        }
    }
    Ok(())
}

/// Who plays how far: as far as the most demanding of the open checks needs it.
fn jobs(plan: &Plan, open: &[usize], look: usize) -> Vec<Job> {
    let mut wanted: Vec<(Lane, u64)> = Vec::new();
    for check in open.iter().map(|check| &plan.checks[*check]) {
        let to = check.looks[look.min(check.looks.len() - 1)];
        for lane in &check.lanes {
            match wanted.iter_mut().find(|(known, _)| known == lane) {
                Some((_, most)) => *most = to.max(*most),
                None => wanted.push((*lane, to)),
            }
        }
    }
    let mut jobs: Vec<Job> = Vec::new();
    for (Lane { world, player }, to) in wanted {
        let from = plan.worlds[world].players[player].facts.len() as u64;
        match jobs.iter_mut().find(|job| (job.world, job.from, job.to) == (world, from, to)) {
            Some(job) => job.players.push(player),
            None if from < to => jobs.push(Job { world, players: vec![player], from, to }),
            None => {}
        }
    }
    jobs
}

fn prepare<'a>(plan: &'a Plan, job: &Job) -> Result<Match<'a>, Failure> {
    let world = &plan.worlds[job.world];
    let policies: Vec<&Policy> = job.players.iter().map(|player| world.players[*player].plays()).collect();
    Match::new(&world.scenario, &policies).map_err(|(index, error)| {
        let file = &world.players[job.players[index]].policy.file;
        Failure::Input(format!("{file}: {}: {}", error.gate, error.message))
    })
}

/// Jobs and trials, seed by seed, and of each seed the long scenarios first, so that no thread is left alone with one.
fn tasks(plan: &Plan, jobs: &[Job]) -> Vec<(usize, u64)> {
    let mut tasks: Vec<(usize, u64)> = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        tasks.extend((job.from..job.to).map(|trial| (number, trial)));
    }
    tasks.sort_by_key(|(job, trial)| (*trial, std::cmp::Reverse(plan.worlds[jobs[*job].world].scenario.horizon), *job));
    tasks
}
