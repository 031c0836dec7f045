//! Which scenario of the library is the busiest: events of a trial with its own policy, and how fast they go. `busiest NAME ROUNDS`
//! plays one scenario only, over and over: something to hold a profiler to, or to run in turns with another build.

#![allow(clippy::disallowed_methods, reason = "a bench is timed, and no trial sees the time")]

use gatecrash_benches::{policy, scenario, sixteen_servers};
use gatecrash_scenarios::library_scenarios;
use gatecrash_sim::{Match, Scenario};
use std::time::Instant;

/// Events of the trials of some seeds, and seconds.
fn pace(scenario: &Scenario, policy_name: &str, seeds: std::ops::RangeInclusive<u64>) -> (u64, f64) {
    let policy = policy(policy_name);
    let game = Match::new(scenario, &[&policy]).expect("the policy fits");
    let begin = Instant::now();
    let events = seeds.map(|seed| game.play(seed, false)[0].events).sum();
    (events, begin.elapsed().as_secs_f64())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, rounds] = arguments.as_slice() {
        let listed = library_scenarios().into_iter().find(|listed| listed.name == *name);
        let rounds = rounds.parse().expect("a number of rounds");
        let (scenario, own) = match listed {
            Some(listed) => (scenario(name), listed.policy),
            None => (sixteen_servers(), None),
        };
        let (events, seconds) = pace(&scenario, own.as_deref().unwrap_or("careful"), 1..=rounds);
        println!("{name}: {events} events, {:.3} M/s", events as f64 / seconds / 1e6);
        return;
    }
    for listed in library_scenarios() {
        let own = listed.policy.as_deref().unwrap_or("careful");
        let (events, seconds) = pace(&scenario(&listed.name), own, 1..=3);
        println!(
            "{:>10} {:.2} {} {own}{}",
            events / 3,
            events as f64 / seconds / 1e6,
            listed.name,
            if listed.slow { " slow" } else { "" }
        );
    }
}
