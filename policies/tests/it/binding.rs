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
    let of = |text| mistake(text, Rule::new("threshold"));
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
    assert!(mistake("mean(runs.latency) <= 1s", Rule::new("exceedance").with("alpha", 0.01)).contains("tests a share"));
    assert!(mistake("max(runs.queue) <= 1", Rule::new("m_of_n").with("m", 6.0).with("n", 5.0)).contains("1 <= m <= n"));
}

#[test]
fn segments_are_those_that_checks_read() {
    let gates = vec![
        gate("one", "count(runs.errors[surface=ios]) == 0", Rule::new("threshold")),
        gate("all", "p95(runs.latency) <= 1s per surface", Rule::new("threshold")),
        gate("some", "p95(runs.latency) <= { web: 1s }", Rule::new("threshold")),
        gate("absent", "count(connections.drops) == 0 per platform", Rule::new("threshold")),
    ];
    let segments = Rollout::segments(&policy(gates), &catalog()).expect("all is known");
    let values: Vec<_> = segments.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(values, ["ios", "web"]);
}

#[test]
fn a_window_holds_a_scrape() {
    let policy = policy(vec![gate("g", "count(runs.errors) == 0 over 10s", Rule::new("threshold"))]);
    assert!(check_scrape(&policy, secs(10)).is_ok());
    assert!(check_scrape(&policy, secs(15)).is_err_and(|e| e.message.contains("shorter than a scrape of 15s")));
}

#[test]
fn a_window_holds_enough_scrapes_to_tell_how_much_they_differ() {
    let of = |text| check_scrape(&policy(vec![gate("g", text, Rule::new("cusum"))]), secs(15));
    assert!(of("mean(runs.latency) <= 1s over 1m").is_err_and(|e| e.message.ends_with("the window of 1m is shorter than 2m")));
    assert_eq!(of("mean(runs.latency) <= 1s over 2m"), Ok(()));
    assert_eq!(of("ratio(runs.errors / runs.outcomes) <= 1% over 1m"), Ok(()), "counts tell by themselves");
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
    let policy = policy(vec![gate("g", "ratio(calls.errors / calls.outcomes) <= 1%", Rule::new("threshold"))]);
    assert!(Rollout::new(&policy, &two).is_ok());
}
