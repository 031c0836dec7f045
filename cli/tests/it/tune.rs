//! `tune` as users type it, on a small policy in small worlds of its own.

mod answer;
mod contract;
mod input;
#[cfg(unix)]
mod journal;

use crate::support::{Ran, folder};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// A breach that triples latency, and a rollout that is well.
const SLOW: &str = "\
scenario: slow
policy: p.yaml
expect: rollback
horizon: 1h
subjects: { count: 300 }
traffic: { poisson: { rate: 1/s } }
system:
  api: { calls: { service: lognormal(median=1s p95=3s), errors: 1% } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ api.latency <= 5s, api.errors == 0 ]
faults: [ { fault: latency_regression, by: 3x, at: { stage: canary, after: 1m } } ]
";
const FINE: &str = "\
scenario: fine
policy: p.yaml
expect: promote
horizon: 1h
subjects: { count: 300 }
traffic: { poisson: { rate: 1/s } }
wobble: { latency: 0.1, correlation: 10m }
system:
  api: { calls: { service: lognormal(median=1s p95=3s), errors: 1% } }
telemetry: { scrape: 15s, delay: 10s }
objectives: [ api.latency <= 5s, api.errors == 0 ]
";
/// Its limit is so lax that it catches nothing.
const POLICY: &str = "\
# Ours; see the wiki.
policy: p
round: 1m
gates:
  latency: { check: p95(api.latency) <= 20s over 5m, min_samples: 10 }   # far too lax
  errors: { check: ratio(api.errors / api.outcomes) <= 20% over 5m, min_samples: 20 }
stages:
  - { name: canary, cohort: 20%, soak: 6m }
  - { name: everyone, cohort: 100%, soak: 3m }
rollback: { validate: { gates: [errors], clean_for: 1m } }
";

/// The policy in its two worlds.
pub fn worlds() -> TempDir {
    folder(&[("p.yaml", POLICY), ("slow.yaml", SLOW), ("fine.yaml", FINE)])
}

/// What comes before the dials of nearly every search here.
pub const SEARCH: &str = "tune p.yaml --scenario slow.yaml --scenario fine.yaml --trials 20 --max-false-rollback 20%";
/// A dial that leads from too strict to too lax.
const LIMITS: &str = "--vary gates.latency.limit=4s..12s/2s";

/// Words of a command; none of ours has a space in it.
fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// Runs `gatecrash` there; the user's cache is there as well.
pub fn run(folder: &Path, line: &str) -> Ran {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    let output = command.current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache")).args(words(line)).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("messages are UTF-8");
    let ran = Ran { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) };
    assert!(ran.code != 101 && !ran.err.contains("panicked"), "a bug: gatecrash {line}\n{}", ran.err);
    ran
}

/// What it writes as JSON.
fn json(folder: &Path, line: &str) -> Value {
    let ran = run(folder, &format!("{line} --format json"));
    assert!(ran.code == 0 || ran.code == 1, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON and nothing else")
}

/// A file that was written.
fn written(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
