//! Whether `tune` keeps its promise: searches with seeds of their own, each recommendation scored again by `score` on seeds that nobody
//! has seen. Prints `docs/tune-promise.md`.
//!
//! `cargo build --release -p gatecrash && cargo run --release -p gatecrash-benches --bin promise target/release/gatecrash`; a second
//! argument is the number of repetitions.

use gatecrash_policies::Policy;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::{Came, Constraint, Cost, Field, Goals, Objective, World};
use gatecrash_scenarios::{Grid, load_policy, load_scenario};
use gatecrash_sim::{Match, Scenario};
use rayon::prelude::*;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Searches of each set-up, unless told.
const REPETITIONS: u64 = 40;
/// Trials of each recommendation and scenario, on seeds of their own.
const AGAIN: u64 = 1_000;
/// Trials of every candidate and scenario, to know which one is best.
const TRUTH: u64 = 4_000;
/// Between the first seeds of two searches.
const APART: u64 = 10_000_000;
/// How far the seeds of `score`, and those of the truth, lie behind those of a search; its own fresh ones lie 2^32 behind.
const UNSEEN: u64 = 1 << 34;
const FAR: u64 = 1 << 40;

const HEAD: &str = "# Whether tune keeps its promise

Each set-up is searched again and again with seeds that do not overlap, and each recommended file (`--out`) is played by `score` in 1,000 trials of each scenario on
seeds that neither the search nor its finals have used. Written by `cargo run --release -p gatecrash-benches --bin promise target/release/gatecrash`, which has the
scenarios and policies in it. `holds` counts searches after which no constraint is refuted in any scenario (the 95% interval of the 1,000 trials does not lie beyond
the limit), `within` those in which the rate of the 1,000 trials is itself within the limit. `as printed` counts the rates that were asked for whose new value lies in
the interval that tune had printed, `worse` those beyond its bad end: of honest intervals 7% at most, since the new value has its own noise. `above the best` is how much more the recommended one comes to
than the best candidate that is allowed, in the terms in which they are ranked, each played 4,000 times: the median search and the worst. A best candidate that lies
just within a limit cannot be shown to be within it by as many trials as a search plays: what is recommended then lies farther inside, and that is its price.
";

const WORLD: &str = "horizon: 20m
subjects: { count: 400 }
traffic: { poisson: { rate: 1/s } }
wobble: { latency: 0.1, rate: 0.1, correlation: 5m }
system: { part: { calls: { service: lognormal(median=300ms p95=800ms) } } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ part.latency <= 2s ]
";

/// A question to `tune`.
struct SetUp {
    name: &'static str,
    /// The check of the policy as written.
    check: &'static str,
    vary: &'static [&'static str],
    goals: &'static [&'static str],
    /// The same, as the library has them.
    asked: Goals,
}

const NOTHING: Goals = Goals {
    max_false_rollback: None,
    min_detection: None,
    detect_within: None,
    max_exposure: None,
    max_duration: None,
    cost: None,
};

const SET_UPS: [SetUp; 5] = [
    SetUp {
        name: "a tight limit, 81 candidates around it",
        check: "p95(calls.latency) <= 3s over 4m",
        vary: &["gates.latency.limit=1300ms..2100ms/10ms"],
        goals: &["--max-false-rollback", "1%"],
        asked: Goals { max_false_rollback: Some(0.01), ..NOTHING },
    },
    SetUp {
        name: "two limits that pull apart, 360 candidates: halving",
        check: "p95(calls.latency) <= 3s over 4m",
        vary: &[
            "gates.latency.limit=800ms..2200ms/100ms",
            "gates.latency.window=2m,3m,4m,6m",
            "gates.latency.rule=threshold,exceedance,{consecutive: 2}",
            "gates.latency.min_samples=20,60",
        ],
        goals: &["--max-false-rollback", "2%", "--min-detection", "80%"],
        asked: Goals { max_false_rollback: Some(0.02), min_detection: Some(0.8), ..NOTHING },
    },
    SetUp {
        name: "cost, 81 candidates, nothing forbidden",
        check: "p95(calls.latency) <= 3s over 4m",
        vary: &["gates.latency.limit=900ms..2100ms/15ms"],
        goals: &["--breach-rate", "5%", "--cost", "harm=50,rollback=100,delay=2/h"],
        asked: Goals { cost: Some(Cost { breach_rate: 0.05, harm: 50.0, rollback: 100.0, delay: 2.0 }), ..NOTHING },
    },
    SetUp {
        name: "all candidates alike: 20 limits that nothing reaches",
        check: "p95(calls.latency) <= 55s over 4m",
        vary: &["gates.latency.limit=50s..59s/500ms"],
        goals: &["--max-false-rollback", "5%"],
        asked: Goals { max_false_rollback: Some(0.05), ..NOTHING },
    },
    SetUp {
        name: "all candidates good: 29 limits within a hundredth of yours",
        check: "p95(calls.latency) <= 1700ms over 4m",
        vary: &["gates.latency.limit=1686ms..1714ms/1ms"],
        goals: &["--max-false-rollback", "5%"],
        asked: Goals { max_false_rollback: Some(0.05), ..NOTHING },
    },
];

