//! A looser limit is never judged worse, by the rules that say so of themselves: policies that are played together rely on it, since
//! where the strictest and the loosest limit are judged alike nobody asks about those between.

use crate::laws::{CHECKS, telemetry};
use crate::world::{Play, at, check, gate, policy, secs};
use gatecrash_policies::maths::binomial::upper_tail;
use gatecrash_policies::maths::digits::round_p;
use gatecrash_policies::policy::{Check, Limit, OnFail, Op, Rule};
use gatecrash_policies::rules::{Allowed, Counts, Judge, Look, Note, Of, RULES, Setting, State, Tally};
use gatecrash_policies::{Gate, Policy, Sample, Status};
use proptest::prelude::*;

/// Checks of shares against stable, beside those of [`CHECKS`], which are against numbers.
const BESIDE: [&str; 6] = [
    "ratio(runs.errors / runs.outcomes) <= 1x stable over 3m",
    "p95(runs.latency) <= 1x stable",
    "mean(runs.queue) <= 1x stable over 5m",
    "rate(runs.errors) <= 1x stable over 4m",
    "max(runs.latency) <= stable + 1s over 5m",
    "share(runs.latency > 400ms) <= stable + 10% over 5m",
];

/// As they are unless told, and where they want proof or a chance that is often met.
fn ordering() -> Vec<Rule> {
    let named = RULES.iter().filter(|entry| entry.of == Of::Nothing).map(|entry| Rule::new(entry.name));
    let mut rules: Vec<Rule> = named.filter(|rule| State::new(rule).orders_limits()).collect();
    let often = rules.iter().filter(|rule| rule.get("alpha").is_some()).map(|rule| rule.clone().with("alpha", 0.3));
    rules.extend(often.collect::<Vec<_>>());
    let mut proven = Rule::new("binomial").with("alpha", 0.3);
    proven.set("prove", Setting::Word("within")).expect("it is one of its words");
    rules.push(proven);
    rules
}

/// The limit moved by a factor around what the check says.
fn moved(limit: &Limit, by: f64) -> Limit {
    match limit {
        Limit::Absolute(value) => Limit::Absolute(value * by),
        Limit::TimesStable(factor) => Limit::TimesStable(factor * by),
        // On both sides of stable.
        Limit::StablePlus(more) => Limit::StablePlus(more * (by - 1.0)),
        Limit::PerSegment(_) => unreachable!("the checks here are of everybody"),
    }
}

/// All that fits in pairs: the stricter limit first.
fn pairs(op: Op, factors: [f64; 2]) -> Policy {
    let up = matches!(op, Op::AtMost | Op::Below);
    let [less, more] = if factors[0] <= factors[1] { factors } else { [factors[1], factors[0]] };
    let order = if up { [less, more] } else { [more, less] };
    let mut gates: Vec<Gate> = Vec::new();
    for text in CHECKS.iter().chain(&BESIDE) {
        for rule in ordering() {
            let held = order.map(|by| Check { op, limit: moved(&check(text).limit, by), ..check(text) });
            if rule.fits(&held[0]).is_ok() {
                let name = || format!("{} {} by {}", gates.len(), text, rule.name());
                let both =
                    held.map(|check| Gate { check, on_fail: OnFail::Hold, min_samples: 3, ..gate(&name(), text, rule.clone()) });
                gates.extend(both);
            }
        }
    }
    let mut policy = policy(gates);
    policy.stages[0].soak = secs(86_400);
    policy
}

/// The worst first.
fn rank(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::NoData => 1,
        Status::Inconclusive => 2,
        Status::Pass => 3,
    }
}

fn arrived(samples: &[Sample], second: u64) -> &[Sample] {
    &samples[..samples.partition_point(|s| s.arrived <= at(second))]
}

#[test]
fn there_are_rules_that_order_limits() {
    let names: Vec<&str> = ordering().iter().map(Rule::name).collect();
    assert_eq!(names, ["threshold", "exceedance", "binomial", "exceedance", "binomial", "binomial"]);
    assert!(pairs(Op::AtMost, [0.5, 2.0]).gates.len() > 60);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_looser_limit_is_never_judged_worse(
        samples in telemetry(),
        rounds in prop::collection::btree_set(1u64..1_000, 1..6),
        op in prop_oneof![Just(Op::AtMost), Just(Op::Below), Just(Op::AtLeast), Just(Op::Above)],
        factors in [0.0f64..3.0, 0.0f64..3.0],
    ) {
        let policy = pairs(op, factors);
        let mut play = Play::new(&policy);
        play.round(at(0), arrived(&samples, 0));
        for second in rounds {
            play.round(at(second), arrived(&samples, second));
            let verdicts = play.rollout.last_verdicts();
            prop_assert_eq!(verdicts.len(), policy.gates.len());
            for pair in verdicts.chunks(2) {
                let [strict, loose] = [&pair[0], &pair[1]].map(|(_, verdict)| rank(verdict.status));
                let [one, other] = [&pair[0], &pair[1]].map(|(gate, _)| &policy.gates[*gate].check);
                prop_assert!(strict <= loose, "{} is {:?}, and {} is {:?}", one, pair[0].1.status, other, pair[1].1.status);
            }
        }
    }

    /// However near the limits are, and at an alpha that is just the chance of one of them.
    #[test]
    fn tails_are_ordered_to_the_last_digit(all in 1u64..5_000, bad in 0.0f64..1.0, allowed in 0.0f64..1.0, apart in -16i32..0) {
        let bad = (bad * all as f64) as u64;
        let looser = (allowed * (1.0 + 10f64.powi(apart))).min(1.0);
        let alpha = round_p(upper_tail(bad, all, allowed));
        for name in ["exceedance", "binomial"] {
            let status = |allowed: f64| {
                let window = Counts { own: Tally { bad, all, exposure: 0.0 }, ..Counts::default() };
                let look = Look { allowed: Allowed::Share(allowed), window, samples: all, enough: true, alpha: Some(alpha), ..Look::default() };
                State::new(&Rule::new(name)).judge(&look, &mut Note::new())
            };
            prop_assert!(rank(status(allowed)) <= rank(status(looser)), "{}: {} of {} at {} and {}", name, bad, all, allowed, looser);
        }
    }
}
