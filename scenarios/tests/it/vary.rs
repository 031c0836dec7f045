//! Parts of a policy called by paths and set to other values: what comes out, and what is said of mistakes.

use gatecrash_policies::policy::{Cohort, Limit, Policy, Rule};
use gatecrash_policies::time::Span;
use gatecrash_scenarios::{Grid, Loaded, edited, fits, load_scenario, policy_from_text};
use proptest::prelude::*;

/// A policy in every style.
pub const GOOD: &str = "\
# Ours.
policy: mine
round: 1m          # often
gates:
  latency:
    check: p95(calls.latency) <= 5s over 10m   # the agreement
    rule: { exceedance: { alpha: 2% } }
  errors: { check: ratio(calls.errors / calls.outcomes) <= 1%, rule: zero_tolerance, on_fail: hold }
  drops: { check: rate(connections.drops) <= 4x stable over 10m, rule: { consecutive: 2 } }
  lag:
    check: \"p95(connections.message_lag) <= { web: 1.5s, ios: 2s } per surface over 1h\"
    rule:            # together
      any:
        - threshold
        - exceedance
stages:
  - { name: canary, cohort: 5%, soak: 60m }
  - { name: half, cohort: 50%, soak: 10m, gates: [errors] }
  - name: everyone
    cohort: 100%
    soak: 10m
rollback:
  playbook:
    - { name: go back, cohort: nobody, takes: 30s }
";

