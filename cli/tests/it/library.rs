//! What the library claims, with fixed seeds. Of 40 trials with a true rate of 99%, fewer than 38 are detected with a chance below 1%.

use crate::support::{gatecrash, rows, trial, whole};
use serde_json::Value;
use std::sync::OnceLock;

const TRIALS: u64 = 40;

/// The policies for any system.
const GENERAL: [&str; 5] = ["careful", "hasty", "relative", "always-promote", "always-rollback"];

/// The general scenarios with the general policies, played once.
fn library() -> &'static [Value] {
    static ROWS: OnceLock<Vec<Value>> = OnceLock::new();
    let policies = GENERAL.iter().flat_map(|policy| ["--policy", policy]).collect::<Vec<_>>();
    ROWS.get_or_init(|| rows(&[&["--trials", &TRIALS.to_string()], policies.as_slice()].concat()))
}

/// The rows of a policy where a rollback is expected, or where it is not.
fn of(policy: &str, expect: &str) -> Vec<&'static Value> {
    let rows: Vec<_> = library().iter().filter(|row| row["policy"] == policy && row["expect"] == expect).collect();
    assert!(rows.len() >= 3, "{policy}, expect {expect}: {} rows", rows.len());
    rows
}

fn row(policy: &str, scenario: &str) -> &'static Value {
    library().iter().find(|row| row["policy"] == policy && row["scenario"] == scenario).expect("the library has it")
}

#[test]
fn every_general_scenario_meets_every_general_policy() {
    let policies = gatecrash(&["list", "policies"]).ok();
    let runbook = |line: &&str| line.split_whitespace().nth(1) == Some("runbook:");
    let families = policies.lines().filter(runbook).map(|line| {
        let policy = line.split_whitespace().next().unwrap();
        gatecrash(&["list", "scenarios", "--policy", policy]).ok().lines().count()
    });
    let scenarios = gatecrash(&["list", "scenarios"]).ok().lines().count() - families.sum::<usize>();
    assert_eq!(library().len(), scenarios * GENERAL.len(), "but for slow ones, of which there are none");
    assert!(library().iter().all(|row| whole(row, "trials") == TRIALS));
}

#[test]
fn always_promote_misses_every_breach_and_rolls_nothing_back() {
    for row in of("always-promote", "rollback") {
        assert_eq!((whole(row, "detected"), whole(row, "false_rollbacks")), (0, 0), "{row}");
        assert_eq!(whole(row, "missed"), TRIALS, "each trial of a breach harms somebody: {row}");
    }
    for row in of("always-promote", "promote") {
        assert_eq!(whole(row, "true_promotes"), TRIALS, "{row}");
    }
}

#[test]
fn always_rollback_misses_nothing_and_rolls_everything_back() {
    for row in of("always-rollback", "rollback") {
        assert_eq!((whole(row, "missed"), whole(row, "insufficient")), (0, 0), "{row}");
    }
    for row in of("always-rollback", "promote") {
        assert_eq!(whole(row, "false_rollbacks"), TRIALS, "{row}");
    }
}

#[test]
fn careful_catches_what_it_was_written_for() {
    for scenario in ["cancel-latency-spike", "reconnect-storm", "duplicate-side-effects"] {
        let row = row("careful", scenario);
        assert!(whole(row, "detected") * 100 >= 95 * TRIALS, "{row}");
    }
}

#[test]
fn careful_and_relative_leave_healthy_rollouts_alone() {
    for policy in ["careful", "relative"] {
        for scenario in ["healthy-day", "low-traffic", "recorded-morning"] {
            let row = row(policy, scenario);
            assert!(whole(row, "false_rollbacks") * 100 <= 5 * TRIALS, "{row}");
            assert!(whole(row, "true_promotes") * 100 >= 90 * TRIALS, "{row}");
        }
    }
}

#[test]
fn relative_gates_know_that_the_canary_is_innocent() {
    for scenario in ["background-incident", "traffic-surge"] {
        assert!(whole(row("relative", scenario), "true_promotes") * 100 >= 95 * TRIALS, "{}", row("relative", scenario));
        let absolute = whole(row("hasty", scenario), "false_rollbacks").max(whole(row("careful", scenario), "false_rollbacks"));
        assert!(absolute * 100 >= 20 * TRIALS, "{scenario}: an absolute gate rolls back {absolute} of {TRIALS}");
    }
}

#[test]
fn the_instants_of_a_detected_breach_are_in_order() {
    const SEEDS: u64 = 20;
    for scenario in ["cancel-latency-spike", "reconnect-storm", "duplicate-side-effects"] {
        let mut detected = 0;
        for seed in 1..=SEEDS {
            let trial = trial(scenario, seed, &["--policy", "careful"]);
            if trial["outcome"] != "detected" {
                continue;
            }
            detected += 1;
            let at = |name: &str| trial["instants"][format!("{name}_s")].as_f64();
            let [harmed, shown, decided, withdrawn, clear, validated] =
                ["harmed", "shown", "decided", "withdrawn", "clear", "validated"].map(at);
            let told = format!("{scenario}, seed {seed}: {}", trial["instants"]);
            assert!(harmed.unwrap() <= shown.unwrap() && shown <= decided, "{told}");
            assert!(decided.unwrap() <= withdrawn.unwrap() && withdrawn <= clear, "{told}");
            assert!(validated.is_none_or(|v| clear.is_some_and(|c| c <= v)), "{told}");
        }
        assert!(detected * 100 >= 95 * SEEDS, "{scenario}: {detected} of {SEEDS}");
    }
}
