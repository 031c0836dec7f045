//! Laws over random telemetry: late, lost, twice.

use crate::world::{Play, Scrape, at, check, gate, policy, sample, secs};
use gatecrash_policies::policy::{Reading, Rule};
use gatecrash_policies::{Arm, Hist, Policy, Sample, Status, Time};
use proptest::prelude::*;

/// Every kind of reading, with limits that are sometimes met.
pub const CHECKS: [&str; 14] = [
    "count(runs.errors) <= 3 over 3m",
    "count(runs.latency) >= 2 over 3m",
    "total(runs.errors) <= 9",
    "rate(runs.errors) <= 1/m over 4m",
    "ratio(runs.errors / runs.outcomes) <= 20% over 3m",
    "share(runs.latency > 400ms) <= 30% over 5m",
    "mean(runs.latency) <= 400ms over 5m",
    "mean(runs.queue) <= 4 over 5m",
    "min(runs.latency) >= 20ms over 5m",
    "max(runs.queue) <= 8 over 5m",
    "last(runs.queue) <= 5 over 5m",
    "p95(runs.latency) <= 900ms over 5m",
    "p50(runs.hops) <= 3",
    "growth(runs.queue) <= 1/s over 5m",
];

fn all_checks(rule: Rule) -> Policy {
    let mut policy = policy(CHECKS.iter().map(|text| gate(text, text, rule.clone())).collect());
    for gate in &mut policy.gates {
        gate.on_fail = gatecrash_policies::policy::OnFail::Hold;
        gate.min_samples = 3;
    }
    policy.stages[0].soak = secs(86_400);
    policy
}

/// Samples of both arms at scrapes of 15 s, some lost, some late, some twice; in order of arrival.
pub fn telemetry() -> impl Strategy<Value = Vec<Sample>> {
    let scrape = (0u64..6, 0u64..3, 0u64..10, prop::collection::vec(10u64..1_200, 0..5)).prop_map(
        |(outcomes, errors, queue, latencies)| Scrape { outcomes, errors, queue, latencies, subjects: 10, ..Scrape::default() },
    );
    let one = (1u64..60, prop::bool::weighted(0.7), prop_oneof![3 => Just(20u64), 1 => 0u64..200], scrape);
    prop::collection::vec(one, 0..80).prop_map(|list| {
        let arm = |canary| if canary { Arm::Canary } else { Arm::Stable };
        let make = |(i, canary, delay, scrape): (u64, bool, u64, Scrape)| sample(arm(canary), i * 15, 15, delay, &scrape);
        let mut samples: Vec<Sample> = list.into_iter().map(make).collect();
        samples.sort_by_key(|s| s.arrived);
        // A scrape of an arm happens once: what comes again is a copy.
        let first = |s: &Sample| samples.iter().find(|f| f.arm == s.arm && f.stamp == s.stamp).expect("itself").clone();
        samples.iter().map(|s| Sample { arrived: s.arrived, ..first(s) }).collect()
    })
}

fn arrived(samples: &[Sample], now: Time) -> &[Sample] {
    &samples[..samples.partition_point(|s| s.arrived <= now)]
}

/// Rounds at these seconds after the stage began.
fn play(policy: &Policy, samples: &[Sample], rounds: &[u64]) -> Play {
    let mut play = Play::new(policy);
    play.round(at(0), arrived(samples, at(0)));
    for &second in rounds {
        play.round(at(second), arrived(samples, at(second)));
    }
    play
}

