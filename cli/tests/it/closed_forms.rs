//! The simulator agrees with queueing theory, through a file and `run --format json`.

use crate::support::{folder, gatecrash_in, path, trial, whole};
use serde_json::Value;

const NOBODY: &str = "policy: nobody\nround: 1h\ngates: {}\nstages: [ { name: nobody, cohort: nobody, soak: 400000s } ]\n";
const SEEDS: u64 = 8;

fn scenario(traffic: &str, system: &str, horizon: &str, faults: &str) -> String {
    format!(
        "scenario: form\npolicy: nobody.yaml\nexpect: promote\nhorizon: {horizon}\nwarmup: 100s\nsubjects: {{ count: 10_000 }}\n{traffic}\
         system: {{ part: {system} }}\ntelemetry: {{ scrape: 1m }}\nobjectives: []\n{faults}"
    )
}

/// Plays seeds of a queue and compares the mean of an estimate with what the theory says: within four standard errors, as the seeds
/// themselves show them.
fn agrees(rate: &str, calls: &str, expected: f64, estimate: impl Fn(&Value) -> f64) {
    let text = scenario(&format!("traffic: {{ poisson: {{ rate: {rate} }} }}\n"), &format!("{{ calls: {calls} }}"), "40000s", "");
    let folder = folder(&[("form.yaml", &text), ("nobody.yaml", NOBODY)]);
    let values: Vec<f64> = (1..=SEEDS).map(|seed| estimate(&trial(&path(&folder, "form.yaml"), seed, &[])["signals"])).collect();
    let n = SEEDS as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!((mean - expected).abs() <= 4.0 * error, "{calls} at {rate}: {mean} +- {error}, and {expected} in theory");
    assert!(error < 0.1 * expected.max(0.1), "{calls} at {rate}: the seeds say too little: {mean} +- {error}");
}

fn of(signals: &Value, signal: &str, key: &str) -> f64 {
    signals[format!("part.{signal}")]["stable"][key].as_f64().unwrap_or_else(|| panic!("{signal} has a {key}"))
}

#[test]
fn one_server() {
    agrees("0.7/s", "{ service: exp(mean=1s), servers: 1, queue: unlimited }", 2.3333, |s| of(s, "wait", "mean"));
    agrees("0.7/s", "{ service: exp(mean=1s), servers: 1 }", 2.3333, |s| of(s, "in_system", "mean"));
    agrees("0.5/s", "{ service: exp(mean=1s), servers: 1 }", 5.9915, |s| of(s, "latency", "p95"));
}

#[test]
fn many_servers() {
    agrees("1.4/s", "{ service: exp(mean=1s), servers: 2 }", 0.9608, |s| of(s, "wait", "mean"));
    agrees("5.6/s", "{ service: exp(mean=1s), servers: 8, pool: shared }", 0.1128, |s| of(s, "wait", "mean"));
}

#[test]
fn few_places() {
    let rejected = |s: &Value| of(s, "rejected", "count") / of(s, "starts", "count");
    agrees("4.8/s", "{ service: exp(mean=1s), servers: 4, queue: 4 }", 0.2289, rejected);
    agrees("0.9/s", "{ service: exp(mean=1s), servers: 1, queue: 4 }", 0.1260, rejected);
    agrees("0.9/s", "{ service: exp(mean=1s), servers: 1, queue: 4 }", 1.7903, |s| of(s, "wait", "mean"));
}

/// Pollaczek and Khinchine: rho / (2 (1 - rho)) (1 + cv2) at rho = 1/2.
#[test]
fn any_service() {
    let forms = [
        ("constant(1s)", 0.0),
        ("erlang(k=4 mean=1s)", 0.25),
        ("lognormal(mean=1s sigma=1)", 1.0f64.exp() - 1.0),
        ("hyperexp(mean=1s cv2=4)", 4.0),
    ];
    for (service, cv2) in forms {
        agrees("0.5/s", &format!("{{ service: {service}, servers: 1 }}"), 0.5 * (1.0 + cv2), |s| of(s, "wait", "mean"));
    }
}

/// Everybody is dropped at once and the acceptor takes 500 a second: the last one is back after 20 s and at most its back-off.
#[test]
fn storms_drain_whatever_the_back_off() {
    let forms = [
        ("none", 0.0, 10_000.0),
        ("uniform(window=1s)", 1.0, 9_500.0),
        ("full_jitter(base=2s cap=30s)", 2.0, 9_000.0),
        ("exponential(base=2s cap=30s)", 2.0, 10_000.0),
        ("equal_jitter(base=2s cap=30s)", 2.0, 9_500.0),
        ("constant(3s)", 3.0, 10_000.0),
    ];
    for (backoff, slack, backlog) in forms {
        let system = format!("{{ connections: {{ accept_rate: 500/s, backoff: {backoff}, replay: constant(0s), drop: 0/h }} }}");
        let faults = "faults: [ { bend: { part.disconnect: 100% }, at: 2m, for: 0s, on: both } ]\n";
        let text = scenario("", &system, "10m", faults);
        let folder = folder(&[("form.yaml", &text), ("nobody.yaml", NOBODY)]);
        let signals = gatecrash_in(folder.path(), &["run", "form.yaml", "--format", "json"]).json()["signals"].clone();
        for signal in ["part.drops", "part.reconnects_ok", "part.outcomes"] {
            assert_eq!(whole(&signals[signal]["stable"], "count"), 10_000, "{backoff}: {signal}");
        }
        let last = of(&signals, "reconnect_time", "max");
        assert!((20.0 - 0.1..20.0 + slack + 0.1).contains(&last), "{backoff}: the last one after {last} s");
        let most = of(&signals, "backlog", "max");
        assert!((most - backlog).abs() < 100.0, "{backoff}: {most} waited, {backlog} in theory");
    }
}
