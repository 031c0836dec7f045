//! How much a second job brings: trials of one scenario and policy on one and on two threads, as `gatecrash score` plays them.

use gatecrash_benches::{policy, scenario};
use gatecrash_sim::Match;
use rayon::prelude::*;
use std::time::Instant;

const TRIALS: u64 = 200;

/// Events per second with so many jobs: the best of five rounds, since whatever disturbs a round makes it slower.
fn rate(game: &Match, jobs: usize) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads can be started");
    let round = |_| {
        let begin = Instant::now();
        let events: u64 = pool.install(|| {
            let seeds = (1..=TRIALS).into_par_iter();
            seeds.map(|seed| game.play(seed, false).iter().map(|trial| trial.events).sum::<u64>()).sum()
        });
        events as f64 / begin.elapsed().as_secs_f64()
    };
    (0..5).map(round).fold(0.0, f64::max)
}

fn main() {
    let policy = policy("careful");
    for name in ["healthy-day", "cancel-latency-spike"] {
        let scenario = scenario(name);
        let game = Match::new(&scenario, &[&policy]).expect("the policy fits");
        let (one, two) = (rate(&game, 1), rate(&game, 2));
        println!("{name}: {:.2} M events/s with 1 job, {:.2} with 2: {:.2}x", one / 1e6, two / 1e6, two / one);
    }
}
