//! How often `gatecrash test` passes or fails an expectation whose limit is the exact truth: at most 5% is what it promises. Beside it
//! what a plain 95% interval would do that is looked at as often.
//!
//! An argument is the number of repetitions; without it, 1,000.

use gatecrash_benches::{policy, scenario};
use gatecrash_policies::policy::Op;
use gatecrash_reports::measure::{Facts, Measure};
use gatecrash_reports::stats::Rate;
use gatecrash_reports::suite::verdict::{ALPHA, Look};
use gatecrash_reports::suite::{Estimate, Expectation, Stat, Subject, Verdict, looks};
use gatecrash_sim::Match;
use gatecrash_sim::dice::{Dice, Purpose, Stream, normal_quantile};
use rayon::prelude::*;

/// Microseconds of a minute.
const MINUTE: f64 = 60e6;
/// Real trials to draw from.
const POOL: u64 = 4_000;
const SEED: u64 = 20_261_121;

/// Where the values of trials come from.
enum Shape {
    /// 1 with this chance.
    Coin(f64),
    /// With a mean of ten minutes.
    Exponential,
    /// With a median of ten minutes and this log-sd.
    Lognormal(f64),
    /// From 0 to 20 minutes.
    Uniform,
    /// Whole minutes: an exponential one of ten, rounded up.
    Lattice,
    /// One of these, each as likely.
    Pool(&'static str, Vec<u64>),
}

impl Shape {
    fn draw(&self, stream: &mut Stream) -> u64 {
        let micros = match self {
            Shape::Coin(p) => return u64::from(stream.coin(*p)),
            Shape::Pool(_, values) => return values[stream.below(values.len() as u64) as usize],
            Shape::Exponential => 10.0 * MINUTE * stream.exponential(),
            Shape::Lognormal(sigma) => 10.0 * MINUTE * (sigma * normal_quantile(stream.unit())).exp(),
            Shape::Uniform => 20.0 * MINUTE * stream.unit(),
            Shape::Lattice => MINUTE * (10.0 * stream.exponential()).ceil(),
        };
        micros as u64
    }

    /// The true number, by closed form; of a pool, by counting.
    fn truth(&self, stat: Stat) -> f64 {
        const Z95: f64 = 1.644_853_626_951;
        let minutes = match (self, stat) {
            (Shape::Coin(p), _) => return *p,
            (Shape::Pool(_, values), _) => return counted(values, stat),
            (Shape::Exponential, Stat::P50) => 10.0 * 2_f64.ln(),
            (Shape::Exponential, Stat::P95) => 10.0 * 20_f64.ln(),
            (Shape::Lognormal(sigma), Stat::P95) => 10.0 * (sigma * Z95).exp(),
            (Shape::Lognormal(sigma), Stat::Mean) => 10.0 * (sigma * sigma / 2.0).exp(),
            (Shape::Uniform, Stat::P95) => 19.0,
            // 1 - exp(-0.7) is 50.3%, and 1 - exp(-3) is 95.02%.
            (Shape::Lattice, Stat::P50) => 7.0,
            (Shape::Lattice, Stat::P95) => 30.0,
            (Shape::Lattice, _) => 1.0 / (1.0 - (-0.1_f64).exp()),
            _ => 10.0,
        };
        minutes * MINUTE
    }

    fn name(&self) -> String {
        match self {
            Shape::Coin(p) => format!("share of {}%", 100.0 * p),
            Shape::Exponential => "exponential".into(),
            Shape::Lognormal(sigma) => format!("lognormal, log-sd {sigma}"),
            Shape::Uniform => "uniform".into(),
            Shape::Lattice => "whole minutes".into(),
            Shape::Pool(name, _) => (*name).to_string(),
        }
    }
}

fn counted(values: &[u64], stat: Stat) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = |permille: usize| sorted[(sorted.len() * permille).div_ceil(1_000) - 1] as f64;
    match stat {
        Stat::P50 => rank(500),
        Stat::P95 => rank(950),
        _ => values.iter().sum::<u64>() as f64 / values.len() as f64,
    }
}

