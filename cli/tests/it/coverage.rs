//! Every gate of every runbook policy against its own breach and its near miss: `docs/coverage.md` is what comes out.
//!
//! With 20 trials of a true rate of 95%, fewer than 16 are detected with a chance of 0.3%; the seeds are fixed.

use crate::support::{gatecrash, rows, whole};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

const TRIALS: u64 = 20;

/// Breaches that their gate does not catch, and why: findings, not faults.
const BLIND: [(&str, &str); 2] = [
    ("ws-only-hot-topic-below-the-cut", "the metrics do not list the topic"),
    ("prompt-flip-adherence-85-quiet", "too few turns at one tenant"),
];

/// Worlds in which nobody may be exposed, or nothing can be shown: every trial is insufficient, and says why.
const HELD: [&str; 5] = [
    "run-control-snapshot-missing",
    "ws-only-dependency-open",
    "prompt-flip-sign-off-never",
    "agent-readiness-blocked",
    "plugin-deploy-nothing-to-see",
];

struct Case {
    scenario: String,
    gate: Option<String>,
    row: Value,
}

/// The runbook policies in their order.
fn policies() -> Vec<String> {
    let list = gatecrash(&["list", "policies"]).ok();
    let runbook = |line: &&str| line.split_whitespace().nth(1) == Some("runbook:");
    list.lines().filter(runbook).map(|line| line.split_whitespace().next().expect("a name").to_string()).collect()
}

/// The scenarios of a policy with their gates, played.
fn cases(policy: &str) -> Vec<Case> {
    let rows = rows(&["--policy", policy, "--trials", &TRIALS.to_string()]);
    let list = gatecrash(&["list", "scenarios", "--policy", policy]).ok();
    let case = |row: Value| {
        let scenario = row["scenario"].as_str().expect("a name").to_string();
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(&scenario)).expect("it is listed");
        let gate = line.split_once(", gate ").map(|(_, rest)| rest.split(':').next().expect("a gate").to_string());
        Case { scenario, gate, row }
    };
    rows.into_iter().map(case).collect()
}

/// The gates that caught it: `cancel-to-ack 19, no-duplicates 1`.
fn caught_by(row: &Value) -> String {
    let mut gates: Vec<_> = row["caught_by"].as_object().expect("gates").iter().collect();
    gates.sort_by_key(|(_, n)| std::cmp::Reverse(n.as_u64()));
    gates.iter().map(|(gate, n)| format!("{gate} {n}")).collect::<Vec<_>>().join(", ")
}

fn line(case: &Case) -> String {
    let Case { scenario, gate, row } = case;
    let [detected, missed, wrong, promoted, said_nothing] =
        ["detected", "missed", "false_rollbacks", "true_promotes", "insufficient"].map(|key| whole(row, key));
    let gate = gate.as_deref().unwrap_or("-");
    let expect = row["expect"].as_str().expect("an expectation");
    let caught = caught_by(row);
    format!("| {gate} | {scenario} | {expect} | {detected} | {missed} | {wrong} | {promoted} | {said_nothing} | {caught} |")
}

/// What is not as it should be with a case, if anything.
fn fault(case: &Case) -> Option<String> {
    let Case { scenario, gate, row } = case;
    if BLIND.iter().any(|(name, _)| name == scenario) || HELD.contains(&scenario.as_str()) {
        return None;
    }
    let of = |key| whole(row, key);
    let by_gate = gate.as_ref().is_none_or(|gate| caught_by(row).split(' ').next() == Some(gate));
    let good = match row["expect"].as_str() {
        Some("rollback") => of("detected") >= 16 && by_gate,
        _ => of("false_rollbacks") <= 1 && of("true_promotes") >= 17,
    };
    (!good).then(|| line(case))
}

const HEAD: &str = "# Which gate catches what

Every gate of every runbook policy, its breach and its near miss, and the other scenarios of its family: 20 trials each, seeds 1 to 20.
`cargo test -p gatecrash --test it coverage` plays them again and compares; with `GATECRASH_WRITE=1` it writes this page.
The last column names the gate that fired first, and how often.
";

#[test]
fn every_gate_catches_its_breach_and_lets_its_near_miss_pass() {
    let mut page = HEAD.to_string();
    let mut faults = Vec::new();
    for policy in policies() {
        let cases = cases(&policy);
        assert!(cases.len() >= 5, "{policy}: {} scenarios", cases.len());
        writeln!(page, "\n## {policy}\n").unwrap();
        writeln!(page, "| gate | scenario | expect | detected | missed | false | promoted | insufficient | caught by |").unwrap();
        writeln!(page, "|---|---|---|---|---|---|---|---|---|").unwrap();
        cases.iter().for_each(|case| writeln!(page, "{}", line(case)).unwrap());
        faults.extend(cases.iter().filter_map(fault));
    }
    writeln!(page, "\n## Breaches that their gate does not catch\n").unwrap();
    BLIND.iter().for_each(|(scenario, why)| writeln!(page, "- {scenario}: {why}.").unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coverage.md");
    if std::env::var_os("GATECRASH_WRITE").is_some_and(|value| value == "1") {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    assert!(faults.is_empty(), "not as they should be:\n{}", faults.join("\n"));
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let moved: Vec<_> = page.lines().filter(|line| !written.lines().any(|other| other == *line)).take(5).collect();
    assert!(
        written == page,
        "docs/coverage.md is not what comes out; write it anew with GATECRASH_WRITE=1:\n{}",
        moved.join("\n")
    );
}
