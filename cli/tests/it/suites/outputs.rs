//! What CI systems are given.

use super::{checked, json, small, test};
use crate::validators::{Schema, validate};
use serde_json::Value;
use std::fs;

/// A build of this crate does not know where the reports' schemas are installed, and the file is what is published.
pub const SCHEMA: &str = include_str!("../../../../reports/schemas/test.json");

#[test]
fn json_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let folder = small(&[("silent-suite.yaml", SILENT_SUITE)]);
    assert_eq!(test(&folder, &["suite.yaml", "--lock"]).code, 1);
    let lock = folder.path().join("gatecrash.lock");
    let text = fs::read_to_string(&lock).expect("it was written");
    fs::write(&lock, text.replacen("\"verdict\":\"fail\"", "\"verdict\":\"pass\"", 1)).expect("it may be written");
    let report = json(&folder, &["suite.yaml", "silent-suite.yaml"]);
    let complaints: Vec<String> = validator.iter_errors(&report).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert_eq!(complaints, Vec::<String>::new());
    assert_eq!(report["changed"].as_array().map(Vec::len), Some(1), "it has something of everything");
    assert!(checked(&report).iter().any(|(_, checked)| checked["value"].is_null()));
    assert!(checked(&report).iter().any(|(_, checked)| checked["policy_line"].is_object()));
    // The schema can say no.
    let mut wrong = report.clone();
    wrong["suites"][0]["cases"][0]["expectations"][0]["verdict"] = "fine".into();
    assert!(!validator.is_valid(&wrong));
    wrong = report.clone();
    wrong["more"] = true.into();
    assert!(!validator.is_valid(&wrong));
}

const SILENT_SUITE: &str = "suite: silent\ntrials: { max: 20 }\ncases:\n  - { scenario: ./silent.yaml, policy: ./p.yaml, expect: true_promote_rate >= 1% }\n";

#[test]
fn junit_has_a_case_for_every_expectation() {
    let folder = small(&[]);
    let written = |more: &[&str]| {
        test(&folder, &[&["suite.yaml", "--junit", "j.xml"], more].concat());
        fs::read_to_string(folder.path().join("j.xml")).expect("it was written")
    };
    let text = written(&[]);
    let document = roxmltree::Document::parse(&text).expect("it is XML");
    validate(Schema::Junit, &text);
    let of = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!((of("testsuite"), of("testcase"), of("failure"), of("skipped")), (3, 5, 3, 0), "{text}");
    let undecided = document.descendants().filter(|node| node.attribute("type") == Some("undecided"));
    assert_eq!(undecided.count(), 1);
    for failure in document.descendants().filter(|node| node.has_tag_name("failure")) {
        assert!(failure.text().is_some_and(|text| text.contains("\nreplay: gatecrash run ./s.yaml --policy ./p.yaml --seed ")));
    }
    let warned = written(&["--undecided", "warn"]);
    assert_eq!(warned.matches("<skipped ").count(), 1);
    validate(Schema::Junit, &warned);
    assert_eq!(written(&[]), text, "the same bytes");
}

#[test]
fn annotations_stand_on_the_policys_line_and_the_summary_is_appended() {
    let folder = small(&[]);
    let summary = folder.path().join("summary.md");
    let run = || {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
        let command = command.current_dir(folder.path()).env("GITHUB_STEP_SUMMARY", &summary);
        let output = command.args(["test", "suite.yaml", "--format", "github"]).output().expect("the binary starts");
        let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    fs::write(&summary, "# before\n").expect("a new folder may be written");
    let (code, out, _) = run();
    assert_eq!(code, Some(1));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("::error ")).count(), 2, "{out}");
    assert!(lines[0].starts_with("::error file=p.yaml,line="), "{out}");
    assert!(lines[2].starts_with("::warning file=p.yaml,line=4,col="), "{out}");
    assert!(lines[3].starts_with("Failed: 2 of 5 expectations;"), "{out}");
    let text = fs::read_to_string(&summary).expect("it was written");
    assert!(text.starts_with("# before\n\n**Failed: 2 of 5 expectations;") && text.ends_with(".**\n"), "{text}");
    // Nearly full: it stays within a mebibyte; quite full: it says so.
    let max = 1 << 20;
    for (there, fits) in [(max - 2_000, true), (max - 10, false)] {
        fs::write(&summary, "x".repeat(there)).expect("it may be written");
        let (code, _, err) = run();
        let length = fs::metadata(&summary).expect("it is there").len() as usize;
        assert!(code == Some(1) && length <= max && (length > there) == fits, "{there} {length}");
        assert_eq!(err.contains("no room left in the summary"), !fits, "{err}");
    }
}

#[test]
fn markdown_has_the_verdict_first_and_last() {
    let folder = small(&[]);
    let text = test(&folder, &["suite.yaml", "--format", "markdown"]).out;
    let verdict = "**Failed: 2 of 5 expectations; 2 passed, 1 undecided;";
    assert!(text.starts_with(verdict) && text.lines().last().is_some_and(|line| line.starts_with(verdict)), "{text}");
    assert_eq!(text.matches("```sh\ngatecrash run ").count(), 3, "{text}");
    assert!(text.contains("<details><summary>2 passed</summary>"));
}
