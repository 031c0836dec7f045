//! What is wrong with a policy, by itself or together with a scenario, is said with its place.

use crate::support::complains;
use gatecrash_policies::policy::{Act, By, Cohort, OnFail, Rule, SharedAlpha, Split, Unmet};
use gatecrash_policies::time::Span;
use gatecrash_scenarios::{fits, load_scenario, policy_from_text, scenario_from_text};

const GOOD: &str = "\
policy: mine
round: 1m
gates:
  latency:
    check: p95(calls.latency) <= 5s over 10m
    rule: { exceedance: { alpha: 2% } }
    min_samples: 50
  errors: { check: ratio(runs.errors / runs.outcomes) <= 1%, rule: zero_tolerance, on_fail: hold }
stages:
  - { name: canary, cohort: 5%, soak: 10m }
  - { name: everyone, cohort: 100%, soak: 10m, gates: [errors] }
rollback:
  budget: { withdraw_within: 1h }
  playbook:
    - { name: calm down, bend: { sockets.backoff: 3x }, try_for: 5m, when: [errors] }
    - { name: nobody, cohort: nobody, takes: 30s, by: operator }
  validate: { gates: [errors], checks: [ rate(runs.errors) <= 1.2x stable ], clean_for: 5m }
";

/// The complaint about the good one with `from` replaced by `to`, in a quiet day, points at this text and says this.
fn check(from: &str, to: &str, points_at: &str, says: &str) {
    let scenario = load_scenario("healthy-day").unwrap();
    complains(GOOD, (from, to), (points_at, says), |text| fits(&scenario, &policy_from_text("a.yaml", text)?));
}

