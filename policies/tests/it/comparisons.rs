//! Rules that compare the canary with stable, or with its budget, through a rollout.

use crate::world::{Play, Scrape, gate, policy, secs};
use gatecrash_policies::policy::{OnFail, Rule};
use gatecrash_policies::{Arm, Status};

/// Numbers that look random: the same for the same arm, second and place.
fn noise(arm: Arm, stamp: u64, i: u64) -> u64 {
    let mixed = (stamp * 3 + arm as u64) * 1_000 + i;
    let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) % 1_000
}

/// Latencies of 100 ms to 300 ms, a tenth of them on the canary, whose are `percent` of that. `drift` moves both arms.
fn latencies(arm: Arm, stamp: u64, percent: u64, drift: impl Fn(u64) -> u64) -> Option<Scrape> {
    let (n, subjects, percent) = match arm {
        Arm::Canary => (40, 100, percent),
        Arm::Stable => (360, 900, 100),
        Arm::Former => return None,
    };
    let one = |i| (100 + noise(arm, stamp, i) / 5) * percent * drift(stamp) / 10_000;
    Some(Scrape { outcomes: n, subjects, latencies: (0..n).map(one).collect(), ..Scrape::default() })
}

/// In how many of the last 50 rounds of an hour the gate says so, one that stops nothing.
fn says(text: &str, rule: &Rule, status: Status, scrape: impl Fn(Arm, u64) -> Option<Scrape>) -> usize {
    let mut gate = gate("g", text, rule.clone());
    gate.on_fail = OnFail::Hold;
    let mut policy = policy(vec![gate]);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    let mut said = |minute: u64| {
        play.run(60 * minute, &scrape);
        play.status()
    };
    (0..60).map(&mut said).skip(10).filter(|said| *said == Some(status)).count()
}

const FLAT: fn(u64) -> u64 = |_| 100;
/// A tide that lifts both arms by a half and lets them down again, every 20 minutes.
const TIDE: fn(u64) -> u64 = |stamp| 100 + 50 * (stamp % 1_200).min(1_200 - stamp % 1_200) / 600;

#[test]
fn ranks_tell_a_slower_canary_from_an_equal_one() {
    let rule = Rule::new("mann_whitney");
    for drift in [FLAT, TIDE] {
        let of = |text, status, percent| says(text, &rule, status, |arm, stamp| latencies(arm, stamp, percent, drift));
        assert_eq!(of("p50(runs.latency) <= 1.1x stable over 10m", Status::Pass, 100), 50);
        assert_eq!(of("p50(runs.latency) <= 1.1x stable over 10m", Status::Fail, 130), 50);
        assert_eq!(of("p50(runs.latency) <= 1.1x stable over 10m", Status::Pass, 105), 50, "the limit allows that");
        assert!(of("p50(runs.latency) <= 1x stable over 10m", Status::Fail, 100) <= 2, "1% of looks, some of them alike");
    }
}

#[test]
fn kayenta_tells_a_slower_canary_from_an_equal_one() {
    let rule = Rule::new("kayenta");
    let of = |text, status, percent| says(text, &rule, status, |arm, stamp| latencies(arm, stamp, percent, FLAT));
    for text in ["mean(runs.latency) <= 1x stable over 10m", "p95(runs.latency) <= 1x stable over 10m"] {
        assert!(of(text, Status::Pass, 100) >= 48, "{text}");
        assert_eq!(of(text, Status::Fail, 130), 50, "{text}");
    }
    assert_eq!(of("mean(runs.latency) <= 1.5x stable over 10m", Status::Pass, 130), 50, "it takes half as much again");
    assert_eq!(of("mean(runs.latency) >= 0.8x stable over 10m", Status::Fail, 60), 50, "what must not fall");
}

#[test]
fn a_budget_that_burns_fails_and_one_that_is_kept_passes() {
    let rule = Rule::new("burn_rate");
    let errors = |share: u64| {
        move |arm, stamp| {
            let scrape = latencies(arm, stamp, 100, FLAT)?;
            Some(Scrape {
                errors: (0..scrape.outcomes).filter(|i| noise(arm, stamp, 500 + i) < 10 * share).count() as u64,
                ..scrape
            })
        }
    };
    let text = "ratio(runs.errors / runs.outcomes) <= 1%";
    assert_eq!(says(text, &rule, Status::Pass, errors(1)), 50);
    assert_eq!(says(text, &rule, Status::Fail, errors(20)), 50);
    let paces = vec![rule.clone(), rule.clone().with("burn", 3.0)];
    assert_eq!(says(text, &Rule::new("any").made_of(paces), Status::Fail, errors(6)), 50);
    assert_eq!(says(text, &rule, Status::Pass, errors(6)), 50);
    let slow = "p95(runs.latency) <= 320ms";
    assert_eq!(says(slow, &rule, Status::Pass, |arm, stamp| latencies(arm, stamp, 100, FLAT)), 50);
    assert_eq!(says(slow, &rule, Status::Fail, |arm, stamp| latencies(arm, stamp, 300, FLAT)), 50);
}
