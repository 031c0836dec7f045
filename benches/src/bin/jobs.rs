//! How much a second job brings: trials of one scenario and policy on one and on two threads, as `gatecrash score` plays them.

#![allow(clippy::disallowed_methods, reason = "a bench is timed, and no trial sees the time")]

use gatecrash_benches::{policy, scenario};
use gatecrash_sim::Match;
use rayon::prelude::*;
use std::time::Instant;

const TRIALS: u64 = 60;

/// Events per second in one round with so many jobs.
fn rate(game: &Match, jobs: usize) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads can be started");
    let begin = Instant::now();
    let events: u64 = pool.install(|| {
        let seeds = (1..=TRIALS).into_par_iter();
        seeds.map(|seed| game.play(seed, false).iter().map(|trial| trial.events).sum::<u64>()).sum()
    });
    events as f64 / begin.elapsed().as_secs_f64()
}

/// The best of seven rounds in turns, since whatever else the machine does makes a round slower and never faster.
fn best(game: &Match) -> (f64, f64) {
    let rounds = (0..7).map(|_| (rate(game, 1), rate(game, 2)));
    rounds.fold((0.0, 0.0), |best, round| (round.0.max(best.0), round.1.max(best.1)))
}

fn main() {
    let policy = policy("careful");
    for name in ["healthy-day", "cancel-latency-spike"] {
        let scenario = scenario(name);
        let game = Match::new(&scenario, &[&policy]).expect("the policy fits");
        let (one, two) = best(&game);
        println!("{name}: {:.2} M events/s with 1 job, {:.2} with 2: {:.2}x", one / 1e6, two / 1e6, two / one);
    }
}
