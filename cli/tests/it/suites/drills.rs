//! Drills as regression tests: records and scripts that a suite plays again.

use super::{checked, json, small, test};
use crate::support::{Ran, gatecrash_in};
use crate::validators::{Schema, validate};
use gatecrash_drill::event::{Event, Moment};
use gatecrash_drill::plan::Plan;
use gatecrash_drill::record::{Record, Recorder};
use std::fs;
use tempfile::TempDir;

/// A breach that is seen at 0:07 and rolled back at 0:15.
const SCRIPT: &str = "\
drill: friday
scenario: cancel-latency-spike
policy: careful
seed: 3
held: 2026-11-22
acts:
  - { at: 10m, who: ana, act: acknowledge }
  - { at: 15m, who: ana, act: rollback, with: { reason: cancels pile up } }
  - { at: 16m, who: ana, act: step }
";

/// A record as it is, and a script with what is expected of it.
const SUITE: &str = "\
suite: drilled
cases:
  - replay: friday.jsonl
  - name: rehearsed
    replay: ./friday.yaml
    expect: [ detection_rate >= 100%, time_to_detect.p50 <= 15m, harmed.max <= 200 ]
";

/// A folder with the script, its record, and this suite.
fn drilled(suite: &str) -> TempDir {
    let folder = small(&[("friday.yaml", SCRIPT), ("drills.yaml", suite)]);
    gatecrash_in(folder.path(), &["replay", "friday.yaml", "--record", "friday.jsonl"]).ok();
    folder
}

/// Writes the record anew, whole, with another plan and other moments.
fn spliced(folder: &TempDir, change: impl FnOnce(&mut Plan, &mut Vec<Moment>)) {
    let path = folder.path().join("friday.jsonl");
    let mut record = Record::open(path.to_str().expect("it is UTF-8")).expect("it is whole");
    change(&mut record.plan, &mut record.moments);
    fs::remove_file(&path).expect("it is there");
    let mut recorder = Recorder::create(&path, &record.plan).expect("it may be written");
    recorder.add(&record.moments, record.reached_us).expect("it may be written");
}

