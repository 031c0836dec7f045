//! What the reader refuses for its form, the schema refuses.

use super::{Of, SCORES, SUITE, complaints, file, refusal};
use crate::schema::SchemaOf;

const POLICY: &str = "\
policy: p
round: 1m
readiness: { require: [ plan, { item: owner, closes: 6h } ] }
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 5m, rule: { exceedance: { alpha: 1% } }, min_samples: 20 }
stages:
  - { name: canary, cohort: 5%, soak: 10m, enter: [ { probe: smoke, count: 1 } ], review: { every: 7d } }
  - { name: everyone, cohort: 100%, soak: 1 business day }
measure: [ { gate: errors, at: [24h] } ]
rollback:
  budget: { withdraw_within: 1h }
  playbook: [ { name: nobody, cohort: nobody, takes: 1m } ]
  validate: { gates: [errors], clean_for: 5m }
";

const SCENARIO: &str = "\
scenario: s
expect: rollback
horizon: 1h
readiness: { plan: { claimed: yes, true: no } }
subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 1/s } }
wobble: { latency: 0.1, correlation: 10m }
system:
  runs: { calls: { service: exp(mean=1s), retry: { attempts: 2, backoff: none }, hops: { count: 2, latency: 1s } } }
  tickets: { effects: { after: runs, idempotency: on } }
telemetry: { scrape: 15s, delay: 20s }
steering: { propagation: 10s }
operators: { hours: weekdays 09:00-18:00 }
objectives: [ runs.errors == 0 ]
faults: [ { fault: error_burst, at: { stage: canary, after: 1m }, shape: { ramp: 10m } } ]
";

fn of(kind: Of) -> &'static str {
    match kind {
        SchemaOf::Policy => POLICY,
        SchemaOf::Scenario => SCENARIO,
        SchemaOf::Suite(_) => SUITE,
    }
}

#[test]
fn they_are_right_until_they_are_broken() {
    for kind in super::KINDS {
        let source = file("a.yaml", of(kind));
        assert_eq!(refusal(kind, &source), None);
        assert_eq!(complaints(kind, &source.tree), Vec::<String>::new());
    }
}

/// Both refuse the file with `from` replaced by `to`.
fn check(kind: Of, from: &str, to: &str) {
    let text = of(kind).replacen(from, to, 1);
    assert_ne!(text, of(kind), "`{from}` stands in it");
    let source = file("a.yaml", &text);
    assert!(refusal(kind, &source).is_some(), "the reader takes {to}");
    let said = complaints(kind, &source.tree);
    assert!(said.iter().any(|said| said.starts_with("Core: ")), "the schema takes {to}: {said:?}");
}

#[test]
fn policies_of_the_wrong_form() {
    for (from, to) in [
        ("round:", "rounds:"),
        ("round: 1m\n", ""),
        ("round: 1m", "round: 60"),
        ("round: 1m", "round: [1m]"),
        ("require:", "requires:"),
        ("item: owner", "name: owner"),
        ("min_samples", "min_sample"),
        ("min_samples: 20", "min_samples: some"),
        ("check: ratio", "check: ration"),
        ("<= 2%", "=< 2%"),
        ("exceedance: {", "excedance: {"),
        ("{ exceedance: { alpha: 1% } }", "excedance"),
        ("{ exceedance: { alpha: 1% } }", "any"),
        ("{ exceedance: { alpha: 1% } }", "[exceedance]"),
        ("{ exceedance: { alpha: 1% } }", "{ any: [excedance] }"),
        ("{ exceedance: { alpha: 1% } }", "{ exceedance: 1%, threshold: {} }"),
        ("alpha: 1%", "alfa: 1%"),
        ("alpha: 1%", "alpha: 5"),
        ("soak: 10m", "soaks: 10m"),
        ("soak: 10m", "soak: long"),
        ("cohort: 5%", "cohort: some"),
        ("cohort: 5%", "cohort: { planet: mars }"),
        ("cohort: 5%", "cohort: 5"),
        ("name: canary, ", ""),
        ("probe: smoke", "prob: smoke"),
        ("every: 7d", "each: 7d"),
        ("at: [24h]", "ate: [24h]"),
        ("withdraw_within", "withdraw"),
        ("takes: 1m", "take: 1m"),
        ("clean_for", "clean"),
        ("gates: [errors]", "gates: errors"),
        ("playbook: [ { name: nobody, cohort: nobody, takes: 1m } ]", "playbook: { name: nobody, cohort: nobody, takes: 1m }"),
    ] {
        check(SchemaOf::Policy, from, to);
    }
}

