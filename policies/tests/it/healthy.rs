//! Healthy canaries at the limit itself, looked at every round: how many of them the rules that promise a stage fail.
//!
//! Each of [`TRIALS`] trials is a stage of [`ROUNDS`] rounds with [`OWN`] outcomes of the canary and nine times as many of stable,
//! all independent. A rule that promises 5 % of stages may fail 5 % of them, and as much more as chance makes of that number of
//! trials: three standard errors. A canary that is twice as bad is to be caught in nine of ten.

use gatecrash_policies::Status;
use gatecrash_policies::rules::{Allowed, Counts, Judge, Look, News, Note, Rule, Setting, State, Tally, Values, Versus};

const TRIALS: u32 = 20_000;
const ROUNDS: u32 = 60;
const OWN: usize = 20;
const STABLE: usize = 180;
const ALPHA: f64 = 0.05;

/// Random numbers by counting: splitmix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn draw(&mut self, up_to: &[f64]) -> u64 {
        let unit = self.unit();
        up_to.partition_point(|p| *p <= unit) as u64
    }
}

/// The chances of at most 0, 1, 2 .. bad ones of `n` outcomes.
fn binomial(n: usize, p: f64) -> Vec<f64> {
    let mut chance = (1.0 - p).powi(n as i32);
    let mut sum = 0.0;
    let mut step = |k: usize| {
        sum += chance;
        chance *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        sum
    };
    (0..n).map(&mut step).collect()
}

/// The same of events, of which there are `mean`.
fn poisson(mean: f64) -> Vec<f64> {
    let (mut chance, mut sum) = ((-mean).exp(), 0.0);
    let mut step = |k: usize| {
        sum += chance;
        chance *= mean / (k + 1) as f64;
        sum
    };
    (0..100).map(&mut step).collect()
}

/// What is allowed: 5 % of outcomes bad, or one event in 20 s, or what stable has of that, 1 % more at most.
#[derive(Clone, Copy, PartialEq)]
enum Limit {
    Share,
    Rate,
    StableShare,
    StableRate,
    StableSharePlus,
}
use Limit::*;

const ALLOWED: f64 = 0.05;
const MORE: f64 = 0.01;

impl Limit {
    fn allowed(self) -> Allowed {
        match self {
            Share | StableShare | StableSharePlus => Allowed::Share(ALLOWED),
            Rate => Allowed::Rate(ALLOWED),
            StableRate => Allowed::Unknown,
        }
    }

    fn versus(self) -> Option<Versus> {
        match self {
            Share | Rate => None,
            StableShare | StableRate => Some(Versus::Times(1.0)),
            StableSharePlus => Some(Versus::Plus(MORE)),
        }
    }

    /// What a round brings of the canary, `times` as bad as it may be, and of stable.
    fn draws(self, times: f64) -> [Vec<f64>; 2] {
        let own = times * if self == StableSharePlus { ALLOWED + MORE } else { ALLOWED };
        match self {
            Rate | StableRate => [poisson(OWN as f64 * own), poisson(STABLE as f64 * ALLOWED)],
            _ => [binomial(OWN, own), binomial(STABLE, ALLOWED)],
        }
    }
}

fn tally(bad: u64, all: usize) -> Tally {
    Tally { bad, all: all as u64, exposure: all as f64 }
}

/// Whether a judge fails a stage.
fn fails(judge: &mut impl Judge, limit: Limit, draws: &[Vec<f64>; 2], random: &mut Random, note: &mut Note) -> bool {
    (0..ROUNDS).any(|_| {
        let own = tally(random.draw(&draws[0]), OWN);
        let stable = if limit.versus().is_some() { tally(random.draw(&draws[1]), STABLE) } else { Tally::default() };
        let news = [News { tally: own, ..News::default() }];
        let look = Look {
            enough: true,
            allowed: limit.allowed(),
            versus: limit.versus(),
            fresh: Counts { own, stable },
            news: &news,
            dispersion: 1.0,
            ..Look::default()
        };
        note.clear();
        judge.listen(&look);
        judge.judge(&look, note) == Status::Fail
    })
}

/// The share of stages that fail of canaries that are `times` as bad as they may be.
fn failed<J: Judge>(blank: impl Fn() -> J, limit: Limit, times: f64, trials: u32) -> f64 {
    let (draws, mut random, mut note) = (limit.draws(times), Random(17), Note::new());
    let failed = (0..trials).filter(|_| fails(&mut blank(), limit, &draws, &mut random, &mut note)).count();
    failed as f64 / f64::from(trials)
}

/// Three standard errors above what is promised.
fn at_most(trials: u32) -> f64 {
    ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / f64::from(trials)).sqrt()
}

