//! Who plays what when nothing but a policy is named, and what the lists say of it.

use crate::support::{folder, gatecrash, gatecrash_in, rows};
use serde_json::Value;

/// (name, the rest of the line) of a list.
fn list(args: &[&str]) -> Vec<(String, String)> {
    let out = gatecrash(&[&["list"], args].concat()).ok();
    let parted = |line: &str| line.split_once(' ').map(|(name, rest)| (name.to_string(), rest.trim().to_string()));
    out.lines().filter_map(parted).collect()
}

/// The policies that are of one sort: `general` or `runbook`.
fn policies(sort: &str) -> Vec<String> {
    list(&["policies"]).into_iter().filter(|(_, about)| about.starts_with(&format!("{sort}: "))).map(|(name, _)| name).collect()
}

/// The scenarios of a runbook, without slow ones.
fn quick(policy: &str) -> Vec<String> {
    list(&["scenarios", "--policy", policy])
        .into_iter()
        .filter(|(_, about)| !about.ends_with("(slow)"))
        .map(|(name, _)| name)
        .collect()
}

/// The file of a built-in policy.
fn built_in(policy: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../policies/library/{policy}.yaml"));
    std::fs::read_to_string(path).expect("the library stands beside this crate")
}

fn scenarios(rows: &[Value]) -> Vec<String> {
    let mut names: Vec<String> = rows.iter().map(|row| row["scenario"].as_str().unwrap().to_string()).collect();
    names.dedup();
    names
}

#[test]
fn every_policy_is_general_or_of_a_runbook() {
    assert_eq!(policies("general"), ["careful", "hasty", "relative", "always-promote", "always-rollback"]);
    assert_eq!(policies("general").len() + policies("runbook").len(), list(&["policies"]).len());
}

#[test]
fn scenarios_of_a_policy_say_what_is_expected() {
    let own = list(&["scenarios", "--policy", "careful"]);
    assert!(own.iter().any(|(name, about)| name == "healthy-day" && about.starts_with("expect promote: ")), "{own:?}");
    assert!(own.iter().any(|(name, about)| name == "cancel-latency-spike" && about.starts_with("expect rollback: ")), "{own:?}");
    for policy in policies("runbook") {
        let own = list(&["scenarios", "--policy", &policy]);
        assert!(own.iter().all(|(_, about)| about.starts_with("expect ")), "{own:?}");
    }
}

#[test]
fn a_policy_without_scenarios_selects_nothing() {
    let ran = gatecrash(&["list", "scenarios", "--policy", "always-rollback"]);
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert!(ran.err.contains("nothing was selected"), "{}", ran.err);
    let ran = gatecrash(&["list", "rules", "--policy", "careful"]);
    assert!(ran.code == 2 && ran.err.contains("list scenarios"), "{}", ran.err);
    assert_eq!(gatecrash(&["list", "scenarios", "--policy", "hsty"]).code, 2);
}

#[test]
fn a_general_policy_plays_the_general_scenarios() {
    let all: Vec<String> = list(&["scenarios"]).into_iter().map(|(name, _)| name).collect();
    let runbooks: Vec<String> =
        policies("runbook").iter().flat_map(|p| list(&["scenarios", "--policy", p])).map(|(name, _)| name).collect();
    let general: Vec<&String> = all.iter().filter(|name| !runbooks.contains(name)).collect();
    assert!(general.iter().zip(&all).all(|(a, b)| *a == b), "they come first");
    let played = rows(&["--policy", "hasty", "--trials", "1"]);
    assert_eq!(scenarios(&played).iter().collect::<Vec<_>>(), general);
    let folder = folder(&[("mine.yaml", &built_in("hasty").replace("policy: hasty", "policy: mine"))]);
    let ran = gatecrash_in(folder.path(), &["score", "--policy", "mine.yaml", "--trials", "1", "--format", "csv"]).ok();
    assert_eq!(ran.lines().count(), 1 + general.len(), "a policy of one's own plays them as well");
}

#[test]
fn a_runbook_plays_its_own_scenarios() {
    let Some(runbook) = policies("runbook").into_iter().min_by_key(|policy| quick(policy).len()) else {
        eprintln!("skipped: no runbook is built in");
        return;
    };
    let own = quick(&runbook);
    let played = rows(&["--policy", &runbook, "--trials", "1"]);
    assert_eq!(scenarios(&played), own);
    assert!(played.iter().all(|row| row["policy"] == runbook.as_str()));
    let folder = folder(&[("edited.yaml", &built_in(&runbook))]);
    let ran = gatecrash_in(folder.path(), &["score", "--policy", "edited.yaml", "--trials", "1", "--format", "csv"]).ok();
    assert_eq!(ran.lines().count(), 1 + own.len(), "an edition of it plays them as well");
}
