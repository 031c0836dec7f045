//! Rules that weigh shares, through a rollout.

use crate::arms::verdict;
use crate::world::{Scrape, gate, healthy};
use gatecrash_policies::policy::Rule;
use gatecrash_policies::rules::Setting;
use gatecrash_policies::{Arm, Status, Verdict};

/// A rule with a word set.
fn worded(name: &str, parameter: &str, word: &'static str) -> Rule {
    let mut rule = Rule::new(name);
    rule.set(parameter, Setting::Word(word)).unwrap_or_else(|message| panic!("{message}"));
    rule
}

/// A scrape with twenty times the outcomes of a healthy one, so many of 200 with an error.
fn many(arm: Arm, errors: u64) -> Option<Scrape> {
    let few = healthy(arm)?;
    Some(Scrape { outcomes: 20 * few.outcomes, errors: errors * few.outcomes / 10, ..few })
}

/// What is said after 20 minutes of errors by arm and second.
fn judged(text: &str, rule: Rule, errors: fn(Arm, u64) -> u64) -> Verdict {
    verdict(gate("g", text, rule), 1_200, move |arm, stamp| many(arm, errors(arm, stamp)))
}

const BESIDE: &str = "ratio(runs.errors / runs.outcomes) <= 1x stable over 2m";

#[test]
fn arms_that_wobble_apart_are_no_breach() {
    // The canary is by turns better and worse, for four minutes each; 10% on stable.
    let turns = |arm, stamp| match arm {
        Arm::Canary if stamp / 240 % 2 == 0 => 30,
        Arm::Canary => 10,
        _ => 20,
    };
    for name in ["two_proportion", "bayes"] {
        let none = judged(BESIDE, worded(name, "overdispersion", "none"), turns);
        let auto = judged(BESIDE, Rule::new(name), turns);
        assert_eq!((none.status, auto.status), (Status::Fail, Status::Pass), "{}: {}", name, auto.evidence.note);
        assert!(auto.evidence.note.contains("by themselves") && !none.evidence.note.contains("by themselves"));
    }
}

#[test]
fn arms_that_differ_all_the_time_are_one() {
    let steady = |arm, _| if arm == Arm::Canary { 30 } else { 20 };
    for name in ["two_proportion", "bayes"] {
        let auto = judged(BESIDE, Rule::new(name), steady);
        assert_eq!(auto.status, Status::Fail, "{}", auto.evidence.note);
        let more = judged("ratio(runs.errors / runs.outcomes) <= stable + 5% over 2m", Rule::new(name), steady);
        assert_eq!(more.status, Status::Pass, "{}", more.evidence.note);
    }
    let plain = judged(BESIDE, Rule::new("two_proportion"), steady).evidence.note;
    assert_eq!(plain, "90 of 600 against 540 of 5400, p = 0.000185158");
}

#[test]
fn events_beside_stable_are_believed_too() {
    let text = "rate(runs.errors) <= 2x stable over 2m";
    let status = |errors: fn(Arm, u64) -> u64| judged(text, Rule::new("bayes"), errors).status;
    assert_eq!(status(|arm, _| if arm == Arm::Canary { 30 } else { 20 }), Status::Pass);
    assert_eq!(status(|arm, _| if arm == Arm::Canary { 60 } else { 20 }), Status::Fail);
}

#[test]
fn a_share_is_proven_within_or_waited_for() {
    // What counts here as an error is what is wanted: a share of at least 90%.
    let text = "ratio(runs.errors / runs.outcomes) >= 90% over 2m";
    let of = |prove, errors: fn(Arm, u64) -> u64| judged(text, worded("binomial", "prove", prove), errors).status;
    assert_eq!((of("beyond", |_, _| 182), of("within", |_, _| 182)), (Status::Pass, Status::Inconclusive));
    assert_eq!((of("beyond", |_, _| 190), of("within", |_, _| 190)), (Status::Pass, Status::Pass));
    assert_eq!((of("beyond", |_, _| 170), of("within", |_, _| 170)), (Status::Fail, Status::Fail));
}

#[test]
fn a_quantile_is_bounded_before_it_decides() {
    // Latencies of 100 to 109 ms, ten in a scrape: p90 is 108 ms.
    let of = |text: &str| verdict(gate("g", text, Rule::new("quantile_interval")), 1_200, |arm, _| healthy(arm));
    assert_eq!(of("p90(runs.latency) <= 120ms over 10m").status, Status::Pass);
    assert_eq!(of("p90(runs.latency) <= 104ms over 10m").status, Status::Fail);
    assert_eq!(of("p90(runs.latency) <= 108ms over 10m").status, Status::Inconclusive);
    let few = of("p99(runs.latency) <= 120ms over 10m");
    assert_eq!((few.status, few.evidence.note.as_str()), (Status::Inconclusive, "0 of 190 beyond, it takes 368 to pass"));
}