/// Passes and fails of so many repetitions; the first look that decides has the word. `naive` looks with 5% each time.
fn decided(shape: &Shape, stat: Stat, op: Op, plan: &[u64], naive: bool, repetitions: u64) -> [u64; 2] {
    let subject = Subject::Measure(if stat == Stat::Share { Measure::DetectionRate } else { Measure::TimeToDetect });
    let expectation = Expectation { text: String::new(), subject, stat, op, limit: shape.truth(stat) };
    let word = |repetition: u64| {
        let mut stream = Dice::new(SEED + repetition).stream(Purpose::Marks, stat as u64, 0);
        let values: Vec<u64> = (0..plan[plan.len() - 1]).map(|_| shape.draw(&mut stream)).collect();
        let verdict = |(i, n): (usize, &u64)| {
            let at = Look { of: if naive { 1 } else { plan.len() }, is_last: i + 1 == plan.len() };
            expectation.judge(Estimate::of(&values[..*n as usize], stat, at.alpha()), at)
        };
        plan.iter().enumerate().map(verdict).find(|verdict| *verdict != Verdict::Undecided)
    };
    let words: Vec<Option<Verdict>> = (0..repetitions).into_par_iter().map(word).collect();
    [Verdict::Pass, Verdict::Fail].map(|verdict| words.iter().filter(|word| **word == Some(verdict)).count() as u64)
}

/// Which of both words are wrong: at the exact limit of what varies smoothly either is one too many. Where many trials have the very
/// number of the limit, `<=` truly holds and `<` truly does not.
fn wrong(shape: &Shape, stat: Stat, plan: &[u64], naive: bool, repetitions: u64) -> [u64; 2] {
    let of = |op| decided(shape, stat, op, plan, naive, repetitions);
    match (shape, stat) {
        (Shape::Lattice | Shape::Pool(..), Stat::P50 | Stat::P95) => [of(Op::Below)[0], of(Op::AtMost)[1]],
        _ => of(Op::AtMost),
    }
}

fn row(shape: &Shape, stat: Stat, repetitions: u64) {
    let [usual, few] = [looks(200, 3_200), looks(20, 320)];
    let [passes, fails] = wrong(shape, stat, &usual, false, repetitions);
    let share = |[passes, fails]: [u64; 2]| Rate::of(passes + fails, repetitions).expect("there are repetitions");
    let shown = |rate: Rate| {
        let (low, high) = rate.interval();
        format!("{:.1}% [{:.1}, {:.1}]", 100.0 * rate.value(), 100.0 * low, 100.0 * high)
    };
    let few = shown(share(wrong(shape, stat, &few, false, repetitions)));
    let naive = shown(share(wrong(shape, stat, &usual, true, repetitions)));
    let both = shown(share([passes, fails]));
    let stat = if stat == Stat::Share { "-" } else { stat.name() };
    println!("| {} | {stat} | {passes} | {fails} | {both} | {few} | {naive} |", shape.name());
}

/// Times to detect and harmed outcomes of real trials.
fn pools() -> [Shape; 2] {
    let (scenario, policy) = (scenario("cancel-latency-spike"), policy("hasty"));
    let game = Match::new(&scenario, &[&policy]).unwrap_or_else(|(_, error)| panic!("{error}"));
    let facts = |seed| Facts::of(&game.score(seed).groups[0].1, scenario.expect);
    let all: Vec<Facts> = (1..=POOL).into_par_iter().map(facts).collect();
    let of = |measure| all.iter().filter_map(|facts: &Facts| facts.get(measure)).collect();
    [("detection times, played", Measure::TimeToDetect), ("harm, played", Measure::Harmed)]
        .map(|(name, measure)| Shape::Pool(name, of(measure)))
}

fn main() {
    let repetitions = std::env::args().nth(1).map_or(1_000, |n| n.parse().expect("a number of repetitions"));
    println!("Repetitions: {repetitions}; the promise: at most {}%.\n", 100.0 * ALPHA);
    println!(
        "| trials have | limit is the true | passes | fails | wrong, 200 to 3,200 trials | 20 to 320 | plain 95% at each look |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    [0.01, 0.05, 0.5, 0.95, 0.99].into_iter().for_each(|p| row(&Shape::Coin(p), Stat::Share, repetitions));
    let smooth = [Shape::Exponential, Shape::Lognormal(1.0), Shape::Lognormal(1.5), Shape::Uniform, Shape::Lattice];
    for shape in smooth.iter().chain(&pools()) {
        [Stat::P50, Stat::P95, Stat::Mean].into_iter().for_each(|stat| row(shape, stat, repetitions));
    }
}
