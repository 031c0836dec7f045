//! The rows of the CSV as Parquet: a cell that is empty there is null here.

use super::answer::TuneReport;
use super::csv::Kind;
use crate::parquet::{Column, Values, table};
use std::io;

impl TuneReport {
    /// Writes all candidates in all worlds in which they were played.
    pub fn parquet(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let rows = self.rows();
        let column = |(place, (name, kind)): (usize, (&str, Kind))| {
            let cells = rows.iter().map(|row| row[place].as_str());
            let values = match kind {
                Kind::Word => Values::Text(cells.map(String::from).collect()),
                Kind::Whole => Values::Whole(cells.map(|cell| cell.parse().ok()).collect()),
                Kind::Number => Values::Number(cells.map(|cell| cell.parse().ok()).collect()),
            };
            Column { name: name.to_string(), values }
        };
        let columns: Vec<Column> = self.columns().enumerate().map(column).collect();
        // The writer may be given to another thread, and this one may not.
        let mut bytes = Vec::new();
        table(&columns, &mut bytes)?;
        out.write_all(&bytes)
    }
}