/// The scenarios of all set-ups.
const SCENARIOS: [&str; 2] = ["quiet", "slow"];

fn write(folder: &Path, set_up: &SetUp) {
    let faults = "[ { bend: { part.latency: 2.2x }, at: { stage: canary, after: 1m } } ]";
    for (name, expect, faults) in [("quiet", "promote", "[]"), ("slow", "rollback", faults)] {
        let text = format!("scenario: {name}\npolicy: small.yaml\nexpect: {expect}\n{WORLD}faults: {faults}\n");
        std::fs::write(folder.join(format!("{name}.yaml")), text).expect("the folder can be written");
    }
    let gates = format!("gates:\n  latency:\n    check: {}\n    rule: threshold\n    min_samples: 20\n", set_up.check);
    let stages = "stages: [ { name: canary, cohort: 40%, soak: 8m }, { name: everyone, cohort: 100%, soak: 4m } ]\n";
    std::fs::write(folder.join("small.yaml"), format!("policy: small\nround: 1m\n{gates}{stages}")).expect("as above");
}

/// What a command prints as JSON, of both scenarios.
fn json(binary: &Path, folder: &Path, args: &[&str]) -> Value {
    let files = SCENARIOS.map(|scenario| format!("{scenario}.yaml"));
    let mut command = Command::new(binary);
    command.current_dir(folder).args(args).args(["--format", "json"]);
    files.iter().for_each(|file| _ = command.args(["--scenario", file]));
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// One search, and what came of its recommendation.
#[derive(Debug)]
struct Search {
    advice: String,
    /// What is recommended, by index; nothing where nothing is.
    candidate: Option<usize>,
    holds: bool,
    within: bool,
    /// Of the rates that were asked for, those in the intervals that were printed, those that are worse, and all.
    printed: [u32; 3],
}

fn search(binary: &Path, folder: &Path, set_up: &SetUp, repetition: u64) -> Search {
    let seed = 1 + repetition * APART;
    let [first, unseen] = [seed, seed + UNSEEN].map(|seed| seed.to_string());
    let mut args = vec!["tune", "small.yaml", "--seed", &first, "--out", "out.yaml", "--severity", "1x", "--wobble", "1x"];
    set_up.vary.iter().for_each(|vary| args.extend(["--vary", vary]));
    args.extend(set_up.goals);
    let told = json(binary, folder, &args);
    let advice = told["advice"].as_str().expect("it says something").to_string();
    let candidate = told["winner"]["index"].as_u64().map(|index| index as usize);
    let mut search = Search { advice, candidate, holds: true, within: true, printed: [0; 3] };
    if candidate.is_some() {
        let again = ["score", "--policy", "out.yaml", "--trials", &AGAIN.to_string(), "--seed", &unseen].map(String::from);
        let again = json(binary, folder, &again.each_ref().map(String::as_str));
        SCENARIOS.iter().for_each(|scenario| search.compare(set_up, row(&told["winner"], scenario), row(&again, scenario)));
    }
    search
}

/// The row of a scenario as written.
fn row<'a>(of: &'a Value, scenario: &str) -> &'a Value {
    let rows = of["rows"].as_array().expect("there are rows");
    let is_it = |row: &&Value| row["scenario"] == scenario && row["severity"] == 1.0 && row["wobble"] == 1.0;
    rows.iter().find(is_it).expect("every scenario has a row")
}

impl Search {
    fn compare(&mut self, set_up: &SetUp, told: &Value, again: &Value) {
        let breach = again["expect"] == "rollback";
        let (constraint, key) = match breach {
            true => (Constraint::Detection, "detection_rate"),
            false => (Constraint::FalseRollback, "false_rollback_rate"),
        };
        let Some(limit) = set_up.asked.limit(constraint) else { return };
        let of = |row: &Value, end: &str| row[key][end].as_f64().expect("rates have a value and an interval");
        let value = of(again, "value");
        let worse = if breach { value < of(told, "low") } else { value > of(told, "high") };
        let inside = (of(told, "low")..=of(told, "high")).contains(&value);
        [inside, worse, true].into_iter().zip(&mut self.printed).for_each(|(is, count)| *count += u32::from(is));
        self.holds &= if breach { of(again, "high") >= limit } else { of(again, "low") <= limit };
        self.within &= if breach { value >= limit } else { value <= limit };
    }
}

