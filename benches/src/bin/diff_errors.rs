//! How often `diff` is wrong, and how small a change it finds, by real play:
//! `cargo run --release -p gatecrash-benches --bin diff_errors [SEEDS]` prints the tables of docs/diff.md.
//!
//! Outcomes have two marks, a and b, which are alike: as frequent, bent alike by the breach, harmful alike, and drawn apart. The old
//! policy reads a and the new one b, so that they are equally good and yet differ trial by trial.

use gatecrash_policies::Policy;
use gatecrash_policies::maths::intervals::clopper_pearson;
use gatecrash_reports::Measure;
use gatecrash_reports::diff::{Pair, Pairs, Status, Tolerances, Verdict, World, judge, means};
use gatecrash_scenarios::{policy_from_text, scenario_from_text};
use gatecrash_sim::dice::{Dice, Dist, Purpose};
use gatecrash_sim::{Match, Scenario, Trial};
use rayon::prelude::*;

const WORLD: &str = "
policy: p.yaml
horizon: 40m
subjects: { count: 300 }
traffic: { poisson: { rate: 1/s } }
system: { runs: { calls: { service: exp(mean=1s), marks: { a: 5%, b: 5% } } } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ runs.a == 0, runs.b == 0 ]
";

const BREACH: &str = "faults: [ { bend: { runs.a: +3%, runs.b: +3% }, on: canary, at: { stage: canary, after: 1m } } ]";

