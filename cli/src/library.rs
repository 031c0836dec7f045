//! The built-in scenarios by the policy that they are for.

use gatecrash_scenarios::{Listed, library_scenarios, runbook_policies};

/// Whether this is the name of a built-in policy that is written for one system, and plays the family of its name.
pub fn is_runbook(policy: &str) -> bool {
    runbook_policies().iter().any(|listed| listed.name == policy)
}

/// The built-in scenarios: general ones first, then the families in the order of their policies.
pub fn scenarios() -> Vec<Listed> {
    let runbooks = runbook_policies();
    let rank = |entry: &Listed| entry.family.as_ref().map(|family| runbooks.iter().position(|policy| policy.name == *family));
    let mut entries = library_scenarios();
    // Stable: within a family, the order of its file. `None` comes first.
    entries.sort_by_key(rank);
    entries
}

/// The built-in scenarios that name this policy as their own.
pub fn scenarios_of(policy: &str) -> Vec<Listed> {
    scenarios().into_iter().filter(|entry| entry.policy.as_deref() == Some(policy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_scenarios::general_policies;

    #[test]
    fn a_policy_is_general_or_of_a_runbook() {
        assert!(general_policies().iter().all(|policy| !is_runbook(&policy.name)));
        assert!(!is_runbook("mine.yaml"));
    }

    #[test]
    fn general_scenarios_come_first() {
        let entries = scenarios();
        let first = entries.iter().position(|entry| entry.family.is_some()).unwrap_or(entries.len());
        assert!(first > 0 && entries[first..].iter().all(|entry| entry.family.is_some()));
        assert!(scenarios_of("careful").iter().any(|entry| entry.name == "healthy-day"));
    }
}
