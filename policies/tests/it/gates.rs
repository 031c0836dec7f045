//! What single gates see and say.

use crate::world::{Play, Scrape, at, gate, healthy, policy, sample, secs};
use gatecrash_policies::policy::Rule;
use gatecrash_policies::sample::Series;
use gatecrash_policies::{Arm, Gate, Hist, Status, Verdict};

/// The last verdict of one gate after `end` seconds.
fn verdict(gate: Gate, end: u64, scrape: impl Fn(Arm, u64) -> Option<Scrape>) -> Verdict {
    let mut policy = policy(vec![gate]);
    policy.stages[0].soak = secs(86_400);
    let mut play = Play::new(&policy);
    play.run(end, scrape);
    play.rollout.last_verdicts()[0].1.clone()
}

#[test]
fn a_sentence_says_it_all() {
    let slow = |arm, _| Some(Scrape { latencies: vec![812; 12], ..healthy(arm)? });
    let gate = gate("g", "p95(runs.latency) <= 500ms over 10m", Rule::new("exceedance").with("alpha", 0.01));
    let mut play = Play::new(&policy(vec![gate.clone()]));
    play.run(60, slow);
    let (_, verdict) = &play.rollout.last_verdicts()[0];
    assert_eq!(
        verdict.sentence(&gate.check),
        "p95(runs.latency) = 812ms > 500ms over 10m (n=12, newest sample 30s old); 12 of 12 beyond, p = 2.44141e-16"
    );
}

#[test]
fn rates_and_counts_are_compared_per_subject() {
    // Stable has nine times the subjects and errors: the same rate per subject.
    let even = |arm, _| {
        let scrape = healthy(arm)?;
        Some(Scrape { errors: scrape.outcomes / 10, ..scrape })
    };
    for text in ["rate(runs.errors) <= 1x stable over 5m", "count(runs.errors) <= 1.01x stable over 5m"] {
        let verdict = verdict(gate("g", text, Rule::new("threshold")), 600, even);
        assert_eq!(verdict.status, Status::Pass, "{text}: {verdict:?}");
        let (value, limit) = (verdict.evidence.value.expect("read"), verdict.evidence.limit.expect("told"));
        assert!((limit / value - 1.0).abs() < 0.011, "{text}: {value} against {limit}");
    }
}

#[test]
fn shares_against_stable_are_plain() {
    let twice = |arm, _| {
        let scrape = healthy(arm)?;
        Some(Scrape { errors: scrape.outcomes / if arm == Arm::Canary { 5 } else { 10 }, ..scrape })
    };
    let of = |text| verdict(gate("g", text, Rule::new("threshold")), 60, twice);
    assert_eq!(of("ratio(runs.errors / runs.outcomes) <= stable + 10%").status, Status::Pass);
    assert_eq!(of("ratio(runs.errors / runs.outcomes) <= 1.9x stable").evidence.limit, Some(1.9 * 0.1));
    assert_eq!(of("ratio(runs.errors / runs.outcomes) <= 1.9x stable").status, Status::Fail);
}

#[test]
fn without_stable_a_relative_gate_cannot_tell() {
    let gate = gate("g", "mean(runs.latency) <= 1.5x stable over 5m", Rule::new("threshold"));
    let alone = verdict(gate, 300, |arm, _| if arm == Arm::Stable { None } else { healthy(arm) });
    assert_eq!(alone.status, Status::Inconclusive);
    assert_eq!(alone.evidence.note, "stable has no data");
}

#[test]
fn when_everyone_has_left_stable_it_is_what_it_last_was() {
    for text in ["mean(runs.latency) <= 1.5x stable over 2m", "mean(runs.latency) <= 1.5x stable"] {
        let mut policy = policy(vec![gate("g", text, Rule::new("threshold"))]);
        policy.stages[1].soak = secs(3_600);
        let mut play = Play::new(&policy);
        play.run(1_800, |arm, stamp| match arm {
            Arm::Stable if stamp > 600 => Some(Scrape::default()),
            arm => healthy(arm),
        });
        let (_, verdict) = &play.rollout.last_verdicts()[0];
        assert_eq!(verdict.status, Status::Pass, "{text}: {verdict:?}");
        assert_eq!(verdict.evidence.note, "stable as it last was, 20m ago", "{text}");
    }
}

#[test]
fn too_few_outcomes_are_inconclusive_but_an_event_is_an_event() {
    let one_error = |arm, stamp| Some(Scrape { errors: u64::from(stamp == 30), ..healthy(arm)? });
    let with = |rule| {
        let mut gate = gate("g", "count(runs.errors) == 0", rule);
        gate.min_samples = 1_000;
        verdict(gate, 60, one_error)
    };
    assert_eq!(with(Rule::new("threshold")).status, Status::Inconclusive);
    assert_eq!(with(Rule::new("threshold")).evidence.note, "10 of the 1000 outcomes it takes");
    assert_eq!(with(Rule::new("zero_tolerance")).status, Status::Fail);
}

#[test]
fn a_segment_without_subjects_is_left_out() {
    // The toy samples hold nothing for ios.
    let none = verdict(gate("g", "p95(runs.latency) <= { ios: 1s }", Rule::new("threshold")), 60, |arm, _| healthy(arm));
    assert_eq!((none.status, none.evidence.note.as_str()), (Status::Inconclusive, "nobody of any segment"));
}

