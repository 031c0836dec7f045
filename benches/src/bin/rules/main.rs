//! What each rule is worth: plays all of them over the same worlds, with the same chance of a false rollback, and prints
//! `docs/rules.md`. A number as its argument plays so many trials of each world instead.

mod entrants;
mod page;
mod peeking;
mod worlds;

use entrants::Entrant;
use gatecrash_benches::Cell;
use gatecrash_policies::{Bound, Policy, Span, Time};
use gatecrash_sim::Match;
use rayon::prelude::*;
use worlds::World;

/// Of each world. A true 5% then shows as 2.9% to 7.1%.
const TRIALS: u64 = 400;
const FIRST_SEED: u64 = 30_000;

/// What came of a world: of every entrant, in their order, what it promises and how it did.
struct Played {
    bounds: Vec<Bound>,
    cells: Vec<Cell>,
}

/// Plays everybody over one world, which they share.
fn play(world: &World, entrants: &[Entrant], trials: u64) -> Played {
    let policies: Vec<&Policy> = entrants.iter().map(|entrant| &entrant.policy).collect();
    let game = Match::new(&world.scenario, &policies)
        .unwrap_or_else(|(i, error)| panic!("{}: {}: {error}", world.name, policies[i].name));
    let onset = Time::ZERO + Span::from_secs(60 * worlds::ONSET_MINUTES);
    let blank = || vec![Cell::default(); entrants.len()];
    let add = |mut cells: Vec<Cell>, seed: u64| {
        let trials = game.play(seed, false);
        cells.iter_mut().zip(&trials).for_each(|(cell, trial)| cell.add(trial, Some(onset)));
        cells
    };
    let merge = |mut cells: Vec<Cell>, more: Vec<Cell>| {
        cells.iter_mut().zip(more).for_each(|(cell, more)| cell.merge(more));
        cells
    };
    let seeds = (FIRST_SEED..FIRST_SEED + trials).into_par_iter();
    let cells = seeds.fold(blank, add).reduce(blank, merge);
    eprintln!("{}: {trials} trials of {} policies", world.name, policies.len());
    Played { bounds: game.false_rollback_bounds(), cells }
}

/// How many trials are asked for.
fn trials() -> u64 {
    let asked = std::env::args().nth(1).map(|text| text.parse().expect("the argument is a number of trials"));
    asked.unwrap_or(TRIALS)
}

fn main() {
    let (trials, worlds, entrants) = (trials(), worlds::all(), entrants::all());
    let played: Vec<Played> = worlds.iter().map(|world| play(world, &entrants, trials)).collect();
    page::print(trials, &worlds, &entrants, &played);
    peeking::print(trials);
    page::print_catalog();
}
