//! One trial: text, JSON, trace.

use crate::fixtures::*;
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
