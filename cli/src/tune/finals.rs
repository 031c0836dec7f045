//! The finals: the best of the search against the policy as written, on luck that nobody was chosen by. Since they choose the winner, its
//! numbers are those of still other luck.

use super::arena::{Arena, Round};
use super::plan::Plan;
use super::{take, worth};
use crate::Failure;
use gatecrash_policies::Policy;
use gatecrash_reports::promise::Promise;
use gatecrash_reports::score::{Sizes, Tally};
use gatecrash_reports::tune::{
    Advice, Came, Caution, Constraint, Finalist, Gain, Miss, Paired, Study, TuneReport, World, advice, challengers, drift, front,
    keeps_its_promise, prices, rank,
};
use gatecrash_sim::{Match, Played};
use std::ops::Range;
use std::sync::Mutex;

/// How far the fresh seeds lie behind those of the search: those of the finals, and after them those of what is shown.
pub const FRESH: u64 = 1 << 32;

/// Plays the finals and says what is to be done.
pub fn finals(arena: &Arena, study: Study) -> Result<TuneReport, Failure> {
    let plan = &arena.plan;
    let goals = plan.goals;
    let challengers = challengers(&rank(&study, &goals, Caution::ENTRY), study.current);
    let mut entrants = vec![study.current];
    entrants.extend(&challengers);
    arena.crew.say("(fresh seeds)");
    let fresh = goals.fresh_trials(plan.trials);
    let (finals, gains) = play(arena, "fresh", &plan.as_written(), &entrants, FRESH..FRESH + fresh)?;
    let current = &finals[0];
    let keeps = |entrant: &Finalist| keeps_its_promise(&current.worlds, &entrant.came, &current.came, &goals, Caution::PROMISE);
    let place = finals[1..].iter().position(keeps);
    let challenger = place.map(|place| (challengers[place], gains[place + 1]));
    let mut advice = advice(&study, &goals, current, challenger, Vec::new());
    if let Advice::Impossible { closest, would_take, .. } = &mut advice {
        // More evidence makes a gate catch more; it makes none alarm less.
        let lacks_evidence = |miss: &Miss| matches!(miss.constraint, Constraint::Detection | Constraint::Finish);
        let ranked = rank(&study, &goals, Caution::CHOICE);
        let misses = ranked.iter().find(|r| r.candidate == *closest).map_or(&[][..], |r| &r.misses);
        if !misses.is_empty() && misses.iter().all(lacks_evidence) {
            *would_take = take::would_take(arena, *closest)?;
        }
    }
    let first = match &advice {
        Advice::Change { to, .. } => *to,
        Advice::Keep { .. } => study.current,
        Advice::Impossible { closest, .. } => *closest,
    };
    let mut shown = vec![first];
    shown.extend((first != study.current).then_some(study.current));
    let finalists = finalists(arena, &shown, FRESH + fresh)?;
    let gates = worth::gates(arena, first)?;
    let recommended = finalists[0].candidate;
    Ok(TuneReport {
        goals,
        seed: plan.seed,
        fresh_seed: plan.seed.wrapping_add(FRESH + fresh),
        front: front(&study),
        prices: prices(&study, &goals, recommended),
        drift: drift(&study, &goals, recommended),
        tried: place.map_or(challengers.len(), |place| place + 1),
        study: Study { effort: arena.effort(), ..study },
        advice,
        finalists,
        gates,
    })
}

/// How many sets of trials the finals play, more or less.
pub fn sets(arena: &Arena) -> u64 {
    let plan = &arena.plan;
    let odd = plan.perturbed(&between(&plan.severities), &doubled(&plan.wobbles)).len() as u64;
    let finals = plan.goals.fresh_trials(plan.trials) + shown_trials(plan) + plan.trials;
    plan.scenarios.len() as u64 * finals + odd * plan.trials
}

/// The one to be shown and the policy as written, on seeds that nobody was chosen by either, and in worlds that the search has not used.
fn finalists(arena: &Arena, shown: &[usize], from: u64) -> Result<Vec<Finalist>, Failure> {
    let plan = &arena.plan;
    arena.crew.say("(what is to be shown)");
    let (mut finalists, _) = play(arena, "shown", &plan.as_written(), shown, from..from + shown_trials(plan))?;
    let worlds = plan.perturbed(&between(&plan.severities), &doubled(&plan.wobbles));
    let (more, _) = play(arena, "odd", &worlds, shown, from..from + plan.trials)?;
    for (finalist, more) in finalists.iter_mut().zip(more) {
        finalist.worlds.extend(more.worlds);
        finalist.came.extend(more.came);
        finalist.rows.extend(more.rows);
    }
    Ok(finalists)
}

