//! One trial: text, JSON, trace.

use crate::fixtures::*;
use gatecrash_policies::sample::SignalKind;
use gatecrash_reports::TrialReport;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Trial;
use std::io;

fn written(trial: &Trial, expect: Expect, write: impl Fn(&TrialReport, &mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    with_report(trial, expect, |report| write(report, &mut out)).expect("memory takes it all");
    String::from_utf8(out).expect("text")
}

#[test]
fn text() {
    insta::assert_snapshot!(written(&pictured(), Expect::Rollback, |r, out| r.write_text(out)));
}

#[test]
fn json() {
    insta::assert_snapshot!(written(&pictured(), Expect::Rollback, |r, out| r.write_json(out)));
}

#[test]
fn what_is_open_untrue_or_left_is_said() {
    let mut trial = pictured();
    trial.open_items = vec!["rollback_plan (on call)".into()];
    trial.untrue_items = vec!["backup_tested".into(), "sign_off".into()];
    trial.cleanup = vec![("duplicates".into(), 1_200), ("unknown writes".into(), 2)];
    let text = written(&trial, Expect::Rollback, |r, out| r.write_text(out));
    for line in [
        "  open          rollback_plan (on call)",
        "  untrue        backup_tested, sign_off",
        "  to clean up   1,200 duplicates, 2 unknown writes",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&written(&trial, Expect::Rollback, |r, out| r.write_json(out))).expect("JSON");
    assert_eq!(json["open_items"], serde_json::json!(["rollback_plan (on call)"]));
    assert_eq!(json["untrue_items"][1], "sign_off");
    assert_eq!(
        json["cleanup"],
        serde_json::json!([{ "what": "duplicates", "count": 1_200 }, { "what": "unknown writes", "count": 2 }])
    );
}

#[test]
fn ages_are_in_seconds() {
    let mut trial = pictured();
    let detail = trial.detail.as_mut().expect("there is detail");
    let signal = detail.signals.iter_mut().find(|s| s.name == "runs.in_system").expect("a level");
    // Four and seven seconds.
    signal.reads = SignalKind::Age;
    (signal.arms[0].area, signal.arms[0].max) = ((4_000_000 * 9_000_000, 9_000_000), 7_000_000);
    let json: serde_json::Value =
        serde_json::from_str(&written(&trial, Expect::Rollback, |r, out| r.write_json(out))).expect("JSON");
    assert_eq!(json["signals"]["runs.in_system"]["stable"], serde_json::json!({ "mean": 4.0, "max": 7.0 }));
    let page = with_report(&trial, Expect::Rollback, gatecrash_reports::html_trial);
    assert!(page.contains(">4s</td>") && page.contains(">7s</td>"));
}

#[test]
fn trace_is_json_lines_in_order_of_time() {
    let text = written(&pictured(), Expect::Rollback, |r, out| r.write_trace(out));
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert!(lines.windows(2).all(|w| w[0]["at_s"].as_f64() <= w[1]["at_s"].as_f64()));
    let of = |kind: &str| lines.iter().filter(|l| l["type"] == kind).collect::<Vec<_>>();
    assert_eq!((of("timeline").len(), of("sample").len(), of("verdict").len()), (7, 319, 163));
    let lost = of("sample").into_iter().find(|s| s["lost"] == true).expect("some samples are lost");
    assert!(lost["arrived_s"].is_null());
    assert_eq!(of("sample")[0]["counters"]["runs.errors[surface=ios]"], 0);
    assert_eq!(of("verdict")[0]["status"], "no-data");
    insta::assert_snapshot!(text.lines().take(2).collect::<Vec<_>>().join("\n"));
}

#[test]
fn each_outcome_has_its_verdict() {
    let verdict = |trial: Trial, expect| with_report(&trial, expect, |r| r.verdict());
    insta::assert_snapshot!(
        [
            verdict(detected("s", "p", 3), Expect::Rollback),
            verdict(missed("s", "p", 3), Expect::Rollback),
            verdict(false_rollback("s", "p", 3), Expect::Rollback),
            verdict(false_rollback("s", "p", 3), Expect::Promote),
            verdict(promoted("s", "p", 3), Expect::Promote),
            verdict(insufficient("s", "p", 3, "nothing was harmed"), Expect::Rollback),
        ]
        .join("\n")
    );
}
