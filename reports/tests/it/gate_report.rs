//! Gate reports: what runbooks ask for at each advance.

use crate::fixtures::*;
use gatecrash_policies::passage::{Left, Passage};
use gatecrash_policies::policy::*;
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::{Evidence, Status, Verdict};
use gatecrash_reports::{GateReport, TrialReport};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Entry, Trial};
use serde_json::Value;

/// The policy of the fixtures with two stages, an owner, a readiness list and checkpoints.
fn policy_with_roles() -> Policy {
    let mut policy = policy();
    policy.owner = "service lane".into();
    let item = |name: &str, blocks, owner: &str| Item {
        name: name.into(),
        blocks,
        owner: owner.into(),
        block: "operations".into(),
        fresh: (!blocks).then_some(Span::from_secs(3_600)),
        closes: None,
    };
    let items = vec![item("rollback_plan", false, "on call"), item("approval_backlog_unbounded", true, "")];
    policy.readiness = Some(Readiness { items, ..Readiness::default() });
    let review = Review { every: Some(Span::from_secs(600)), before_next: true, by: "primary owner".into() };
    policy.stages[0].review = Some(review);
    policy.stages[0].name = "5%".into();
    let internal = Stage {
        name: "internal".into(),
        cohort: Cohort::Internal,
        soak: Span::from_secs(600),
        gates: vec![2],
        ..Stage::default()
    };
    policy.stages.insert(0, internal);
    policy.gates[1].row = "error budget".into();
    policy.rollback.validate.gates = vec![0];
    policy
}

fn verdict(status: Status, value: f64, limit: f64, samples: u64, unit: Unit) -> Verdict {
    let window = (minutes(54.5), minutes(74.5));
    let value = (status != Status::NoData).then_some(value);
    let age = value.map(|_| Span::from_secs(20));
    Verdict { status, evidence: Evidence { value, limit: Some(limit), window, samples, age, unit, ..Evidence::default() } }
}

/// The way through both stages, left at the second as told.
fn passages(left: Option<(Time, Left)>) -> Vec<Passage> {
    let internal = Passage {
        stage: 0,
        asked: Time::ZERO,
        began: Some(minutes(5.0)),
        left: Some((minutes(19.0), Left::Advanced)),
        verdicts: vec![(2, verdict(Status::Pass, 0.0, 0.0, 80, Unit::Plain))],
        reviews: Vec::new(),
    };
    let second = Passage {
        stage: 1,
        asked: minutes(19.0),
        began: Some(minutes(20.0)),
        left,
        verdicts: vec![
            (0, verdict(Status::Fail, 4.08, 4.0, 180, Unit::Seconds)),
            (1, verdict(Status::Inconclusive, 0.05, 0.04, 12, Unit::Share)),
            (2, verdict(Status::NoData, 0.0, 0.0, 0, Unit::Plain)),
        ],
        reviews: vec![minutes(40.0)],
    };
    vec![internal, second]
}

fn trial_through(passages: Vec<Passage>) -> Trial {
    let mut trial = pictured();
    trial.detail.as_mut().expect("there is detail").passages = passages;
    trial.cleanup = vec![("duplicates".into(), 1_200)];
    trial.untrue_items = vec!["rollback_plan".into()];
    trial.timeline.push(Entry { at: minutes(80.0), kind: "measure", text: "latency at 24h: p95 1.2s".into() });
    trial
}

fn reports(trial: &Trial) -> GateReport {
    let policy = policy_with_roles();
    let report = TrialReport { trial, policy: &policy, expect: Expect::Rollback, recorded: None };
    report.gate_report("gatecrash run latency-regression --policy careful --seed 13 --gate-report out").expect("there is detail")
}

fn rolled_back() -> GateReport {
    reports(&trial_through(passages(Some((minutes(74.5), Left::RolledBack)))))
}

fn file(report: &GateReport, name: &str) -> String {
    let files = report.files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let found = files.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("there is no {name} in {names:?}")).1.clone()
}

fn parsed(report: &GateReport, name: &str) -> Value {
    serde_json::from_str(&file(report, name)).expect("JSON")
}

#[test]
fn index() {
    insta::assert_snapshot!(file(&rolled_back(), "README.md"));
}

#[test]
fn a_go() {
    insta::assert_snapshot!(file(&rolled_back(), "01-internal.md"));
}

#[test]
fn a_no_go() {
    insta::assert_snapshot!(file(&rolled_back(), "02-5pct.md"));
}

#[test]
fn json() {
    insta::assert_snapshot!(file(&rolled_back(), "02-5pct.json"));
    let index = parsed(&rolled_back(), "report.json");
    assert_eq!((&index["schema"], &index["part"]), (&"gatecrash.gate-report/v1".into(), &"index".into()));
    assert_eq!(index["executions"][0]["decision"], "go");
    assert_eq!((&index["executions"][1]["file"], &index["executions"][1]["action"]), (&"02-5pct".into(), &"roll back".into()));
    assert_eq!((index["decided_s"].as_f64(), index["withdrawn_s"].as_f64()), (Some(4_470.0), Some(4_510.0)));
}

