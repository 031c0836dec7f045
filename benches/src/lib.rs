//! What the benches share: built-in scenarios and policies, loaded or not at all.

use gatecrash_policies::Policy;
use gatecrash_scenarios::{load_policy, load_scenario};
use gatecrash_sim::Scenario;

/// A built-in scenario.
pub fn scenario(name: &str) -> Scenario {
    load_scenario(name).unwrap_or_else(|e| panic!("{e}")).value
}

/// A built-in policy.
pub fn policy(name: &str) -> Policy {
    load_policy(name).unwrap_or_else(|e| panic!("{e}")).value
}
