//! Rules that follow a stage look by look, in a rollout: what they find, and that they hear each sample once.

use crate::world::{Play, Scrape, at, gate, healthy, policy, sample, secs};
use gatecrash_policies::policy::{OnFail, Rule};
use gatecrash_policies::{Arm, Gate, Sample, Status};

const MONITORS: [&str; 5] = ["cusum", "ewma", "shiryaev_roberts", "western_electric", "page_hinkley"];
const ERRORS: &str = "ratio(runs.errors / runs.outcomes) <= 10% over 10m";
const LATENCY: &str = "mean(runs.latency) <= 200ms over 10m";

/// When a rollout in one long stage is rolled back, in seconds.
fn rolled_back(gate: Gate, end: u64, scrape: impl Fn(Arm, u64) -> Option<Scrape>) -> Option<u64> {
    let mut policy = policy(vec![gate]);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    play.run(end, scrape);
    let line = play.story().into_iter().find(|line| line.ends_with("rollback [0]"))?;
    line.split(' ').next()?.parse().ok()
}

/// 6 % of errors, and from 3000 s on as many as `then` of 10 on the canary.
fn errors(then: u64) -> impl Fn(Arm, u64) -> Option<Scrape> {
    move |arm, stamp| {
        let scrape = healthy(arm)?;
        let changed = arm == Arm::Canary && stamp > 3_000;
        let errors = if changed { then } else { scrape.outcomes / 10 * u64::from(stamp / 30 % 5 < 3) };
        Some(Scrape { errors, ..scrape })
    }
}

/// Latencies about 145 ms on both arms, which wander by some, and `more` on the canary from 3000 s on.
fn latencies(more: u64) -> impl Fn(Arm, u64) -> Option<Scrape> {
    move |arm, stamp| {
        let scrape = healthy(arm)?;
        let (wander, more) = (stamp * 7 % 41, if arm == Arm::Canary && stamp > 3_000 { more } else { 0 });
        Some(Scrape {
            latencies: (0..scrape.outcomes).map(|i| 100 + 90 * i / scrape.outcomes + wander + more).collect(),
            ..scrape
        })
    }
}

#[test]
fn a_step_is_found_soon_and_what_is_well_goes_on() {
    for rule in MONITORS {
        let errors = |then| rolled_back(gate("errors", ERRORS, Rule::new(rule)), 10_000, errors(then));
        let found = errors(4).unwrap_or_else(|| panic!("{rule} finds it"));
        assert!((3_060..=3_300).contains(&found), "{rule}: {found}");
        assert_eq!(errors(0), None, "{rule}");
        let latency = |more| rolled_back(gate("latency", LATENCY, Rule::new(rule)), 10_000, latencies(more));
        let found = latency(200).unwrap_or_else(|| panic!("{rule} finds it"));
        assert!((3_060..=3_600).contains(&found), "{rule}: {found}");
        assert_eq!(latency(0), None, "{rule}");
    }
}

#[test]
fn what_a_reading_is_worth_takes_stable_to_tell() {
    let slow = |arm, _| {
        let scrape = latencies(0)(arm, 30)?;
        Some(Scrape { latencies: scrape.latencies.iter().map(|ms| ms + 300).collect(), ..scrape })
    };
    let mut gate = gate("latency", LATENCY, Rule::new("cusum"));
    gate.on_fail = OnFail::Hold;
    let mut play = Play::new(&policy(vec![gate]));
    let said = |play: &Play| play.rollout.last_verdicts()[0].1.evidence.note.clone();
    play.run(230, slow);
    assert_eq!(
        (play.status(), said(&play)),
        (Some(Status::Inconclusive), "stable has too few samples to tell how much they differ".into())
    );
    play.run(600, slow);
    assert_eq!(said(&play), "stable's samples are all alike: how far is far is not known");
}

/// A gate that holds, in a stage since 1 s.
fn held(text: &str) -> Play {
    let mut gate = gate("errors", text, Rule::new("cusum"));
    gate.on_fail = OnFail::Hold;
    let mut policy = policy(vec![gate]);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    play.round(at(0), &[]);
    play.round(at(1), &[]);
    play
}

/// The sum that the rule tells.
fn sum(play: &Play) -> f64 {
    let note = &play.rollout.last_verdicts()[0].1.evidence.note;
    let told = note.strip_prefix("sum ").and_then(|rest| rest.split(',').next()).and_then(|sum| sum.parse().ok());
    told.unwrap_or_else(|| panic!("no sum: {note}"))
}

/// One error of 5 outcomes. Where 10 % is allowed and 20 % to be found it adds ln 2 + 4 ln (0.8 / 0.9) = 0.2220.
fn one_error(stamp: u64) -> Sample {
    sample(Arm::Canary, stamp, 30, 0, &Scrape { outcomes: 5, errors: 1, subjects: 1, ..Scrape::default() })
}

