//! What scripts depend on: exit codes, where the result goes, the keys of JSON.

use crate::support::{beside, folder, gatecrash, gatecrash_in, path, rows, trial, whole};
use serde_json::Value;

/// Whether a value is what a word says: `text`, `whole`, `number`, `flag`, `list`, `texts`, `rate`, `summary`, `counts`; with `?` it
/// may be null.
fn is(value: &Value, what: &str) -> bool {
    if let Some(what) = what.strip_suffix('?') {
        return value.is_null() || is(value, what);
    }
    let all = |parts: &[(&str, &str)]| parts.iter().all(|(key, what)| is(&value[*key], what));
    match what {
        "text" => value.is_string(),
        "whole" => value.is_u64(),
        "number" => value.is_number(),
        "flag" => value.is_boolean(),
        "list" => value.is_array(),
        "texts" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        "counts" => value.as_object().is_some_and(|map| map.values().all(Value::is_u64)),
        "rate" => all(&[("value", "number"), ("low", "number"), ("high", "number")]),
        "summary" => all(&[("n", "whole"), ("mean", "number"), ("p50", "number"), ("p95", "number")]),
        _ => panic!("no such kind: {what}"),
    }
}

fn check(value: &Value, keys: &[(&str, &str)]) {
    for (key, what) in keys {
        let found = value.get(key).unwrap_or_else(|| panic!("`{key}` is missing in {value}"));
        assert!(is(found, what), "`{key}` is no {what}: {found}");
    }
}

const ROW: &[(&str, &str)] = &[
    ("scenario", "text"),
    ("policy", "text"),
    ("expect", "text"),
    ("severity", "number"),
    ("wobble", "number"),
    ("trials", "whole"),
    ("detected", "whole"),
    ("missed", "whole"),
    ("false_rollbacks", "whole"),
    ("true_promotes", "whole"),
    ("insufficient", "whole"),
    ("detection_rate", "rate?"),
    ("false_rollback_rate", "rate?"),
    ("false_rollback_bound", "number?"),
    ("within_budget", "rate?"),
    ("caught_by", "counts"),
    ("time_to_detect_s", "summary?"),
    ("rollback_s", "summary?"),
    ("recovery_s", "summary?"),
    ("exposed_requests", "summary"),
    ("exposed_subjects", "summary"),
    ("harmed", "summary"),
    ("duplicates_leaked", "summary"),
    ("rollout_s", "summary?"),
];

#[test]
fn the_score_has_its_keys() {
    let args = ["score", "--scenario", "cancel-latency-spike", "--scenario", "healthy-day", "--trials", "4", "--format", "json"];
    let report = gatecrash(&args).json();
    check(&report, &[("schema", "text"), ("seed", "whole"), ("trials", "whole"), ("rows", "list")]);
    assert_eq!((&report["schema"], whole(&report, "seed"), whole(&report, "trials")), (&"gatecrash.score/v1".into(), 1, 4));
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        check(row, ROW);
        let gaps = ["telemetry", "judgement", "rollback", "drain", "validation"].map(|gap| (gap, "summary?"));
        check(&row["gaps_s"], &gaps);
        let outcomes = ["detected", "missed", "false_rollbacks", "true_promotes", "insufficient"].map(|key| whole(row, key));
        assert_eq!(outcomes.iter().sum::<u64>(), whole(row, "trials"), "each trial has one outcome");
    }
    assert_eq!((&rows[0]["expect"], &rows[1]["expect"]), (&"rollback".into(), &"promote".into()));
    assert!(rows[1]["detection_rate"].is_null(), "there is nothing to detect on a healthy day");
}

#[test]
fn a_trial_has_its_keys() {
    for (scenario, seed) in [("cancel-latency-spike", 7), ("reconnect-storm", 1), ("healthy-day", 1)] {
        let trial = trial(scenario, seed, &[]);
        check(
            &trial,
            &[
                ("schema", "text"),
                ("scenario", "text"),
                ("policy", "text"),
                ("seed", "whole"),
                ("outcome", "text"),
                ("caught_by", "texts"),
                ("exposed_requests", "whole"),
                ("exposed_subjects", "whole"),
                ("harmed", "whole"),
                ("duplicates_leaked", "whole"),
                ("events", "whole"),
                ("timeline", "list"),
            ],
        );
        assert_eq!((&trial["schema"], whole(&trial, "seed")), (&"gatecrash.trial/v1".into(), seed));
        let outcomes = ["detected", "missed", "false_rollback", "true_promote", "insufficient"];
        assert!(outcomes.contains(&trial["outcome"].as_str().unwrap()), "{}", trial["outcome"]);
        let instants = ["harmed_s", "shown_s", "decided_s", "withdrawn_s", "clear_s", "validated_s"].map(|key| (key, "number?"));
        check(&trial["instants"], &instants);
        for entry in trial["timeline"].as_array().unwrap() {
            check(entry, &[("at_s", "number"), ("kind", "text"), ("text", "text")]);
        }
        let counter = &trial["signals"]["runs.starts"]["stable"];
        assert_eq!(counter.as_object().unwrap().len(), 1, "a counter has its count alone: {counter}");
        let wait = ["count", "mean", "p50", "p95", "p99"].map(|key| (key, "number"));
        for signal in ["runs.wait", "runs.service", "runs.latency"] {
            check(&trial["signals"][signal]["stable"], &wait);
        }
        check(&trial["signals"]["runs.in_system"]["stable"], &[("mean", "number")]);
        check(&trial["signals"]["runs.rejected"]["stable"], &[("count", "whole")]);
    }
}

