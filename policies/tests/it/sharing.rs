//! One chance of a false rollback, shared by all gates, stages and looks.

use crate::world::{Play, Scrape, catalog, gate, policy};
use gatecrash_policies::policy::{Limit, OnFail, Rule, SharedAlpha, Split};
use gatecrash_policies::{Arm, Bound, Gate, Policy, Rollout, Status};

const TOTAL: f64 = 0.05;

/// A gate that allows this share of errors. Of a single outcome that is one, it makes a p-value of just this.
fn allows(share: f64) -> Gate {
    let mut gate = gate("errors", "ratio(runs.errors / runs.outcomes) <= 1%", Rule::new("exceedance"));
    gate.check.limit = Limit::Absolute(share);
    gate
}

/// One stage of ten minutes, so of eleven looks, whose gates share the chance.
fn shared(gates: Vec<Gate>, split: Split) -> Policy {
    let mut policy = policy(gates);
    policy.stages.truncate(1);
    policy.alpha = Some(SharedAlpha { total: TOTAL, split });
    policy
}

/// What the first of four gates says in the round `minute`, if a single outcome, an error, arrives before it.
fn says(p: f64, split: Split, minute: u64) -> Status {
    let others = || (0..3).map(|_| allows(0.5));
    let mut play = Play::new(&shared([allows(p)].into_iter().chain(others()).collect(), split));
    let error = |arm, stamp| {
        let there = arm == Arm::Canary && stamp == 60 * minute - 30;
        there.then(|| Scrape { outcomes: 1, errors: 1, subjects: 1, ..Scrape::default() })
    };
    play.run(60 * minute, error);
    play.status().expect("the gate was judged")
}

#[test]
fn four_gates_at_eleven_looks_have_a_forty_fourth_each() {
    // With six digits of 0.05 / 44, as p-values have.
    for minute in 1..=10 {
        assert_eq!(says(TOTAL / 44.0, Split::Bonferroni, minute), Status::Fail, "at {minute}m");
        assert_eq!(says(TOTAL / 44.0 + 2e-8, Split::Bonferroni, minute), Status::Pass, "at {minute}m");
    }
}

#[test]
fn spending_spends_little_early_and_more_late() {
    // As of a single test of 1.25%: the second of eleven looks spends 5e-9, the last one 0.37%.
    let equally = TOTAL / 44.0;
    assert_eq!(says(equally / 100.0, Split::Spending, 1), Status::Pass);
    assert_eq!(says(equally * 3.2, Split::Spending, 10), Status::Fail);
    assert_eq!(says(equally * 3.4, Split::Spending, 10), Status::Pass);
}

#[test]
fn stages_share_as_well() {
    let fails = |share| {
        let both = Policy { alpha: Some(SharedAlpha { total: TOTAL, split: Split::Bonferroni }), ..policy(vec![allows(share)]) };
        let mut play = Play::new(&both);
        let error = |arm, stamp| {
            let there = arm == Arm::Canary && stamp == 30;
            there.then(|| Scrape { outcomes: 2, errors: 2, subjects: 1, ..Scrape::default() })
        };
        play.run(60, error);
        play.status() == Some(Status::Fail)
    };
    // Two errors of two: p is the square. Two stages, of which the first has eleven looks.
    let p = TOTAL / 2.0 / 11.0;
    assert!(fails(p.sqrt() * 0.999) && !fails(p.sqrt() * 1.001));
}

/// What a policy promises in the toy world.
fn bound(policy: &Policy) -> Bound {
    let mut catalog = catalog();
    catalog.segments = Rollout::segments(policy, &catalog).expect("it fits");
    Rollout::new(policy, &catalog).expect("it fits").false_rollback_bound()
}