/// The policy of this text.
pub fn good() -> Loaded<Policy> {
    policy_from_text("mine.yaml", GOOD.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

fn grid(arguments: &[&str]) -> Grid {
    Grid::new(&good(), arguments).unwrap_or_else(|e| panic!("{e}"))
}

/// The candidate of one value for each argument.
fn set(arguments: &[&str]) -> Policy {
    grid(arguments).policy(0).unwrap_or_else(|e| panic!("{e}")).value
}

fn mistake(arguments: &[&str]) -> String {
    match Grid::new(&good(), arguments) {
        Ok(_) => panic!("{arguments:?} was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_part_can_be_set() {
    let gate = |name: &str, argument: &str| {
        let policy = set(&[argument]);
        policy.gates.into_iter().find(|gate| gate.name == name).unwrap()
    };
    assert_eq!(gate("latency", "gates.latency.limit=250ms").check.limit, Limit::Absolute(0.25));
    assert_eq!(gate("latency", "gates.latency.window=1h 30m").check.over, Some(Span::from_secs(5_400)));
    assert_eq!(gate("errors", "gates.errors.window=5m").check.over, Some(Span::from_secs(300)), "there was none");
    assert_eq!(gate("latency", "gates.latency.min_samples=50").min_samples, 50);
    assert_eq!(gate("latency", "gates.latency.rule=cusum").rule, Rule::new("cusum"));
    assert_eq!(gate("latency", "gates.latency.rule.alpha=1%").rule, Rule::new("exceedance").with("alpha", 0.01));
    assert_eq!(gate("drops", "gates.drops.rule.times=5").rule, Rule::new("consecutive").with("times", 5.0));
    assert_eq!(gate("drops", "gates.drops.limit=1.5x").check.limit, Limit::TimesStable(1.5));
    assert_eq!(gate("drops", "gates.drops.limit=stable + 1/s").check.limit, Limit::StablePlus(1.0));
    let lag = gate("lag", "gates.lag.limit.ios=3s").check.limit;
    assert_eq!(lag, Limit::PerSegment(vec![("web".into(), 1.5), ("ios".into(), 3.0)]));
    assert_eq!(gate("lag", "gates.lag.rule.of.1.alpha=3%").rule.of[1], Rule::new("exceedance").with("alpha", 0.03));
    assert_eq!(gate("drops", "gates.drops.rule.rule=exceedance").rule.of, [Rule::new("exceedance")]);
    assert_eq!(set(&["stages.canary.cohort=10%"]).stages[0].cohort, Cohort::Share(0.1));
    assert_eq!(set(&["stages.2.soak=2h"]).stages[2].soak, Span::from_secs(7_200));
    assert_eq!(set(&["stages.half.gates=[errors, lag]"]).stages[1].gates, [1, 3]);
    assert_eq!(set(&["round=30s"]).round, Span::from_secs(30));
    assert_eq!(set(&["alpha.total=5%"]).alpha.map(|alpha| alpha.total), Some(0.05));
    assert_eq!(set(&["rollback.validate.clean_for=1m"]).rollback.validate.clean_for, Span::from_secs(60));
    assert_eq!(set(&["rollback.playbook.go back.takes=1m"]).rollback.playbook[0].takes, Span::from_secs(60));
    assert_eq!(set(&["rollback.budget.withdraw_within=1h"]).rollback.withdraw_within, Some(Span::from_secs(3_600)));
}

#[test]
fn a_grid_is_every_combination_with_the_last_dial_turning_fastest() {
    let grid = grid(&[
        "stages.canary.soak=30m,1h",
        "gates.errors.limit=1%..3%/1%",
        "gates.latency.rule=threshold,{exceedance: {alpha: 2%}}",
    ]);
    assert_eq!(grid.count(), 12);
    assert_eq!(grid.values(0), ["30m", "1%", "threshold"]);
    assert_eq!(grid.values(5), ["30m", "3%", "{exceedance: {alpha: 2%}}"]);
    assert_eq!(grid.values(11), ["1h", "3%", "{exceedance: {alpha: 2%}}"]);
    let written: Vec<_> = grid.dials().iter().map(|dial| dial.written()).collect();
    assert_eq!(written, [Some("60m"), Some("1%"), Some("{ exceedance: { alpha: 2% } }")]);
    assert_eq!(grid.current(), Some(7), "1h is 60m");
    assert_eq!(grid.policy(7).unwrap().value, good().value);
    let all: Vec<Policy> = (0..12).map(|i| grid.policy(i).unwrap_or_else(|e| panic!("{e}")).value).collect();
    assert!(all.iter().enumerate().all(|(i, policy)| !all[..i].contains(policy)), "all are different");
    assert!(all.iter().all(|policy| policy.name == "mine"));
}

#[test]
fn a_grid_may_be_larger_than_anybody_could_play() {
    let grid = grid(&[
        "gates.latency.limit=1ms..100s/1ms",
        "gates.latency.window=1s..100000s/1s",
        "gates.latency.min_samples=1..100000/1",
    ]);
    let many = grid.count();
    assert_eq!(many, 1_000_000_000_000_000);
    assert_eq!(grid.values(many - 1), ["100s", "100000s", "100000"]);
    assert_eq!(grid.policy(many - 1).unwrap().value.gates[0].min_samples, 100_000);
    assert_eq!(grid.current(), Some((4_999 * 100_000 + 599) * 100_000));
}

#[test]
fn the_policy_as_it_is_written_is_recognised() {
    let current = |arguments: &[&str]| grid(arguments).current();
    assert_eq!(current(&[]), Some(0));
    assert_eq!(current(&["gates.errors.limit=0.5%,1%"]), Some(1));
    assert_eq!(current(&["gates.errors.limit=2%,3%"]), None);
    assert_eq!(current(&["gates.errors.min_samples=1,10"]), Some(0), "one, unless told");
    assert_eq!(current(&["gates.errors.on_fail=rollback,stop,hold"]), Some(2));
    assert_eq!(current(&["gates.errors.min_samples=1..100000/1"]), Some(0));
    assert_eq!(current(&["gates.errors.window=5m,10m"]), None, "there is none");
    assert_eq!(current(&["stages.canary.gates=[errors],[latency, errors, drops, lag]"]), Some(1), "all, unless told");
    let rules = ["gates.latency.rule=binomial,exceedance,sprt", "gates.latency.rule.alpha=1%,2%"];
    assert_eq!(current(&rules), Some(3), "the rule's own alpha is not what is written, the other dial's is");
}

#[test]
fn what_is_written_now_or_usual_is_told() {
    let written = |argument: &str| grid(&[argument]).dials()[0].written().map(str::to_string);
    assert_eq!(written("gates.latency.window=5m").as_deref(), Some("10m"));
    assert_eq!(written("gates.errors.window=5m"), None);
    assert_eq!(written("gates.lag.limit.web=2s").as_deref(), Some("1.5s"));
    assert_eq!(written("gates.latency.rule.alpha=1%").as_deref(), Some("2%"));
    assert_eq!(written("gates.lag.rule.of.1.alpha=5%").as_deref(), Some("1%"), "what exceedance has unless told");
    assert_eq!(written("gates.latency.on_fail=hold").as_deref(), Some("rollback"));
    assert_eq!(written("stages.canary.gates=[errors]").as_deref(), Some("[latency, errors, drops, lag]"));
    assert_eq!(written("rollback.validate.clean_for=1m").as_deref(), Some("5m"));
    assert_eq!(written("rollback.budget.recover_within=1m"), None);
}

#[test]
fn settings_go_with_the_rules_that_have_them() {
    let grid = grid(&["gates.latency.rule.alpha=1%,5%", "gates.latency.rule=exceedance,binomial"]);
    assert_eq!(grid.values(1), ["1%", "binomial"]);
    assert_eq!(grid.policy(1).unwrap().value.gates[0].rule, Rule::new("binomial").with("alpha", 0.01));
    let message = mistake(&["gates.latency.rule=exceedance,threshold", "gates.latency.rule.alpha=1%,5%"]);
    assert!(
        message.starts_with("--vary gates.latency.rule.alpha=1%,5%: the rule `threshold` has no setting `alpha`"),
        "{message}"
    );
    assert!(message.contains("(with gates.latency.rule=threshold; what is varied together must go together)"), "{message}");
    let both = ["gates.latency.check=p95(calls.latency) <= 1s,max(calls.latency) <= 1s over 5m", "gates.latency.window=1m,2m"];
    let policy = Grid::new(&good(), &both).unwrap().policy(3).unwrap().value;
    assert_eq!(policy.gates[0].check.to_string(), "max(calls.latency) <= 1 over 2m");
}

#[test]
fn mistakes_name_the_argument_and_the_remedy() {
    for (argument, says) in [
        ("gates.latency.limt=200ms..900ms", "`gates.latency` has no `limt`; did you mean `limit`?"),
        ("gates.latensy.limit=200ms..900ms", "`gates` has no `latensy`; did you mean `latency`?"),
        ("gates.latency.limit", "there is no `=` in it; write it like"),
        ("=5m", "`` is not a path; write it like gates.cancel-to-ack.limit="),
        ("gates..limit=5m", "`gates..limit` is not a path"),
        ("gates.latency.limit=", "there are no values"),
        ("gates.latency.limit=5m,,1m", "there is nothing between two commas"),
        ("gates.latency.limit=900ms..200ms/25ms", "the range begins above its end; write it as 200ms..900ms"),
        ("gates.latency.limit=200ms..900ms/0s", "the step `0s` leads nowhere"),
        ("gates.latency.limit=200ms..900ms/5%", "its step is `5%`, a share in percent; the step has the unit of the ends"),
        ("gates.errors.limit=5m", "`5m` is a duration; here is `1%`, and a share in percent belongs here"),
        ("gates.latency.limit=5parsecs", "with `5parsecs`: found `parsecs`: expected a unit: ms, s, m, h, d, or % or none"),
        ("gates.latency.limit=2x", "with `2x`: found `over`: expected `stable`"),
        ("gates.latency.limit=5s over 1h", "`5s over 1h` is not a limit alone"),
        ("gates.latency.window=5m per surface", "found `5m`: `5m per surface` is not a duration"),
        ("gates.latency.window=0s", "found `0s`: a window is longer than nothing"),
        ("gates.latency.rule.alpha=1%,150%", "`150%` is over 100%; a share lies between 0% and 100%"),
        ("gates.latency.rule.alpha=0%..10%/1%", "with `0%`: `alpha` lies between 0% and 100%, like 1%"),
        ("gates.latency.min_samples=0,5", "`0` is too small; at least 1 belongs here"),
        ("gates.latency.min_samples=0.5..5/0.5", "`0.5` is not a whole number"),
        ("gates.latency.rule=threshhold", "unknown rule `threshhold`; did you mean `threshold`?"),
        ("gates.latency.rule={exceedance: {alfa: 1%}}", "unknown key `alfa` in the rule exceedance; did you mean `alpha`?"),
        ("gates.latency.on_fail=stp", "unknown action `stp`; did you mean `stop`?"),
        ("stages.canary.soak=60m,5m,1h", "`60m` and `1h` mean the same here; keep one of them"),
        ("gates.latency.rule=cusum,cusum", "`cusum` is given twice; keep one of them"),
        ("gates.errors.min_samples=0..1000000000/1", "makes 1000000001 values, and 100000 are the most"),
        ("stages.canary.gates=[eror]", "unknown gate `eror`; did you mean `errors`?"),
        ("policy=other", "`policy` is a name, and names stay as they are"),
        ("round=1m,2m..5m", "`2m..5m` is a range, which stands alone"),
        ("gates.latency.rule={threshold", "a `}` is missing at the end"),
    ] {
        let message = mistake(&[argument]);
        assert!(message.starts_with(&format!("--vary {argument}: ")), "{argument}: {message}");
        assert!(message.contains(says), "{argument}: {message}");
    }
}

#[test]
fn paths_must_not_meet() {
    let message = mistake(&["stages.0.soak=1m,2m", "stages.canary.soak=3m,4m"]);
    let says = "--vary stages.canary.soak=3m,4m: `--vary stages.0.soak=1m,2m` varies the same; give all values in one";
    assert_eq!(message, says);
    assert!(mistake(&["gates.latency.limit=1s", "gates.latency.check.limit=2s"]).contains("varies the same"));
}

#[test]
fn values_that_no_other_value_mends_are_refused_at_once() {
    let message = mistake(&["stages.canary.cohort=10%..80%/10%"]);
    let says = "mine.yaml:18:27: `half` is smaller than `canary` before it; stages grow (with `80%` of `--vary stages.canary.cohort=10%..80%/10%`)";
    assert!(message.starts_with(says), "{message}");
    let together = grid(&["stages.canary.cohort=10%..80%/10%", "stages.half.cohort=20%..90%/10%"]);
    assert!(together.policy(together.count() - 1).is_ok());
    let error = together.policy(7 * 8).unwrap_err().to_string();
    assert!(error.contains("`half` is smaller than `canary` before it; stages grow"), "{error}");
}

#[test]
fn what_is_wrong_with_a_candidate_in_a_scenario_points_at_the_argument() {
    let window = Grid::new(&good(), &["gates.latency.window=1s"]).unwrap();
    let error = fits(&load_scenario("healthy-day").unwrap(), &window.policy(0).unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("--vary gates.latency.window=1s: "), "{error}");
}

proptest! {
    #[test]
    fn no_argument_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), text in "(gates\\.(latency|lag)\\.(limit|rule|window|check)|stages\\.canary\\.(cohort|soak)|[a-z.]{0,12})(\\.[a-z0-9]{0,6})?=?[-+0-9a-z%./,{}\\[\\]'\": \u{e9}]{0,30}") {
        let policy = good();
        for argument in [String::from_utf8_lossy(&bytes).into_owned(), text] {
            if let Ok(grid) = Grid::new(&policy, &[&argument]) {
                let _ = (grid.policy(0), grid.policy(grid.count() - 1), grid.current());
                let _ = edited(&policy, &grid.changes(0));
            }
        }
    }
}
