//! The worlds in which the rules are compared: one system, healthy in six ways and broken in four.

use gatecrash_scenarios::scenario_from_text;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::Expect;

/// Into the canary stage, the release breaks. The stage takes effect at once.
pub const ONSET_MINUTES: u64 = 20;

/// Errors and latencies are what most gates read; `leaked` never happens unless the release is broken.
pub const BASE: &str = "\
scenario: rules
about: One service whose requests fail now and then.
expect: promote
horizon: 2h 30m
subjects: { count: 2_000 }
traffic: { poisson: { rate: 5/s } }
wobble: { latency: 0.15, rate: 0.15, errors: 0.3, correlation: 15m }
system:
  runs: { calls: { service: lognormal(median=2s p95=9s), errors: 2%, marks: { leaked: 0% } } }
telemetry: { scrape: 15s, delay: 20s }
objectives: [ runs.errors == 0, runs.latency <= 30s, runs.leaked == 0 ]
";

const BREACH: &str = "faults: [ { bend: { runs.error_rate: 2x, runs.latency: 2x, runs.leaked: +0.1% }, \
                      at: { stage: canary, after: 20m } } ]\n";
const RAMP: &str = "faults: [ { bend: { runs.error_rate: 4x, runs.latency: 4x, runs.leaked: +0.3% }, shape: { ramp: 1h }, \
                    at: { stage: canary, after: 20m } } ]\n";
const INCIDENT: &str = "faults: [ { bend: { runs.error_rate: +6%, runs.latency: 3x }, at: 30m, for: 20m, on: both } ]\n";
const BURSTY: &str = "bursty: { base: 3.125/s, burst: 4x, every: 20m, for: 5m }";

/// A world, and how it is called.
pub struct World {
    /// The head of its column.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// What is played.
    pub scenario: Scenario,
}

impl World {
    /// Whether a rollback is right.
    pub fn is_broken(&self) -> bool {
        self.scenario.expect == Expect::Rollback
    }

    fn drifting(mut self, times: f64) -> World {
        self.scenario.wobble = self.scenario.wobble.times(times);
        self
    }

    fn sized(mut self, severity: f64) -> World {
        self.scenario.severity = severity;
        self
    }
}

fn world(name: &'static str, about: &'static str, text: &str) -> World {
    let scenario = scenario_from_text("rules.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
    World { name, about, scenario }
}

fn healthy(name: &'static str, about: &'static str, traffic: &str) -> World {
    world(name, about, &BASE.replace("poisson: { rate: 5/s }", traffic))
}

fn broken(name: &'static str, about: &'static str, faults: &str) -> World {
    world(name, about, &format!("{}{faults}", BASE.replace("expect: promote", "expect: rollback")))
}

/// All of them: those in which a rollback is wrong come first.
pub fn all() -> Vec<World> {
    let poisson = |rate: &str| format!("poisson: {{ rate: {rate}/s }}");
    vec![
        healthy("still", "Nothing is wrong, and nothing drifts.", &poisson("5")).drifting(0.0),
        healthy("drifting", "Nothing is wrong. Services drift as they do (log-sd 0.15, of errors 0.3, over 15m).", &poisson("5")),
        healthy("2x drift", "They drift twice as far.", &poisson("5")).drifting(2.0),
        healthy("a tenth", "As drifting, with a tenth of the traffic.", &poisson("0.5")),
        healthy("bursty", "As drifting, with the same traffic in bursts of four times the rate.", BURSTY),
        world(
            "incident",
            "Something that both arms depend on breaks from 30m to 50m; the canary is innocent.",
            &format!("{BASE}{INCIDENT}"),
        ),
        broken("1.5x", "After 20m the canary errs and takes 1.5 times as much, and leaks in 0.05% of requests.", BREACH)
            .sized(0.5),
        broken("2x", "Twice as much, and leaks in 0.1%.", BREACH),
        broken("4x", "Four times as much, and leaks in 0.3%.", BREACH).sized(3.0),
        broken("ramp", "The same comes little by little within an hour.", RAMP),
    ]
}

/// A fifth of all requests fail, enough at every look for the normal distribution to hold, and samples arrive at once, so that each look
/// brings as much news as any other.
pub fn for_peeking() -> World {
    let text = BASE.replace("errors: 2%", "errors: 20%").replace(", delay: 20s", "");
    world("peeking", "", &text).drifting(0.0)
}
