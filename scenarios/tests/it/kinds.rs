//! The kinds of component with all their keys, and what is said of each that is wrong.

use crate::support::complains;
use gatecrash_policies::calendar::Hours;
use gatecrash_policies::time::{Span, Time};
use gatecrash_scenarios::scenario_from_text;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{Bend, Calls, Checks, Dependency, Effects, Fact, Hops, Kind, Onset, Reviews, Scenario, Tasks};

pub const GOOD: &str = "\
scenario: a
expect: rollback
horizon: 1h
begin: 10%
readiness:
  rollback_plan: yes
  drill: no
  sign_off: { claimed: 6h }
  backup: { claimed: yes, true: no }
  audit: { claimed: never }
subjects: { count: 100, channels: 20, nodes: 12, tenants: 4, surfaces: { web: 60%, ios: 40% } }
traffic: { poisson: { rate: 5/s } }
system:
  runs:
    calls:
      service: exp(mean=1s)
      mode: collect
      labels: { op: { put: 40%, get: 60% }, code: { 401: 10%, 403: 5% } }
      marks: { odd: { base: 1%, op: { put: 2% } } }
      dependency: { errors: 1%, drops: on, unsafe_end: 1% }
      hops: { count: 2, latency: 10ms, duplicate_read: 1% }
  desk:
    reviews:
      after: runs
      probability: 30%
      reviewers: 4
      review: lognormal(median=2m p95=9m)
      approve: 95%
      hours: weekdays 09:00-18:00
      expiry: 1h
      fallback: 90%
      session: 30m
      session_visible: off
      reinit: 99%
      reinit_checked: 98%
      reinit_linked: 97%
      revoked: 1%
      revocation_honoured: on
  answers:
    checks:
      after: runs
      probability: 50%
      pass: 93%
      violation: 1%
      matches: 20%
      false_positive: 2%
      skip: 5%
      recursion: 3%
      guard: on
      audit: 10%
      verifier_error: 4%
      stuck: 6%
      flow: { matching_complete: 40%, forwarded: 50% }
      intake: geometric(mean=3)
  work:
    tasks:
      after: runs
      targets: 2
      claim: 20s
      work: exp(mean=5m)
      eta: 15m
      sla: 30m
      sweep: 5m
      cap: 1
      record_only: on
      cap_kept: 99%
      replay: 1%
      idempotency: off
      disorder: 2%
      order_check: 98%
      shared_claim: 3%
      foreign_claim: 4%
      assignee_check: 97%
      rewrite: 5%
      publish: 2/h
      publish_gates: 5
      unpublish_gates: 3
      pipeline_failure: 6%
  alerts: { effects: { after: answers, settle: 5m, suppress: 1%, stop_on_unknown: 50%, after_failure: 2%, keeps: on } }
  drafts: { effects: { after: desk } }
telemetry: { scrape: 15s, hides: { op: get } }
objectives: [ runs.latency <= 5s, answers.forwarded_eligible == 0 ]
faults:
  - { bend: { runs.mode: interrupt, answers.forwarded: off, work.cap: 3 }, at: { stage: 10% }, where: { op: put } }
  - { fault: flow_stall, at: 5m }
";

/// The complaint about the good one with `from` replaced by `to` points at this text and says this.
fn check(from: &str, to: &str, points_at: &str, says: &str) {
    complains(GOOD, (from, to), (points_at, says), |text| scenario_from_text("a.yaml", text));
}

