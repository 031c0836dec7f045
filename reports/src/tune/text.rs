//! A search for people: at a terminal and in a pull request. The recommendation comes last.

use super::answer::TuneReport;
use super::sheet::{Part, parts};
use super::verdict::verdict;
use crate::formats::grid;
use crate::words;
use std::io;

impl TuneReport {
    /// Writes aligned text. `colour` says whether headings and the verdict may be set off by escape sequences.
    pub fn text(&self, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let set = |code: u8, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() };
        let (bold, hint) = (|text: &str| set(1, text), |text: &str| set(2, text));
        for part in parts(self) {
            if !part.title.is_empty() {
                writeln!(out, "{}", bold(&words::one_line(&part.title)))?;
            }
            let mut lines = grid(&part.header, part.rows.into_iter()).into_iter();
            if !part.header.is_empty() {
                writeln!(out, "  {}", hint(&lines.next().unwrap_or_default()))?;
                lines.try_for_each(|line| writeln!(out, "  {line}"))?;
            }
            part.lines.iter().try_for_each(|line| writeln!(out, "  {}", words::one_line(line)))?;
            writeln!(out)?;
        }
        writeln!(out, "{}", bold(&words::one_line(&self.verdict())))
    }

    /// Writes GitHub-flavoured Markdown.
    pub fn markdown(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for part in parts(self) {
            markdown(&part, out)?;
        }
        writeln!(out, "**{}**", words::markdown(&self.verdict()))
    }

    /// The recommendation in one sentence.
    pub fn verdict(&self) -> String {
        verdict(self)
    }
}

fn markdown(part: &Part, out: &mut dyn io::Write) -> io::Result<()> {
    if !part.title.is_empty() {
        writeln!(out, "### {}\n", words::markdown(&part.title))?;
    }
    if !part.rows.is_empty() {
        writeln!(out, "| {} |", part.header.join(" | "))?;
        writeln!(out, "|{}", "---|".repeat(part.header.len()))?;
        for row in &part.rows {
            let cells: Vec<String> = row.iter().map(|cell| words::markdown(cell)).collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
        writeln!(out)?;
    }
    part.lines.iter().try_for_each(|line| writeln!(out, "- {}", words::markdown(line)))?;
    if part.lines.is_empty() { Ok(()) } else { writeln!(out) }
}
