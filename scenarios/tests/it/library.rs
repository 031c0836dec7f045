//! The built-in library holds together.

use gatecrash_scenarios::{fits, library_policies, library_scenarios, load_policy, load_scenario};
use gatecrash_sim::scenario::{Expect, Traffic};

#[test]
fn every_policy_fits_every_scenario() {
    for scenario in library_scenarios() {
        let loaded = load_scenario(scenario.name).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(loaded.value.name, scenario.name);
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        assert!(!scenario.about.is_empty() && !loaded.value.objectives.is_empty());
        assert_eq!(
            loaded.value.expect == Expect::Rollback,
            scenario.name != "traffic-surge" && scenario.name != "background-incident" && !loaded.value.faults.is_empty()
        );
        for policy in library_policies() {
            let policy = load_policy(policy.name).unwrap_or_else(|e| panic!("{e}"));
            assert!(policy.warnings.is_empty() && !policy.value.about.is_empty(), "{:?}", policy.warnings);
            fits(&loaded, &policy).unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

#[test]
fn scenarios_stay_within_the_size_of_the_library() {
    for scenario in library_scenarios() {
        let loaded = load_scenario(scenario.name).unwrap().value;
        let requests = match &loaded.traffic {
            Some(Traffic::Poisson { rate }) => rate * loaded.horizon.seconds(),
            Some(Traffic::Recorded(trace)) => trace.rows.len() as f64,
            other => panic!("{other:?}"),
        };
        assert!(requests <= 30_000.0 || loaded.slow, "{}: {requests}", scenario.name);
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let error = load_scenario("helthy-day").unwrap_err().to_string();
    assert!(error.contains("did you mean `healthy-day`"), "{error}");
    let error = load_policy("carefull").unwrap_err().to_string();
    assert!(error.contains("did you mean `careful`"), "{error}");
}

#[test]
fn places_of_a_policy_are_found() {
    let policy = load_policy("careful").unwrap();
    let check = policy.spot("gates.errors.check").unwrap();
    let error = policy.error("gates.errors.check", "too strict");
    assert!(error.to_string().starts_with(&format!("careful.yaml:{}:{}: too strict\n", check.line, check.column)), "{error}");
    assert!(policy.spot("stages.half.soak").is_some() && policy.spot("nonsense").is_none());
}