/// The reading, worked out from all samples at once.
fn naive(text: &str, samples: &[Sample], now: Time) -> Option<f64> {
    let check = check(text);
    let from = check.over.map_or(Time::ZERO, |over| now - over);
    let mut seen: Vec<&Sample> = Vec::new();
    for s in arrived(samples, now).iter().filter(|s| s.arm == Arm::Canary && s.stamp > from && s.stamp <= now) {
        if !seen.iter().any(|other| other.stamp == s.stamp) {
            seen.push(s);
        }
    }
    seen.sort_by_key(|s| s.stamp);
    let series = |name: &str| gatecrash_policies::sample::Series {
        signal: ["outcomes", "errors", "latency", "queue", "hops"].iter().position(|n| *n == name).expect("known") as u16,
        part: 0,
    };
    let sum = |name: &str| seen.iter().map(|s| s.counter(series(name))).sum::<u64>() as f64;
    let hist = |name: &str| {
        let mut all = Hist::default();
        seen.iter().filter_map(|s| s.hist(series(name))).for_each(|h| all.merge(h));
        all
    };
    let levels = || seen.iter().map(|s| s.gauge(series("queue")).expect("always there"));
    let span: f64 = seen.iter().map(|s| s.span.seconds()).sum();
    let scale = |name: &str| if name == "latency" { 1e6 } else { 1e3 };
    if seen.is_empty() {
        return None;
    }
    match &check.reading {
        Reading::Count(m) if m.signal == "latency" => Some(hist("latency").count() as f64),
        Reading::Count(m) | Reading::Total(m) => Some(sum(&m.signal)),
        Reading::Rate(m) => Some(sum(&m.signal) / span),
        Reading::Ratio(a, b) => (sum(&b.signal) > 0.0).then(|| sum(&a.signal) / sum(&b.signal)),
        Reading::Share(..) => {
            let all = hist("latency");
            (all.count() > 0).then(|| all.above(400_000) as f64 / all.count() as f64)
        }
        Reading::Mean(m) if m.signal == "latency" => hist("latency").mean().map(|us| us / 1e6),
        Reading::Mean(_) => Some(levels().map(|l| l.area).sum::<u128>() as f64 / (span * 1e6)),
        Reading::Min(_) => hist("latency").min().map(|us| us as f64 / 1e6),
        Reading::Max(_) => levels().map(|l| l.max as f64).reduce(f64::max),
        Reading::Last(_) => levels().next_back().map(|l| l.last as f64),
        Reading::Quantile(q, m) => hist(&m.signal).quantile(*q).map(|v| v as f64 / scale(&m.signal)),
        Reading::Growth(_) => {
            let points: Vec<_> = seen.iter().zip(levels()).map(|(s, l)| (s.stamp.seconds(), l.last as f64)).collect();
            let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a, b)));
            let mut slopes: Vec<f64> = pairs.map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).collect();
            slopes.sort_by(f64::total_cmp);
            let n = slopes.len();
            (n > 0).then(|| (slopes[(n - 1) / 2] + slopes[n / 2]) / 2.0)
        }
        other => panic!("{other:?} is not among the checks"),
    }
}

proptest! {
    #[test]
    fn a_window_is_what_all_samples_say(samples in telemetry(), rounds in prop::collection::btree_set(1u64..1_000, 1..12)) {
        let rounds: Vec<u64> = rounds.into_iter().collect();
        let played = play(&all_checks(Rule::new("threshold")), &samples, &rounds);
        let now = at(*rounds.last().expect("one at least"));
        for (i, verdict) in played.rollout.last_verdicts() {
            let expect = naive(CHECKS[*i], &samples, now);
            match (verdict.evidence.value, expect) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{}: {} {}", CHECKS[*i], a, b),
                (a, b) => prop_assert_eq!(a, b, "{}", CHECKS[*i]),
            }
        }
    }

    #[test]
    fn missing_data_never_passes(samples in telemetry(), second in 1u64..1_000) {
        for rule in [Rule::new("threshold"), Rule::new("zero_tolerance"), Rule::new("consecutive").with("times", 2.0)] {
            let played = play(&all_checks(rule), &samples, &[1, second.max(2)]);
            for (i, verdict) in played.rollout.last_verdicts() {
                let nothing = naive(CHECKS[*i], &samples, at(second.max(2))).is_none();
                prop_assert!(!(nothing && verdict.status == Status::Pass), "{}", CHECKS[*i]);
                prop_assert!(!(verdict.evidence.samples < 3 && verdict.status == Status::Pass), "{}", CHECKS[*i]);
            }
        }
    }

    #[test]
    fn what_has_not_arrived_is_not_seen(samples in telemetry(), second in 2u64..1_000) {
        let policy = all_checks(Rule::new("threshold"));
        let honest = play(&policy, &samples, &[1, second]);
        // The same rounds with the whole future in the slice.
        let mut tempted = Play::new(&policy);
        [0, 1, second].iter().for_each(|s| tempted.round(at(*s), &samples));
        prop_assert_eq!(honest, tempted);
    }

    #[test]
    fn more_rounds_do_not_change_a_verdict(samples in telemetry(), rounds in prop::collection::btree_set(2u64..1_000, 1..12)) {
        let rounds: Vec<u64> = rounds.into_iter().collect();
        let last = *rounds.last().expect("one at least");
        for rule in [Rule::new("threshold"), Rule::new("zero_tolerance")] {
            let (many, few) = (play(&all_checks(rule.clone()), &samples, &rounds), play(&all_checks(rule), &samples, &[last]));
            // Windows without a length begin when the stage does: in the first of the rounds after 0.
            prop_assert_eq!(many.rollout.last_verdicts(), few.rollout.last_verdicts());
        }
    }

    #[test]
    fn a_clone_goes_on_alike(samples in telemetry(), rounds in prop::collection::btree_set(1u64..1_000, 2..12)) {
        let rounds: Vec<u64> = rounds.into_iter().collect();
        let mut policy = all_checks(Rule::new("m_of_n").with("m", 2.0).with("n", 3.0));
        policy.gates.iter_mut().for_each(|gate| gate.on_fail = Default::default());
        let whole = play(&policy, &samples, &rounds);
        let (before, after) = rounds.split_at(rounds.len() / 2);
        let first = play(&policy, &samples, before);
        let mut second = first.clone();
        for s in after {
            second.round(at(*s), arrived(&samples, at(*s)));
        }
        prop_assert_eq!(whole, second);
    }
}
