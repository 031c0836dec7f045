//! What the benches share: built-in scenarios and policies, loaded or not at all.

use gatecrash_policies::Policy;
use gatecrash_scenarios::{load_policy, load_scenario, scenario_from_text};
use gatecrash_sim::Scenario;

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