/// What each candidate comes to in many trials, in the terms in which it is ranked, and whether it is allowed by its rates.
fn truth(folder: &Path, set_up: &SetUp) -> Vec<(f64, bool)> {
    let file = |name: &str| folder.join(name).display().to_string();
    let base = load_policy(&file("small.yaml")).unwrap_or_else(|error| panic!("{error}"));
    let grid = Grid::new(&base, set_up.vary).unwrap_or_else(|error| panic!("{error}"));
    let candidate = |index| grid.policy(index).unwrap_or_else(|error| panic!("{error}")).value;
    let mut policies: Vec<Policy> = (0..grid.count()).map(candidate).collect();
    policies.extend(grid.current().is_none().then_some(base.value));
    let scenarios = SCENARIOS.map(|name| load_scenario(&file(&format!("{name}.yaml"))).unwrap_or_else(|e| panic!("{e}")).value);
    let worlds = scenarios.each_ref().map(|scenario| World {
        scenario: scenario.name.clone(),
        expect: scenario.expect,
        sizes: Sizes::default(),
    });
    let came = scenarios.each_ref().map(|scenario| played(scenario, &policies));
    let objective = Objective::new(&worlds, &Field::as_written(&worlds), &set_up.asked);
    let of = |candidate: usize| {
        let came = came.each_ref().map(|by_candidate| by_candidate[candidate].clone());
        let rate = |hits: u64, came: &Came| hits as f64 / came.judged().max(1) as f64;
        let (quiet, slow) = (rate(came[0].false_rollbacks, &came[0]), rate(came[1].in_time, &came[1]));
        let Goals { max_false_rollback, min_detection, .. } = set_up.asked;
        let allowed = max_false_rollback.is_none_or(|most| quiet <= most) && min_detection.is_none_or(|least| slow >= least);
        (objective.of(&came).mean, allowed)
    };
    (0..policies.len()).map(of).collect()
}

fn played(scenario: &Scenario, policies: &[Policy]) -> Vec<Came> {
    let game = Match::new(scenario, &policies.iter().collect::<Vec<_>>()).unwrap_or_else(|(_, error)| panic!("{error}"));
    let nothing = || vec![Came::default(); policies.len()];
    let add = |mut came: Vec<Came>, seed: u64| {
        for (ids, trial) in game.score(seed).groups {
            ids.iter().for_each(|id| came[*id].add(&trial, |_| true));
        }
        came
    };
    let both = |mut one: Vec<Came>, other: Vec<Came>| {
        one.iter_mut().zip(&other).for_each(|(one, other)| one.merge(other));
        one
    };
    (FAR..FAR + TRUTH).into_par_iter().fold(nothing, add).reduce(nothing, both)
}

/// By how much what was recommended is above the best that is allowed: the median and the most, as percentages.
fn above_the_best(searches: &[Search], truth: &[(f64, bool)]) -> String {
    let best = truth.iter().filter(|(_, allowed)| *allowed).map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
    let above = searches.iter().filter_map(|search| Some(truth[search.candidate?].0 / best - 1.0));
    let mut above: Vec<f64> = above.collect();
    above.sort_by(f64::total_cmp);
    match (above.get(above.len().saturating_sub(1) / 2), above.last()) {
        (Some(median), Some(most)) => format!("{:.0}%, {:.0}%", 100.0 * median, 100.0 * most),
        _ => "-".into(),
    }
}

fn line(set_up: &SetUp, searches: &[Search], truth: &[(f64, bool)]) -> String {
    let count = |is: &dyn Fn(&&Search) -> bool| searches.iter().filter(is).count();
    let [change, keep, impossible] = ["change", "keep", "impossible"].map(|advice| count(&|s| s.advice == advice));
    let [inside, worse, asked] = [0, 1, 2].map(|which| searches.iter().map(|s| s.printed[which]).sum::<u32>());
    let of = |many: String, all: String| if asked > 0 { format!("{many} of {all}") } else { "-".into() };
    let all = (change + keep).to_string();
    let holds = of(count(&|s| s.candidate.is_some() && s.holds).to_string(), all.clone());
    let within = of(count(&|s| s.candidate.is_some() && s.within).to_string(), all);
    let [inside, worse] = [inside, worse].map(|many| of(many.to_string(), asked.to_string()));
    let above = above_the_best(searches, truth);
    format!("| {} | {change} | {keep} | {impossible} | {holds} | {within} | {inside} | {worse} | {above} |", set_up.name)
}

fn main() {
    let mut args = std::env::args().skip(1);
    let binary = args.next().expect("the path of the gatecrash that is to be held to its promise");
    let binary = std::fs::canonicalize(&binary).unwrap_or_else(|error| panic!("{binary}: {error}"));
    let repetitions = args.next().map_or(REPETITIONS, |n| n.parse().expect("a number of repetitions"));
    let folder = std::env::temp_dir().join(format!("gatecrash-promise-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is a place for temporary files");
    println!("{HEAD}\n{repetitions} searches of each.\n");
    println!(
        "| set-up | change | keep | impossible | holds | within | as printed | worse | above the best |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for set_up in &SET_UPS {
        write(&folder, set_up);
        let searches: Vec<Search> = (0..repetitions).map(|n| search(&binary, &folder, set_up, n)).collect();
        let truth = truth(&folder, set_up);
        searches.iter().for_each(|s| eprintln!("{s:?} {:?}", s.candidate.map(|c| truth[c])));
        println!("{}", line(set_up, &searches, &truth));
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
