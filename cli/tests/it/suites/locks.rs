//! `gatecrash.lock`: what changes is reported with the reason.

use super::{SUITE, json, small, test};
use std::fs;
use tempfile::TempDir;

fn locked() -> TempDir {
    let folder = small(&[]);
    assert_eq!(test(&folder, &["suite.yaml", "--lock"]).code, 1, "a lock does not change the verdict");
    folder
}

fn edit(folder: &TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains(from), "`{from}` is not in {file}");
    fs::write(&path, text.replace(from, to)).expect("it may be written");
}

#[test]
fn where_nothing_has_changed_nothing_is_said() {
    let folder = locked();
    let ran = test(&folder, &["suite.yaml"]);
    assert!(!ran.out.contains("changed:") && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    let before = fs::read(folder.path().join("gatecrash.lock")).expect("it is there");
    test(&folder, &["suite.yaml", "--lock", "--jobs", "1"]);
    assert_eq!(fs::read(folder.path().join("gatecrash.lock")).expect("it is there"), before, "the same bytes");
}

#[test]
fn an_upgrade_that_changes_a_verdict_says_which_and_why() {
    let folder = locked();
    edit(&folder, "gatecrash.lock", env!("CARGO_PKG_VERSION"), "0.0.9");
    let ran = test(&folder, &["suite.yaml"]);
    assert!(!ran.out.contains("changed:"), "{}", ran.out);
    assert_eq!(ran.err.matches("warning: ").count(), 1, "{}", ran.err);
    assert!(
        ran.err.contains("locked by gatecrash 0.0.9, and this is") && ran.err.contains("--lock takes it over"),
        "{}",
        ran.err
    );
    edit(
        &folder,
        "gatecrash.lock",
        "\"time_to_detect.p50 <= 1s\",\"verdict\":\"fail\"",
        "\"time_to_detect.p50 <= 1s\",\"verdict\":\"pass\"",
    );
    let report = json(&folder, &["suite.yaml"]);
    let changed = report["changed"].as_array().expect("a list");
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0]["what"].as_str().is_some_and(|what| what.ends_with("x p: time_to_detect.p50 <= 1s")));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(changed[0]["why"], format!("gatecrash 0.0.9 -> {version}; the policy, the scenario and the suite are the same"));
    let text = test(&folder, &["suite.yaml"]).out;
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    assert!(lines[2].starts_with("changed: small: ") && lines[0].starts_with("Failed: "), "before the verdict: {text}");
    assert!(test(&folder, &["suite.yaml", "--format", "markdown"]).out.contains("- changed: `small: "));
    test(&folder, &["suite.yaml", "--lock"]);
    assert_eq!(test(&folder, &["suite.yaml"]).err, "", "it was taken over");
}

#[test]
fn the_reason_is_what_is_not_the_same() {
    let why = |file: &str, from: &str, to: &str| {
        let folder = locked();
        edit(&folder, file, from, to);
        let report = json(&folder, &["suite.yaml"]);
        let changed = report["changed"].as_array().expect("a list");
        assert!(!changed.is_empty(), "{file}: {from} -> {to}");
        changed[0]["why"].as_str().expect("text").to_string()
    };
    assert_eq!(why("p.yaml", "<= 8%", "<= 95%"), "the policy p has changed since");
    assert_eq!(why("s.yaml", "+30%", "+0%"), "the scenario has changed since");
    assert_eq!(why("suite.yaml", "min: 20, max: 20", "min: 2, max: 2"), "the suite suite.yaml has changed since");
}

#[test]
fn what_is_new_or_gone_is_no_error_and_a_part_is_taken_over_alone() {
    let folder = locked();
    edit(&folder, "suite.yaml", "time_to_detect.p50 <= 10m", "missed <= 50%, harmed.mean <= 1_000");
    let ran = test(&folder, &["suite.yaml"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("2 expectations of suite.yaml are not in it and 1 are no longer expected; --lock updates it"),
        "{}",
        ran.err
    );
    let before = fs::read_to_string(folder.path().join("gatecrash.lock")).expect("it is there");
    test(&folder, &["suite.yaml", "--filter", "burst", "--lock"]);
    let after = fs::read_to_string(folder.path().join("gatecrash.lock")).expect("it is there");
    let known = |text: &str, what: &str| text.contains(what);
    assert!(known(&after, "harmed.mean") && !known(&after, "p50 <= 10m") && known(&after, "detection_rate >= 99.9%"), "{after}");
    let others = |text: &str| text.split("\"wrong: ").nth(1).map(str::to_string);
    assert_eq!(others(&before), others(&after), "what was not judged is as it was");
    edit(&folder, "gatecrash.lock", env!("CARGO_PKG_VERSION"), "0.0.9");
    let ran = test(&folder, &["suite.yaml", "--filter", "burst", "--lock"]);
    assert!(ran.code == 2 && ran.err.contains("take all of it over: --lock without --filter"), "{}", ran.err);
}

#[test]
fn a_lock_that_cannot_be_used_is_an_input_error_with_a_remedy() {
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let wrong = [
        (version.as_str(), "\"99.0.0\"", "gatecrash.lock:2: written by gatecrash 99.0.0, and this is"),
        ("gatecrash.lock/v1", "gatecrash.lock/v7", "gatecrash.lock:1: found schema `gatecrash.lock/v7`"),
        ("\"verdict\":\"undecided\"", "\"verdict\":\"maybe\"", "unknown variant `maybe`"),
        ("\"seed\": 1", "\"seed\": -1", "gatecrash.lock:2: "),
        ("{\"schema\"", "<<<<<<< ours\n{\"schema\"", "gatecrash.lock:1: expected value"),
    ];
    for (from, to, says) in wrong {
        let folder = locked();
        edit(&folder, "gatecrash.lock", from, to);
        for more in [&[][..], &["--lock"]] {
            let ran = test(&folder, &[&["suite.yaml"], more].concat());
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{says}");
            assert!(ran.err.contains(says) && ran.err.contains("delete"), "{}", ran.err);
        }
    }
}

#[test]
fn suites_of_a_folder_share_a_lock() {
    let folder = small(&[("more.yaml", &SUITE.replace("suite: small", "suite: more"))]);
    test(&folder, &["suite.yaml", "--lock"]);
    test(&folder, &["more.yaml", "--lock"]);
    let text = fs::read_to_string(folder.path().join("gatecrash.lock")).expect("it was written");
    let at = |file: &str| text.find(&format!("{{\"file\": \"{file}\"")).expect("it is in the lock");
    assert!(at("more.yaml") < at("suite.yaml"), "{text}");
    assert_eq!(test(&folder, &["suite.yaml", "more.yaml"]).err, "");
}
