//! What the benches share: built-in scenarios and policies, loaded or not at all, and what came of trials.

use gatecrash_policies::{Policy, Time};
use gatecrash_scenarios::{load_policy, load_scenario, scenario_from_text};
use gatecrash_sim::Scenario;
use gatecrash_sim::trial::{Outcome, Trial};

/// A built-in scenario.
pub fn scenario(name: &str) -> Scenario {
    load_scenario(name).unwrap_or_else(|e| panic!("{e}")).value
}

/// A built-in policy.
pub fn policy(name: &str) -> Policy {
    load_policy(name).unwrap_or_else(|e| panic!("{e}")).value
}

/// Sixteen exponential servers at 90 % load, long enough that nothing but the loop counts, and no objective: no twin is played.
pub fn sixteen_servers() -> Scenario {
    let text = "{ scenario: sixteen-servers, about: a bench, policy: careful, expect: promote, horizon: 2h, \
                subjects: { count: 2_000 }, traffic: { poisson: { rate: 144/s } }, telemetry: { scrape: 15s, delay: 20s }, \
                system: { runs: { calls: { service: exp(mean=100ms), servers: 16 } } } }";
    scenario_from_text("sixteen-servers.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value
}

/// What came of some trials of a policy in a scenario.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// How many.
    pub trials: u64,
    /// Rolled back after harm.
    pub detected: u64,
    /// Rolled back for nothing.
    pub false_rollbacks: u64,
    /// Came to no end that says anything.
    pub insufficient: u64,
    /// Requests that met the canary.
    pub exposed: u64,
    /// Harmed outcomes.
    pub harmed: u64,
    /// Microseconds to the decision, of those that were detected.
    delays: Vec<u64>,
}

impl Cell {
    /// Adds a trial; time counts from `onset`, or else from the first harm.
    pub fn add(&mut self, trial: &Trial, onset: Option<Time>) {
        self.trials += 1;
        self.detected += u64::from(trial.outcome == Outcome::Detected);
        self.false_rollbacks += u64::from(trial.outcome == Outcome::FalseRollback);
        self.insufficient += u64::from(trial.outcome == Outcome::Insufficient);
        self.exposed += trial.exposed_requests;
        self.harmed += trial.harmed;
        let found = onset.or(trial.instants.harmed).zip(trial.instants.decided);
        self.delays.extend(found.filter(|_| trial.outcome == Outcome::Detected).map(|(from, decided)| decided.since(from).0));
    }

    /// Both lots together.
    pub fn merge(&mut self, more: Cell) {
        self.trials += more.trials;
        self.detected += more.detected;
        self.false_rollbacks += more.false_rollbacks;
        self.insufficient += more.insufficient;
        self.exposed += more.exposed;
        self.harmed += more.harmed;
        self.delays.extend(more.delays);
    }

    /// The median time to the decision, in seconds.
    pub fn median_delay(&self) -> Option<u64> {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        delays.get(delays.len() / 2).map(|micros| micros / 1_000_000)
    }
}

/// `4m 30s`, `2h 5m`, `1d 3h`; a dash where there is none.
pub fn duration(seconds: Option<u64>) -> String {
    match seconds {
        None => "-".into(),
        Some(s) if s >= 86_400 => format!("{}d {}h", s / 86_400, s % 86_400 / 3_600),
        Some(s) if s >= 3_600 => format!("{}h {}m", s / 3_600, s % 3_600 / 60),
        Some(s) => format!("{}m {}s", s / 60, s % 60),
    }
}
