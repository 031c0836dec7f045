//! What `tune` recommends holds on seeds that nobody has seen: a few searches of the kind of which `docs/tune-promise.md` has many.

use crate::support::{folder, gatecrash_in};
use serde_json::Value;

const WORLD: &str = "horizon: 13m\nsubjects: { count: 100 }\ntraffic: { poisson: { rate: 30/m } }\n\
                     wobble: { latency: 0.1, rate: 0.1, correlation: 5m }\n\
                     system: { part: { calls: { service: lognormal(median=300ms p95=800ms) } } }\n\
                     telemetry: { scrape: 15s, delay: 10s }\nobjectives: [ part.latency <= 2s ]\n";

const POLICY: &str = "policy: small\nround: 1m\n\
                      gates: { latency: { check: p95(calls.latency) <= 3s over 4m, rule: threshold, min_samples: 20 } }\n\
                      stages: [ { name: everyone, cohort: 100%, soak: 12m } ]\n";

/// Of at most 5 % false rollbacks.
const LIMIT: f64 = 0.05;

/// The share of false rollbacks and its interval, of the quiet scenario as written.
fn quiet(rows: &Value) -> [f64; 3] {
    let rows = rows.as_array().expect("there are rows");
    let row = rows.iter().find(|row| row["scenario"] == "quiet" && row["wobble"] == 1.0).expect("it was played");
    ["low", "value", "high"].map(|end| row["false_rollback_rate"][end].as_f64().expect("a rate"))
}

/// Each holds with a chance of 97.5 % and more where the limit is just met, and what is recommended lies inside. The seeds are fixed.
#[test]
fn what_is_recommended_holds_on_other_seeds() {
    let scenario = |name: &str, expect: &str, faults: &str| {
        format!("scenario: {name}\npolicy: small.yaml\nexpect: {expect}\n{WORLD}faults: [ {faults} ]\n")
    };
    let slow = scenario("slow", "rollback", "{ bend: { part.latency: 2.2x }, at: { stage: everyone, after: 1m } }");
    let files = [("small.yaml", POLICY), ("quiet.yaml", &scenario("quiet", "promote", "")), ("slow.yaml", &slow)];
    let folder = folder(&files);
    for repetition in 0..3 {
        let seed = (1 + repetition * 10_000_000_u64).to_string();
        let vary = "gates.latency.limit=1s..2s/50ms";
        let goals = ["--vary", vary, "--max-false-rollback", "5%", "--severity", "1x", "--wobble", "1x"];
        let ask = ["tune", "small.yaml", "--scenario", "quiet.yaml", "--scenario", "slow.yaml", "--format", "json"];
        let told = gatecrash_in(folder.path(), &[&ask[..], &goals, &["--seed", &seed, "--out", "out.yaml"]].concat()).json();
        assert_eq!(told["advice"], "change");
        let unseen = (1 + repetition * 10_000_000_u64 + (1 << 34)).to_string();
        let again = ["score", "--policy", "out.yaml", "--scenario", "quiet.yaml", "--trials", "600", "--format", "json"];
        let again = gatecrash_in(folder.path(), &[&again[..], &["--seed", &unseen]].concat()).json();
        let ([low, _, high], [least, value, most]) = (quiet(&told["winner"]["rows"]), quiet(&again["rows"]));
        assert!(least <= LIMIT, "seed {seed}: {value} [{least}, {most}] false rollbacks");
        assert!(least <= high && low <= most, "seed {seed}: {value} [{least}, {most}], and it printed [{low}, {high}]");
    }
}