fn says(ran: &Ran, parts: &[&str]) {
    for part in parts {
        assert!(ran.out.contains(part) || ran.err.contains(part), "{part}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn what_comes_out_as_it_did_passes() {
    let folder = drilled(SUITE);
    let ran = test(&folder, &["drills.yaml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.ends_with("\nPassed: 4 expectations; 2 trials.\n"), "{}", ran.out);
    says(
        &ran,
        &["ok   friday: cancel-latency-spike x careful, a drill: as_recorded 100%", "ok   rehearsed: cancel-latency-spike"],
    );
    let listed = test(&folder, &["drills.yaml", "--list"]).ok();
    assert!(
        listed.starts_with("drills.yaml:3 cancel-latency-spike x careful: as_recorded >= 100% (the drill friday.jsonl)\n"),
        "{listed}"
    );
    assert_eq!(
        test(&folder, &["drills.yaml", "--filter", "rehearsed"]).ok().lines().last(),
        Some("Passed: 3 expectations; 1 trial.")
    );
    assert_eq!(test(&folder, &["drills.yaml", "--filter", "nobody"]).code, 4);
}

#[test]
fn what_people_cost_is_expected_as_of_policies() {
    let late = SUITE
        .replace("<= 200", "<= 1")
        .replace("  - replay: friday.jsonl\n", "  - { replay: friday.jsonl, expect: recovery.max <= 1s }\n");
    let folder = drilled(&late);
    let report = json(&folder, &["drills.yaml"]);
    let verdicts: Vec<_> = checked(&report).iter().map(|(_, c)| (c["expectation"].as_str(), c["verdict"].as_str())).collect();
    let (pass, fail) = (Some("pass"), Some("fail"));
    let expected = [
        (Some("as_recorded >= 100%"), pass),
        (Some("recovery.max <= 1s"), fail),
        (Some("detection_rate >= 100%"), pass),
        (Some("time_to_detect.p50 <= 15m"), pass),
        (Some("harmed.max <= 1"), fail),
    ];
    assert_eq!(verdicts, expected, "{report:#}");
    let (case, harmed) = checked(&report)[4];
    assert_eq!(
        (&harmed["low"], &harmed["high"], harmed["n"].as_u64(), harmed["confidence"].as_f64()),
        (&().into(), &().into(), Some(1), Some(1.0))
    );
    assert_eq!((case["replay"].as_str(), case["trials"].as_u64()), (Some("./friday.yaml"), Some(1)));
    assert_eq!(harmed["worst"]["replay"], "gatecrash replay ./friday.yaml");
    // What the trial of the record has is what its own report says.
    let own = gatecrash_in(folder.path(), &["replay", "friday.yaml", "--format", "json"]).json();
    let told = format!("; {} outcomes harmed;", harmed["value"]).replace(".0", "");
    assert!(own["verdict"].as_str().is_some_and(|verdict| verdict.contains(&told)), "{told} {own:#}");
    let first = test(&folder, &["drills.yaml", "--fail-fast"]);
    assert_eq!(first.code, 1);
}

#[test]
fn every_format_carries_it() {
    let folder = drilled(&SUITE.replace("<= 200", "<= 1"));
    for format in ["text", "json", "markdown", "github"] {
        let ran = test(&folder, &["drills.yaml", "--format", format, "--junit", "j.xml"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        says(&ran, &["gatecrash replay ./friday.yaml", "rehearsed", "harmed.max <= 1"]);
        assert!(ran.err.is_empty(), "{}", ran.err);
    }
    let schema: serde_json::Value = serde_json::from_str(super::outputs::SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let report = json(&folder, &["drills.yaml"]);
    let complaints: Vec<String> = validator.iter_errors(&report).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert_eq!(complaints, Vec::<String>::new());
    let junit = fs::read_to_string(folder.path().join("j.xml")).expect("it was written");
    validate(Schema::Junit, &junit);
    assert!(junit.contains("<property name=\"drill\" value=\"./friday.yaml\"/>"), "{junit}");
}

#[test]
fn a_whole_record_that_plays_otherwise_fails_with_its_line() {
    let folder = drilled(SUITE);
    spliced(&folder, |_, moments| {
        let place = moments.iter().position(|moment| matches!(moment.event, Event::Log { .. })).expect("there is a line");
        moments[place].event = Event::Log { kind: "note".into(), text: "it never said so".into(), hidden: false };
    });
    let ran = test(&folder, &["drills.yaml"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    says(
        &ran,
        &[
            "FAIL as_recorded >= 100%: 0%, 1 trial",
            "the record says `",
            "it never said so",
            "and played again it is",
            "line ",
            "replay: gatecrash replay friday.jsonl",
        ],
    );
    assert!(ran.out.ends_with("\nFailed: 1 of 4 expectations; 3 passed; 2 trials.\n"), "{}", ran.out);
}

#[test]
fn a_built_in_that_is_another_now_fails_as_well() {
    let folder = drilled(SUITE);
    spliced(&folder, |plan, _| plan.policy.digest = "0".repeat(32));
    let ran = test(&folder, &["drills.yaml"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    says(&ran, &["line 1: `careful` is not what it was when the drill was held"]);
    assert_eq!(gatecrash_in(folder.path(), &["replay", "friday.jsonl"]).code, 2, "on its own it is an error");
}

#[test]
fn a_damaged_record_is_an_input_error_with_its_line() {
    let folder = drilled(SUITE);
    let path = folder.path().join("friday.jsonl");
    let whole = fs::read_to_string(&path).expect("it is there");
    let truncated: String = whole.split_inclusive('\n').take(4).collect();
    for (text, damage) in [
        (whole.replacen("cancels pile up", "cancels piled up", 1), ": it was altered, or a line before it was"),
        (truncated, "friday.jsonl: line 5: the file is truncated"),
        ("so it was\n".to_string(), "friday.jsonl: line 1: this is no head of a record"),
    ] {
        fs::write(&path, text).expect("it may be written");
        for command in ["test", "lint"] {
            let ran = gatecrash_in(folder.path(), &[command, "drills.yaml"]);
            assert_eq!(ran.code, 2, "{command}: {}", ran.err);
            says(&ran, &["drills.yaml:3:13: friday.jsonl: line ", damage]);
        }
    }
    fs::remove_file(&path).expect("it is there");
    let gone = gatecrash_in(folder.path(), &["lint", "drills.yaml"]);
    assert_eq!(gone.code, 2);
    says(&gone, &["drills.yaml:3:13: cannot read `friday.jsonl`"]);
}

#[test]
fn what_cannot_be_expected_of_a_drill_is_refused_where_it_stands() {
    let record = |expect: &str| SUITE.replace("friday.jsonl\n", &format!("friday.jsonl\n    expect: {expect}\n"));
    for (suite, place, part) in [
        (record("smallest_severity.at_80 <= 2x"), ":4:13: ", "is of many trials, and a drill is one"),
        (record("true_promote_rate >= 100%"), ":4:13: ", "of scenarios that expect a promotion"),
        (record("harmd.max <= 3"), ":4:13: ", "did you mean"),
        (record("missed <= 0%\n    seed: 3"), ":5:5: ", "unknown key `seed`"),
        (record("missed <= 0%\n    policy: careful"), ":5:13: ", "`policy` cannot stand beside `replay`"),
        (SUITE.replace("detection_rate >= 100%", "as_recorded >= 100%"), ":6:15: ", "a script does not say what came of it"),
        (
            SUITE.split("    expect").next().expect("a part").to_string(),
            ":5:13: ",
            "a script does not say what should come of it; add `expect`",
        ),
        (
            "suite: s\ncases:\n  - { scenario: s.yaml, expect: as_recorded >= 100% }\n".to_string(),
            ":3:33: ",
            "is of a drill: a case with `replay`",
        ),
    ] {
        let folder = drilled(&suite);
        let ran = test(&folder, &["drills.yaml"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{suite}");
        says(&ran, &[&format!("drills.yaml{place}"), part]);
    }
}

#[test]
fn the_lock_knows_the_record() {
    let folder = drilled(SUITE);
    assert_eq!(test(&folder, &["drills.yaml", "--lock"]).code, 0);
    let lock = fs::read_to_string(folder.path().join("gatecrash.lock")).expect("it was written");
    assert_eq!(lock.matches("\"drill_digest\": \"").count(), 2, "{lock}");
    assert_eq!(test(&folder, &["drills.yaml"]).err, "");
    spliced(&folder, |_, moments| drop(moments.remove(2)));
    let ran = test(&folder, &["drills.yaml"]);
    assert_eq!(ran.code, 1);
    says(&ran, &["as_recorded >= 100%: pass (100%, 1 trial) -> fail (0%, 1 trial)", "the drill has changed since"]);
}

#[test]
fn mutants_leave_drills_out_and_say_so() {
    let folder = drilled(SUITE);
    let ran = test(&folder, &["drills.yaml", "--mutate"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    says(&ran, &["warning: --mutate leaves out 2 drills", "Mutants: 0 of 0 mutants noticed, 0 gaps."]);
}
