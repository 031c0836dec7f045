//! What more limits of one gate cost: events and time of a trial with 100 and 1,000 of them, beside one; and how long 1,000 candidates
//! take in 10 scenarios of 100 trials each. `cargo run --release -p gatecrash-benches --bin limits`.

#![allow(clippy::disallowed_methods, reason = "a bench is timed, and no trial sees the time")]

use gatecrash_benches::{policy, scenario};
use gatecrash_policies::policy::{Limit, Policy};
use gatecrash_scenarios::{Grid, library_scenarios, load_policy};
use gatecrash_sim::{Match, Scenario};
use rayon::prelude::*;
use std::time::Instant;

/// (scenario, policy, gate): breaches of several kinds, and a healthy day.
const CASES: [(&str, &str, &str); 4] = [
    ("healthy-day", "careful", "latency"),
    ("cancel-latency-spike", "careful", "cancel-to-ack"),
    ("run-control-cancel-to-ack", "run-control", "cancel-to-ack"),
    ("run-control-healthy", "run-control", "cancel-to-ack"),
];

const SEEDS: u64 = 5;
const ROUNDS: usize = 7;

/// The policy with this many limits of one gate, evenly from half of what it says to twice as much.
fn limits(policy: &Policy, gate: &str, many: usize) -> Vec<Policy> {
    let gate = policy.gates.iter().position(|g| g.name == gate).expect("the policy has the gate");
    let with = |i: usize| {
        let factor = if many == 1 { 1.0 } else { 0.5 + 1.5 * i as f64 / (many - 1) as f64 };
        let mut policy = policy.clone();
        match &mut policy.gates[gate].check.limit {
            Limit::Absolute(value) | Limit::TimesStable(value) | Limit::StablePlus(value) => *value *= factor,
            Limit::PerSegment(_) => unreachable!("the gates above have one limit"),
        }
        policy
    };
    (0..many).map(with).collect()
}

/// Seconds and events of all seeds together.
fn play(game: &Match) -> (f64, u64) {
    let begin = Instant::now();
    let events = (1..=SEEDS).map(|seed| game.score(seed).simulated).sum();
    (begin.elapsed().as_secs_f64(), events)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Every trial of 1,000 candidates of a library policy in 10 of its scenarios, none given up early, on two threads: seconds, trials,
/// and events played and met.
fn thousand() -> (f64, u64, u64, u64) {
    let careful = load_policy("careful").unwrap_or_else(|e| panic!("{e}"));
    let dials = ["gates.cancel-to-ack.limit=300ms..1260ms/40ms", "gates.latency.limit=6s..25.5s/500ms"];
    let grid = Grid::new(&careful, &dials).unwrap_or_else(|e| panic!("{e}"));
    let policies: Vec<Policy> = (0..grid.count()).map(|i| grid.policy(i).unwrap_or_else(|e| panic!("{e}")).value).collect();
    let general = library_scenarios().into_iter().filter(|listed| listed.family.is_none() && !listed.slow).take(10);
    let scenarios: Vec<Scenario> = general.map(|listed| scenario(&listed.name)).collect();
    assert_eq!((policies.len(), scenarios.len()), (1_000, 10));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads can be started");
    let begin = Instant::now();
    let games: Vec<Match> =
        scenarios.iter().map(|s| Match::new(s, &policies.iter().collect::<Vec<_>>()).expect("it fits")).collect();
    let of_seed = |task: u64| {
        let played = games[(task % 10) as usize].score(1 + task / 10);
        let of = |of: &dyn Fn(u64, u64) -> u64| played.groups.iter().map(|(ids, t)| of(ids.len() as u64, t.events)).sum::<u64>();
        (of(&|many, _| many), played.simulated, of(&|many, events| many * events))
    };
    let add = |a: (u64, u64, u64), b: (u64, u64, u64)| (a.0 + b.0, a.1 + b.1, a.2 + b.2);
    let (trials, simulated, met) = pool.install(|| (0..1_000).into_par_iter().map(of_seed).reduce(|| (0, 0, 0), add));
    (begin.elapsed().as_secs_f64(), trials, simulated, met)
}

fn main() {
    println!("| scenario | gate | one trial | events of 100 | time of 100 | events of 1,000 | time of 1,000 |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for (scenario_name, policy_name, gate) in CASES {
        let (scenario, policy): (Scenario, Policy) = (scenario(scenario_name), policy(policy_name));
        let policies = [1, 100, 1_000].map(|many| limits(&policy, gate, many));
        let games = policies.each_ref().map(|all| Match::new(&scenario, &all.iter().collect::<Vec<_>>()).expect("it fits"));
        // In turns, so that whatever else the machine does meets all of them.
        let rounds: Vec<[(f64, u64); 3]> = (0..ROUNDS).map(|_| games.each_ref().map(play)).collect();
        let time = |of: usize| median(rounds.iter().map(|round| round[of].0 / round[0].0).collect());
        let events = |of: usize| rounds[0][of].1 as f64 / rounds[0][0].1 as f64;
        let one = median(rounds.iter().map(|round| round[0].0).collect()) / SEEDS as f64;
        println!(
            "| {scenario_name} | {gate} | {:.1} ms | {:.2}x | {:.2}x | {:.2}x | {:.2}x |",
            one * 1e3,
            events(1),
            time(1),
            events(2),
            time(2)
        );
    }
    let (seconds, trials, simulated, met) = thousand();
    let millions = |events: u64| events / 1_000_000;
    println!(
        "\n{trials} trials of 1,000 candidates in 10 scenarios on 2 threads: {seconds:.0} s; {} M events played, {} M met",
        millions(simulated),
        millions(met)
    );
}
