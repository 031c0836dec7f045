//! The kit of every library scenario.

use super::{BRIEF, files, handed_out};
use crate::cast::Cast;
use crate::stop::StopIf;
use gatecrash_scenarios::library_scenarios;
use gatecrash_sim::presets::PRESETS;
use std::collections::BTreeMap;

fn kit(scenario: &str) -> Vec<(String, String)> {
    files(&Cast::load(scenario, None, &[]).unwrap(), 3)
}

fn text<'a>(kit: &'a [(String, String)], name: &str) -> &'a str {
    &kit.iter().find(|(other, _)| other == name).expect(name).1
}

/// The general ones: as many as a test has time to play.
fn some_scenarios() -> Vec<String> {
    let quick = library_scenarios().into_iter().filter(|listed| !listed.slow && listed.family.is_none());
    quick.map(|listed| listed.name).collect()
}

/// In every scenario of the library, with its own policy.
#[test]
fn only_the_brief_tells() {
    let all = library_scenarios();
    assert!(all.len() > 100, "{}", all.len());
    for listed in all {
        let scenario = listed.name;
        let cast = Cast::load(&scenario, listed.family.as_deref(), &[]).unwrap();
        let faults = cast.scenario.faults.iter().map(|fault| fault.name.as_str()).filter(|name| *name != "bend");
        let presets = PRESETS.iter().flat_map(|preset| [preset.name, preset.about]);
        let telling = [scenario.as_str(), cast.scenario.about.as_str()];
        // What the policy says operators know: a signal may be called like a fault.
        let policy = format!("{:?}", cast.policy);
        let told: Vec<&str> = telling.into_iter().chain(faults).chain(presets).filter(|told| !policy.contains(told)).collect();
        for (name, text) in handed_out(&cast) {
            let tells = told.iter().find(|told| text.contains(**told));
            assert_eq!(tells, None, "{name} of {scenario}");
        }
    }
}

/// Whatever goes wrong in a system, operators read the same: not even whether anything goes wrong can be told.
#[test]
fn the_other_files_hang_on_policy_and_system_alone() {
    let mut first: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for listed in library_scenarios() {
        let cast = Cast::load(&listed.name, listed.family.as_deref(), &[]).unwrap();
        let files = handed_out(&cast);
        let known = first.entry(format!("{} {:?}", cast.policy.name, cast.game().catalog())).or_insert_with(|| files.clone());
        for (file, other) in files.iter().zip(known.iter()) {
            assert_eq!(file, other, "{}", listed.name);
        }
    }
    assert!((5..50).contains(&first.len()), "{}", first.len());
}

#[test]
fn the_brief_tells_all() {
    let kit = kit("cancel-latency-spike");
    let brief = text(&kit, BRIEF);
    for told in ["cancel_latency_spike", "cancel-latency-spike", "Roll back", "0:04:00", "gatecrash act inject telemetry_lag"] {
        assert!(brief.contains(told), "{told}: {brief}");
    }
    insta::assert_snapshot!(brief);
}

#[test]
fn what_is_handed_out() {
    let kit = kit("healthy-day");
    let names = ["abort.md", "roles.md", "checklist.md", "hypothesis.md"];
    insta::assert_snapshot!(names.map(|name| text(&kit, name)).join("\n----\n\n"));
    assert!(text(&kit, "prometheus.yml").contains("rule_files: [rules.yml, gate-rules.yml]"));
    assert!(!kit.iter().any(|(name, _)| name == "tokens"), "tokens are secrets");
}

#[test]
fn stop_conditions_are_read_back() {
    for scenario in some_scenarios() {
        let cast = Cast::load(&scenario, None, &[]).unwrap();
        let trial = cast.game().play(3, false).remove(0);
        let condition = super::brief::stop_if(&trial);
        let read = StopIf::read(&condition).unwrap();
        let harm = gatecrash_sim::play::Harm { harmed: trial.harmed, ..Default::default() };
        assert!(!read.holds(&harm, trial.exposed_requests), "{scenario}: {condition} would end what the policy alone does");
    }
}

/// What readiness and playbook of a runbook come to.
#[test]
fn the_checklist_of_a_runbook() {
    let policy = gatecrash_scenarios::load_policy("run-control").unwrap().value;
    insta::assert_snapshot!(super::checklist::text(&policy));
}