fn good() -> Scenario {
    let loaded = scenario_from_text("a.yaml", GOOD.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    loaded.value
}

fn kind(name: &str) -> Kind {
    good().system.into_iter().find(|part| part.name == name).unwrap().kind
}

#[test]
fn reviews_are_read_in_full() {
    let Kind::Reviews(reviews) = kind("desk") else { panic!("reviews") };
    let sigma = (9f64 / 2.0).ln() / gatecrash_sim::dice::normal_quantile(0.95);
    let Dist::Lognormal { mu, sigma: read } = reviews.review else { panic!("a log-normal") };
    assert!((mu - 120f64.ln()).abs() < 1e-9 && (read - sigma).abs() < 1e-9);
    let hours = Hours { weekdays_only: true, from: Span::from_secs(9 * 3_600), to: Span::from_secs(18 * 3_600) };
    let expected = Reviews {
        after: "runs".into(),
        probability: 0.3,
        reviewers: 4,
        review: reviews.review,
        approve: 0.95,
        hours: Some(hours),
        expiry: Some(Span::from_secs(3_600)),
        fallback: 0.9,
        session: Some(Dist::Constant(1_800.0)),
        session_visible: 0.0,
        reinit: 0.99,
        reinit_checked: 0.98,
        reinit_linked: 0.97,
        revoked: 0.01,
        revocation_honoured: 1.0,
    };
    assert_eq!(reviews, expected);
}

#[test]
fn checks_are_read_in_full() {
    let expected = Checks {
        after: "runs".into(),
        probability: 0.5,
        pass: 0.93,
        violation: 0.01,
        matches: 0.2,
        false_positive: 0.02,
        skip: 0.05,
        recursion: 0.03,
        guard: 1.0,
        audit: 0.1,
        verifier_error: 0.04,
        stuck: 0.06,
        flow: vec![("matching_complete".into(), 0.4), ("forwarded".into(), 0.5)],
        intake: Dist::Geometric { mean: 3.0 },
    };
    assert_eq!(kind("answers"), Kind::Checks(expected));
}

#[test]
fn tasks_are_read_in_full() {
    let expected = Tasks {
        after: Some("runs".into()),
        targets: 2,
        claim: Dist::Constant(20.0),
        work: Dist::Exp { mean: 300.0 },
        eta: Span::from_secs(900),
        sla: Span::from_secs(1_800),
        sweep: Span::from_secs(300),
        cap: 1,
        record_only: 1.0,
        cap_kept: 0.99,
        replay: 0.01,
        idempotency: 0.0,
        disorder: 0.02,
        order_check: 0.98,
        shared_claim: 0.03,
        foreign_claim: 0.04,
        assignee_check: 0.97,
        rewrite: 0.05,
        publish: 2.0 / 3_600.0,
        publish_gates: 5,
        unpublish_gates: 3,
        pipeline_failure: 0.06,
    };
    assert_eq!(kind("work"), Kind::Tasks(expected));
}

#[test]
fn the_new_keys_of_calls_and_effects_are_read() {
    let Kind::Calls(Calls { mode, dependency, hops, .. }) = kind("runs") else { panic!("calls") };
    assert_eq!(mode, 0.0);
    let dependency_expected = Dependency { latency: Dist::ZERO, errors: 0.01, fallback: 0.0, drops: true, unsafe_end: 0.01 };
    assert_eq!(dependency, Some(dependency_expected));
    let hops_expected = Hops { count: Dist::Constant(2.0), latency: Dist::Constant(0.01), duplicate_read: 0.01 };
    assert_eq!(hops, Some(hops_expected));
    let Kind::Effects(Effects { after, settle, suppress, stop_on_unknown, after_failure, keeps, .. }) = kind("alerts") else {
        panic!("effects")
    };
    assert_eq!((after.as_str(), settle, keeps), ("answers", Some(Span::from_secs(300)), true));
    assert_eq!((suppress, stop_on_unknown, after_failure), (0.01, 0.5, 0.02));
    let Kind::Effects(plain) = kind("drafts") else { panic!("effects") };
    assert_eq!((plain.after.as_str(), plain.settle, plain.keeps), ("desk", None, false));
    assert_eq!((plain.suppress, plain.stop_on_unknown, plain.after_failure), (0.0, 1.0, 0.0));
}

#[test]
fn what_is_not_said_is_not_careless() {
    let minimal = "scenario: a\nexpect: promote\nhorizon: 1h\nsubjects: { count: 1 }\ntraffic: { poisson: { rate: 1/s } }\n\
                   telemetry: { scrape: 15s }\nsystem:\n  runs: { calls: { service: 1s } }\n  \
                   desk: { reviews: { after: runs, review: 1m } }\n  answers: { checks: { after: runs } }\n  \
                   work: { tasks: { work: 5m } }\n";
    let system = scenario_from_text("a.yaml", minimal.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value.system;
    let (Kind::Calls(calls), Kind::Reviews(reviews)) = (&system[0].kind, &system[1].kind) else { panic!("calls, reviews") };
    let (Kind::Checks(checks), Kind::Tasks(tasks)) = (&system[2].kind, &system[3].kind) else { panic!("checks, tasks") };
    assert_eq!(calls.mode, 1.0);
    assert_eq!((reviews.probability, reviews.approve, reviews.expiry, reviews.session), (1.0, 1.0, None, None));
    assert_eq!((reviews.revoked, reviews.revocation_honoured, reviews.hours), (0.0, 1.0, None));
    assert_eq!((checks.pass, checks.guard, checks.verifier_error, checks.flow.len()), (1.0, 1.0, 0.0, 0));
    assert_eq!((&tasks.after, tasks.targets, tasks.record_only, tasks.publish), (&None, 1, 0.0, 0.0));
    assert_eq!((tasks.idempotency, tasks.order_check, tasks.assignee_check, tasks.cap_kept), (1.0, 1.0, 1.0, 1.0));
}

#[test]
fn the_world_around_them_is_read() {
    let scenario = good();
    assert_eq!((scenario.subjects.channels, scenario.subjects.nodes), (20, 12));
    assert_eq!(scenario.begin.as_deref(), Some("10%"));
    let fact = |item: &str, claimed: Option<u64>, is_true| Fact { item: item.into(), claimed: claimed.map(Time), is_true };
    let expected = [
        fact("rollback_plan", Some(0), true),
        fact("drill", None, false),
        fact("sign_off", Some(6 * 3_600_000_000), true),
        fact("backup", Some(0), false),
        fact("audit", None, true),
    ];
    assert_eq!(scenario.readiness.as_deref(), Some(&expected[..]));
    assert_eq!(scenario.telemetry.hides, Some(("op".into(), "get".into())));
    let labels = &scenario.system[0].labels;
    assert_eq!(labels[0], ("op".into(), vec![("put".into(), 0.4), ("get".into(), 0.6)]));
    assert_eq!(labels[1], ("code".into(), vec![("401".into(), 0.1), ("403".into(), 0.05)]));
    assert_eq!(scenario.system[0].marks[0].1.by, [("op".into(), "put".into(), 0.02)]);
    let fault = &scenario.faults[0];
    assert_eq!(fault.only, Some(("op".into(), "put".into())));
    assert_eq!(fault.at, Onset::Stage { name: "10%".into(), after: Span::ZERO });
    let set = |component: &str, knob: &str, to| Bend {
        component: component.into(),
        knob: knob.into(),
        by: gatecrash_policies::policy::By::Set(to),
    };
    assert_eq!(fault.bends, [set("runs", "mode", 1.0), set("answers", "forwarded", 0.0), set("work", "cap", 3.0)]);
    assert_eq!(scenario.faults[1].bends, [set("checks", "matching_complete", 0.0)]);
    assert_eq!(scenario.objectives[1].signal, "forwarded_eligible");
}

#[test]
fn parts() {
    check("mode: collect", "mode: colect", "colect", "unknown mode `colect`; there are: interrupt, collect");
    check("mode: collect", "mode: 130%", "130%", "over 100%");
    check("drops: on", "drops: maybe", "maybe", "unknown answer `maybe`");
    check("unsafe_end: 1%", "unsafe: 1%", "unsafe", "did you mean `unsafe_end`?");
    check("duplicate_read: 1%", "duplicate_reads: 1%", "duplicate_reads", "did you mean `duplicate_read`?");
    check("      review: lognormal(median=2m p95=9m)\n", "", "after: runs", "reviews needs the key `review`");
    check("reviewers: 4", "reviewers: 0", "0", "at least 1");
    check("hours: weekdays 09", "hours: weekends 09", "weekends 09", "are no hours");
    check("session: 30m", "session: half an hour", "half an", "is not a duration");
    check("intake: geometric(mean=3)", "intake: 3s", "3s", "is not a number");
    check("intake:", "intakes:", "intakes", "did you mean `intake`?");
    check("forwarded: 50% }", "forwarded: 5 }", "5", "over 100%");
    check("forwarded: 50% }", "skips: 5% }", "skips", "`skips` is a signal or knob of checks already");
    check("forwarded: 50% }", "matching_complete_eligible: 5% }", "matching_complete_eligible", "already");
    check("      work: exp(mean=5m)\n", "", "after: runs", "tasks needs the key `work`");
    check("sweep: 5m", "sweep: 0s", "0s", "longer than zero");
    check("sweep: 5m", "sweep: 1us", "runs:", "sweeps: 4.3e10 until the horizon");
    check("publish: 2/h", "publish: 1_000_000/s", "runs:", "publications: 3.6e9 until the horizon");
    check("cap: 1", "cap: many", "many", "is not a whole number");
    check("settle: 5m", "settle: 0s", "0s", "longer than zero");
    check("keeps: on", "keeps: 50%", "50%", "unknown answer");
}

#[test]
fn what_comes_before() {
    check(
        "after: runs\n      probability: 30%",
        "after: work\n      probability: 30%",
        "work",
        "names no component of kind calls: `work`",
    );
    check("after: answers", "after: work", "work", "names no component of kind calls, reviews or checks: `work`");
    check("after: desk", "after: dusk", "dusk", "did you mean `desk`?");
    let alone = "scenario: a\nexpect: promote\nhorizon: 1h\nsubjects: { count: 1 }\ntelemetry: { scrape: 15s }\n\
                 system: { work: { tasks: { work: 5m } } }\n";
    complains(alone, ("work: 5m", "work: 6m"), ("work", "nothing arrives at `work`"), |text| scenario_from_text("a.yaml", text));
    let publishing = alone.replace("work: 5m", "work: 5m, publish: 1/h");
    assert!(scenario_from_text("a.yaml", publishing.as_bytes()).is_ok());
}

#[test]
fn labels() {
    check("code: {", "surface: {", "surface", "`surface` is an attribute of subjects");
    check("code: {", "tenant: {", "tenant", "`tenant` is an attribute of subjects");
    check("code: {", "probe: {", "probe", "`probe` is an attribute of subjects");
    check("put: 40%", "put: 50%", "{ put", "the shares sum to 110.0%");
    check("code: { 401: 10%, 403: 5% }", "code: {}", "{}", "needs values with their shares");
    check("op: { put: 2% }", "op: { pot: 2% }", "pot", "there is no op `pot`; did you mean `put`?");
    check(
        "where: { op: put }",
        "where: { oq: put }",
        "oq",
        "there is no attribute or label `oq`; there are: surface, tenant, channel, node, internal, environment, op, code",
    );
    check("where: { op: put }", "where: { op: pit }", "pit", "there is no op `pit`; did you mean `put`?");
    check("where: { op: put }", "where: { op: put, code: 401 }", "{ op", "`where` names one segment");
    check("hides: { op: get }", "hides: { op: got }", "got", "there is no op `got`; did you mean `get`?");
    check("hides: { op: get }", "hides: {}", "{}", "`hides` names one segment");
    let two = GOOD.replace("record_only: on", "labels: { op: { claim: 50% } }").replace("op: put }", "op: claim }");
    let scenario = scenario_from_text("a.yaml", two.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value;
    assert_eq!(scenario.faults[0].only, Some(("op".into(), "claim".into())), "two components may share a label");
}

#[test]
fn readiness_and_the_beginning() {
    check("drill: no", "drill: perhaps", "perhaps", "unknown answer `perhaps`");
    check("{ claimed: 6h }", "{ claimed: soon }", "soon", "is not a duration");
    check("{ claimed: 6h }", "{ true: no }", "{ true", "an item needs the key `claimed`");
    check("{ claimed: 6h }", "{ claimd: 6h }", "claimd", "did you mean `claimed`?");
    check("begin: 10%", "begin: [10%]", "[10%", "the name of a stage belongs here");
    check("channels: 20", "channels: -1", "-1", "is not a whole number");
    check("nodes: 12", "nodes: a dozen", "a dozen", "is not a whole number");
}
