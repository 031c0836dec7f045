//! Scores: the numbers and the formats.

use crate::fixtures::*;
use gatecrash_policies::Bound;
use gatecrash_reports::promise::{self, Promise};
use gatecrash_reports::score::Sizes;
use gatecrash_reports::{Row, ScoreReport, Tally, findings, formats};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Trial;

fn written(format: &str, report: &ScoreReport) -> String {
    let mut out = Vec::new();
    formats::named(format, false).expect("a format").write(report, &mut out).expect("memory takes it all");
    String::from_utf8(out).expect("text")
}

#[test]
fn table() {
    insta::assert_snapshot!(written("table", &score()));
}

#[test]
fn json() {
    insta::assert_snapshot!(written("json", &score()));
}

#[test]
fn csv() {
    insta::assert_snapshot!(written("csv", &score()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(written("markdown", &score()));
}

#[test]
fn table_fits_120_columns_and_is_plain_unless_asked() {
    let plain = written("table", &score());
    assert!(plain.lines().filter(|l| l.starts_with("  ")).all(|l| l.chars().count() <= 120), "{plain}");
    assert!(!plain.contains('\x1b'));
    let mut out = Vec::new();
    formats::named("table", true).expect("a format").write(&score(), &mut out).expect("memory takes it all");
    assert!(out.contains(&0x1b));
}

#[test]
fn several_wobbles_have_a_column() {
    let report = wobbly_score();
    insta::assert_snapshot!(written("table", &report));
    insta::assert_snapshot!("several_wobbles_in_markdown", written("markdown", &report));
    let json: serde_json::Value = serde_json::from_str(&written("json", &report)).expect("JSON");
    assert_eq!((&json["rows"][0]["wobble"], &json["smallest_severity"][2]["wobble"]), (&0.0.into(), &2.0.into()));
    assert!(written("csv", &report).lines().any(|line| line.starts_with("error-burst,hasty,rollback,2,0,20,")));
    assert!(!written("table", &score()).contains("wobble"), "one that is as stated goes without saying");
}

#[test]
fn a_wobble_that_is_not_as_stated_is_told_with_the_scenario() {
    let still = |row: &Row| row.wobble == 0.0;
    let rows: Vec<Row> = wobbly_score().rows.into_iter().filter(still).collect();
    let report = ScoreReport::new(7, 20, rows);
    assert!(written("table", &report).contains("\nerror-burst at 2x, wobble off  expect rollback"));
    let lines = findings::worth_knowing(&report);
    assert!(lines.iter().all(|line| !line.contains("rolls back for nothing")), "there is nothing to compare it with: {lines:?}");
}

#[test]
fn more_wobble_more_false_rollbacks() {
    let lines = findings::worth_knowing(&wobbly_score());
    assert!(
        lines.contains(&"`careful` rolls back for nothing: 0% with wobble off, 5% as stated and 15% doubled".to_string()),
        "{lines:?}"
    );
}

#[test]
fn a_policy_that_shares_a_chance_says_what_it_promises() {
    let promised = |chance, without: &[&str], shared| {
        let bound = Bound { chance, without: without.iter().map(|gate| gate.to_string()).collect() };
        let row = row("s", "p", Expect::Promote, 1.0, &[promoted("s", "p", 0)]);
        Row { false_rollback_bound: Promise { bound, shared }, ..row }
    };
    let line = |rows: &[Row]| promise::lines(rows).join("\n");
    assert_eq!(line(&[promised(0.3, &[], false)]), "");
    let at_most = "p: by chance at most 5% false rollbacks, if each stage keeps to its soak";
    assert_eq!(line(&[promised(0.05, &[], true)]), at_most);
    assert_eq!(line(&[promised(0.0, &["x"], true)]), "p: its gate x promises nothing");
    let two = [promised(0.05, &["x"], true), promised(0.025, &["y", "x"], true)];
    assert_eq!(line(&two), format!("{at_most}; its gates x, y promise nothing"), "the most in any scenario");
    let json = |row: &Row| serde_json::to_value(row).expect("plain data")["false_rollback_bound"].clone();
    assert_eq!((json(&promised(0.3, &[], false)), json(&two[0])), (0.3.into(), serde_json::Value::Null));
}

#[test]
fn the_order_of_trials_does_not_matter() {
    let mut trials: Vec<Trial> = (0..20).map(|s| if s % 3 == 0 { missed("s", "p", s) } else { detected("s", "p", s) }).collect();
    let forwards = row("s", "p", Expect::Rollback, 1.0, &trials);
    trials.reverse();
    assert_eq!(forwards, row("s", "p", Expect::Rollback, 1.0, &trials));
}

#[test]
fn insufficient_trials_count_neither_for_nor_against() {
    let mut trials: Vec<Trial> = (0..3).map(|s| detected("s", "p", s)).collect();
    trials.push(missed("s", "p", 3));
    trials.push(insufficient("s", "p", 4, "nothing was harmed"));
    let row = row("s", "p", Expect::Rollback, 1.0, &trials);
    assert_eq!(row.detection_rate.map(|r| (r.hits, r.n)), Some((3, 4)));
    assert_eq!(row.main_reason(), Some(("nothing was harmed", 1)));
}

#[test]
fn nothing_is_null_and_never_zero() {
    let empty = Tally::new("s", "p", Expect::Promote, Sizes::default(), Promise::default()).row();
    let json: serde_json::Value = serde_json::to_value(&empty).expect("plain data");
    for key in ["detection_rate", "false_rollback_rate", "within_budget", "time_to_detect_s", "exposed_requests", "rollout_s"] {
        assert!(json[key].is_null(), "{key}");
    }
    assert!(json["gaps_s"]["telemetry"].is_null());
}

#[test]
fn a_rollback_for_nothing_has_no_telemetry_or_judgement_gap() {
    let mut trial = false_rollback("s", "p", 1);
    (trial.instants.harmed, trial.instants.shown) = (Some(minutes(20.0)), Some(minutes(21.0)));
    let row = row("s", "p", Expect::Promote, 1.0, &[trial]);
    assert_eq!((row.gaps_s.telemetry, row.gaps_s.judgement, row.time_to_detect_s), (None, None, None));
    assert_eq!(row.gaps_s.rollback.map(|g| g.p50), Some(60.0));
}

#[test]
fn a_lucky_decision_leaves_no_time_to_judgement() {
    let mut trial = detected("s", "p", 0);
    trial.lucky = true;
    trial.instants.decided = Some(minutes(60.2));
    let row = row("s", "p", Expect::Rollback, 1.0, &[trial]);
    assert_eq!(row.gaps_s.judgement.map(|g| g.p50), Some(0.0));
    assert_eq!(row.gaps_s.telemetry.map(|g| g.p50), Some(12.0));
    assert_eq!(row.lucky, 1);
}

#[test]
fn gaps_add_up_to_detection_and_recovery() {
    let trial = detected("s", "p", 4);
    let gaps = gatecrash_reports::score::gaps(&trial).map(|g| g.expect("all six instants happened"));
    let row = row("s", "p", Expect::Rollback, 1.0, &[trial]);
    let seconds = |micros: &[u64]| Some(micros.iter().sum::<u64>() as f64 / 1e6);
    assert_eq!(row.time_to_detect_s.map(|s| s.p50), seconds(&gaps[..2]));
    assert_eq!(row.recovery_s.map(|s| s.p50), seconds(&gaps[2..]));
}

#[test]
fn smallest_severity_needs_every_larger_one_too() {
    let at = |severity, caught| {
        let trial = |s| if s < caught { detected("s", "p", s) } else { missed("s", "p", s) };
        row("s", "p", Expect::Rollback, severity, &(0..20).map(trial).collect::<Vec<_>>())
    };
    let report = ScoreReport::new(1, 20, vec![at(4.0, 20), at(1.0, 17), at(2.0, 12)]);
    let found = &report.smallest_severity[0];
    assert_eq!(found.severities, [1.0, 2.0, 4.0]);
    assert_eq!(found.at_80.map(|c| (c.severity, c.certain)), Some((4.0, true)), "1x is caught by chance: 2x is not");
    assert_eq!(found.at_95.map(|c| (c.severity, c.certain)), Some((4.0, false)), "20 of 20 is no proof of 95%");
    assert_eq!(ScoreReport::new(1, 20, vec![at(1.0, 3), at(2.0, 4)]).smallest_severity[0].at_80, None);
    assert!(ScoreReport::new(1, 20, vec![at(1.0, 3)]).smallest_severity.is_empty());
}

#[test]
fn an_interrupted_job_says_so() {
    let rows = vec![row("s", "p", Expect::Rollback, 1.0, &[detected("s", "p", 0)])];
    let report = ScoreReport::new(1, 20, rows);
    assert_eq!(report.interrupted.map(|i| (i.planned, i.done)), Some((20, 1)));
    assert!(written("table", &report).contains("interrupted: 1 of 20 trials"));
}

#[test]
fn policies_on_different_scenarios_are_not_ranked() {
    let rows = vec![
        row("a", "p", Expect::Rollback, 1.0, &[detected("a", "p", 0)]),
        row("b", "q", Expect::Rollback, 1.0, &[missed("b", "q", 0)]),
    ];
    let verdict = findings::verdict(&ScoreReport::new(1, 1, rows));
    assert!(
        verdict.contains("not ranked") && verdict.contains("catch 50%") && verdict.contains("hardest: b with `q`"),
        "{verdict}"
    );
}

#[test]
fn a_lead_within_the_noise_is_called_that() {
    let one = |policy: &str, caught| {
        let trial = |s| if s < caught { detected("s", policy, s) } else { missed("s", policy, s) };
        row("s", policy, Expect::Rollback, 1.0, &(0..20).map(trial).collect::<Vec<_>>())
    };
    let verdict = |a, b| findings::verdict(&ScoreReport::new(1, 20, vec![one("a", a), one("b", b)]));
    assert!(verdict(15, 14).contains("not clearly ahead of `b`"), "{}", verdict(15, 14));
    assert!(!verdict(20, 2).contains("not clearly"), "{}", verdict(20, 2));
}

#[test]
fn policies_no_better_than_none_are_called_that() {
    let verdict = |caught: u64, wrong: u64| {
        let breach = |s| if s < caught { detected("s", "p", s) } else { missed("s", "p", s) };
        let healthy = |s| if s < wrong { false_rollback("h", "p", s) } else { promoted("h", "p", s) };
        let mut rows = Vec::new();
        for policy in ["p", "q"] {
            rows.push(row("s", policy, Expect::Rollback, 1.0, &(0..10).map(breach).collect::<Vec<_>>()));
            rows.push(row("h", policy, Expect::Promote, 1.0, &(0..10).map(healthy).collect::<Vec<_>>()));
        }
        findings::verdict(&ScoreReport::new(1, 10, rows))
    };
    assert!(verdict(5, 5).starts_with("No policy is worth more than none"), "{}", verdict(5, 5));
    assert!(verdict(5, 4).starts_with("Best: `p`"), "{}", verdict(5, 4));
}

#[test]
fn worth_knowing_names_what_a_table_hides() {
    let of = |scenario: &str, policy: &str, expect, f: fn(&str, &str, u64) -> Trial| {
        row(scenario, policy, expect, 1.0, &(0..10).map(|s| f(scenario, policy, s)).collect::<Vec<_>>())
    };
    let rows = vec![
        of("breach", "good", Expect::Rollback, detected),
        of("breach", "bad", Expect::Rollback, missed),
        of("sudden", "good", Expect::Rollback, false_rollback),
        of("sudden", "bad", Expect::Rollback, missed),
        of("incident", "good", Expect::Promote, promoted),
        of("incident", "bad", Expect::Promote, false_rollback),
        of("incident", "always-rollback", Expect::Promote, false_rollback),
    ];
    let lines = findings::worth_knowing(&ScoreReport::new(1, 10, rows));
    assert_eq!(
        lines,
        [
            "sudden: no policy catches it (at best 0%); before any harm it is rolled back by `good`",
            "incident: `good` (0%) promotes where `bad` (100%) rolls back for nothing",
            "`good` declared recovery before the harm was over in 1 of 20 rollbacks",
        ]
    );
}

#[test]
fn inconclusive_trials_are_not_a_verdict() {
    let rows = vec![row("s", "p", Expect::Rollback, 1.0, &[insufficient("s", "p", 0, "nothing was harmed")])];
    assert_eq!(
        findings::verdict(&ScoreReport::new(1, 1, rows)),
        "Nothing can be said: no trial was conclusive: nothing was harmed."
    );
}

#[test]
fn names_cannot_drive_a_terminal_or_break_a_table() {
    let rows = vec![row("s\x1b[2J|x", "p\n", Expect::Rollback, 1.0, &[detected("s", "p", 0)])];
    let report = ScoreReport::new(1, 1, rows);
    assert!(!written("table", &report).contains('\x1b'));
    assert!(written("markdown", &report).contains("s?[2J\\|x"));
}

#[test]
fn policies_with_scenarios_of_their_own_have_their_sections() {
    let report = large_score();
    let table = written("table", &report);
    assert!(table.lines().all(|l| l.chars().count() <= 140 || !l.starts_with("  ")), "{table}");
    let heads: Vec<&str> = table.lines().filter(|l| l.contains("scenarios ")).collect();
    let head = |policy: &str| format!("{policy}  scenarios {policy}-..., 20 trials each");
    assert_eq!(heads[..2], [head("ws-only"), head("agent-readiness")]);
    let at = |text: &str| table.find(text).unwrap_or_else(|| panic!("no {text} in {table}"));
    assert!(at("ws-only  scenarios") < at("agent-readiness  scenarios"));
    assert!(
        at("agent-readiness  scenarios") < at("healthy-day  expect promote")
            && at("healthy-day  expect") < at("all breaches caught")
    );
    let line = table.lines().find(|l| l.starts_with("  gate-with-a-name-0 ")).expect("one line per scenario");
    assert!(
        line.contains("rollback")
            && line.contains("95% [76, 99]")
            && line.contains("79%")
            && line.ends_with("latency 14, errors 5"),
        "{line}"
    );
    assert!(table.contains("insufficient in 1 of 20: not finished by the horizon: stage 5%: soak: part of 9h served (1)"));
    let verdict = table.lines().last().expect("a verdict");
    assert!(
        verdict.starts_with("Best: ") && verdict.contains("2 policies on scenarios of their own: together they catch 92%"),
        "{verdict}"
    );
    assert!(verdict.ends_with("hardest: ws-only-gate-with-a-name-3 with `ws-only`, caught in 5%."), "{verdict}");
    assert!(table.contains("ws-only-gate-with-a-name-3: `ws-only` does not catch it (5%)"));
    insta::assert_snapshot!(
        written("markdown", &report)
            .lines()
            .filter(|l| !l.starts_with("| ws-only-g") && !l.starts_with("| agent-readiness-g"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert_eq!(written("csv", &report).lines().count(), 1 + report.rows.len());
}

#[test]
fn one_policy_alone_is_a_section_and_no_ranking() {
    let rows = large_score().rows.into_iter().filter(|r| r.policy == "ws-only").collect();
    let table = written("table", &ScoreReport::new(7, 20, rows));
    assert!(table.starts_with("ws-only  scenarios ws-only-..."), "{table}");
    assert!(table.lines().last().is_some_and(|l| l.starts_with("`ws-only` catches 92% of breaches")), "{table}");
}

#[test]
fn trials_that_stop_at_different_times_have_one_cause() {
    let reason =
        |seed| format!("not finished by the horizon: stage canary: gate errors: no-data, soak: {seed}h 5m of 24h served");
    let trials: Vec<Trial> = (0..20).map(|seed| insufficient("s", "p", seed, &reason(seed))).collect();
    let row = row("s", "p", Expect::Promote, 1.0, &trials);
    assert_eq!(row.insufficient_reasons.len(), 1, "{:?}", row.insufficient_reasons);
    assert_eq!(row.main_reason().map(|(_, n)| n), Some(20));
}

/// The JSON of a report keeps to its published schema, with every null and list that it may have.
#[test]
fn what_is_published_describes_it() {
    let published = gatecrash_reports::schemas::SCHEMAS.iter().find(|schema| schema.name == "score").expect("it is published");
    let schema = serde_json::from_str(published.text).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let interrupted = ScoreReport::new(1, 1_000, score().rows);
    assert!(interrupted.interrupted.is_some());
    let nothing = ScoreReport::new(1, 0, Vec::new());
    for report in [score(), wobbly_score(), interrupted, nothing] {
        let json: serde_json::Value = serde_json::from_str(&written("json", &report)).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
