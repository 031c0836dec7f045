//! The built-in library holds together.

use gatecrash_scenarios::{
    fits, general_policies, library_policies, library_scenarios, load_policy, load_scenario, runbook_policies,
};
use gatecrash_sim::scenario::{Expect, Traffic};

#[test]
fn every_general_policy_fits_every_scenario_without_a_family() {
    for scenario in library_scenarios().into_iter().filter(|listed| listed.family.is_none()) {
        let loaded = load_scenario(&scenario.name).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(loaded.value.name, scenario.name);
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        assert!(!scenario.about.is_empty() && !loaded.value.objectives.is_empty());
        assert_eq!((scenario.expect, scenario.slow), (Some(loaded.value.expect), loaded.value.slow));
        assert_eq!(
            loaded.value.expect == Expect::Rollback,
            scenario.name != "traffic-surge" && scenario.name != "background-incident" && !loaded.value.faults.is_empty()
        );
        for policy in general_policies() {
            let policy = load_policy(&policy.name).unwrap_or_else(|e| panic!("{e}"));
            assert!(policy.warnings.is_empty() && !policy.value.about.is_empty(), "{:?}", policy.warnings);
            fits(&loaded, &policy).unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

#[test]
fn every_scenario_of_a_family_fits_its_policy() {
    for scenario in library_scenarios().into_iter().filter(|listed| listed.family.is_some()) {
        let loaded = load_scenario(&scenario.name).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((&loaded.value.name, &loaded.policy), (&scenario.name, &scenario.family));
        assert_eq!((scenario.expect, scenario.slow), (Some(loaded.value.expect), loaded.value.slow));
        assert!(loaded.warnings.is_empty() && !scenario.about.is_empty(), "{}: {:?}", scenario.name, loaded.warnings);
        let policy = load_policy(scenario.family.as_deref().unwrap()).unwrap_or_else(|e| panic!("{e}"));
        let warnings = fits(&loaded, &policy).unwrap_or_else(|e| panic!("{e}"));
        let odd = |w: &&String| ["not judged", "never ready", "does not ask"].iter().any(|part| w.contains(part));
        assert_eq!(warnings.iter().find(odd), None, "{}", scenario.name);
        let gates: Vec<&str> = policy.value.gates.iter().map(|gate| gate.name.as_str()).collect();
        assert!(scenario.gate.is_none_or(|gate| gates.contains(&gate.as_str())), "{}: {gates:?}", scenario.name);
    }
}

#[test]
fn each_policy_is_general_or_of_a_runbook() {
    let all: Vec<String> = general_policies().into_iter().chain(runbook_policies()).map(|policy| policy.name).collect();
    assert_eq!(all, library_policies().into_iter().map(|policy| policy.name).collect::<Vec<_>>());
    assert_eq!(general_policies().len(), 5);
    assert!(all.iter().all(|name| load_policy(name).is_ok_and(|policy| policy.value.name == *name)));
}

#[test]
fn scenarios_stay_within_the_size_of_the_library() {
    for scenario in library_scenarios() {
        let loaded = load_scenario(&scenario.name).unwrap().value;
        let requests = match &loaded.traffic {
            Some(Traffic::Poisson { rate }) => rate * loaded.horizon.seconds(),
            Some(Traffic::Recorded(trace)) => trace.rows.len() as f64,
            Some(Traffic::Diurnal { mean, .. }) => mean * loaded.horizon.seconds(),
            Some(Traffic::Bursty { base, burst, every, lasting }) => {
                let burning = lasting.seconds() / (every.seconds() + lasting.seconds());
                base * (1.0 + burning * (burst - 1.0)) * loaded.horizon.seconds()
            }
            Some(Traffic::Sessions { rate, requests, .. }) => rate * requests.mean() * loaded.horizon.seconds(),
            None => 0.0,
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

#[test]
fn every_rule_names_a_scenario_to_try_it_on() {
    for entry in gatecrash_policies::rules::RULES {
        let found = gatecrash_scenarios::load_scenario(entry.right_for);
        assert!(found.is_ok(), "{}: `{}` is no scenario of the library", entry.name, entry.right_for);
    }
}
