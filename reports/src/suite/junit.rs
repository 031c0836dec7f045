//! A suite's result as JUnit XML: a `testsuite` for each scenario and policy, a `testcase` for each expectation.
//!
//! There is no standard; this is what all published schemas have in common (Ant's, and those of Jenkins' xUnit plugin, which takes
//! nothing else). None of them knows properties of a `testcase`: those of an expectation stand with its `testsuite`, by its name. The
//! crates that write JUnit write more than that. There are no times: the same seed gives the same bytes.

use super::report::{CaseResult, Checked, SuiteReport, SuiteResult};
use super::verdict::Verdict;
use crate::words::{Escaped, one_line};
use std::io;

/// Writes it. What is undecided fails, or is skipped.
pub fn write(report: &SuiteReport, undecided_fails: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let failures = report.failed + if undecided_fails { report.undecided } else { 0 };
    let tests = report.passed + report.failed + report.undecided;
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text += &format!("<testsuites name=\"gatecrash\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n");
    for suite in &report.suites {
        suite.cases.iter().for_each(|case| write_case(report, suite, case, undecided_fails, &mut text));
    }
    text += "</testsuites>\n";
    out.write_all(text.as_bytes())
}

fn write_case(report: &SuiteReport, suite: &SuiteResult, case: &CaseResult, undecided_fails: bool, text: &mut String) {
    let count = |verdict| case.expectations.iter().filter(|checked| checked.verdict == verdict).count();
    let (failed, open) = (count(Verdict::Fail), count(Verdict::Undecided));
    let (failures, skipped) = if undecided_fails { (failed + open, 0) } else { (failed, open) };
    let name = format!("{}.{} x {}", suite.suite, case.title(), case.policy);
    let tests = case.expectations.len();
    let begin = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
    *text += &format!("  <testsuite name=\"{}\" {begin}>\n    <properties>\n", Escaped(&name));
    for (name, value) in properties(report, suite, case) {
        *text += &format!("      <property name=\"{}\" value=\"{}\"/>\n", Escaped(&name), Escaped(&value));
    }
    *text += "    </properties>\n";
    case.expectations.iter().for_each(|checked| write_checked(suite, &name, checked, undecided_fails, text));
    *text += "  </testsuite>\n";
}

/// Those of the case, then those of each expectation under its name.
fn properties(report: &SuiteReport, suite: &SuiteResult, case: &CaseResult) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = [
        ("version", report.version.clone()),
        ("suite", suite.file.clone()),
        ("seed", suite.seed.to_string()),
        ("scenario", case.scenario.clone()),
        ("policy", case.policy.clone()),
        ("trials", case.trials.to_string()),
    ]
    .map(|(name, value)| (name.to_string(), value))
    .into();
    all.extend(case.replay.iter().map(|file| ("drill".to_string(), file.clone())));
    let six = |number: f64| crate::stats::digits6(number).to_string();
    for checked in &case.expectations {
        let worst = checked.worst.as_ref();
        let own = [
            ("trials", Some(checked.trials.to_string())),
            ("value", checked.value.map(six)),
            ("low", checked.low.map(six)),
            ("high", checked.high.map(six)),
            ("worst seed", worst.map(|worst| worst.seed.to_string())),
            ("replay", worst.map(|worst| worst.replay.clone())),
        ];
        let named = own.into_iter().filter_map(|(name, value)| Some((format!("{}: {name}", checked.expectation), value?)));
        all.extend(named);
    }
    all
}

fn write_checked(suite: &SuiteResult, class: &str, checked: &Checked, undecided_fails: bool, text: &mut String) {
    *text += &format!("    <testcase name=\"{}\" classname=\"{}\"", Escaped(&checked.expectation), Escaped(class));
    let (tag, kind) = match checked.verdict {
        Verdict::Pass => {
            *text += &format!(">\n      <system-out>{}</system-out>\n    </testcase>\n", Escaped(&checked.evidence()));
            return;
        }
        Verdict::Fail => ("failure", "expectation"),
        Verdict::Undecided if undecided_fails => ("failure", "undecided"),
        Verdict::Undecided => ("skipped", "undecided"),
    };
    let message = format!("{}: {}", checked.expectation, checked.evidence());
    let mut lines = vec![message.clone()];
    lines.extend(checked.reason.clone());
    lines.push(format!("at {}", checked.places(suite).join(", ")));
    lines.extend(checked.worst.iter().map(|worst| format!("replay: {}", worst.replay)));
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    *text += &format!(">\n      <{tag} message=\"{}\" type=\"{kind}\">", Escaped(&message));
    *text += &format!("{}</{tag}>\n    </testcase>\n", Escaped(&lines.join("\n")));
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn written(report: &SuiteReport, undecided_fails: bool) -> String {
        let mut out = Vec::new();
        write(report, undecided_fails, &mut out).expect("memory can be written");
        String::from_utf8(out).expect("it is UTF-8")
    }

    fn count(text: &str, tag: &str) -> usize {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        document.descendants().filter(|node| node.has_tag_name(tag)).count()
    }

    #[test]
    fn every_expectation_is_a_case_and_passes_are_listed() {
        let text = written(&examples::report(), true);
        assert_eq!(["testsuite", "testcase", "failure", "skipped"].map(|tag| count(&text, tag)), [2, 4, 2, 0]);
        assert!(text.contains("<testsuites name=\"gatecrash\" tests=\"4\" failures=\"2\" errors=\"0\">"));
        let failure = "<failure message=\"time_to_detect.p95 &lt;= 45m: 1h [50m, 1h 5m], 200 trials, 150 of which have it\" \
type=\"expectation\">";
        assert!(text.contains(failure), "{text}");
        assert!(text.contains("\nreplay: gatecrash run spike --seed 7</failure>"), "{text}");
        assert!(text.contains("<property name=\"time_to_detect.p95 &lt;= 45m: value\" value=\"3600\"/>"), "{text}");
        assert!(text.contains("classname=\"regression.spike at 2x with faults.0.by=3x x careful\""), "{text}");
    }

    #[test]
    fn what_is_undecided_may_be_skipped() {
        let text = written(&examples::report(), false);
        assert_eq!(["testcase", "failure", "skipped"].map(|tag| count(&text, tag)), [4, 1, 1]);
        assert!(text.contains("failures=\"1\" errors=\"0\" skipped=\"1\">") && text.contains("type=\"undecided\">"), "{text}");
    }

    #[test]
    fn a_drill_says_which_it_is() {
        let text = written(&examples::drills(), true);
        assert!(text.contains("<property name=\"drill\" value=\"friday.jsonl\"/>"), "{text}");
        assert!(
            text.contains("line 7: the record says so\nat drills.yaml:9\nreplay: gatecrash replay friday.jsonl</failure>"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_xml_is_not_written() {
        let text = written(&examples::failures(1), true);
        assert_eq!(count(&text, "testcase"), 1);
        assert!(text.contains("a|b &lt;c&gt; `d` \u{fffd}[2J\u{fffd}]]&gt;\u{fffd} x"), "{text}");
    }
}
