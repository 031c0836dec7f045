//! `gatecrash.lint/v1`.

use super::{Finding, Level, LintReport};
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Page<'a> {
    schema: &'static str,
    findings: Vec<Line<'a>>,
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    name: &'a str,
    level: &'static str,
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    help: &'a str,
}

/// Indented JSON.
pub(super) fn write(report: &LintReport, out: &mut dyn io::Write) -> io::Result<()> {
    let rule = |finding: &Finding| &report.rules[finding.rule];
    let findings = report.findings.iter().map(|finding| Line {
        code: &rule(finding).code,
        name: &rule(finding).name,
        level: rule(finding).level.name(),
        file: &finding.file,
        line: finding.line,
        column: finding.column,
        message: &finding.message,
        help: &finding.help,
    });
    let page = Page {
        schema: "gatecrash.lint/v1",
        findings: findings.collect(),
        files: report.files,
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
    };
    serde_json::to_writer_pretty(&mut *out, &page)?;
    writeln!(out)
}
