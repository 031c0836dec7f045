//! `gatecrash.test/v1`, for scripts; `reports/schemas/test.json` says what may stand where.

use super::report::SuiteReport;
use std::io;

/// Writes it.
pub fn write(report: &SuiteReport, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