#[test]
fn a_policy_is_read_in_full() {
    let policy = policy_from_text("p.yaml", GOOD.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value;
    assert_eq!(policy.gates[0].rule, Rule::new("exceedance").with("alpha", 0.02));
    assert_eq!((policy.gates[1].on_fail, policy.gates[1].min_samples), (OnFail::Hold, 1));
    assert_eq!(
        (policy.stages[0].gates.as_slice(), policy.stages[1].gates.as_slice()),
        (&[0, 1][..], &[1][..]),
        "all, unless told"
    );
    assert_eq!(policy.stages[0].cohort, Cohort::Share(0.05));
    let calm = &policy.rollback.playbook[0];
    let bend = Act::Bend {
        component: "sockets".into(),
        knob: "backoff".into(),
        by: By::Times(3.0),
        environments: Vec::new(),
        canary_only: false,
    };
    assert_eq!((calm.acts.as_slice(), calm.try_for, calm.when.as_slice()), (&[bend][..], Some(Span::from_secs(300)), &[1][..]));
    assert!(policy.rollback.playbook[1].by_operator);
    assert_eq!(policy.rollback.validate.checks.len(), 1);
}

#[test]
fn cohorts_and_rules_have_their_forms() {
    let with = |cohort: &str, rule: &str| {
        let text = GOOD.replace("cohort: 5%", &format!("cohort: {cohort}")).replace("zero_tolerance", rule);
        let policy = policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value;
        (policy.stages[0].cohort.clone(), policy.gates[1].rule.clone())
    };
    assert_eq!(with("nobody", "threshold"), (Cohort::Nobody, Rule::new("threshold")));
    assert_eq!(with("shadow", "consecutive").0, Cohort::Shadow);
    assert_eq!(with("internal", "{ consecutive: 4 }"), (Cohort::Internal, Rule::new("consecutive").with("times", 4.0)));
    assert_eq!(
        with("5% of tenants", "{ consecutive: { times: 2 } }"),
        (Cohort::TenantShare(0.05), Rule::new("consecutive").with("times", 2.0))
    );
    let named = Cohort::Named { attribute: "surface".into(), values: vec!["ios".into(), "web".into()], count: None };
    assert_eq!(
        with("{ surface: [ios, web] }", "{ m_of_n: { m: 2, n: 4 } }"),
        (named, Rule::new("m_of_n").with("m", 2.0).with("n", 4.0))
    );
}

#[test]
fn gates_share_a_chance() {
    let with = |alpha: &str| {
        let text = GOOD.replace("round: 1m\n", &format!("round: 1m\nalpha: {alpha}\n"));
        policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value.alpha
    };
    let shared = |total, split| Some(SharedAlpha { total, split });
    assert_eq!(with("5%"), shared(0.05, Split::Bonferroni));
    assert_eq!(with("{ total: 2.5% }"), shared(0.025, Split::Bonferroni));
    assert_eq!(with("{ total: 5%, split: spending }"), shared(0.05, Split::Spending));
    assert_eq!(with("{ split: e_value, total: 10% }"), shared(0.1, Split::EValue));
    assert_eq!(policy_from_text("p.yaml", GOOD.as_bytes()).unwrap().value.alpha, None, "unless told, each gate has its own");
}

#[test]
fn chances_that_cannot_be_shared() {
    let mistake = |alpha: &str, points_at: &str, says: &str| {
        check("round: 1m\n", &format!("round: 1m\nalpha: {alpha}\n"), points_at, says);
    };
    mistake("0%", "0%", "`total` lies between 0% and 100%, like 5%");
    mistake("{ total: 0% }", "0%", "`total` lies between 0% and 100%, like 5%");
    mistake("{ total: 100% }", "100%", "`total` lies between 0% and 100%, like 5%");
    mistake("{ total: 120% }", "120%", "100%");
    mistake("a lot", "a lot", "");
    mistake("{ total: 5%, split: halves }", "halves", "unknown split `halves`");
    mistake(
        "{ total: 5%, spilt: spending }",
        "spilt",
        "unknown key `spilt` in an alpha that all gates share; did you mean `split`?",
    );
    mistake("{ split: spending }", "{ split", "needs the key `total`");
    mistake("{ total: 5%, split: e_value }", "", "the rule `exceedance` keeps no e-value");
}

#[test]
fn rules_stand_in_rules() {
    let read = |rule: &str| {
        let text = GOOD.replace("zero_tolerance", rule);
        policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value.gates[1].rule.clone()
    };
    let exact = || Rule::new("exceedance").with("alpha", 0.005);
    assert_eq!(
        read("{ any: [threshold, { exceedance: { alpha: 0.5% } }] }"),
        Rule::new("any").made_of(vec![Rule::new("threshold"), exact()])
    );
    assert_eq!(
        read("{ k_of_n: { k: 1, of: [exceedance, { all: { of: [zero_tolerance] } }] } }"),
        Rule::new("k_of_n")
            .with("k", 1.0)
            .made_of(vec![Rule::new("exceedance"), Rule::new("all").made_of(vec![Rule::new("zero_tolerance")])])
    );
    assert_eq!(
        read("{ consecutive: { times: 2, rule: { min_samples: { samples: 200, rule: { exceedance: { alpha: 0.5% } } } } } }"),
        Rule::new("consecutive")
            .with("times", 2.0)
            .made_of(vec![Rule::new("min_samples").with("samples", 200.0).made_of(vec![exact()])])
    );
    assert_eq!(read("{ min_samples: 30 }"), Rule::new("min_samples").with("samples", 30.0));
}

#[test]
fn rules_that_do_not_fit_together() {
    let of = |rule, at, says| check("zero_tolerance", rule, at, says);
    of("any", "any", "say which: { any: [threshold, exceedance] }");
    of("{ all: [] }", "[]", "say which");
    of("{ k_of_n: { k: 3, of: [threshold, exceedance] } }", "{ k: 3", "1 <= k <= 2");
    of("{ any: [threshold, treshold] }", "treshold", "did you mean `threshold`?");
    of("{ consecutive: { times: 2, of: [threshold] } }", "of", "unknown key `of` in the rule consecutive");
    of("{ exceedance: { alpha: often } }", "often", "like 5%");
    let deep = format!("{}threshold{}", "{ any: [".repeat(9), "] }".repeat(9));
    of(&deep, "{ any: [threshold] }", "8 deep at most");
}

#[test]
fn a_need_has_a_consequence() {
    let text = GOOD.replace("    min_samples: 50\n", "    needs: count(calls.cancels) >= 5\n    unmet: wait\n");
    let policy = policy_from_text("p.yaml", text.as_bytes()).unwrap().value;
    assert_eq!(policy.gates[0].needs.as_ref().unwrap().unmet, Unmet::Wait);
}

#[test]
fn gates() {
    check("check: p95", "chek: p95", "chek", "unknown key `chek` in a gate; did you mean `check`?");
    check("  errors: {", "  latency: {", "latency", "the key `latency` occurs twice");
    check("<= 5s over", "=< 5s over", "=< 5s ov", "");
    check("p95(calls.latency)", "p95(calls.latncy)", "p95(calls", "did you mean `latency`");
    check("p95(calls.latency)", "p95(cals.latency)", "p95(cals", "unknown metric");
    check("over 10m", "over 10s", "p95(calls", "shorter than a scrape");
    check("zero_tolerance", "zero_tolerence", "zero_tolerence", "unknown rule `zero_tolerence`; did you mean `zero_tolerance`?");
    check("{ exceedance:", "{ excedance:", "excedance", "did you mean `exceedance`?");
    check("alpha: 2%", "alpha: 0%", "0%", "between 0% and 100%");
    check("zero_tolerance", "{ m_of_n: { m: 4, n: 3 } }", "{ m", "1 <= m <= n");
    check("on_fail: hold", "on_fail: wait", "wait", "unknown action `wait`");
    check("min_samples: 50", "min_samples: 0", "0", "at least 1");
    check("min_samples: 50", "unmet: wait", "wait", "`unmet` goes with `needs`");
}

#[test]
fn stages() {
    check("cohort: 5%", "cohort: 500%", "500%", "over 100%");
    check("cohort: 5%", "cohort: 0%", "0%", "nobody");
    check("cohort: 5%", "cohort: everybody", "everybody", "is not a cohort");
    check("cohort: 5%", "cohort: { role: lead, count: 1 }", "{ role", "the subjects have no attribute `role`");
    check("cohort: 5%", "cohort: { surface: [io] }", "{ surface", "there is no surface `io`; did you mean `ios`?");
    check("cohort: 100%", "cohort: 3%", "3%", "`everyone` is smaller than `canary` before it");
    check("gates: [errors] }\nroll", "gates: [erors] }\nroll", "erors", "unknown gate `erors`; did you mean `errors`?");
    check("name: everyone", "name: canary", "canary", "a second stage is called `canary`");
    check("round: 1m", "round: 0s", "0s", "longer than zero");
    let none = policy_from_text("p.yaml", b"policy: p\nround: 1m\nstages: []\n").map(|_| ()).unwrap_err().to_string();
    assert!(none.starts_with("p.yaml:3:9: a policy needs at least one stage"), "{none}");
}

#[test]
fn playbooks() {
    check("sockets.backoff: 3x", "sockets.backof: 3x", "3x", "did you mean `backoff`?");
    check("sockets.backoff: 3x", "socket.backoff: 3x", "3x", "unknown component `socket`; did you mean `sockets`?");
    check("sockets.backoff: 3x", "sockets.backoff: 3%", "3%", "write it like 6x");
    check("sockets.backoff: 3x", "sockets.backoff: collect", "collect", "write it like 6x");
    check("cohort: nobody, takes", "restart: gateway, takes", "gateway", "unknown component `gateway`");
    check(
        "cohort: nobody, takes",
        "cohort: nobody, in: [prod], takes",
        "[prod",
        "unknown environment `prod`; did you mean `production`?",
    );
    check("cohort: nobody, takes", "cohort: nobody, only: tv, takes", "tv", "there is no surface `tv`");
    check("cohort: nobody, takes", "takes", "{ name", "a step does something");
    check("by: operator", "by: robot", "robot", "unknown actor `robot`");
    check("rate(runs.errors)", "rate(runs.erors)", "rate(runs", "did you mean `errors`");
    check("clean_for: 5m", "cleanfor: 5m", "cleanfor", "did you mean `clean_for`?");
}

#[test]
fn a_fault_timed_by_a_stage_needs_that_stage() {
    let scenario = load_scenario("reconnect-storm").unwrap();
    let text = GOOD.replace("name: canary", "name: first");
    let policy = policy_from_text("p.yaml", text.as_bytes()).unwrap();
    let message = fits(&scenario, &policy).unwrap_err().to_string();
    assert!(
        message.contains("by the stage `canary`, which the policy p.yaml does not have; its stages are: first, everyone"),
        "{message}"
    );
    assert!(message.starts_with("reconnect-storm.yaml:"), "{message}");
}

#[test]
fn a_kind_that_the_system_lacks_is_fine() {
    let text = "scenario: s\nexpect: promote\nhorizon: 1h\nsubjects: { count: 10 }\n\
                system: { sockets: { connections: { accept_rate: 50/s } } }\ntelemetry: { scrape: 15s }\n";
    let scenario = scenario_from_text("s.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    let policy = policy_from_text("p.yaml", GOOD.replace("runs.", "calls.").as_bytes()).unwrap();
    let warnings = fits(&scenario, &policy).unwrap_or_else(|e| panic!("{e}"));
    assert!(warnings.iter().any(|w| w.ends_with("kinds that they read: latency, errors")), "{warnings:?}");
}
