//! SARIF 2.1.0 (OASIS, 2020), as code hosts take it: one run, a result for each finding.

use super::{Finding, LintReport, Rule};
use serde::Serialize;
use std::io;

/// Results that code hosts show of a run.
const RESULTS_MAX: usize = 5_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    name: &'a str,
    short_description: Text<'a>,
    help: Text<'a>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: OwnedText,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct OwnedText {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

/// Indented JSON. What is beyond the most that is shown is left out, notes first.
pub(super) fn write(report: &LintReport, out: &mut dyn io::Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    if findings.len() > RESULTS_MAX {
        // Stable: within a level the order stays.
        findings.sort_by_key(|finding| report.rules[finding.rule].level as usize);
        findings.truncate(RESULTS_MAX);
    }
    let driver = Driver { name: "gatecrash", version: &report.version, rules: report.rules.iter().map(descriptor).collect() };
    let results = findings.into_iter().map(|finding| result(report, finding)).collect();
    // Columns count characters, not UTF-16 units.
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn descriptor(rule: &Rule) -> Descriptor<'_> {
    Descriptor {
        id: &rule.code,
        name: &rule.name,
        short_description: Text { text: &rule.about },
        help: Text { text: &rule.help },
        default_configuration: Configuration { level: rule.level.name() },
    }
}

fn result<'a>(report: &'a LintReport, finding: &'a Finding) -> Outcome<'a> {
    let rule = &report.rules[finding.rule];
    let artifact_location = Artifact { uri: uri(&finding.file) };
    let region = Region { start_line: finding.line, start_column: finding.column };
    Outcome {
        rule_id: &rule.code,
        rule_index: finding.rule,
        level: rule.level.name(),
        message: OwnedText { text: format!("{}. {}", finding.message, finding.help) },
        locations: [Location { physical_location: Physical { artifact_location, region } }],
    }
}

/// A path as a reference of RFC 3986: relative to the repository where it is relative, with forward slashes.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let part = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let encoded: String = path.bytes().map(part).collect();
    if encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    fn log(errors: usize, notes: usize) -> serde_json::Value {
        let mut out = Vec::new();
        write(&report(errors, notes), &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_finding_is_a_result_at_its_place() {
        let log = log(1, 0);
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "GC101");
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/c.yaml");
        assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&3.into(), &7.into()));
        assert_eq!(result["message"]["text"], "found: this. Do that.");
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("/tmp/a:b.yaml"), "file:///tmp/a%3Ab.yaml");
        assert_eq!(uri("policies/é.yaml"), "policies/%C3%A9.yaml");
    }

    #[test]
    fn notes_give_way_when_there_are_too_many() {
        let mut many = report(2, 5_001);
        many.findings.reverse();
        let mut out = Vec::new();
        write(&many, &mut out).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 5_000);
        assert_eq!(results.iter().filter(|result| result["level"] == "error").count(), 2);
    }
}
