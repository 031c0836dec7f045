//! Laws that hold for every rule of the catalog.

use crate::laws::telemetry;
use crate::looks::{Stage, rules};
use crate::world::{Play, at, gate, policy, secs};
use gatecrash_policies::policy::{Check, OnFail, Reading, Rule};
use gatecrash_policies::rules::{Alpha, Counts, Judge, Look, Note, Setting, State, Tally};
use gatecrash_policies::{Sample, Status};
use proptest::prelude::*;

/// Rules for which more bad outcomes may be better news.
const NOT_MONOTONE: [(&str, &str); 2] = [
    ("kayenta", "its interval must lie beyond a part of the shift, which grows as well"),
    ("page_hinkley", "what was bad before raises the mean that it goes by"),
];

/// Rules that decide once in a stage, and see nothing of what breaks later.
const DECIDES_ONCE: [&str; 1] = ["sprt"];

/// Bad outcomes of the canary and of stable, scrape by scrape.
type Stream = Vec<[u64; 2]>;

/// What a rule says of each scrape. `change` is what else is true of a look.
fn said(rule: &Rule, check: &Check, stream: &[[u64; 2]], change: impl Fn(&mut Look)) -> Vec<Status> {
    let (mut state, mut stage, mut note) = (State::new(rule), Stage::new(check, usize::MAX), Note::new());
    let mut one = |bad: &[u64; 2]| {
        let mut look = stage.scrape(*bad);
        change(&mut look);
        note.clear();
        state.listen(&look);
        state.judge(&look, &mut note)
    };
    stream.iter().map(&mut one).collect()
}

fn says(rule: &Rule, check: &Check, stream: &[[u64; 2]]) -> Vec<Status> {
    said(rule, check, stream, |_| {})
}

/// One of ten bad at most, on both arms; what stable never has, it allows nobody, and that is no matter of chance.
fn streams() -> impl Strategy<Value = Stream> {
    prop::collection::vec((0u64..5, 3u64..36).prop_map(|(own, stable)| [own, stable]), 1..40)
}

/// Worse and worse, while stable is well; bad at once for rules that decide once.
fn downfall(rule: &Rule) -> Stream {
    let first = if DECIDES_ONCE.contains(&rule.name()) { 20 } else { 0 };
    (first..40).map(|i| [2 * i, 3]).collect()
}

fn grade(status: Status) -> u8 {
    match status {
        Status::Pass => 0,
        Status::Fail => 2,
        _ => 1,
    }
}

/// The rules that have an alpha of their own.
fn with_alpha() -> impl Iterator<Item = (Rule, Check)> {
    rules().into_iter().filter(|(rule, _)| matches!(rule.entry().alpha, Alpha::PerLook | Alpha::PerStage))
}

fn set_alpha(rule: &Rule, alpha: f64) -> Rule {
    let mut rule = rule.clone();
    rule.set("alpha", Setting::Number(alpha)).expect("it lies between 0 and 1");
    rule
}

#[test]
fn every_rule_fails_on_a_downfall() {
    // 14.4 times a half is more than all there is.
    let cannot = |rule: &Rule, check: &Check| rule.name() == "burn_rate" && matches!(check.reading, Reading::Quantile(0.5, _));
    for (rule, check) in rules().into_iter().filter(|(rule, check)| !cannot(rule, check)) {
        let said = says(&rule, &check, &downfall(&rule));
        assert!(said.contains(&Status::Fail), "{} of {check}: {said:?}", rule.name());
    }
}

#[test]
fn no_allowance_for_false_alarms_never_fails() {
    let end = [[40, 0]; 40];
    for (rule, check) in rules().into_iter().filter(|(rule, _)| rule.entry().alpha == Alpha::PerLook) {
        for stream in [&end[..], &downfall(&rule)] {
            let said = said(&rule, &check, stream, |look| look.alpha = Some(0.0));
            // Of what must climb, or must not be, the reading itself decides: no chance is involved.
            assert!(!said.contains(&Status::Fail), "{} of {check}: {said:?}", rule.name());
        }
    }
}

#[test]
fn an_alpha_near_one_may_fail() {
    for (rule, check) in with_alpha() {
        let said = says(&set_alpha(&rule, 1.0 - f64::EPSILON), &check, &downfall(&rule));
        assert!(said.contains(&Status::Fail), "{} of {check}", rule.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_alpha_near_zero_never_fails(stream in streams()) {
        for (rule, check) in with_alpha() {
            let said = says(&set_alpha(&rule, f64::MIN_POSITIVE), &check, &stream);
            prop_assert!(!said.contains(&Status::Fail), "{} of {check}", rule.name());
        }
    }

    #[test]
    fn worse_is_never_judged_better(stream in streams(), more in prop::collection::vec(0u64..4, 40)) {
        let worse: Stream = stream.iter().zip(more).map(|([own, stable], more)| [own + more, *stable]).collect();
        for (rule, check) in rules() {
            if NOT_MONOTONE.iter().any(|(name, _)| *name == rule.name()) {
                continue;
            }
            let (as_it_is, worse) = (says(&rule, &check, &stream), says(&rule, &check, &worse));
            let fails = worse.iter().position(|status| *status == Status::Fail).unwrap_or(stream.len() - 1);
            for (at, (a, b)) in as_it_is.iter().zip(&worse).enumerate().take(fails + 1) {
                prop_assert!(grade(*b) >= grade(*a), "{} of {check} at {at}: {a:?}, and {b:?} of more bad", rule.name());
            }
        }
    }

    #[test]
    fn two_halves_are_a_whole(parts in prop::collection::vec((0u64..9, 0u64..99), 0..20), half in 0usize..20) {
        let counts = |(bad, all): &(u64, u64)| {
            let own = Tally { bad: *bad, all: bad + all, exposure: *all as f64 };
            Counts { own, stable: Tally { bad: *all, all: all + bad, exposure: 60.0 } }
        };
        let sum = |parts: &[(u64, u64)]| parts.iter().map(counts).fold(Counts::default(), |mut sum, next| {
            sum.merge(&next);
            sum
        });
        let (first, second) = parts.split_at(half.min(parts.len()));
        let mut merged = sum(first);
        merged.merge(&sum(second));
        prop_assert_eq!(merged, sum(&parts));
    }
}

/// What gates of every rule and check say in rounds of 90 seconds.
fn rounds(samples: &[Sample]) -> Vec<String> {
    let named = |(rule, check): (Rule, Check)| gate(&format!("{} of {check}", rule.name()), &check.to_string(), rule);
    let mut policy = policy(rules().into_iter().map(named).collect());
    policy.gates.iter_mut().for_each(|gate| gate.on_fail = OnFail::Hold);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    let mut round = |now| {
        play.round(at(now), &samples[..samples.partition_point(|sample| sample.arrived <= at(now))]);
        format!("{:?}", play.rollout.last_verdicts())
    };
    (0..11).map(|i| round(90 * i)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_arrival_between_rounds_makes_no_difference(samples in telemetry()) {
        let round = |sample: &Sample| sample.arrived.0.div_ceil(90_000_000);
        let mut turned = samples.clone();
        turned.sort_by_key(|sample| (round(sample), std::cmp::Reverse(sample.arrived)));
        turned.iter_mut().for_each(|sample| sample.arrived = at(90 * round(sample)));
        prop_assert_eq!(rounds(&samples), rounds(&turned));
    }
}