#[test]
fn the_snapshot_is_what_the_samples_hold() {
    let no_go = parsed(&rolled_back(), "02-5pct.json");
    let kpi = |gate: &str, column: &str| {
        let lines = no_go["kpis"].as_array().expect("a list");
        lines.iter().find(|k| k["gate"] == gate).expect("the gate")[column].clone()
    };
    // Stable serves 40 at each of the 40 scrapes until minute 20, and every ninth scrape has one error.
    assert_eq!(kpi("errors", "before"), serde_json::json!({ "value": 4.0 / 1_600.0, "samples": 1_600 }));
    assert_eq!(kpi("errors", "before_is"), "before the first exposure");
    // The one duplicate, among what the canary served; seven of its 109 scrapes in the stage were lost.
    assert_eq!(kpi("no-duplicates", "canary")["value"], 1.0);
    assert_eq!(kpi("errors", "canary")["samples"], 5 * (109 - 7));
    assert!(kpi("latency", "canary")["value"].as_f64() > kpi("latency", "after")["value"].as_f64());
    assert!(kpi("errors", "after")["samples"].as_u64() > Some(0));
    assert!(parsed(&rolled_back(), "01-internal.json")["kpis"][0]["after"].is_null(), "that comes in the last report");
}

#[test]
fn without_a_time_before_stable_is_read_meanwhile() {
    let mut trial = trial_through(passages(Some((minutes(74.5), Left::RolledBack))));
    trial.detail.as_mut().expect("there is detail").exposure[0].1 = 100;
    let no_go = parsed(&reports(&trial), "02-5pct.json");
    assert_eq!(no_go["kpis"][0]["before_is"], "in this stage");
    assert_eq!(no_go["kpis"][1]["before"]["samples"], 40 * 109);
}

#[test]
fn those_who_stayed_on_a_mitigated_canary_are_read_there() {
    let mut trial = trial_through(passages(Some((minutes(70.0), Left::RolledBack))));
    (trial.mitigated, trial.instants.decided, trial.instants.withdrawn) = (true, Some(minutes(70.0)), Some(minutes(72.0)));
    let no_go = parsed(&reports(&trial), "02-5pct.json");
    assert_eq!((&no_go["kpis"][1]["after_is"], &no_go["kpis"][1]["after"]["samples"]), (&"canary".into(), &(5 * 6).into()));
}

#[test]
fn a_stage_that_lasts_is_held_up_by_people_and_time() {
    let mut through = passages(None);
    through[1].verdicts = vec![(0, verdict(Status::Pass, 2.0, 4.0, 180, Unit::Seconds))];
    let mut trial = trial_through(through);
    (trial.untrue_items, trial.open_items) =
        (Vec::new(), vec!["approval_backlog_unbounded".into(), "rollback_plan (on call)".into()]);
    let no_go = parsed(&reports(&trial), "02-5pct.json");
    assert_eq!((&no_go["statement"]["action"], no_go["statement"]["at_s"].as_f64()), (&"hold".into(), Some(5_100.0)));
    let blockers = no_go["blockers"].as_array().expect("a list");
    let kinds: Vec<&str> = blockers.iter().filter_map(|b| b["kind"].as_str()).collect();
    assert_eq!(kinds, ["readiness", "readiness", "soak", "review"]);
    let says: Vec<&str> = blockers.iter().filter_map(|b| b["remediation"].as_str()).collect();
    assert_eq!(says[0], "its owner (no role is named) removes it");
    assert_eq!(says[1], "on call closes it, not longer than 1h before the stage");
    assert_eq!(says[3], "primary owner holds it");
    assert_eq!(no_go["readiness"]["items"][0]["open"], true);
    assert_eq!(no_go["stages"][1]["result"], "open");
}

#[test]
fn what_is_not_ready_is_a_report_without_a_stage() {
    let mut trial = insufficient("s", "p", 1, "not begun");
    trial.detail = Some(Box::new(detail()));
    trial.open_items = vec!["rollback_plan (on call)".into()];
    let report = parsed(&reports(&trial), "00-readiness.json");
    assert_eq!((&report["stage"], &report["statement"]["decision"]), (&"readiness".into(), &"no-go".into()));
    assert_eq!(report["blockers"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["stages"][0]["result"], "not reached");
}

#[test]
fn a_finish_is_a_go_without_blockers() {
    let mut trial = trial_through(passages(Some((minutes(74.5), Left::Finished))));
    trial.instants = Default::default();
    let report = reports(&trial);
    let last = parsed(&report, "02-5pct.json");
    assert_eq!((&last["statement"]["decision"], &last["statement"]["action"]), (&"go".into(), &"finish".into()));
    assert_eq!((last["blockers"].as_array().map(Vec::len), last["cleanup"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert!(last["kpis"].as_array().is_some_and(|kpis| kpis.iter().all(|k| k["after"].is_null())));
}

#[test]
fn names_cannot_break_a_table() {
    let mut trial = trial_through(passages(Some((minutes(74.5), Left::RolledBack))));
    trial.cleanup[0].0 = "a | b <script>\n# c".into();
    let text = file(&reports(&trial), "02-5pct.md");
    assert!(text.contains("| a \\| b &lt;script>?# c | 1,200 |"), "{text}");
}
