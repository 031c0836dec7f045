//! What it costs to look again and again with the whole chance at each look.

use crate::FIRST_SEED;
use crate::entrants::{self, TOTAL};
use crate::worlds;
use gatecrash_policies::maths::looks::{Sides, crossed, crossings};
use gatecrash_policies::{Policy, Span};
use gatecrash_reports::stats::Rate;
use gatecrash_sim::{Match, Scenario};
use rayon::prelude::*;

/// After how many looks.
const LOOKS: [u64; 6] = [1, 2, 5, 10, 20, 60];

const HEAD: &str = "
## Peeking

A test of two shares with the whole 5% at each look of an hour, one a minute: the exact chance that it has failed, of a z-test that fails
on both sides (Armitage, McPherson and Rowe 1969) and of one that fails on one; and how often `two_proportion`, which fails on one, did
(with its 95% interval) where half of everybody is on the canary, nothing is wrong or drifts, and a fifth of all requests fail on both
arms.

| looks | two-sided, exact | one-sided, exact | `two_proportion`, played |
|---:|---:|---:|---:|";

/// The chance that a z-test which has the whole chance at each of so many looks, equally far apart, fails at one of them.
fn exact(looks: u64, sides: Sides) -> f64 {
    let times: Vec<f64> = (1..=looks).map(|look| look as f64).collect();
    crossed(&crossings(&times, &vec![sides.critical(TOTAL); times.len()], sides, 0.0))
}

/// How many of the trials were rolled back at each look or before.
fn measured(scenario: &Scenario, policy: &Policy, trials: u64) -> Vec<Rate> {
    let game = Match::new(scenario, &[policy]).unwrap_or_else(|(_, error)| panic!("{error}"));
    let decided = |seed| game.play(seed, false).pop().and_then(|trial| trial.instants.decided);
    let all: Vec<_> = (FIRST_SEED..FIRST_SEED + trials).into_par_iter().filter_map(decided).collect();
    // The stage takes effect at once, and is judged a minute later for the first time.
    let by = |looks| all.iter().filter(|at| at.0 <= Span::from_secs(60 * looks).0).count() as u64;
    LOOKS.map(|looks| Rate::of(by(looks), trials).expect("something was played")).into()
}

/// The section.
pub fn print(trials: u64) {
    let world = worlds::for_peeking();
    let played = measured(&world.scenario, &entrants::peeking(), trials);
    println!("{HEAD}");
    for (looks, rate) in LOOKS.into_iter().zip(played) {
        let (low, high) = rate.interval();
        let [two, one] = [Sides::Two, Sides::One].map(|sides| 100.0 * exact(looks, sides));
        println!("| {looks} | {two:.1}% | {one:.1}% | {:.1}% [{:.1}, {:.1}] |", 100.0 * rate.value(), 100.0 * low, 100.0 * high);
    }
}