#[test]
fn each_sample_is_heard_once_however_it_comes() {
    let samples: Vec<Sample> = (1..=10).map(|i| one_error(30 * i)).collect();
    let play = |text: &str, rounds: &[(u64, &[usize])]| {
        let (mut play, mut arrived) = (held(text), Vec::new());
        for (now, order) in rounds {
            arrived.extend(order.iter().map(|&i| samples[i].clone()));
            play.round(at(*now), &arrived);
        }
        sum(&play)
    };
    let all = 2.22;
    let plain: [(u64, &[usize]); 2] = [(150, &[0, 1, 2, 3, 4]), (300, &[5, 6, 7, 8, 9])];
    assert_eq!(play(ERRORS, &plain), all);
    let mixed: [(u64, &[usize]); 3] = [(150, &[4, 0, 0, 3]), (240, &[4, 7, 1, 7, 3]), (300, &[2, 9, 8, 5, 6, 0, 9])];
    assert_eq!(play(ERRORS, &mixed), all, "late ones and copies");
    // A window of a scrape at rounds of ten: everything that came since the last round is news, though not in the window any more.
    let short = "ratio(runs.errors / runs.outcomes) <= 10% over 30s";
    assert_eq!(play(short, &[(300, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]), all);
    // What had left the window when the rule last looked is not told from a copy: it is not heard.
    assert_eq!(play(short, &[(150, &[0, 1, 2, 4]), (300, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]), 2.0);
    let nothing: [(u64, &[usize]); 3] = [(150, &[0, 1, 2, 3, 4]), (210, &[]), (300, &[5, 6, 7, 8, 9])];
    assert_eq!(play(ERRORS, &nothing), all, "a round without news");
}

#[test]
fn too_few_outcomes_are_heard_all_the_same() {
    let mut gate = gate("errors", ERRORS, Rule::new("cusum"));
    (gate.on_fail, gate.min_samples) = (OnFail::Hold, 20);
    let mut play = Play::new(&policy(vec![gate]));
    play.round(at(0), &[]);
    play.round(at(1), &[]);
    let samples: Vec<Sample> = (1..=4).map(|i| one_error(30 * i)).collect();
    (1..=4).for_each(|i| play.round(at(30 * i as u64), &samples[..i]));
    assert_eq!(sum(&play), 0.89);
}

#[test]
fn a_stage_begins_with_nothing() {
    let mut gate = gate("errors", ERRORS, Rule::new("cusum"));
    gate.on_fail = OnFail::Hold;
    let mut play = Play::new(&policy(vec![gate]));
    play.round(at(0), &[]);
    let samples: Vec<Sample> = (1..=22).map(|i| one_error(30 * i)).collect();
    (1..=10).for_each(|i| play.round(at(60 * i as u64), &samples[..2 * i]));
    assert_eq!((play.story().last().map(String::as_str), sum(&play)), (Some("600 stage everyone"), 4.44));
    play.round(at(660), &samples);
    assert_eq!(sum(&play), 0.44);
}

#[test]
fn outcomes_wait_until_the_limit_is_known() {
    // The canary is twice as slow all along; stable is not seen for five minutes.
    let late = |arm, stamp| {
        let scrape = healthy(arm)?;
        let slow = scrape.latencies.iter().map(|ms| 2 * ms).collect();
        match arm {
            Arm::Canary => Some(Scrape { latencies: slow, ..scrape }),
            _ => (stamp > 300).then_some(scrape),
        }
    };
    let gate = || gate("latency", "p50(runs.latency) <= 1.1x stable over 10m", Rule::new("cusum"));
    assert_eq!(rolled_back(gate(), 600, late), Some(360));
    assert_eq!(rolled_back(gate(), 600, |arm, _| healthy(arm)), None);
}

#[test]
fn a_small_canary_differs_more_by_chance() {
    // Stable's scrapes of 90 differ by 10 ms, so those of the canary's 10 by three times that.
    let scrape = |arm: Arm, stamp: u64| {
        let scrape = healthy(arm)?;
        let about = if arm == Arm::Canary { 230 } else { 90 + 20 * (stamp / 30 % 2) };
        Some(Scrape { latencies: vec![about; scrape.outcomes as usize], ..scrape })
    };
    let mut gate = gate("latency", "mean(runs.latency) <= 200ms over 1h", Rule::new("shiryaev_roberts"));
    gate.on_fail = OnFail::Hold;
    let mut play = Play::new(&policy(vec![gate]));
    play.run(300, scrape);
    let note = &play.rollout.last_verdicts()[0].1.evidence.note;
    // The deviation of nine scrapes is 10.5, so 30 beyond is 0.95; the two of the look together are 1.34, and the evidence 0.5 less.
    assert!(note.starts_with("log evidence 0.84"), "{note}");
}
