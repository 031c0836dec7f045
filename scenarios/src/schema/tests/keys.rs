//! Every map that a reader reads is a map of the schema, with exactly the same keys.

use super::{KINDS, Of, built_in, complaints, file, refusal, schema};
use crate::read::seen;
use crate::schema::SchemaOf;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// One of each map that the library does without.
const RARE: [(Of, &str); 2] = [
    (
        SchemaOf::Policy,
        "policy: rare\nround: 1m\nalpha: { total: 5%, split: spending }\ngates:\n  a: { check: count(runs.errors) == 0 }\n\
         measure: { gate: a, at: 24h, from: flip }\nstages: [ { name: all, cohort: 100%, soak: 1h } ]\n",
    ),
    (
        SchemaOf::Scenario,
        "scenario: rare\nexpect: rollback\nhorizon: 1h\nreadiness: { plan: { claimed: 6h, true: no }, other: yes }\n\
         subjects: { count: 10, channels: 2, nodes: 2 }\ntraffic: { TRAFFIC }\n\
         system:\n  runs: { calls: { service: 1s, hops: { count: 2, latency: 1s }, dependency: { errors: 1% } } }\n\
         telemetry: { scrape: 15s }\nobjectives: [ runs.errors == 0 ]\n\
         faults: [ { fault: error_burst, at: { stage: all }, shape: { pulse: { every: 10m, for: 1m } } } ]\n",
    ),
];

const TRAFFIC: [&str; 5] = [
    "poisson: { rate: 1/s }",
    "diurnal: { mean: 1/s, peak: 2x }",
    "bursty: { base: 1/s, burst: 2x, every: 10m, for: 1m }",
    "sessions: { rate: 1/m, requests: 3, think: 10s }",
    "recorded: { file: none.csv, time: { column: at }, outcome: { column: status, failed: error }, service: { base: 1s } }",
];

/// Reads whatever has a map that is read somewhere.
fn read_all() {
    for (of, source) in built_in() {
        assert!(refusal(*of, source).is_none(), "{}", source.file);
    }
    for (of, text) in RARE {
        for traffic in TRAFFIC {
            let source = file("rare.yaml", &text.replace("TRAFFIC", traffic));
            let refusal = refusal(of, &source);
            assert!(refusal.is_none() || traffic.contains("none.csv"), "{traffic}: {refusal:?}");
            let complaints = complaints(of, &source.tree);
            assert!(complaints.is_empty(), "{traffic}: {complaints:?}");
        }
    }
    for rule in gatecrash_policies::rules::RULES {
        let text = RARE[0].1.replace("== 0 }", &format!("== 0, rule: {{ {}: {{}} }} }}", rule.name));
        // Those that need something else in the check say so after they have read the keys.
        let _ = refusal(SchemaOf::Policy, &file("rules.yaml", &text));
    }
}

/// The maps that were read, but for those of families, which have no schema.
fn read_maps() -> BTreeSet<seen::Map> {
    let of_family = ["a family", "the base of a family", "a breach or a near miss"];
    let is_of_family =
        |(what, keys): &seen::Map| of_family.contains(&what.as_str()) || what == "a case" && keys.iter().any(|key| key == "near");
    seen::all().into_iter().filter(|map| !is_of_family(map)).collect()
}

/// The keys of each map of a schema that has keys of ours, but for choices of one, which are not read as fields.
fn maps(schema: &Value, into: &mut BTreeSet<BTreeSet<String>>) {
    match schema {
        Value::Object(map) => {
            let closed = map.get("additionalProperties") == Some(&Value::Bool(false)) && !map.contains_key("minProperties");
            if let Some(Value::Object(properties)) = map.get("properties").filter(|_| closed) {
                into.insert(properties.keys().cloned().collect());
            }
            map.values().for_each(|value| maps(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| maps(item, into)),
        _ => {}
    }
}

#[test]
fn the_keys_of_schemas_are_the_keys_of_readers() {
    read_all();
    let read: BTreeSet<BTreeSet<String>> = read_maps().into_iter().map(|(_, keys)| keys.into_iter().collect()).collect();
    let mut said = BTreeSet::new();
    KINDS.iter().for_each(|of| maps(&schema(*of), &mut said));
    let difference: Vec<_> = read.symmetric_difference(&said).collect();
    assert!(difference.is_empty(), "{difference:#?}");
    assert!(read.len() > 60, "{}", read.len());
}

/// Otherwise the law above would say nothing of it.
#[test]
fn every_map_of_the_readers_is_read_here() {
    read_all();
    let whats: BTreeSet<String> = seen::all().into_iter().map(|(what, _)| what).collect();
    let mut named = 0;
    for text in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for call in text.split("fields(\"").skip(1) {
            let what = call.split('"').next().unwrap();
            assert!(whats.contains(what), "nothing here reads {what}: add it to RARE");
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
}

/// The texts of all sources under a folder, but for families, which have no schema, and tests of schemas.
fn sources(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("families") {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(std::fs::read_to_string(path).unwrap());
        }
    }
    all
}