#[test]
fn the_result_goes_to_stdout_and_the_verdict_comes_last() {
    let ran = gatecrash(&["run", "cancel-latency-spike", "--seed", "3"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.lines().last().unwrap().starts_with("Detected: "), "{}", ran.out);
    let ran = gatecrash(&["score", "--scenario", "healthy-day", "--policy", "careful", "--policy", "hasty", "--trials", "6"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "no progress bar without a terminal");
    assert!(ran.out.lines().last().unwrap().starts_with("Best: "), "{}", ran.out);
    for format in ["csv", "markdown"] {
        let ran = gatecrash(&["score", "--scenario", "healthy-day", "--trials", "2", "--format", format]);
        assert!(ran.code == 0 && ran.err.is_empty() && ran.out.contains("healthy-day"), "{format}: {}", ran.err);
    }
}

#[test]
fn a_bad_outcome_is_a_result_and_no_error() {
    let missed = gatecrash(&["run", "error-free", "--policy", "always-promote"]);
    assert_eq!((missed.code, missed.out.as_str()), (2, ""), "an error leaves stdout empty");
    for (scenario, policy, verdict) in [
        ("cancel-latency-spike", "always-promote", "Missed: "),
        ("healthy-day", "always-rollback", "False rollback: "),
        ("healthy-day", "always-promote", "True promote: "),
    ] {
        let out = gatecrash(&["run", scenario, "--policy", policy]).ok();
        assert!(out.lines().last().unwrap().starts_with(verdict), "{out}");
    }
}

#[test]
fn severities_are_rows_of_their_own() {
    let rows = rows(&["--scenario", "cancel-latency-spike", "--trials", "4", "--severity", "1x,2x"]);
    let sizes: Vec<_> = rows.iter().map(|row| row["severity"].as_f64().unwrap()).collect();
    assert_eq!(sizes, [1.0, 2.0]);
}

#[test]
fn wobbles_are_rows_of_their_own_beside_severities() {
    let sizes = |row: &Value| ["severity", "wobble"].map(|key| row[key].as_f64().unwrap());
    let scenarios = ["--scenario", "cancel-latency-spike", "--scenario", "healthy-day"];
    let all = rows(&[&["--trials", "2", "--severity", "1x,2x", "--wobble", "0,2x"], scenarios.as_slice()].concat());
    let played: Vec<_> = all.iter().map(sizes).collect();
    assert_eq!(played, [[1.0, 0.0], [1.0, 2.0], [2.0, 0.0], [2.0, 2.0], [1.0, 0.0], [1.0, 2.0]]);
}

/// A policy of one stage of ten minutes in rounds of one.
const SHARING: &str = "\
policy: sharing
round: 1m
alpha: 5%
gates:
  errors: { check: ratio(calls.errors / calls.outcomes) <= 2% over 10m, rule: exceedance }
  latency: { check: p95(calls.latency) <= 20s over 10m, rule: { exceedance: { alpha: 1% } } }
  drops: { check: rate(connections.drops) <= 4x stable over 10m }
stages: [ { name: all, cohort: 100%, soak: 10m } ]
";

#[test]
fn what_a_policy_promises_is_told() {
    let own = SHARING.replace("alpha: 5%\n", "").replace("  drops:", "#");
    let folder = folder(&[("sharing.yaml", SHARING), ("own.yaml", &own)]);
    let play = |policy: &str, format: &str| {
        let policy = path(&folder, policy);
        gatecrash(&["score", "--scenario", "healthy-day", "--policy", &policy, "--trials", "1", "--format", format])
    };
    let line =
        "  sharing: by chance at most 5% false rollbacks, if each stage keeps to its soak; its gate drops promises nothing\n";
    assert!(play("sharing.yaml", "table").ok().contains(line));
    let bound = |policy: &str| play(policy, "json").json()["rows"][0]["false_rollback_bound"].clone();
    assert!(bound("sharing.yaml").is_null(), "a threshold promises nothing");
    // Two gates at 1% of each of eleven looks.
    assert_eq!(bound("own.yaml"), 0.22);
    assert!(!play("own.yaml", "table").ok().contains("by chance"));
}

#[test]
fn the_seed_of_a_score_is_its_first() {
    let at = |seed: &str| rows(&["--scenario", "cancel-latency-spike", "--trials", "1", "--seed", seed]);
    let detected = trial("cancel-latency-spike", 9, &[]);
    assert_eq!(at("9")[0]["harmed"]["mean"].as_f64().unwrap(), whole(&detected, "harmed") as f64);
}

#[test]
fn the_contract_files_run_as_they_are() {
    let Some(contract) = beside("contract") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(contract).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.extension().is_none_or(|e| e != "yaml") || path.ends_with("nobody.yaml") {
            continue;
        }
        let trial = trial(path.to_str().unwrap(), 1, &[]);
        assert!(whole(&trial, "events") > 0);
        let signal = |name: &str, key: &str| trial["signals"][name]["stable"][key].as_f64();
        match trial["scenario"].as_str().unwrap() {
            // The sd of the mean wait over seeds is 0.010 at 2e6 customers, a little more here: 4 sigma.
            "mm16" => assert!((signal("runs.wait", "mean").unwrap() - 0.3696).abs() < 0.042),
            "mm4k8" => {
                let share = signal("runs.rejected", "count").unwrap() / signal("runs.starts", "count").unwrap();
                assert!((share - 0.2289).abs() < 0.003, "{share}");
            }
            "storm-10k" => {
                // The fluid: all but what is accepted within the first second of back-off pile up.
                assert!((signal("sockets.backlog", "max").unwrap() - 9_500.0).abs() < 60.0);
                assert!((signal("sockets.reconnect_time", "max").unwrap() - 20.0).abs() < 0.5);
            }
            "recorded-code" => assert_eq!(whole(&trial["recorded"], "read"), 8_819),
            _ => {}
        }
        seen += 1;
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn other_columns_and_clocks_are_read() {
    let scenario = |keys: &str| {
        format!(
            "scenario: replay\npolicy: careful\nexpect: promote\nhorizon: 1h\ntraffic:\n  recorded:\n    file: rows.csv\n    {keys}\n\
             system: {{ api: {{ calls: {{ servers: 8 }} }} }}\ntelemetry: {{ scrape: 15s }}\nobjectives: []\n"
        )
    };
    let rows = |stamp: &dyn Fn(u64) -> String| {
        let row = |i: u64| format!("user-{},{},{},{}\n", i % 7, stamp(i), 20 + i % 50, if i % 100 == 9 { 503 } else { 200 });
        format!("who,when,ms,code\n{}", (0..600).map(row).collect::<String>())
    };
    let clock = |i: u64| format!("{:02}:{:02}", i / 20, i * 3 % 60);
    let stamps: [(&str, String); 5] = [
        ("{ column: when }", rows(&|i| format!("2026-03-02T08:{}Z", clock(i)))),
        ("{ column: when, zone: Europe/Berlin }", rows(&|i| format!("2026-03-02 08:{}", clock(i)))),
        ("when", rows(&|i| (1_772_438_400 + 3 * i).to_string())),
        ("{ column: when, format: unix_ms }", rows(&|i| (1_772_438_400_000 + 3_000 * i).to_string())),
        ("{ column: when }", rows(&|i| format!("2026-03-02T08:{}+01:00", clock(i)))),
    ];
    let keys = "key: who\n    service: { column: ms, unit: ms }\n    outcome: { column: code, failed: \">=500\" }";
    let played: Vec<Value> = stamps
        .iter()
        .map(|(time, csv)| {
            let folder = folder(&[("replay.yaml", &scenario(&format!("time: {time}\n    {keys}"))), ("rows.csv", csv)]);
            let trial = gatecrash_in(folder.path(), &["run", "replay.yaml", "--format", "json"]).json();
            let [read, used] = ["read", "used"].map(|key| whole(&trial["recorded"], key));
            assert_eq!((read, used), (600, 600), "{time}");
            trial["signals"].clone()
        })
        .collect();
    let errors: u64 = played[0]["api.errors"].as_object().unwrap().values().map(|arm| whole(arm, "count")).sum();
    assert_eq!(errors, 6, "rows that failed fail again");
    assert!(played.iter().all(|signals| *signals == played[0]), "the same moments, written in five ways");
}

#[test]
fn a_policy_of_a_scenario_stands_beside_it() {
    let scenario = crate::support::library_text("healthy-day").replace("policy: careful", "policy: beside.yaml");
    let policy = "policy: beside\nround: 1m\ngates: {}\nstages: [ { name: canary, cohort: 50%, soak: 5m } ]\n";
    let folder = folder(&[("s.yaml", &scenario), ("beside.yaml", policy)]);
    let ran = gatecrash(&["run", &path(&folder, "s.yaml")]);
    assert!(ran.err.starts_with("warning: ") && ran.err.contains("the last stage is 50%"), "{}", ran.err);
    assert!(ran.ok().contains("healthy-day x beside, seed 1, expect promote"));
}
