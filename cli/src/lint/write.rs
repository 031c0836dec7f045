//! How findings are printed.

use super::catalog::lints;
use crate::args::LintFormat;
use crate::{Failure, output};
use gatecrash_reports::LintReport;
use gatecrash_reports::lint::{self, Rule};
use gatecrash_scenarios::lint::{Finding, Level};
use std::path::Path;

/// Writes what was found in so many files.
pub fn write(findings: &[Finding], files: usize, format: LintFormat) -> Result<(), Failure> {
    let report = report(findings, files);
    output::stdout(|out| match format {
        LintFormat::Text => {
            findings.iter().try_for_each(|finding| writeln!(out, "{finding}\n"))?;
            writeln!(out, "{}", report.verdict())
        }
        LintFormat::Json => report.write_json(out),
        LintFormat::Sarif => report.write_sarif(out),
        LintFormat::Github => report.write_github(out),
    })
}

fn report(findings: &[Finding], files: usize) -> LintReport {
    let lints = lints();
    let level = |level: Level| [lint::Level::Error, lint::Level::Warning, lint::Level::Note][level as usize];
    let rules = lints.iter().map(|lint| Rule {
        code: lint.code.into(),
        name: lint.name.into(),
        level: level(lint.level),
        about: lint.about.into(),
        help: lint.help.into(),
    });
    let findings = findings.iter().map(|finding| lint::Finding {
        rule: lints.iter().position(|lint| lint.code == finding.lint.code).expect("every check is in the catalog"),
        file: from_here(&finding.file),
        line: finding.at.line,
        column: finding.at.column,
        message: finding.message.clone(),
        help: finding.help.clone(),
    });
    let version = env!("CARGO_PKG_VERSION").to_string();
    LintReport { version, rules: rules.collect(), findings: findings.collect(), files }
}

/// A path below the current folder as seen from there: hosts know files by their place in the repository.
fn from_here(file: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    Path::new(file).strip_prefix(here).map_or(file.to_string(), |rest| rest.to_string_lossy().into_owned())
}
