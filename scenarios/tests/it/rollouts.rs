//! What policies say beside gates, cohorts and steps: readiness, acts at the beginning of a stage, reviews, measures.

use crate::support::complains;
use gatecrash_policies::policy::{Act, By, Closes, Cohort, Item, Measure, Policy, Review, Rule};
use gatecrash_policies::time::Span;
use gatecrash_scenarios::{Loaded, fits, policy_from_text, scenario_from_text};
use gatecrash_sim::Scenario;

const WORLD: &str = "\
scenario: s
expect: promote
horizon: 30d
begin: 2.5%
readiness: { rollback_plan: yes, sign_off: { claimed: 6h }, backlog: no }
subjects: { count: 100, internal: 5%, channels: 4, tenants: 8, surfaces: { web: 60%, ios: 40% }, roles: { lead: 10% } }
traffic: { poisson: { rate: 1/m } }
system:
  runs: { calls: { service: 1s, labels: { op: { put: 40%, get: 60% } } } }
  gateway: { connections: { accept_rate: 5/s } }
  sweeps: { tasks: { after: runs, work: 5m } }
telemetry: { scrape: 1m }
steering: { environments: { production: 70%, development: 30% } }
operators: { hours: weekdays 09:00-18:00 }
faults: [ { fault: error_burst, at: { stage: 2.5% } } ]
";

pub const GOOD: &str = "\
policy: mine
owner: service lane
round: 1m
readiness:
  require: [ rollback_plan, { item: sign_off, owner: clinical lead, block: governance, fresh: 1h, closes: never } ]
  block_if: [ { item: backlog, closes: 2h } ]
  max_exposure: 50% of tenants
  require_shadow: true
gates:
  errors: { check: rate(runs.errors) <= 2x stable over 15m, rule: { poisson_ratio: { alpha: 2% } }, row: error-budget }
  puts: { check: 'count(runs.errors[op=put]) == 0', rule: zero_tolerance }
  smoke: { check: 'count(runs.errors[probe=smoke]) == 0', rule: zero_tolerance, needs: 'count(runs.starts[probe=none]) >= 1' }
  late: { check: p95(runs.latency) <= 5s over 1h, rule: exceedance }
stages:
  - { name: shadow, cohort: shadow, soak: 60m }
  - name: 2.5%
    cohort: { channel: 1, session: 2 }
    soak: 2 business days
    gates: [errors, puts, smoke]
    enter:
      - { set: { runs.mode: interrupt, sweeps.cap: 1 }, in: [production, development] }
      - { restart: gateway }
      - { probe: smoke, count: 3 }
      - probe: again
    review: { every: 7d, before_next: true, by: primary owner }
  - { name: leads, cohort: { role: lead, count: 1 }, soak: 1h, gates: [errors], review: { before_next: yes } }
  - { name: two, cohort: { tenant: [t1, t2] }, soak: 1h, gates: [errors], review: { every: 1d } }
  - { name: half, cohort: 50% of tenants, soak: 1 business day, gates: [errors] }
measure:
  - { gate: late, at: [24h, 72h], from: flip }
  - { gate: errors, at: 1h }
rollback:
  playbook:
    - { name: collect, bend: { runs.mode: collect }, in: production, takes: 30s }
    - { name: affected, cohort: nobody, only: affected }
";