#[test]
fn what_promises_nothing_is_named_and_takes_no_share() {
    let threshold = gate("queue", "max(runs.queue) <= 9", Rule::new("threshold"));
    let of = bound(&shared(vec![allows(0.01), threshold.clone()], Split::Bonferroni));
    assert_eq!(of, Bound { chance: TOTAL, without: vec!["queue".into()] });
    assert_eq!(bound(&shared(vec![threshold], Split::Bonferroni)), Bound { chance: 0.0, without: vec!["queue".into()] });
    let never = gate("errors", "count(runs.errors) == 0", Rule::new("zero_tolerance"));
    assert_eq!(bound(&shared(vec![never], Split::Bonferroni)), Bound::default());
}

#[test]
fn without_a_shared_chance_the_looks_add_up() {
    let own = |gate: Gate| bound(&policy(vec![gate]));
    // Stages of ten and five minutes: eleven looks and six, at 1% each.
    let looks = |gate| (own(gate).chance * 100.0).round();
    assert_eq!(looks(allows(0.01)), 17.0);
    assert_eq!(looks(Gate { on_fail: OnFail::Hold, ..allows(0.01) }), 0.0, "a gate that holds rolls nothing back");
    assert_eq!(looks(gate("drops", "p95(connections.replay) <= 1s", Rule::new("exceedance"))), 0.0, "this system has none");
    let mut surfaces = allows(0.01);
    surfaces.check.per = Some("surface".into());
    assert_eq!(looks(surfaces), 34.0, "two segments");
    assert_eq!(own(Gate { rule: Rule::new("exceedance").with("alpha", 0.5), ..allows(0.01) }).chance, 1.0, "never more than all");
}

#[test]
fn rules_without_an_e_value_cannot_share_by_it() {
    let error = Rollout::new(&shared(vec![allows(0.01)], Split::EValue), &catalog()).expect_err("exceedance keeps none");
    assert_eq!(error.gate, "errors");
    for says in ["`exceedance` keeps no e-value", "use msprt", "or split by bonferroni"] {
        assert!(error.message.contains(says), "{error}");
    }
}

#[test]
fn the_mean_of_e_values_decides() {
    // Errors at 1.25 times what is allowed: evidence of one gate that two gates share.
    let msprt =
        |name: &str, share: &str| gate(name, &format!("ratio(runs.errors / runs.outcomes) <= {share}"), Rule::new("msprt"));
    let fails_at = |gates: Vec<Gate>, split| {
        let mut play = Play::new(&shared(gates, split));
        let scrape = |arm, _| {
            let errors = if arm == Arm::Canary { 25 } else { 20 };
            Some(Scrape { outcomes: 400, errors, subjects: 10, ..Scrape::default() })
        };
        (1..=10).find(|minute| {
            play.run(60 * minute, scrape);
            play.rollout.stage().is_none()
        })
    };
    let two = || vec![msprt("one", "5%"), msprt("other", "5%")];
    let idle = || vec![msprt("one", "5%"), msprt("other", "50%")];
    let alone = fails_at(vec![msprt("one", "5%")], Split::EValue);
    let (together, halved) = (fails_at(two(), Split::EValue), fails_at(two(), Split::Bonferroni));
    assert!(alone.is_some() && together == alone, "two alike are as good as one: {together:?}");
    assert!(halved > together, "and better than half the chance each: {halved:?}");
    assert_eq!(fails_at(idle(), Split::EValue), fails_at(idle(), Split::Bonferroni), "what sees nothing halves the mean");
}

#[test]
fn a_gate_with_too_few_outcomes_brings_no_evidence() {
    let mut gate = gate("one", "ratio(runs.errors / runs.outcomes) <= 5%", Rule::new("msprt"));
    let fails = |gate: Gate| {
        let mut play = Play::new(&shared(vec![gate], Split::EValue));
        let half = |_, _| Some(Scrape { outcomes: 100, errors: 50, subjects: 10, ..Scrape::default() });
        play.run(300, half);
        play.rollout.stage().is_none()
    };
    assert!(fails(gate.clone()));
    gate.min_samples = 1_000_000;
    assert!(!fails(gate));
}
