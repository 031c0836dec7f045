//! What does not fit a system is said before it runs.

use crate::world::{catalog, gate, policy, secs};
use gatecrash_policies::policy::Rule;
use gatecrash_policies::{Rollout, check_scrape};

fn mistake(text: &str, rule: Rule) -> String {
    let policy = policy(vec![gate("g", text, rule)]);
    match Rollout::segments(&policy, &catalog()).and_then(|_| Rollout::new(&policy, &catalog())) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{text} binds"),
    }
}

#[test]
fn mistakes_name_the_gate_and_the_remedy() {
    let of = |text| mistake(text, Rule::Threshold);
    assert_eq!(of("count(runs.erors) == 0"), "gate `g`: `runs` has no signal `erors`; did you mean `errors`?");
    assert!(of("count(run.errors) == 0").ends_with("nor such a kind; did you mean `runs.errors`?"));
    assert!(of("count(calls.erors) == 0").contains("did you mean `errors`"));
    assert!(of("p95(runs.errors) <= 1").contains("runs.errors is a counter; use count, rate"));
    assert!(of("count(runs.queue) <= 1").contains("runs.queue is a level; use mean"));
    assert!(of("ratio(runs.errors / runs.queue) <= 1%").contains("runs.queue is a level"));
    assert!(of("streak(runs.errors) < 2").contains("is a counter"));
    assert!(of("total(runs.errors) <= 2 over 5m").contains("use count"));
    assert!(of("growth(runs.queue) <= 1.5x stable").contains("not against stable"));
    assert!(of("count(runs.errors[surface=iso]) == 0").contains("no subject has surface=iso; did you mean `ios`?"));
    assert!(of("count(runs.errors) == 0 per surfaces").contains("did you mean `surface`?"));
    assert!(of("p95(runs.latency) <= { web: 1s, android: 2s }").contains("add `per attribute`"));
    assert!(mistake("mean(runs.latency) <= 1s", Rule::Exceedance { alpha: 0.01 }).contains("tests a share"));
    assert!(mistake("max(runs.queue) <= 1", Rule::MOfN { m: 6, n: 5 }).contains("1 <= m <= n"));
}

#[test]
fn segments_are_those_that_checks_read() {
    let gates = vec![
        gate("one", "count(runs.errors[surface=ios]) == 0", Rule::Threshold),
        gate("all", "p95(runs.latency) <= 1s per surface", Rule::Threshold),
        gate("some", "p95(runs.latency) <= { web: 1s }", Rule::Threshold),
        gate("absent", "count(connections.drops) == 0 per platform", Rule::Threshold),
    ];
    let segments = Rollout::segments(&policy(gates), &catalog()).expect("all is known");
    let values: Vec<_> = segments.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(values, ["ios", "web"]);
}

#[test]
fn a_window_holds_a_scrape() {
    let policy = policy(vec![gate("g", "count(runs.errors) == 0 over 10s", Rule::Threshold)]);
    assert!(check_scrape(&policy, secs(10)).is_ok());
    assert!(check_scrape(&policy, secs(15)).is_err_and(|e| e.message.contains("shorter than a scrape of 15s")));
}

#[test]
fn a_kind_means_all_its_components() {
    let mut two = catalog();
    let others: Vec<_> = two
        .signals
        .iter()
        .cloned()
        .map(|mut s| {
            s.component = "tools".into();
            s
        })
        .collect();
    two.signals.extend(others);
    let policy = policy(vec![gate("g", "ratio(calls.errors / calls.outcomes) <= 1%", Rule::Threshold)]);
    assert!(Rollout::new(&policy, &two).is_ok());
}