fn world() -> Loaded<Scenario> {
    scenario_from_text("s.yaml", WORLD.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

fn policy(text: &str) -> Loaded<Policy> {
    policy_from_text("a.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

/// The complaint about the good one with `from` replaced by `to` points at this text and says this.
fn check(from: &str, to: &str, points_at: &str, says: &str) {
    complains(GOOD, (from, to), (points_at, says), |text| fits(&world(), &policy_from_text("a.yaml", text)?));
}

/// The same for the scenario.
fn check_world(from: &str, to: &str, points_at: &str, says: &str) {
    complains(WORLD, (from, to), (points_at, says), |text| fits(&scenario_from_text("a.yaml", text)?, &policy(GOOD)));
}

#[test]
fn the_good_one_fits() {
    let policy = policy(GOOD);
    assert!(policy.warnings.is_empty(), "{:?}", policy.warnings);
    let warnings = fits(&world(), &policy).unwrap_or_else(|e| panic!("{e}"));
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn readiness_is_read_in_full() {
    let policy = policy(GOOD).value;
    assert_eq!(policy.owner, "service lane");
    let readiness = policy.readiness.unwrap();
    let item = |name: &str, blocks| Item {
        name: name.into(),
        blocks,
        owner: String::new(),
        block: String::new(),
        fresh: None,
        closes: None,
    };
    let signed = Item {
        owner: "clinical lead".into(),
        block: "governance".into(),
        fresh: Some(Span::from_secs(3_600)),
        closes: Some(Closes::Never),
        ..item("sign_off", false)
    };
    let backlog = Item { closes: Some(Closes::After(Span::from_secs(7_200))), ..item("backlog", true) };
    assert_eq!(readiness.items, [item("rollback_plan", false), signed, backlog]);
    assert_eq!((readiness.max_exposure, readiness.require_shadow), (Some(Cohort::TenantShare(0.5)), true));
}

#[test]
fn stages_are_read_in_full() {
    let policy = policy(GOOD).value;
    let names: Vec<&str> = policy.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["shadow", "2.5%", "leads", "two", "half"]);
    let soaks: Vec<_> = policy.stages.iter().map(|stage| (stage.soak.0 / 3_600_000_000, stage.business_days)).collect();
    assert_eq!(soaks, [(1, 0), (0, 2), (1, 0), (1, 0), (0, 1)]);
    let named = |attribute: &str, values: &[&str], count| Cohort::Named {
        attribute: attribute.into(),
        values: values.iter().map(|v| v.to_string()).collect(),
        count,
    };
    assert_eq!(policy.stages[1].cohort, Cohort::Counted(vec![("channel".into(), 1), ("session".into(), 2)]));
    assert_eq!(policy.stages[2].cohort, named("role", &["lead"], Some(1)));
    assert_eq!(policy.stages[3].cohort, named("tenant", &["t1", "t2"], None));
    let both = vec!["production".to_string(), "development".to_string()];
    let set = |component: &str, knob: &str| Act::Bend {
        component: component.into(),
        knob: knob.into(),
        by: By::Set(1.0),
        environments: both.clone(),
        canary_only: true,
    };
    let probe = |name: &str, count| Act::Probe { name: name.into(), count };
    let expected =
        [set("runs", "mode"), set("sweeps", "cap"), Act::Restart("gateway".into()), probe("smoke", 3), probe("again", 1)];
    assert_eq!(policy.stages[1].enter, expected);
    let review = |days: Option<u64>, before_next, by: &str| Review {
        every: days.map(|days| Span::from_secs(days * 86_400)),
        before_next,
        by: by.into(),
    };
    assert_eq!(policy.stages[1].review, Some(review(Some(7), true, "primary owner")));
    assert_eq!(policy.stages[2].review, Some(review(None, true, "")));
    assert_eq!(policy.stages[3].review, Some(review(Some(1), false, "")));
    assert_eq!(policy.stages[4].review, None);
}

#[test]
fn gates_measures_and_steps_are_read_in_full() {
    let policy = policy(GOOD).value;
    assert_eq!(
        (policy.gates[0].row.as_str(), &policy.gates[0].rule),
        ("error-budget", &Rule::new("poisson_ratio").with("alpha", 0.02))
    );
    let hours = |list: &[u64]| list.iter().map(|h| Span::from_secs(h * 3_600)).collect();
    assert_eq!(policy.measures, [Measure { gate: 3, at: hours(&[24, 72]) }, Measure { gate: 0, at: hours(&[1]) }]);
    let one = GOOD
        .replace("  - { gate: late, at: [24h, 72h], from: flip }\n  - { gate: errors, at: 1h }\n", "  { gate: late, at: 1h }\n");
    assert_eq!(self::policy(&one).value.measures, [Measure { gate: 3, at: hours(&[1]) }]);
    let collect = Act::Bend {
        component: "runs".into(),
        knob: "mode".into(),
        by: By::Set(0.0),
        environments: vec!["production".into()],
        canary_only: false,
    };
    assert_eq!(policy.rollback.playbook[0].acts, [collect]);
    let affected = Act::Cohort { cohort: Cohort::Nobody, environments: Vec::new(), only: Some("affected".into()) };
    assert_eq!(policy.rollback.playbook[1].acts, [affected]);
    for (rule, expected) in [
        ("poisson_ratio", Rule::new("poisson_ratio").with("alpha", 0.01)),
        ("{ mann_kendall: { alpha: 5% } }", Rule::new("mann_kendall").with("alpha", 0.05)),
        ("mann_kendall", Rule::new("mann_kendall").with("alpha", 0.01)),
    ] {
        let text = GOOD.replace("{ poisson_ratio: { alpha: 2% } }", rule);
        assert_eq!(self::policy(&text).value.gates[0].rule, expected);
    }
}

#[test]
fn readiness() {
    check("[ rollback_plan,", "[ sign_off,", "{ item", "the item `sign_off` stands here twice");
    check("[ rollback_plan,", "[ a plan,", "a plan", "cannot name anything");
    check("fresh: 1h", "frsh: 1h", "frsh", "unknown key `frsh` in an item; did you mean `fresh`?");
    check("fresh: 1h", "fresh: 0s", "0s", "longer than zero");
    check("closes: never", "closes: soon", "soon", "is not a duration");
    check("closes: 2h }", "closes: [] }", "[]", "a duration like 6h, or never");
    check("{ item: backlog,", "{ name: backlog,", "name", "unknown key `name` in an item");
    check("{ item: backlog, closes: 2h }", "{ closes: 2h }", "{ closes", "an item needs the key `item`");
    check("block_if", "block", "block", "did you mean `block_if`?");
    check("max_exposure: 50% of tenants", "max_exposure: internal", "internal", "the most that is exposed is a share");
    check(
        "max_exposure: 50%",
        "max_exposure: 5%",
        "{ name: half",
        "the stage `half` exposes 50%; `max_exposure` is 5% of tenants",
    );
    check("cohort: 50% of tenants", "cohort: 50%", "{ name: half", "the stage `half` is a share of subjects");
    check("max_exposure: 50% of tenants", "max_exposure: 10%", "{ name: half", "exposes 50%; `max_exposure` is 10%");
    check("require_shadow: true", "require_shadow: perhaps", "perhaps", "unknown answer `perhaps`");
    let shadow = "cohort: shadow, soak: 60m";
    check(shadow, "cohort: nobody, soak: 60m", "name: 2.5%", "the stage `2.5%` exposes somebody before any shadow stage");
    check(shadow, "cohort: shadow, soak: 0s", "name: 2.5%", "wants one with a soak before it");
}

#[test]
fn beginnings_of_stages() {
    check("enter:", "entr:", "entr", "did you mean `enter`?");
    check("- probe: again", "- {}", "{}", "an act does something: `set`, `restart` or `probe`");
    check("- probe: again", "- { probe: again, restart: gateway }", "{ probe", "restart and probe stand in one act");
    check("{ restart: gateway }", "{ restart: gateway, count: 1 }", "1", "`count` goes with `probe`, not with `restart`");
    check(
        "{ restart: gateway }",
        "{ restart: gateway, in: production }",
        "production",
        "`in` goes with `set`, not with `restart`",
    );
    check("count: 3", "count: 0", "0", "at least 1");
    check("{ restart: gateway }", "{ restart: gatway }", "gatway", "unknown component `gatway`; did you mean `gateway`?");
    check("in: [production, development]", "in: [staging]", "[staging", "unknown environment `staging`");
    check("sweeps.cap: 1", "sweeps.cop: 1", "1", "`sweeps` has no knob `cop`; did you mean `cap`?");
    check("sweeps.cap: 1", "sweeps.cap: 5m", "5m", "`5m` does not fit this knob; write it like 3, +2 or 0.5x");
    check("sweeps.cap: 1", "sweps.cap: 1", "1", "unknown component `sweps`; did you mean `sweeps`?");
    check("{ set: { runs.mode: interrupt, sweeps.cap: 1 }", "{ set: {}", "{}", "names no knob");
    check("runs.mode: interrupt", "runs.latency: interrupt", "interrupt", "does not fit this knob");
    check("{ every: 7d, before_next: true, by: primary owner }", "{ by: me }", "{ by", "a review needs a time");
    check("every: 7d", "every: 0s", "0s", "longer than zero");
    check("soak: 2 business days", "soak: 1.5 business days", "1.5", "business days are whole ones");
    check("soak: 2 business days", "soak: 0 business days", "0", "between 1 and 2600 business days");
    check("name: half", "name: a half", "a half", "cannot name a stage");
}

#[test]
fn cohorts() {
    check("{ channel: 1, session: 2 }", "{ chanel: 1 }", "chanel", "unknown attribute `chanel`; did you mean `channel`?");
    check("{ channel: 1, session: 2 }", "{ channel: 9 }", "{ channel", "there are 4 of `channel`, fewer than 9");
    check("{ channel: 1, session: 2 }", "{ session: 200 }", "{ session", "there are 100 of `session`, fewer than 200");
    check("{ channel: 1, session: 2 }", "{ node: 1 }", "{ node", "the subjects have no attribute `node`");
    check("{ channel: 1, session: 2 }", "{ channel: 0 }", "0", "at least 1");
    check("{ channel: 1, session: 2 }", "{ op: put }", "op", "unknown attribute `op`");
    check("{ channel: 1, session: 2 }", "{ count: 2 }", "{ count", "names no group");
    check("{ channel: 1, session: 2 }", "{ channel: 1, count: 2 }", "2", "`count` goes with named values");
    check("{ channel: 1, session: 2 }", "{ channel: c1, role: lead }", "{ channel", "the values of one attribute");
    check("{ role: lead, count: 1 }", "{ role: leed, count: 1 }", "{ role", "there is no role `leed`; did you mean `lead`?");
    check("{ role: lead, count: 1 }", "{ channel: 1, session: 1 }", "{ channel", "`leads` is smaller than `2.5%` before it");
    check("{ tenant: [t1, t2] }", "{ tenant: [] }", "{ tenant", "names no value");
}

#[test]
fn measures_and_steps() {
    check("gate: late,", "gate: lat,", "lat", "unknown gate `lat`; did you mean `late`?");
    check("[24h, 72h]", "[72h, 24h]", "24h", "the times of a measure rise");
    check("[24h, 72h]", "[]", "{ gate", "a measure needs a time");
    check("from: flip", "from: start", "start", "unknown beginning `start`");
    check("measure:\n", "measures:\n", "measures", "did you mean `measure`?");
    check("in: production, takes", "in: prod, takes", "prod", "unknown environment `prod`; did you mean `production`?");
    check("bend: { runs.mode: collect }", "restart: gateway", "production", "`in` goes with `cohort` or `bend`");
    check("bend: { runs.mode: collect }", "bend: { runs.mode: colect }", "colect", "is not a size");
    check("{ runs.mode: collect }, in: production", "{ runs.mode: collect }, only: ios", "ios", "`only` goes with `cohort`");
    check("alpha: 2%", "alpha: 100%", "100%", "between 0% and 100%");
    check("row: error-budget", "row: error budget", "error budget", "cannot name anything");
    check("[op=put]", "[op=pit]", "'count(runs.errors[op=pit]", "no subject has op=pit; did you mean `put`?");
    check("[probe=smoke]", "[probe=smok]", "'count(runs.errors[probe=smok]", "no subject has probe=smok");
}

#[test]
fn what_the_scenario_must_have_for_it() {
    check_world(
        "begin: 2.5%",
        "begin: 2.6%",
        "2.6%",
        "the stage `2.6%`, which the policy a.yaml does not have; did you mean `2.5%`?",
    );
    check_world("at: { stage: 2.5% }", "at: { stage: shadow }", "{ stage", "lies before `2.5%`, with which the rollout begins");
    check_world("at: { stage: 2.5% }", "at: { stage: nope }", "{ stage", "its stages are: shadow, 2.5%, leads, two, half");
    let flat = WORLD.replace(", surfaces: { web: 60%, ios: 40% }", "");
    let scenario = scenario_from_text("s.yaml", flat.as_bytes()).unwrap();
    let error = fits(&scenario, &policy(GOOD)).unwrap_err().to_string();
    assert!(error.contains("the subjects have no surfaces, of which some could be affected"), "{error}");
    let flat = WORLD.replace("channels: 4, ", "");
    let error = fits(&scenario_from_text("s.yaml", flat.as_bytes()).unwrap(), &policy(GOOD)).unwrap_err().to_string();
    assert!(error.starts_with("a.yaml:17:13: the subjects have no attribute `channel`"), "{error}");
}

#[test]
fn lists_of_readiness_that_differ_are_worth_a_warning() {
    let warnings = |world: &str, policy_text: &str| {
        fits(&scenario_from_text("s.yaml", world.as_bytes()).unwrap(), &policy(policy_text)).unwrap_or_else(|e| panic!("{e}"))
    };
    let typo = WORLD.replace("sign_off:", "sign_of:").replace(", backlog: no", "");
    assert_eq!(
        warnings(&typo, GOOD),
        [
            "a.yaml: never ready, as the list of s.yaml does not name these items: sign_off",
            "s.yaml: a.yaml does not ask for these items of readiness: sign_of"
        ]
    );
    let nobody_keeps_one = WORLD.replace("readiness: {", "# {");
    assert_eq!(warnings(&nobody_keeps_one, GOOD), [""; 0]);
    let short = WORLD.replace("horizon: 30d", "horizon: 28h");
    assert_eq!(warnings(&short, GOOD), ["a.yaml: the soaks of all stages are longer than the horizon of s.yaml"]);
    let late = short.replace("begin: 2.5%", "begin: half").replace("stage: 2.5%", "stage: half");
    assert_eq!(warnings(&late, GOOD), [""; 0], "only what is left counts");
}
