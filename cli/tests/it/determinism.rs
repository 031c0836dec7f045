//! Scenario, policy, seed and version alone decide the bytes.

use crate::support::{folder, gatecrash, library_text, path, rows, trial};
use serde_json::Value;

const BREACHES: [&str; 3] = ["cancel-latency-spike", "reconnect-storm", "duplicate-side-effects"];

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for scenario in ["slow-consumer-leak", "recorded-morning", "stuck-rollback"] {
        for format in ["text", "json"] {
            let run = |seed: &str| gatecrash(&["run", scenario, "--seed", seed, "--format", format]).ok();
            assert_eq!(run("11"), run("11"), "{scenario}");
            assert_ne!(run("11"), run("12"), "{scenario}");
        }
    }
}

#[test]
fn threads_change_nothing() {
    let score = |jobs: &str, format: &str| {
        let scenarios = ["--scenario", "load-collapse", "--scenario", "lost-telemetry"];
        gatecrash(&[&["score", "--trials", "12", "--jobs", jobs, "--format", format], scenarios.as_slice()].concat()).ok()
    };
    for format in ["table", "json", "csv", "markdown"] {
        let alone = score("1", format);
        assert_eq!(alone, score("2", format));
        assert_eq!(alone, score("7", format));
    }
}

/// The rows of a policy.
fn of<'a>(rows: &'a [Value], policy: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["policy"] == policy).collect()
}

#[test]
fn company_changes_nothing() {
    let all = ["careful", "hasty", "relative", "always-promote", "always-rollback"];
    let scenarios: Vec<&str> = BREACHES.iter().chain(&["background-incident"]).flat_map(|s| ["--scenario", s]).collect();
    let play = |policies: &[&str]| {
        let policies: Vec<&str> = policies.iter().flat_map(|p| ["--policy", p]).collect();
        rows(&[&["--trials", "10"], scenarios.as_slice(), &policies].concat())
    };
    let together = play(&all);
    let backwards = play(&all.iter().rev().copied().collect::<Vec<_>>());
    for policy in all {
        assert_eq!(of(&play(&[policy]), policy), of(&together, policy), "{policy} alone");
        assert_eq!(of(&backwards, policy), of(&together, policy), "{policy} in another order");
    }
}

#[test]
fn a_trial_is_the_same_in_a_score() {
    let rows =
        rows(&["--scenario", "reconnect-storm", "--policy", "careful", "--policy", "hasty", "--trials", "1", "--seed", "5"]);
    for policy in ["careful", "hasty"] {
        let trial = trial("reconnect-storm", 5, &["--policy", policy]);
        for key in ["harmed", "exposed_requests", "exposed_subjects", "duplicates_leaked"] {
            assert_eq!(of(&rows, policy)[0][key]["mean"].as_f64(), trial[key].as_f64(), "{policy}: {key}");
        }
    }
}

/// A breach with faults of size zero, and the same file without its faults: what both came to, key by key.
fn with_and_without(keys: &[&str]) {
    for scenario in BREACHES {
        let text = library_text(scenario);
        let (without, faults) = text.split_once("faults:").expect("a breach has faults");
        assert!(faults.lines().skip(1).all(|line| line.trim_start().starts_with('-')), "the faults stand last: {faults}");
        let folder = folder(&[("s.yaml", &format!("{without}faults: []\n"))]);
        for policy in ["careful", "always-promote"] {
            for seed in [1, 2, 3] {
                let zero = trial(scenario, seed, &["--severity", "0x", "--policy", policy]);
                let none = trial(&path(&folder, "s.yaml"), seed, &["--policy", policy]);
                for key in keys {
                    assert_eq!(zero[key], none[key], "{scenario} x {policy}, seed {seed}: {key}");
                }
            }
        }
    }
}

#[test]
fn a_fault_of_size_zero_does_nothing() {
    with_and_without(&["signals", "outcome", "instants", "harmed", "duplicates_leaked", "exposed_requests", "ended_s"]);
}

#[test]
fn a_fault_of_size_zero_is_no_event() {
    with_and_without(&["events"]);
}

#[test]
fn a_wobble_as_stated_changes_nothing() {
    for format in ["table", "json", "csv", "markdown"] {
        let args = ["score", "--scenario", "cancel-latency-spike", "--trials", "6", "--format", format];
        let plain = gatecrash(&args).ok();
        for once in ["1", "1x"] {
            assert_eq!(gatecrash(&[args.as_slice(), &["--wobble", once]].concat()).ok(), plain, "{format}");
        }
    }
}

#[test]
fn without_wobble_the_world_does_not_drift() {
    let line = "wobble: { latency: 0.15, rate: 0.15, errors: 0.3, correlation: 15m }\n";
    let text = library_text("cancel-latency-spike");
    assert!(text.contains(line), "{text}");
    let folder = folder(&[("s.yaml", &text.replace(line, ""))]);
    let still = path(&folder, "s.yaml");
    let play = |scenario: &str, wobble: &str| {
        let mut rows = rows(&["--scenario", scenario, "--policy", "careful", "--trials", "6", "--wobble", wobble]);
        // There is no wobble to multiply in a scenario without one.
        rows[0]["wobble"].take();
        rows
    };
    assert_eq!(play("cancel-latency-spike", "0"), play(&still, "1x"));
    assert_eq!(play(&still, "0,1x,2x").len(), 1, "every size of no wobble is the same");
    assert_ne!(play("cancel-latency-spike", "0"), play("cancel-latency-spike", "1x"));
}

#[test]
fn a_larger_fault_does_more_harm() {
    let harm = |severity: &str| {
        let args =
            ["--scenario", "duplicate-side-effects", "--policy", "always-promote", "--trials", "6", "--severity", severity];
        rows(&args)[0]["harmed"]["mean"].as_f64().unwrap()
    };
    let [none, half, one, two] = ["0x", "0.5x", "1x", "2x"].map(harm);
    assert!(none < half && half < one && one < two, "{none} {half} {one} {two}");
}
