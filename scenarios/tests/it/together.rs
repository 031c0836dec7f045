//! Policies that differ only in how they hold their gates are played as one: each must come out as it does alone.

use gatecrash_policies::policy::{Limit, Policy, Rule};
use gatecrash_policies::time::Span;
use gatecrash_scenarios::{load_policy, load_scenario};
use gatecrash_sim::{Match, Scenario, trial::Trial};
use proptest::prelude::*;

/// The policy with other limits, windows, rules and least samples, one gate at a time and some together, and other soaks.
fn candidates(policy: &Policy) -> Vec<Policy> {
    let mut all = vec![policy.clone()];
    for gate in 0..policy.gates.len() {
        let mut with = |change: &dyn Fn(&mut Policy)| {
            let mut other = policy.clone();
            change(&mut other);
            all.push(other);
        };
        for factor in [0.5, 0.8, 0.9, 1.1, 1.3, 2.0] {
            with(&|p| p.gates[gate].check.limit = scaled(&policy.gates[gate].check.limit, factor));
        }
        with(&|p| p.gates[gate].check.over = p.gates[gate].check.over.map(|over| Span(2 * over.0)));
        with(&|p| p.gates[gate].check.over = Some(Span::from_secs(300)));
        with(&|p| p.gates[gate].min_samples = 2 * p.gates[gate].min_samples + 20);
        for rule in ["threshold", "exceedance", "consecutive", "sprt", "msprt", "cusum", "two_proportion", "mann_kendall"] {
            with(&|p| p.gates[gate].rule = Rule::new(rule));
            with(&|p| {
                p.gates[gate].rule = Rule::new(rule);
                p.gates[gate].check.limit = scaled(&policy.gates[gate].check.limit, 1.2);
                p.stages[0].soak = Span(p.stages[0].soak.0 / 2);
            });
        }
    }
    all
}

fn scaled(limit: &Limit, by: f64) -> Limit {
    match limit {
        Limit::Absolute(value) => Limit::Absolute(value * by),
        Limit::TimesStable(factor) => Limit::TimesStable(factor * by),
        Limit::StablePlus(more) => Limit::StablePlus(more * by),
        Limit::PerSegment(limits) => Limit::PerSegment(limits.iter().map(|(name, value)| (name.clone(), value * by)).collect()),
    }
}

fn without_words(trial: Trial) -> Trial {
    Trial { timeline: Vec::new(), ..trial }
}

/// Plays all of them as one and each alone: by how many trials fewer.
fn come_out_as_alone(scenario: &Scenario, candidates: &[Policy], seed: u64) -> usize {
    let game = Match::new(scenario, &candidates.iter().collect::<Vec<_>>()).expect("each fits");
    let played = game.score(seed);
    let mut met = vec![0; candidates.len()];
    for (ids, trial) in &played.groups {
        for id in ids {
            met[*id] += 1;
            let alone = Match::new(scenario, &[&candidates[*id]]).expect("it fits").play(seed, false).remove(0);
            assert_eq!(
                *trial,
                without_words(alone),
                "{}: seed {seed}, candidate {id}: {:?}",
                scenario.name,
                candidates[*id].gates
            );
        }
    }
    assert!(met.iter().all(|times| *times == 1), "{}: everybody has one trial", scenario.name);
    candidates.len() - played.groups.len()
}

#[test]
fn candidates_come_out_together_as_alone() {
    let (mut compared, mut shared) = (0, 0);
    for (name, policy) in [
        ("healthy-day", "careful"),
        ("cancel-latency-spike", "careful"),
        ("cancel-latency-spike", "relative"),
        ("background-incident", "hasty"),
        ("reconnect-storm", "careful"),
        ("run-control-cancel-to-ack", "run-control"),
        ("prompt-flip-formatting-adherence", "prompt-flip"),
    ] {
        let Ok(scenario) = load_scenario(name) else { panic!("{name}: no such scenario") };
        let policy = load_policy(policy).expect("it is built in").value;
        let fitting = candidates(&policy).into_iter().filter(|p| Match::new(&scenario.value, &[p]).is_ok());
        let candidates: Vec<Policy> = fitting.collect();
        compared += candidates.len();
        shared += come_out_as_alone(&scenario.value, &candidates, 3);
    }
    assert!(compared > 300 && shared > 100, "{compared} compared, {shared} shared");
    println!("{compared} compared, {shared} shared");
}

/// Rules of every kind: with and without memory, of samples and of looks, of one arm and of two.
const RULES: [&str; 13] = [
    "threshold",
    "exceedance",
    "binomial",
    "consecutive",
    "m_of_n",
    "zero_tolerance",
    "quantile_interval",
    "sprt",
    "msprt",
    "cusum",
    "ewma",
    "two_proportion",
    "poisson_ratio",
];

/// What is changed in one gate, each part or not: the limit's factor, the window in minutes, the rule, and the least samples.
type Change = (prop::sample::Index, Option<f64>, Option<u64>, Option<&'static str>, Option<u64>);

fn changed(policy: &Policy, changes: &[Change]) -> Policy {
    let mut other = policy.clone();
    for (gate, factor, minutes, rule, least) in changes {
        let gate = gate.index(policy.gates.len());
        let gate = &mut other.gates[gate];
        gate.check.limit = scaled(&gate.check.limit, factor.unwrap_or(1.0));
        gate.check.over = minutes.map(|minutes| Span::from_secs(60 * minutes)).or(gate.check.over);
        gate.rule = rule.map_or_else(|| gate.rule.clone(), Rule::new);
        gate.min_samples = least.unwrap_or(gate.min_samples);
    }
    other
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let factor = prop_oneof![0.2f64..3.0, 0.9f64..1.1];
    let one = (
        any::<prop::sample::Index>(),
        prop::option::of(factor),
        prop::option::weighted(0.3, 1u64..20),
        prop::option::weighted(0.4, prop::sample::select(&RULES[..])),
        prop::option::weighted(0.3, 1u64..80),
    );
    prop::collection::vec(one, 1..4)
}

/// Where, in turn.
const WORLDS: [(&str, &str); 6] = [
    ("healthy-day", "careful"),
    ("cancel-latency-spike", "careful"),
    ("load-collapse", "careful"),
    ("traffic-surge", "relative"),
    ("reconnect-storm", "hasty"),
    ("run-control-cancel-to-ack", "run-control"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_comes_out_as_alone(
        world in prop::sample::select(&WORLDS[..]),
        seed in 0u64..1_000_000,
        many in prop::collection::vec(changes(), 16),
    ) {
        let Ok(scenario) = load_scenario(world.0) else { panic!("{}: no such scenario", world.0) };
        let policy = load_policy(world.1).expect("it is built in").value;
        let candidates = many.iter().map(|changes| changed(&policy, changes));
        let candidates: Vec<Policy> = candidates.filter(|p| Match::new(&scenario.value, &[p]).is_ok()).collect();
        prop_assume!(candidates.len() > 1);
        come_out_as_alone(&scenario.value, &candidates, seed);
    }
}
