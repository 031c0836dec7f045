//! For people at a terminal: as wide as 120 columns, the verdict last.

use super::Format;
use crate::findings::{self, Pooled};
use crate::score::{Row, ScoreReport};
use crate::words;
use gatecrash_sim::scenario::Expect;
use std::io;

/// Aligned text.
pub struct Table {
    /// Whether headings and hints may be set off by escape sequences.
    pub colour: bool,
}

/// The widest that the column of gates becomes, so that a line stays within 120 columns.
const GATES_WIDTH: usize = 30;

const COLUMNS: [&str; 7] = ["policy", "caught", "false", "detect p50 / p95", "harmed", "exposed", "caught by"];

impl Format for Table {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        self.scenarios(report, out)?;
        self.policies(&findings::pooled(report), out)?;
        self.severities(report, out)?;
        let lines = findings::worth_knowing(report);
        if !lines.is_empty() {
            writeln!(out, "{}", self.bold("worth knowing"))?;
            lines.iter().try_for_each(|line| writeln!(out, "  {}", words::one_line(line)))?;
            writeln!(out)?;
        }
        if let Some(i) = report.interrupted {
            let (done, planned) = (words::grouped(i.done), words::count_of(i.planned, "trial"));
            writeln!(out, "{}", self.hint(&format!("interrupted: {done} of {planned} were played")))?;
        }
        writeln!(out, "{}", self.bold(&words::one_line(&findings::verdict(report))))
    }
}

impl Table {
    /// All rows in one grid, so that columns line up across scenarios; headings and notes go between its lines.
    fn scenarios(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        let cells = findings::cells(&report.rows);
        let rows = cells.iter().flat_map(|(_, rows)| rows.iter().map(|row| row_cells(row)));
        let mut lines = grid(&COLUMNS, rows).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        for (name, rows) in &cells {
            let (expect, n) = (words::expect(rows[0].expect), words::count_of(rows[0].trials, "trial"));
            let trials = if rows.iter().all(|r| r.trials == rows[0].trials) { format!(", {n} each") } else { String::new() };
            writeln!(out, "{}  expect {expect}{trials}", self.bold(&words::one_line(name)))?;
            for row in rows {
                writeln!(out, "  {}", lines.next().unwrap_or_default())?;
                if let Some(note) = insufficient(row) {
                    writeln!(out, "    {}", self.hint(&note))?;
                }
            }
        }
        writeln!(out)
    }

    fn policies(&self, pooled: &[Pooled], out: &mut dyn io::Write) -> io::Result<()> {
        let columns = ["policy", "all breaches caught", "rolled back before harm", "all healthy: false", "insufficient"];
        let rows = pooled.iter().map(|p| {
            let rates = [p.detection, p.premature, p.false_rollback, p.insufficient.filter(|r| r.hits > 0)];
            std::iter::once(words::one_line(&p.policy)).chain(rates.map(words::rate)).collect()
        });
        let mut lines = grid(&columns, rows).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        lines.try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out)
    }

    fn severities(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        if report.smallest_severity.is_empty() {
            return Ok(());
        }
        let rows = report.smallest_severity.iter().map(|s| {
            let played = s.severities.iter().map(|v| format!("{v}x")).collect::<Vec<_>>().join(" ");
            vec![words::one_line(&s.scenario), words::one_line(&s.policy), caught(s.at_80), caught(s.at_95), played]
        });
        let mut lines = grid(&["smallest fault caught", "policy", "at 80%", "at 95%", "played"], rows).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        lines.try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out)
    }

    fn bold(&self, text: &str) -> String {
        if self.colour { format!("\x1b[1m{text}\x1b[0m") } else { text.to_string() }
    }

    fn hint(&self, text: &str) -> String {
        if self.colour { format!("\x1b[2m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// `2x`, `2x?` where the trials are too few to be sure, `none`.
fn caught(caught: Option<crate::score::Caught>) -> String {
    caught.map_or("none".to_string(), |c| format!("{}x{}", c.severity, if c.certain { "" } else { "?" }))
}

fn row_cells(row: &Row) -> Vec<String> {
    let caught = if row.expect == Expect::Rollback { words::rate(row.detection_rate) } else { words::NOTHING.to_string() };
    vec![
        words::one_line(&row.policy),
        caught,
        words::rate(row.false_rollback_rate),
        words::p50_p95(row.time_to_detect_s),
        words::mean(row.harmed),
        words::mean(row.exposed_requests),
        gates(row),
    ]
}

/// The gates that caught most, then how many others: `cancel-to-ack 97, errors 2, +1 other`.
fn gates(row: &Row) -> String {
    let by_count = row.gates();
    let mut text = String::new();
    for (i, (gate, n)) in by_count.iter().enumerate() {
        let next = format!("{}{} {n}", if i == 0 { "" } else { ", " }, words::one_line(gate));
        if i > 0 && text.len() + next.len() > GATES_WIDTH {
            return format!("{text}, +{}", words::count_of((by_count.len() - i) as u64, "other"));
        }
        text.push_str(&next);
    }
    if text.is_empty() { words::NOTHING.to_string() } else { text }
}

/// Why trials say nothing, where some do.
pub(super) fn insufficient(row: &Row) -> Option<String> {
    let (reason, n) = row.main_reason()?;
    let others = row.insufficient_reasons.len() - 1;
    let more = if others == 0 { String::new() } else { format!("; and {}", words::count_of(others as u64, "other reason")) };
    Some(format!("insufficient in {} of {}: {} ({n}){more}", row.insufficient, row.trials, words::one_line(reason)))
}

/// The lines of a grid without rules, header first, not wrapped and not padded at the end.
pub(crate) fn grid(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    table.set_header(header).add_rows(rows);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.lines().map(|line| line.trim_end().to_string()).collect()
}
