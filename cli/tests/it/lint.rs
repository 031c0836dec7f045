//! What `lint` finds, says and answers.

use crate::support::{Ran, folder, gatecrash, gatecrash_in};
use crate::validators::{Schema, validate};
use serde_json::Value;
use std::path::Path;

const POLICY: &str = include_str!("../../../scenarios/src/lint/examples/policy.yaml");
const SCENARIO: &str = include_str!("../../../scenarios/src/lint/examples/scenario.yaml");

/// The policy of the examples with a part replaced.
fn policy(from: &str, to: &str) -> String {
    assert!(POLICY.contains(from), "{from}");
    POLICY.replacen(from, to, 1)
}

/// Checks files in a folder of their own, without playing unless told.
fn lint(files: &[(&str, &str)], args: &[&str]) -> Ran {
    let folder = folder(files);
    gatecrash_in(folder.path(), &[&["lint"], args].concat())
}

fn codes(ran: Ran) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.out).expect("`--format json` writes JSON and nothing else");
    let code = |finding: &Value| finding["code"].as_str().expect("a code").to_string();
    report["findings"].as_array().expect("a list").iter().map(code).collect()
}

#[test]
fn a_finding_shows_its_line_and_what_to_do() {
    let text = policy("<= 2% over 10m", "<= 100% over 10m").replace("clean_for: 5m", "clean_for: 5s");
    let ran = lint(&[("p.yaml", &text), ("s.yaml", SCENARIO)], &["p.yaml", "s.yaml", "--no-play"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let expected = "\
p.yaml:4:58: error[GC103]: every reading passes: this lies between 0% and 100%
  4 | errors: { check: ratio(runs.errors / runs.outcomes) <= 100% over 10m, rule: { exceedance: { alpha: 0.1% } }, m
    |                                                        ^
  help: Give it a limit that a breach goes beyond.

p.yaml:4:58: note[GC119]: if its metric doubled, `errors` would hardly ever fail (at `canary` of example)
  4 | errors: { check: ratio(runs.errors / runs.outcomes) <= 100% over 10m, rule: { exceedance: { alpha: 0.1% } }, m
    |                                                        ^
  help: Bring the limit closer to what is healthy, or gather more outcomes: a longer window, a larger cohort.

p.yaml:11:43: warning[GC113]: passing for 5s says nothing: there is a scrape each 15s
  11 |   validate: { gates: [errors], clean_for: 5s, min_samples: 10 }
     |                                           ^
  help: Make `clean_for` several scrapes long.

1 error, 1 warning, 1 note in 2 files.
";
    assert_eq!(ran.out, expected);
    assert!(ran.err.contains("nothing was played"), "{}", ran.err);
}

#[test]
fn the_exit_code_says_what_was_found() {
    let bad = policy("gates: [errors]", "gates: []");
    for (files, args, code, says) in [
        (vec![("p.yaml", POLICY), ("s.yaml", SCENARIO)], vec!["p.yaml", "s.yaml"], 0, "1 note in 2 files."),
        (vec![("p.yaml", bad.as_str()), ("s.yaml", SCENARIO)], vec!["p.yaml", "s.yaml"], 1, "1 warning, 1 note in 2 files."),
        (
            vec![("p.yaml", bad.as_str()), ("s.yaml", SCENARIO)],
            vec!["no.yaml", "p.yaml", "s.yaml", "nor.yaml"],
            2,
            "1 warning, 1 note in 2 files.",
        ),
        (vec![("x.yaml", "polcy: a\n")], vec!["x.yaml"], 2, "No file was checked."),
        (vec![], vec![], 4, ""),
    ] {
        let ran = lint(&files, &args);
        assert_eq!(ran.code, code, "{args:?}: {}\n{}", ran.out, ran.err);
        assert_eq!(ran.out.lines().last().unwrap_or_default(), says, "{args:?}");
        for name in args.iter().filter(|name| name.starts_with("no")) {
            assert!(ran.err.contains(&format!("error: {name}: no such file")), "{}", ran.err);
        }
    }
    let ran = lint(&[("x.yaml", "polcy: a\n")], &["x.yaml"]);
    assert!(ran.err.contains("x.yaml:1:1: found the key `polcy`") && ran.err.contains("did you mean `policy`?"), "{}", ran.err);
}

#[test]
fn json_has_every_finding() {
    let text = policy("gates: [errors]", "gates: []");
    let ran = lint(&[("p.yaml", &text), ("s.yaml", SCENARIO)], &["p.yaml", "s.yaml", "--no-play", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["schema"], &report["files"]), (&"gatecrash.lint/v1".into(), &2.into()));
    assert_eq!((&report["errors"], &report["warnings"], &report["notes"]), (&0.into(), &1.into(), &1.into()));
    let finding = report["findings"].as_array().unwrap().iter().find(|f| f["level"] == "warning").unwrap();
    assert_eq!(
        (&finding["code"], &finding["name"], &finding["file"]),
        (&"GC111".into(), &"no-recovery-check".into(), &"p.yaml".into())
    );
    assert_eq!((&finding["line"], &finding["column"]), (&11.into(), &3.into()));
    assert!(finding["message"].is_string() && finding["help"].is_string());
}

#[test]
fn sarif_keeps_to_its_schema() {
    let text = policy("gates: [errors]", "gates: []").replace("over 10m", "over 20s");
    let files = [("a policy.yaml", text.as_str()), ("s.yaml", SCENARIO)];
    let ran = lint(&files, &["a policy.yaml", "s.yaml", "--no-play", "--format", "sarif"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() >= 3, "{results:?}");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20policy.yaml");
    validate(Schema::Sarif, &ran.out);
    let clean = lint(&[("s.yaml", SCENARIO)], &["s.yaml", "--format", "sarif"]);
    assert_eq!(clean.code, 0);
    validate(Schema::Sarif, &clean.out);
}

#[test]
fn annotations_come_worst_first() {
    let text = policy("gates: [errors]", "gates: []").replace("<= 2%", "<= 100%");
    let ran = lint(&[("p.yaml", &text), ("s.yaml", SCENARIO)], &["p.yaml", "s.yaml", "--no-play", "--format", "github"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=p.yaml,line=4,col=58,title=GC103 cannot-fail::every reading passes: this lies between 0%25 and 100%25%0A\
         Give it a limit that a breach goes beyond."
    );
    assert!(lines[1].starts_with("::warning file=p.yaml,line=11,col=3,title=GC111 no-recovery-check::"));
    assert_eq!(lines.last(), Some(&"1 error, 1 warning, 1 note in 2 files."));
}

#[test]
fn comments_allow_what_is_meant() {
    let bad = policy("gates: [errors]", "gates: []");
    let with = |from: &str, to: &str| codes_of(&bad.replacen(from, to, 1));
    let found = ["GC111", "GC119"].map(String::from).to_vec();
    assert_eq!(codes_of(&bad), ["GC119", "GC111"]);
    for (from, to) in [
        ("  validate: ", "  # lint: allow GC111, GC001 (people look)\n  validate: "),
        ("min_samples: 10 }", "min_samples: 10 }  # lint: allow GC111"),
        ("policy: ", "# lint: allow GC111 (people look)\npolicy: "),
    ] {
        let left = with(from, to);
        assert!(!left.contains(&found[0]), "{to}: {left:?}");
    }
    // One that stands elsewhere allows nothing, and is found itself; so is one for a code that there is not.
    assert_eq!(with("round: 1m", "round: 1m # lint: allow GC111"), ["GC001", "GC119", "GC111"]);
    assert_eq!(with("round: 1m", "round: 1m # lint: allow GC999"), ["GC002", "GC119", "GC111"]);
    // What was not looked at is not stale.
    assert_eq!(with("round: 1m", "round: 1m # lint: allow GC121"), ["GC119", "GC111"]);
}

fn codes_of(policy: &str) -> Vec<String> {
    codes(lint(&[("p.yaml", policy), ("s.yaml", SCENARIO)], &["p.yaml", "s.yaml", "--no-play", "--format", "json"]))
}

#[test]
fn a_gate_that_catches_nothing_is_found_by_playing() {
    let loose = policy("<= 2% over", "<= 90% over");
    for (text, is_found) in [(POLICY, false), (loose.as_str(), true)] {
        let ran = lint(&[("p.yaml", text), ("s.yaml", SCENARIO)], &["p.yaml", "--scenario", "./s.yaml", "--format", "json"]);
        assert_eq!(codes(ran).contains(&"GC121".to_string()), is_found);
    }
}

#[test]
fn suites_are_checked_with_what_they_play() {
    let suite = "\
suite: ours
cases:
  - { scenario: ./s.yaml, policy: p.yaml, expect: [ detection_rate >= 0%, missed <= 0.01% ] }
  - { scenario: ./s.yaml, policy: ./p.yaml, expect: [ missed <= 5% ] }
";
    let files = [("p.yaml", POLICY), ("s.yaml", SCENARIO), ("suite.yaml", suite)];
    assert_eq!(codes(lint(&files, &["suite.yaml", "--format", "json"])), ["GC304", "GC305", "GC301", "GC302", "GC303"]);
    let wrong = suite.replace("missed <= 5%", "mised <= 5%");
    let ran = lint(&[("p.yaml", POLICY), ("s.yaml", SCENARIO), ("suite.yaml", &wrong)], &["suite.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("suite.yaml:4:") && ran.err.contains("did you mean `missed`?"), "{}", ran.err);
}

#[test]
fn what_a_scenario_names_must_go_with_it() {
    let missing = format!("policy: none.yaml\n{SCENARIO}");
    let ran = lint(&[("s.yaml", &missing)], &["s.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("none.yaml: no such file"), "{}", ran.err);
}

#[test]
fn every_check_is_listed() {
    let list = gatecrash(&["list", "lints"]).ok();
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lint.md")).unwrap();
    let codes: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(codes.len() >= 30 && codes.iter().all(|code| page.contains(&format!("\n## {code} "))), "{codes:?}");
}

/// The files of a folder of the repository.
fn files(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "yaml")).map(|p| p.display().to_string()).collect();
    files.sort();
    files
}

#[test]
fn the_library_is_clean() {
    // One by one: beside a policy all scenarios that are given count as its own.
    for policy in files("policies/library") {
        let ran = gatecrash(&["lint", &policy]);
        assert_eq!(ran.code, 0, "{policy}: {}\n{}", ran.out, ran.err);
    }
    let scenarios = [files("scenarios/library"), files("scenarios/library/families")].concat();
    let args: Vec<&str> = ["lint"].into_iter().chain(scenarios.iter().map(String::as_str)).collect();
    let ran = gatecrash(&args);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}