/// The rule keeps its promise, and catches what is twice as bad.
fn keeps(rule: Rule, limit: Limit) {
    let blank = State::new(&rule.with("alpha", ALPHA));
    let false_failures = failed(|| blank.clone(), limit, 1.0, TRIALS);
    assert!(false_failures <= at_most(TRIALS), "{blank:?}: {false_failures}");
    let caught = failed(|| blank.clone(), limit, 2.0, TRIALS / 20);
    assert!(caught >= 0.9, "{blank:?}: {caught}");
}

/// A fresh Z-test of everything so far, every round.
#[derive(Default)]
struct Repeated(Tally);

impl Judge for Repeated {
    fn judge(&mut self, look: &Look, _: &mut Note) -> Status {
        self.0.merge(&look.fresh.own);
        let expected = self.0.all as f64 * ALLOWED;
        let z = (self.0.bad as f64 - expected) / (expected * (1.0 - ALLOWED)).sqrt();
        if z > 1.644854 { Status::Fail } else { Status::Pass }
    }
}

#[test]
fn a_test_that_is_repeated_fails_far_too_many() {
    let false_failures = failed(Repeated::default, Share, 1.0, TRIALS);
    assert!(false_failures > 0.2, "{false_failures}");
}

#[test]
fn sprt() {
    keeps(Rule::new("sprt"), Share);
    keeps(Rule::new("sprt"), Rate);
}

#[test]
fn msprt_of_one_arm() {
    keeps(Rule::new("msprt"), Share);
    keeps(Rule::new("msprt"), Rate);
}

#[test]
fn msprt_of_two_arms() {
    keeps(Rule::new("msprt"), StableShare);
    keeps(Rule::new("msprt"), StableRate);
    keeps(Rule::new("msprt"), StableSharePlus);
}

#[test]
fn sequences_of_intervals() {
    keeps(Rule::new("confidence_sequence"), Share);
    keeps(Rule::new("quantile_sequence"), Share);
}

#[test]
fn multinomial_e_process() {
    keeps(Rule::new("multinomial_e_process"), StableShare);
    keeps(Rule::new("multinomial_e_process"), StableRate);
}

/// A look every round.
fn planned(boundary: &'static str) -> Rule {
    let mut rule = Rule::new("group_sequential").with("looks", f64::from(ROUNDS)).with("samples", f64::from(ROUNDS) * OWN as f64);
    rule.set("boundary", Setting::Word(boundary)).expect("it is one");
    rule
}

#[test]
fn group_sequential_of_one_arm() {
    for boundary in ["obrien_fleming", "pocock", "spending_obrien_fleming", "spending_pocock", "spending_power"] {
        keeps(planned(boundary), Share);
    }
}

#[test]
fn group_sequential_of_two_arms() {
    keeps(planned("obrien_fleming"), StableShare);
    keeps(planned("pocock"), StableRate);
}

/// The share of stages that fail of canaries with so many of their outcomes in the highest tenth of stable's. They fail on either
/// side: what chance does on the wrong one is less.
fn quantiles_failed(beyond: f64, trials: u32) -> f64 {
    let cells: u16 = 100;
    let blank = State::new(&Rule::new("quantile_sequence").with("alpha", ALPHA));
    let (mut random, mut note) = (Random(17), Note::new());
    let mut stage = || {
        let mut rule = blank.clone();
        let [mut own, mut stable]: [Vec<(u16, u64)>; 2] = std::array::from_fn(|_| (0..cells).map(|cell| (cell, 0)).collect());
        (0..ROUNDS).any(|_| {
            let mut add = |to: &mut Vec<(u16, u64)>, n: usize, beyond: f64| {
                for _ in 0..n {
                    let (high, at) = (random.unit() < beyond, random.unit());
                    let cell = if high { 90.0 + 10.0 * at } else { 90.0 * at };
                    to[cell as usize].1 += 1;
                }
            };
            add(&mut own, OWN, beyond);
            add(&mut stable, STABLE, 0.1);
            let values = Values { own: &own, stable: &stable };
            let (allowed, versus) = (Allowed::Share(0.1), Some(Versus::Times(1.0)));
            let look = Look { within: false, enough: true, allowed, versus, values, ..Look::default() };
            note.clear();
            rule.listen(&look);
            rule.judge(&look, &mut note) == Status::Fail
        })
    };
    (0..trials).filter(|_| stage()).count() as f64 / f64::from(trials)
}

#[test]
fn quantiles_of_two_arms() {
    // Fewer trials: each look goes through all values.
    let false_failures = quantiles_failed(0.1, 1_000);
    assert!(false_failures <= at_most(1_000), "{false_failures}");
    let caught = quantiles_failed(0.2, 100);
    assert!(caught >= 0.95, "{caught}");
}
