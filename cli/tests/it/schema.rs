//! `schema`: what editors and scripts are told is what is read and written.

use crate::support::{folder, gatecrash, gatecrash_in, trial};
use crate::tune;
use jsonschema::Validator;
use serde_json::{Value, json};

const KINDS: [&str; 7] = ["policy", "scenario", "suite", "trial", "score", "tune", "gate-report"];

fn schema(kind: &str) -> Value {
    gatecrash(&["schema", kind]).json()
}

fn validator(kind: &str) -> Validator {
    jsonschema::draft202012::new(&schema(kind)).unwrap_or_else(|e| panic!("{kind}: {e}"))
}

fn complaints(validator: &Validator, instance: &Value) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

fn is_right(validator: &Validator, instance: &Value) {
    assert_eq!(complaints(validator, instance), Vec::<String>::new());
}

#[test]
fn every_kind_prints_a_schema_and_stands_in_the_help() {
    let help = gatecrash(&["schema", "--help"]).ok();
    for kind in KINDS {
        let schema = schema(kind);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert!(schema["description"].as_str().is_some_and(|about| about.len() > 20), "{kind}");
        assert!(help.contains(&format!("- {kind}:")), "{help}");
    }
}

#[test]
fn an_unknown_kind_is_answered_with_those_that_there_are() {
    let ran = gatecrash(&["schema", "polici"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("policy, scenario, suite") && ran.err.contains("similar value exists: 'policy'"), "{}", ran.err);
    assert_eq!(gatecrash(&["schema"]).code, 2);
}

/// What an editor shows: names of rules and faults with what they do.
#[test]
fn the_files_schemas_know_the_catalogs() {
    let (policy, scenario, suite) = (schema("policy").to_string(), schema("scenario").to_string(), schema("suite").to_string());
    for rule in ["threshold", "exceedance", "group_sequential"] {
        assert!(policy.contains(&format!("\"const\":\"{rule}\"")), "{rule}");
    }
    assert!(scenario.contains("\"const\":\"latency_regression\"") && scenario.contains("every request takes longer"));
    for score in ["detection_rate", "gaps.telemetry", "caught_by", "smallest_severity"] {
        assert!(suite.contains(score), "{score}");
    }
}

#[test]
fn expectations_are_those_that_can_be_measured() {
    let validator = validator("suite");
    let suite = |expect: &str| json!({ "suite": "s", "cases": [ { "scenario": "healthy-day", "expect": expect } ] });
    for right in [
        "detection_rate >= 99%",
        "time_to_detect.p95 <= 45m",
        "gaps.drain.max < 1h 30m",
        "caught_by(cancel-to-ack) >= 90%",
        "smallest_severity.at_80 <= 2x",
        "exposed_requests.mean <= 1_000",
    ] {
        is_right(&validator, &suite(right));
    }
    for wrong in ["detection >= 99%", "time_to_detect <= 45m", "detection_rate.p95 >= 1%", "missed", "harmed.p99 <= 3"] {
        assert!(!validator.is_valid(&suite(wrong)), "{wrong}");
    }
}

#[test]
fn trials_are_as_published() {
    let validator = validator("trial");
    let breach = trial("cancel-latency-spike", 3, &[]);
    for trial in [
        breach.clone(),
        trial("healthy-day", 1, &[]),
        trial("cancel-latency-spike", 1, &["--policy", "always-promote"]),
        trial("healthy-day", 1, &["--policy", "always-rollback"]),
        trial("recorded-morning", 1, &[]),
        trial("lost-telemetry", 1, &[]),
        trial("agent-readiness-healthy", 1, &[]),
    ] {
        is_right(&validator, &trial);
    }
    let mut more = breach.clone();
    more["surprise"] = json!(1);
    assert!(!validator.is_valid(&more), "what is not published is not written");
    for key in breach.as_object().unwrap().keys() {
        let mut less = breach.clone();
        less.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&less), "`{key}` is always there");
    }
}

#[test]
fn scores_are_as_published() {
    let validator = validator("score");
    let args = ["score", "--format", "json", "--trials", "3", "--policy", "careful", "--policy", "always-rollback"];
    let both = ["--scenario", "cancel-latency-spike", "--scenario", "healthy-day", "--severity", "0.5x,1x,4x"];
    is_right(&validator, &gatecrash(&[&args[..], &both].concat()).json());
    is_right(&validator, &gatecrash(&["score", "--format", "json", "--trials", "1", "--scenario", "lost-telemetry"]).json());
}

#[test]
fn searches_are_as_published() {
    let validator = validator("tune");
    let folder = tune::worlds();
    let mut advices = Vec::new();
    for more in [
        "--vary gates.latency.limit=4s..12s/4s",
        "--vary gates.latency.limit=25s,30s",
        "--vary gates.latency.limit=25s,30s --min-detection 99%",
        "--vary gates.latency.limit=8s,10s --breach-rate 2% --cost harm=1,rollback=50",
    ] {
        let report = tune::run(folder.path(), &format!("{} {more} --format json", tune::SEARCH));
        let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|_| panic!("{more}: {}", report.err));
        is_right(&validator, &report);
        advices.push(report["advice"].as_str().unwrap().to_string());
    }
    assert!(["change", "keep", "impossible"].iter().all(|advice| advices.iter().any(|a| a == advice)), "{advices:?}");
}

#[test]
fn gate_reports_are_as_published() {
    let validator = validator("gate-report");
    let mut seen = 0;
    for (scenario, more) in [
        ("cancel-latency-spike", &[][..]),
        ("healthy-day", &[]),
        ("lost-telemetry", &[]),
        ("healthy-day", &["--policy", "always-rollback"]),
        ("agent-readiness-healthy", &[]),
        ("voice-healthy", &[]),
    ] {
        let folder = folder(&[]);
        gatecrash_in(folder.path(), &[&["run", scenario, "--gate-report", "out"], more].concat()).ok();
        for entry in std::fs::read_dir(folder.path().join("out")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "json") {
                is_right(&validator, &serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
                seen += 1;
            }
        }
    }
    assert!(seen > 12, "{seen}");
}

#[test]
fn findings_are_as_published() {
    let folder = crate::support::folder(&[
        ("policy.yaml", "policy: p\nround: 1m\nstages: [ { name: a, cohort: 5%, soak: 5m } ]\n"),
        ("suite.yaml", "suite: s\ncases: [ { scenario: healthy-day, policy: policy.yaml, expect: missed >= 0% } ]\n"),
    ]);
    let ran = crate::support::gatecrash_in(folder.path(), &["lint", "policy.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(!report["findings"].as_array().unwrap().is_empty(), "{report}");
    is_right(&validator("lint"), &report);
}

#[test]
fn forecasts_are_as_published() {
    let validator = validator("explain");
    for scenario in
        ["cancel-latency-spike", "healthy-day", "voice-no-dropped-replies", "slow-consumer-leak", "agent-readiness-healthy"]
    {
        is_right(&validator, &gatecrash(&["explain", scenario, "--format", "json"]).json());
    }
}
