//! `test`: policies judged by what suites expect of them.

mod drills;
mod ending;
mod guide;
mod locks;
mod outputs;
mod replays;

use crate::support::{Ran, folder, gatecrash_in};
use serde_json::Value;
use tempfile::TempDir;

const SCENARIO: &str = "\
scenario: s
policy: p.yaml
expect: rollback
horizon: 1h
subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 1/s } }
system:
  runs: { calls: { service: exp(mean=1s), errors: 1% } }
telemetry: { scrape: 15s, delay: 20s }
objectives: [ runs.errors == 0 ]
faults: [ { fault: error_burst, by: +30%, at: 4m } ]
";
/// Nothing is wrong, and no sample ever arrives.
const SILENT: &str = "\
scenario: silent
policy: p.yaml
expect: promote
horizon: 1h
subjects: { count: 200, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 1/s } }
system:
  runs: { calls: { service: exp(mean=1s) } }
telemetry: { scrape: 15s, delay: 20s, loss: 100% }
";
const POLICY: &str = "\
policy: p
round: 1m
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 8% over 5m, rule: threshold, min_samples: 20 }
  slow: { check: p95(runs.latency) <= 1h over 5m, rule: threshold, min_samples: 20 }
stages:
  - { name: canary, cohort: 20%, soak: 10m }
  - { name: everyone, cohort: 100%, soak: 5m }
rollback: { budget: { withdraw_within: 20m }, validate: { gates: [errors], clean_for: 1m } }
";
/// Three cases: one passes, of one all fails, and one is undecided.
const SUITE: &str = "\
suite: small
trials: { min: 20, max: 20 }
cases:
  - name: burst
    scenario: ./s.yaml
    policy: ./p.yaml
    expect: [ detection_rate >= 50%, time_to_detect.p50 <= 10m ]
  - name: wrong
    scenario: ./s.yaml
    policy: ./p.yaml
    with: { faults.0.by: +6% }
    expect: [ time_to_detect.p50 <= 1s, caught_by(slow) >= 90% ]
  - name: near
    scenario: ./s.yaml
    policy: ./p.yaml
    expect: [ detection_rate >= 99.9% ]
";

/// A folder with the scenarios, the policy, and these suites.
fn small(suites: &[(&str, &str)]) -> TempDir {
    let fixed = [("s.yaml", SCENARIO), ("silent.yaml", SILENT), ("p.yaml", POLICY), ("suite.yaml", SUITE)];
    folder(&[&fixed, suites].concat())
}

fn test(folder: &TempDir, args: &[&str]) -> Ran {
    gatecrash_in(folder.path(), &[&["test"], args].concat())
}

fn json(folder: &TempDir, args: &[&str]) -> Value {
    let ran = test(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

/// Every expectation of a report, with its case.
fn checked(report: &Value) -> Vec<(&Value, &Value)> {
    let suites = report["suites"].as_array().expect("a list").iter();
    let cases = suites.flat_map(|suite| suite["cases"].as_array().expect("a list"));
    cases.flat_map(|case| case["expectations"].as_array().expect("a list").iter().map(move |checked| (case, checked))).collect()
}
