//! How a score is written: one file per format.

mod csv;
mod json;
mod markdown;
mod table;

pub use self::csv::Csv;
pub use self::json::Json;
pub use self::markdown::Markdown;
pub use self::table::Table;
pub(crate) use self::table::grid;

use crate::score::ScoreReport;
use std::io;

/// A way to write a score.
pub trait Format {
    /// Writes the whole of it, its last line ended.
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The formats by name, with their help text.
pub const FORMATS: [(&str, &str); 4] = [
    ("table", "for people: scenario by scenario, then each policy, then the verdict"),
    ("json", "gatecrash.score/v1, for scripts"),
    ("csv", "one line per scenario, policy, severity and wobble, for spreadsheets"),
    ("markdown", "for a pull request or a job summary"),
];

/// The format of this name. `colour` is for the table: whether escape sequences may be written is for the caller to know.
pub fn named(name: &str, colour: bool) -> Option<Box<dyn Format>> {
    Some(match name {
        "table" => Box::new(Table { colour }),
        "json" => Box::new(Json),
        "csv" => Box::new(Csv),
        "markdown" => Box::new(Markdown),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_name() {
        assert!(FORMATS.iter().all(|(name, _)| named(name, false).is_some()));
        assert!(named("yaml", false).is_none());
    }
}