#[test]
fn scenarios_of_the_wrong_form() {
    for (from, to) in [
        ("horizon:", "horizn:"),
        ("expect: rollback", "expect: rolback"),
        ("claimed", "claim"),
        ("surfaces:", "surface:"),
        ("web: 60%", "web: 160"),
        ("poisson", "poison"),
        ("{ poisson: { rate: 1/s } }", "{ poisson: { rate: 1/s }, bursty: {} }"),
        ("rate: 1/s", "rates: 1/s"),
        ("rate: 1/s", "rate: 1"),
        ("latency: 0.1", "latencies: 0.1"),
        ("calls:", "cals:"),
        ("service:", "servise:"),
        ("exp(mean=1s)", "expo(mean=1s)"),
        ("attempts:", "attempt:"),
        ("count: 2, latency", "counts: 2, latency"),
        ("idempotency: on", "idempotency: maybe"),
        ("idempotency: on", "idempotence: on"),
        ("after: runs, ", ""),
        ("scrape:", "scrapes:"),
        ("propagation:", "propagate:"),
        ("weekdays 09:00-18:00", "weekends"),
        ("hours:", "hour:"),
        ("runs.errors == 0", "runs.errors"),
        ("error_burst", "error_brust"),
        ("fault: error_burst", "bend: { errors: 2% }"),
        ("fault: error_burst", "fault: error_burst, bend: { runs.error_rate: 2% }"),
        ("fault: error_burst, ", ""),
        ("stage: canary", "stages: canary"),
        ("ramp: 10m", "rmp: 10m"),
        ("shape: { ramp: 10m }", "shape: ramp"),
        ("faults: [ {", "faults: [ [], {"),
    ] {
        check(SchemaOf::Scenario, from, to);
    }
}

#[test]
fn suites_of_the_wrong_form() {
    for (from, to) in [
        ("cases:", "case:"),
        ("suite: s", "suite: [s]"),
        ("min: 100", "minimum: 100"),
        ("min: 100", "min: few"),
        ("scenario: healthy-day", "scenarios: healthy-day"),
        ("expect: [", "expects: ["),
        ("severity: [ 1x, 1.5x ]", "severity: [ 1, 1.5x ]"),
        ("[ 5s, 1m ]", "5s"),
        ("with: {", "with: [ ] #"),
        ("wobble: 2x", "wobble: 2x\n    replay: friday.jsonl"),
        ("replay: drills/friday.jsonl", "replays: drills/friday.jsonl"),
        ("replay: drills/friday.jsonl", "replay: [ drills/friday.jsonl ]"),
        ("replay: drills/monday.yaml", "replay: drills/monday.yaml, trials: { max: 10 }"),
        ("expect: caught_by(errors) >= 90%", "expect: { caught_by: 90% }"),
    ] {
        check(SchemaOf::Suite(SCORES), from, to);
    }
}

/// What an expectation says is for whoever measures to read; the schema marks what cannot be one.
#[test]
fn expectations_of_the_wrong_form() {
    let right = "detection_rate >= 99%";
    for wrong in
        ["detection_rat >= 99%", "detection_rate = 99%", "detection_rate >=", "time_to_detect <= 5m", "gaps.drain.p99 < 4m"]
    {
        let source = file("s.yaml", &SUITE.replace(right, wrong));
        assert!(!complaints(SchemaOf::Suite(SCORES), &source.tree).is_empty(), "{wrong}");
    }
}