#[test]
fn stale_data_is_judged_and_its_age_told() {
    let until = |arm, stamp| if stamp <= 60 { healthy(arm) } else { None };
    let old = verdict(gate("g", "mean(runs.latency) <= 1s over 10m", Rule::new("threshold")), 360, until);
    assert_eq!((old.status, old.evidence.age), (Status::Pass, Some(secs(300))));
    let gone = verdict(gate("g", "mean(runs.latency) <= 1s over 10m", Rule::new("threshold")), 720, until);
    assert_eq!((gone.status, gone.evidence.age), (Status::NoData, Some(secs(660))));
}

#[test]
fn sequential_rules_fail_after_their_rounds() {
    let bad = |arm, _| Some(Scrape { errors: 5, ..healthy(arm)? });
    for (rule, fails_at) in
        [(Rule::new("consecutive").with("times", 3.0), 180), (Rule::new("m_of_n").with("m", 2.0).with("n", 3.0), 120)]
    {
        let mut play = Play::new(&policy(vec![gate("g", "ratio(runs.errors / runs.outcomes) <= 1%", rule)]));
        play.run(300, bad);
        assert_eq!(play.story()[1], format!("{fails_at} rollback [0]"));
    }
}

#[test]
fn the_window_is_open_at_its_old_end_and_closed_at_its_new() {
    let gate = gate("g", "count(runs.errors) <= 0 over 1m", Rule::new("threshold"));
    let mut play = Play::new(&policy(vec![gate]));
    let error = |stamp| sample(Arm::Canary, stamp, 30, 0, &Scrape { outcomes: 1, errors: 1, ..Scrape::default() });
    let arrived = [error(60), error(90), error(120)];
    play.round(at(0), &[]);
    play.round(at(1), &[]);
    play.round(at(120), &arrived);
    let evidence = &play.rollout.last_verdicts()[0].1.evidence;
    assert_eq!((evidence.value, evidence.window), (Some(2.0), (at(60), at(120))));
}

#[test]
fn each_segment_has_its_own_limit_and_the_worst_speaks() {
    let check = "p95(runs.latency) <= { ios: 300ms } per surface over 5m";
    let mut play = Play::new(&policy(vec![gate("g", check, Rule::new("exceedance").with("alpha", 0.01))]));
    let mut scrape = sample(Arm::Canary, 30, 30, 0, &Scrape { subjects: 10, latencies: vec![100; 50], ..Scrape::default() });
    scrape.subjects[1] = 4;
    let ios = Series { signal: 2, part: 1 };
    scrape.hists.push((ios, Hist::of(&mut [400_000; 20])));
    scrape.hists.sort_by_key(|(series, _)| *series);
    play.round(at(0), &[]);
    play.round(at(60), &[scrape]);
    let verdict = &play.rollout.last_verdicts()[0].1;
    assert_eq!((verdict.status, verdict.evidence.samples), (Status::Fail, 20));
    assert!(verdict.evidence.note.starts_with("surface=ios; 20 of 20 beyond"), "{}", verdict.evidence.note);
}

#[test]
fn exceedance_tests_the_share_that_stable_has() {
    // One in ten at stable; of 200 at the canary 35 are beyond what chance allows at 1%, 25 are not.
    let with = |errors| {
        move |arm, stamp| {
            let (outcomes, errors) = if arm == Arm::Canary { (200, errors) } else { (2_000, 200) };
            let there = stamp == 30 && arm != Arm::Former;
            there.then(|| Scrape { outcomes, errors, subjects: 10, ..Scrape::default() })
        }
    };
    let gate = |text| gate("g", text, Rule::new("exceedance").with("alpha", 0.01));
    for text in ["ratio(runs.errors / runs.outcomes) <= 1x stable", "ratio(runs.errors / runs.outcomes) <= stable + 0%"] {
        assert_eq!(verdict(gate(text), 60, with(25)).status, Status::Pass, "{text}");
        assert_eq!(verdict(gate(text), 60, with(35)).status, Status::Fail, "{text}");
    }
    // The other way round: at least nine in ten good.
    let at_least = "ratio(runs.errors / runs.outcomes) >= 90%";
    assert_eq!(verdict(gate(at_least), 60, with(175)).status, Status::Pass);
    assert_eq!(verdict(gate(at_least), 60, with(165)).status, Status::Fail);
}

#[test]
fn a_metric_that_stops_moving_is_suspect() {
    let errors = || gate("errors", "ratio(runs.errors / runs.outcomes) <= 2% over 30m", Rule::new("threshold"));
    let mut play = Play::new(&policy(vec![errors()]));
    let frozen = |arm, stamp| {
        healthy(arm)
            .map(|scrape| if stamp > 240 { Scrape { outcomes: 0, errors: 0, latencies: Vec::new(), ..scrape } } else { scrape })
    };
    play.run(1_400, frozen);
    let notes = play.notes();
    assert_eq!(notes.len(), 1, "once: {notes:?}");
    assert!(notes[0].contains("gate errors is suspect: its metric has not moved for"), "{notes:?}");
    let mut alive = Play::new(&policy(vec![errors()]));
    alive.run(900, |arm, _| healthy(arm));
    assert_eq!(alive.notes(), Vec::<String>::new());
}