/// Trials of what is shown: enough for intervals half as wide as those of the search.
fn shown_trials(plan: &Plan) -> u64 {
    4 * plan.trials
}

/// Severities that the search has not played: halfway, by factors, between those that it has, 1 among them.
fn between(played: &[f64]) -> Vec<f64> {
    let mut all: Vec<f64> = played.iter().copied().chain([1.0]).filter(|severity| *severity > 0.0).collect();
    all.sort_by(f64::total_cmp);
    let halfway = |pair: &[f64]| ((pair[0] * pair[1]).sqrt() * 100.0).round() / 100.0;
    let mut between: Vec<f64> = all.windows(2).map(halfway).collect();
    between.dedup();
    // Where the search has played one severity alone, a smaller and a larger one.
    if between.is_empty() { vec![0.7, 1.4] } else { between }
}

/// Doubled wobble, in any case.
fn doubled(played: &[f64]) -> Vec<f64> {
    if played.contains(&2.0) { played.to_vec() } else { played.iter().copied().chain([2.0]).collect() }
}

/// What each candidate comes to on these seeds, and how it compares with the first one.
fn play(
    arena: &Arena,
    name: &str,
    worlds: &[World],
    candidates: &[usize],
    seeds: Range<u64>,
) -> Result<(Vec<Finalist>, Vec<Gain>), Failure> {
    let plan = &arena.plan;
    let policies: Vec<&Policy> = candidates.iter().map(|c| &plan.policies[*c]).collect();
    let table = worlds.iter().map(|world| Ok(Mutex::new(Sheet::new(arena, world, &policies)?)));
    let table = table.collect::<Result<Vec<_>, Failure>>()?;
    let paired: Mutex<Vec<Paired>> = Mutex::new(candidates.iter().map(|_| Paired::new(worlds, &plan.goals)).collect());
    let round = Round { name, worlds, policies: &policies, seeds };
    arena.play(&round, |world, played| {
        table[world].lock().expect("no thread has panicked").add(arena, played);
        let mut paired = paired.lock().expect("no thread has panicked");
        let of = |policy: usize| &played.groups.iter().find(|(ids, _)| ids.contains(&policy)).expect("everybody plays").1;
        (1..candidates.len()).for_each(|policy| paired[policy].add(world, of(policy), of(0)));
    })?;
    let table: Vec<Sheet> = table.into_iter().map(|sheet| sheet.into_inner().expect("no thread has panicked")).collect();
    let finalist = |(place, candidate): (usize, &usize)| Finalist {
        candidate: *candidate,
        worlds: worlds.to_vec(),
        came: table.iter().map(|sheet| sheet.came[place].clone()).collect(),
        rows: table.iter().map(|sheet| sheet.tallies[place].row()).collect(),
    };
    let gains = paired.into_inner().expect("no thread has panicked").iter().map(Paired::gain).collect();
    Ok((candidates.iter().enumerate().map(finalist).collect(), gains))
}

/// What policies come to in one world.
struct Sheet {
    came: Vec<Came>,
    tallies: Vec<Tally>,
}

impl Sheet {
    fn new(arena: &Arena, world: &World, policies: &[&Policy]) -> Result<Sheet, Failure> {
        let scenario = arena.plan.scenario(world);
        let game = Match::new(&scenario, policies).map_err(|(_, error)| Failure::Input(error.to_string()))?;
        let Sizes { severity, wobble } = world.sizes;
        let tally = |(policy, bound): (&&Policy, _)| {
            let promise = Promise { bound, shared: policy.alpha.is_some() };
            Tally::new(&world.scenario, &policy.name, world.expect, Sizes { severity, wobble }, promise)
        };
        let tallies = policies.iter().zip(game.false_rollback_bounds()).map(tally).collect();
        Ok(Sheet { came: vec![Came::default(); policies.len()], tallies })
    }

    fn add(&mut self, arena: &Arena, played: &Played) {
        for (policies, trial) in &played.groups {
            for policy in policies {
                self.came[*policy].add(trial, |delay| arena.plan.goals.in_time(delay));
                self.tallies[*policy].add(trial);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_worlds_are_not_those_of_the_search() {
        assert_eq!(between(&[0.5, 2.0]), [0.71, 1.41]);
        assert_eq!(between(&[4.0]), [2.0]);
        assert_eq!(between(&[]), [0.7, 1.4]);
        assert_eq!((doubled(&[2.0]), doubled(&[3.0])), (vec![2.0], vec![3.0, 2.0]));
    }
}
