//! `explain`: what is said before anything is played.

use crate::support::{folder, gatecrash, gatecrash_in, library_text};

#[test]
fn a_spike_as_people_read_it() {
    let out = gatecrash(&["explain", "cancel-latency-spike"]).ok();
    assert_eq!(out, include_str!("explain/cancel-latency-spike.txt"));
    assert_eq!(out, gatecrash(&["explain", "cancel-latency-spike", "--policy", "careful", "--severity", "1x"]).ok());
}

#[test]
fn a_runbook_as_people_read_it() {
    let out = gatecrash(&["explain", "ws-only-auth-errors-403"]).ok();
    assert_eq!(out, include_str!("explain/ws-only-auth-errors-403.txt"));
}

#[test]
fn the_same_as_json() {
    let said = gatecrash(&["explain", "cancel-latency-spike", "--severity", "2x", "--format", "json"]).json();
    assert_eq!((&said["schema"], &said["severity"]), (&"gatecrash.explain/v1".into(), &2.0.into()));
    let bend = &said["faults"][0]["bends"][0];
    // 6x at twice the size is 11x.
    assert_eq!((&bend["by"], &bend["after"]), (&"11x".into(), &"median 1s 320ms".into()));
    let canary = &said["stages"][0];
    assert_eq!((&canary["begin_s"], &canary["end_s"], &canary["canary_requests"]), (&0.0.into(), &480.0.into(), &120.0.into()));
    let gate = &canary["gates"][0];
    assert_eq!((&gate["gate"], &gate["min_samples"], &gate["judged_s"]), (&"cancel-to-ack".into(), &20.into(), &300.0.into()));
    assert!(gate["power"]["at_2x"].as_f64().unwrap() > gate["power"]["at_1x"].as_f64().unwrap());
    let catch = &said["earliest_catch"];
    assert_eq!((&catch["gate"], &catch["at_s"], &catch["since_s"]), (&"cancel-to-ack".into(), &300.0.into(), &240.0.into()));
}

#[test]
fn the_verdict_says_why_there_is_nothing_to_catch() {
    let last = |args: &[&str]| gatecrash(args).ok().lines().last().unwrap().to_string();
    assert_eq!(last(&["explain", "healthy-day"]), "Nothing is injected: a gate that turns back is wrong.");
    assert_eq!(last(&["explain", "cancel-latency-spike", "--policy", "always-promote"]), "No gate reads what the faults bend.");
    let late = library_text("cancel-latency-spike").replace("after: 4m", "after: 2h");
    let folder = folder(&[("late.yaml", &late)]);
    let out = gatecrash_in(folder.path(), &["explain", "late.yaml"]).ok();
    assert!(out.contains("never felt: it lies after the horizon of 1h 30m"), "{out}");
    assert!(out.ends_with("The faults meet nobody before the horizon: there is nothing to catch.\n"), "{out}");
}

#[test]
fn every_scenario_is_explained() {
    let list = gatecrash(&["list", "scenarios"]).ok();
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 100);
    for name in &names {
        let out = gatecrash(&["explain", name]).ok();
        let last = out.lines().last().unwrap();
        assert!(last.ends_with('.') && !out.contains("NaN"), "{name}: {out}");
    }
}

#[test]
fn what_cannot_be_explained_is_an_input_error() {
    for args in [&["explain", "no-such-thing"][..], &["explain", "healthy-day", "--policy", "carefull"], &["explain"]] {
        let ran = gatecrash(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    }
    // Its policy has no such stage.
    let ran = gatecrash(&["explain", "cancel-latency-spike", "--policy", "voice"]);
    assert!(ran.code == 2 && ran.err.contains("voice"), "{}", ran.err);
}
