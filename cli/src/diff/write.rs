//! Where a diff goes.

use crate::args::{Diff, DiffFormat};
use crate::{Failure, output, summary};
use gatecrash_reports::DiffReport;
use gatecrash_reports::github;

/// Writes it as it was asked for.
pub fn write(args: &Diff, report: &DiffReport) -> Result<(), Failure> {
    if args.format == DiffFormat::Github {
        summary::append(|room| summary::fitting(&report.markdown(), room))?;
    }
    output::stdout(|out| match args.format {
        DiffFormat::Text => report.text(output::colour(), out),
        DiffFormat::Json => report.json(out),
        DiffFormat::Markdown => out.write_all(report.markdown().as_bytes()),
        DiffFormat::Github => {
            github::write(&report.annotations(), out)?;
            writeln!(out, "{}", report.sentence())
        }
    })
}
