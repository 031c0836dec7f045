//! `gatecrash.score/v1`: the rows as they are.

use super::Format;
use crate::score::ScoreReport;
use std::io;

/// Indented JSON.
pub struct Json;

impl Format for Json {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)
    }
}
