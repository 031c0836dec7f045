//! The contract files load as they are. They stand beside the repository; without them the tests say so and pass.

use gatecrash_policies::time::{Span, Time};
use gatecrash_scenarios::{fits, load_policy, load_scenario};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{Backoff, Kind, Onset, Traffic};
use std::path::PathBuf;

fn beside(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: there is no {}", path.display());
    None
}

fn name(path: PathBuf) -> String {
    path.to_string_lossy().into_owned()
}

#[test]
fn every_contract_scenario_loads_and_fits_its_policy() {
    let Some(folder) = beside("contract") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "yaml") || path.ends_with("nobody.yaml") {
            continue;
        }
        let scenario = load_scenario(&name(path)).unwrap_or_else(|e| panic!("{e}"));
        let policy = load_policy(scenario.policy.as_deref().unwrap()).unwrap_or_else(|e| panic!("{e}"));
        fits(&scenario, &policy).unwrap_or_else(|e| panic!("{e}"));
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn the_queue_of_the_contract_is_what_it_says() {
    let Some(path) = beside("contract/mm4k8.yaml") else { return };
    let scenario = load_scenario(&name(path)).unwrap();
    let Kind::Calls(calls) = &scenario.value.system[0].kind else { panic!("calls") };
    assert_eq!((calls.servers, calls.queue, calls.service), (Some(4), Some(4), Dist::Exp { mean: 1.0 }));
    assert_eq!(scenario.value.traffic, Some(Traffic::Poisson { rate: 4.8 }));
    assert!(scenario.policy.unwrap().ends_with("contract/nobody.yaml"));
    assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
}

#[test]
fn the_storm_of_the_contract_is_what_it_says() {
    let Some(path) = beside("contract/storm.yaml") else { return };
    let scenario = load_scenario(&name(path)).unwrap().value;
    let Kind::Connections(sockets) = &scenario.system[0].kind else { panic!("connections") };
    assert_eq!((sockets.accept_rate, sockets.backoff), (500.0, Backoff::Uniform(Span::from_secs(1))));
    let fault = &scenario.faults[0];
    assert_eq!((fault.at.clone(), fault.lasting), (Onset::At(Time(120_000_000)), Some(Span::ZERO)));
}

#[test]
fn every_row_of_the_real_traces_is_accounted_for() {
    for (kind, rows) in [("code", 8_819), ("conv", 19_366)] {
        let file = format!("data/azure-llm-2023/AzureLLMInferenceTrace_{kind}.csv");
        let Some(path) = beside(&file) else { return };
        let text = format!(
            "scenario: a\nexpect: promote\nhorizon: 2h\ntraffic:\n  recorded:\n    file: {}\n    time: {{ column: TIMESTAMP, zone: UTC }}\n    \
             service: {{ base: 120ms, per: {{ ContextTokens: 0.05ms }} }}\nsystem: {{ llm: {{ calls: {{ }} }} }}\ntelemetry: {{ scrape: 15s }}\n",
            path.display()
        );
        let loaded = gatecrash_scenarios::scenario_from_text("/a.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        let Some(Traffic::Recorded(trace)) = &loaded.value.traffic else { panic!("recorded") };
        let dropped: u64 = trace.report.dropped.iter().map(|(_, _, rows)| rows).sum();
        assert_eq!((trace.report.read, trace.report.used + dropped), (rows, rows));
        assert_eq!((trace.report.used, trace.report.out_of_order, trace.report.quantised), (rows, 0, None), "{kind}");
        assert_eq!(trace.rows[0].at, Time::ZERO);
    }
}