fn scenario(name: &str, expect: &str, faults: &str) -> Scenario {
    let text = format!("scenario: {name}\nexpect: {expect}{WORLD}{faults}\n");
    scenario_from_text("s.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value
}

fn worlds() -> [Scenario; 2] {
    [scenario("breach", "rollback", BREACH), scenario("healthy", "promote", "")]
}

/// Its gate reads this mark against this limit in percent.
fn policy(mark: char, limit: f64) -> Policy {
    let text = format!(
        "policy: {mark}\nround: 1m\ngates:\n  g: {{ check: ratio(runs.{mark} / runs.outcomes) <= {limit}% over 5m, min_samples: 40 }}\n\
         stages:\n  - {{ name: canary, cohort: 30%, soak: 8m }}\n  - {{ name: everyone, cohort: 100%, soak: 2m }}\n\
         rollback: {{ budget: {{ withdraw_within: 2m, recover_within: 10m }}, validate: {{ gates: [g], clean_for: 1m }} }}\n"
    );
    policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value
}

/// The trials of both policies on a seed.
type Two = [Trial; 2];

/// World by world, seed by seed.
fn play(old: &Policy, new: &Policy, seeds: u64) -> Vec<(World, Vec<Two>)> {
    let one = |scenario: &Scenario| {
        let game = Match::new(scenario, &[old, new]).unwrap_or_else(|(_, e)| panic!("{}", e.message));
        let two = |seed: u64| {
            let groups = game.score(seed).groups;
            let of = |i: usize| groups.iter().find(|(ids, _)| ids.contains(&i)).expect("each has its trial").1.clone();
            [of(0), of(1)]
        };
        let world = World { scenario: scenario.name.clone(), expect: scenario.expect, severity: 1.0 };
        (world, (1..=seeds).into_par_iter().map(two).collect())
    };
    worlds().iter().map(one).collect()
}

/// The verdicts of diffs of so many pairs, on seeds that no two of them share; and how many of their intervals lie beside the truth,
/// which is no difference.
struct Diffs {
    verdicts: Vec<Verdict>,
    intervals: u64,
    missed: u64,
}

fn diffs(played: &[(World, Vec<Two>)], trials: usize) -> Diffs {
    let many = played[0].1.len() / trials;
    let judged = |diff: usize| {
        let pairs = |(world, all): &(World, Vec<Two>)| {
            let mut pairs = Pairs::new(world.clone());
            all[diff * trials..(diff + 1) * trials].iter().for_each(|[old, new]| pairs.add(old, new));
            pairs
        };
        judge(&played.iter().map(pairs).collect::<Vec<_>>(), &Tolerances::default())
    };
    let all: Vec<_> = (0..many).into_par_iter().map(judged).collect();
    let scores =
        || all.iter().flat_map(|judged| judged.worlds.iter().flat_map(|world| &world.scores)).filter(|score| score.decides);
    Diffs {
        verdicts: all.iter().map(|judged| judged.verdict()).collect(),
        intervals: scores().filter(|score| score.status != Status::NoData).count() as u64,
        missed: scores().filter(|score| !matches!(score.status, Status::NoData | Status::Same)).count() as u64,
    }
}

/// `12 of 1,000 [0.6%, 2.1%]`.
fn share(hits: u64, n: u64) -> String {
    let (low, high) = clopper_pearson(hits, n, 0.05);
    format!("{hits} of {n}: {:.1}% [{:.1}, {:.1}]", 100.0 * hits as f64 / n as f64, 100.0 * low, 100.0 * high)
}

fn count(diffs: &Diffs, wanted: impl Fn(Verdict) -> bool) -> String {
    share(diffs.verdicts.iter().filter(|verdict| wanted(**verdict)).count() as u64, diffs.verdicts.len() as u64)
}

fn errors(seeds: u64) {
    let played = play(&policy('a', 8.0), &policy('b', 8.0), seeds);
    for (world, all) in &played {
        let measures = [Measure::DetectionRate, Measure::FalseRollbackRate];
        for measure in measures.into_iter().filter(|m| m.is_of(world.expect)) {
            let mean = |side: usize| {
                let scores: Vec<u64> = all.iter().filter_map(|two| measure.of(&two[side], world.expect)).collect();
                100.0 * scores.iter().sum::<u64>() as f64 / scores.len() as f64
            };
            println!("{}: {} {:.1}% and {:.1}%", world.scenario, measure.name(), mean(0), mean(1));
        }
    }
    println!(
        "\n| pairs a scenario | says worse (or mixed) | says anything but same | intervals of scores beside the truth |\n|---:|---|---|---|"
    );
    for trials in [50, 100, 400, 1_600].into_iter().filter(|trials| *trials as u64 * 10 <= seeds) {
        let diffs = diffs(&played, trials);
        let beside = share(diffs.missed, diffs.intervals);
        println!("| {trials} | {} | {} | {beside} |", count(&diffs, Verdict::is_worse), count(&diffs, |v| v != Verdict::Same));
    }
}

fn power(seeds: u64) {
    println!(
        "\n| new limit | detection_rate | false_rollback_rate | worse at 100 pairs | at 400 | at 1,600 |\n|---|---|---|---|---|---|"
    );
    for limit in [8.02, 8.05, 8.1, 8.2, 8.5] {
        let played = play(&policy('a', 8.0), &policy('a', limit), seeds);
        let rate = |measure: Measure, world: usize, side: usize| {
            let (of, all) = &played[world];
            let scores: Vec<u64> = all.iter().filter_map(|two| measure.of(&two[side], of.expect)).collect();
            100.0 * scores.iter().sum::<u64>() as f64 / scores.len() as f64
        };
        let both = |measure, world| format!("{:.1}% -> {:.1}%", rate(measure, world, 0), rate(measure, world, 1));
        let found = [100, 400, 1_600].map(|trials| {
            let diffs = diffs(&played, trials);
            let worse = diffs.verdicts.iter().filter(|verdict| verdict.is_worse()).count();
            format!("{worse} of {}", diffs.verdicts.len())
        });
        println!(
            "| {limit}% | {} | {} | {} |",
            both(Measure::DetectionRate, 0),
            both(Measure::FalseRollbackRate, 1),
            found.join(" | ")
        );
    }
}

/// How often the interval of a mean difference lies beside the truth, on made-up differences whose mean is nothing.
fn intervals() {
    const REPEATS: u64 = 20_000;
    println!("\n| differences | pairs | error 5% | 5% / 10 | 5% / 100 |\n|---|---:|---|---|---|");
    let lognormal = Dist::Lognormal { mu: 0.0, sigma: 1.0 };
    let exp = Dist::Exp { mean: 1.0 };
    let luck = |seed: u64| Dice::new(seed).stream(Purpose::Service, 0, 0);
    type Draw<'a> = &'a (dyn Fn(&mut gatecrash_sim::dice::Stream) -> f64 + Sync);
    let shapes: [(&str, Draw); 4] = [
        ("of two log-normals (sigma 1)", &|s| lognormal.draw(s) - lognormal.draw(s)),
        ("nine in ten are nothing, the rest such", &|s| if s.coin(0.1) { lognormal.draw(s) - lognormal.draw(s) } else { 0.0 }),
        ("exponential, less its mean", &|s| exp.draw(s) - 1.0),
        ("one in twenty is 19, the rest -1", &|s| if s.coin(0.05) { 19.0 } else { -1.0 }),
    ];
    for (name, draw) in shapes {
        for n in [50u64, 100, 400, 1_600] {
            let errors = [1.0, 10.0, 100.0].map(|divided| {
                let beside = |repeat: &u64| {
                    let mut stream = luck(*repeat);
                    let base = 1u64 << 40;
                    let pair = |seed| Pair { seed, old: base, new: (base as f64 + 1e6 * draw(&mut stream)).round() as u64 };
                    let estimate = means(&(0..n).map(pair).collect::<Vec<_>>(), 0.05 / divided);
                    estimate.low > 0.0 || estimate.high < 0.0
                };
                let missed = (0..REPEATS).into_par_iter().filter(beside).count();
                format!("{:.3}%", 100.0 * missed as f64 / REPEATS as f64)
            });
            println!("| {name} | {n} | {} |", errors.join(" | "));
        }
    }
}

fn main() {
    let seeds = std::env::args().nth(1).and_then(|seeds| seeds.parse().ok()).unwrap_or(100_000);
    errors(seeds);
    power(seeds.min(16_000));
    intervals();
}
