//! For people at a terminal: as wide as 120 columns, the verdict last.

use super::Format;
use crate::findings::{self, Sections};
use crate::promise;
use crate::score::{Row, ScoreReport};
use crate::smallest::Caught;
use crate::words;
use gatecrash_sim::scenario::Expect;
use std::io;

/// Aligned text.
pub struct Table {
    /// Whether headings and hints may be set off by escape sequences.
    pub colour: bool,
}

/// The widest that the column of gates becomes, so that a line stays within 120 columns: without and with the column of budgets.
const GATES_WIDTH: [usize; 2] = [30, 22];
/// What of it the column of wobbles takes.
const WOBBLE_WIDTH: usize = 8;

impl Format for Table {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        let Sections { own, shared } = findings::sections(&report.rows);
        own.iter().try_for_each(|(policy, rows)| self.own(policy, rows, out))?;
        if !shared.is_empty() || own.is_empty() {
            self.scenarios(&shared, out)?;
        }
        self.policies(report, out)?;
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
    fn scenarios(&self, rows: &[Row], out: &mut dyn io::Write) -> io::Result<()> {
        let extra = Extra::of(rows);
        let cells = if extra.wobbles { findings::worlds(rows) } else { findings::cells(rows) };
        let named = |row: &&Row| [words::one_line(&row.policy)].into_iter().chain(numbers(row, extra)).collect();
        let grid_rows = cells.iter().flat_map(|(_, rows)| rows.iter().map(named).collect::<Vec<_>>());
        let header: Vec<&str> = ["policy"].into_iter().chain(columns(extra)).collect();
        let mut lines = grid(&header, grid_rows).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        for (name, rows) in &cells {
            let expect = words::expect(rows[0].expect);
            writeln!(out, "{}  expect {expect}{}", self.bold(&words::one_line(name)), each(rows.iter().copied()))?;
            for row in rows {
                self.line(lines.next(), row, out)?;
            }
        }
        writeln!(out)
    }

    /// A policy on scenarios of its own: a line for each. Where all names begin with the policy's, the heading says so once.
    fn own(&self, policy: &str, rows: &[Row], out: &mut dyn io::Write) -> io::Result<()> {
        let prefix = format!("{policy}-");
        let short = rows.iter().all(|row| row.scenario.strip_prefix(&prefix).is_some_and(|rest| !rest.is_empty()));
        let what = if short { format!("scenarios {prefix}...") } else { "scenarios of its own".to_string() };
        writeln!(out, "{}  {}{}", self.bold(&words::one_line(policy)), words::one_line(&what), each(rows.iter()))?;
        let extra = Extra::of(rows);
        let named = |row: &Row| {
            let name = words::one_line(&extra.name(row));
            let name = if short { name[prefix.len()..].to_string() } else { name };
            [name, words::expect(row.expect).to_string()].into_iter().chain(numbers(row, extra)).collect()
        };
        let header: Vec<&str> = ["scenario", "expect"].into_iter().chain(columns(extra)).collect();
        let mut lines = grid(&header, rows.iter().map(named)).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        for row in rows {
            self.line(lines.next(), row, out)?;
        }
        writeln!(out)
    }

    /// A row of a grid, and why trials say nothing.
    fn line(&self, line: Option<String>, row: &Row, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "  {}", line.unwrap_or_default())?;
        match insufficient(row) {
            Some(note) => writeln!(out, "    {}", self.hint(&note)),
            None => Ok(()),
        }
    }

    fn policies(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        let columns = ["policy", "all breaches caught", "rolled back before harm", "all healthy: false", "insufficient"];
        let rows = findings::pooled(report).into_iter().map(|p| {
            let rates = [p.detection, p.premature, p.false_rollback, p.insufficient.filter(|r| r.hits > 0)];
            std::iter::once(words::one_line(&p.policy)).chain(rates.map(words::rate)).collect()
        });
        let mut lines = grid(&columns, rows).into_iter();
        writeln!(out, "  {}", self.hint(&lines.next().unwrap_or_default()))?;
        lines.try_for_each(|line| writeln!(out, "  {line}"))?;
        let promises = promise::lines(&report.rows);
        promises.iter().try_for_each(|line| writeln!(out, "  {}", self.hint(&words::one_line(line))))?;
        writeln!(out)
    }

    fn severities(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        if report.smallest_severity.is_empty() {
            return Ok(());
        }
        let rows = report.smallest_severity.iter().map(|s| {
            let played = s.severities.iter().map(|v| format!("{v}x")).collect::<Vec<_>>().join(" ");
            vec![words::one_line(&s.name()), words::one_line(&s.policy), Caught::shown(s.at_80), Caught::shown(s.at_95), played]
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

/// `, 100 trials each`, where all rows have as many.
fn each<'a>(mut rows: impl Iterator<Item = &'a Row>) -> String {
    let Some(first) = rows.next() else { return String::new() };
    if rows.all(|row| row.trials == first.trials) {
        format!(", {} each", words::count_of(first.trials, "trial"))
    } else {
        String::new()
    }
}

/// The columns that not every score has.
#[derive(Clone, Copy)]
pub(super) struct Extra {
    /// Several wobbles were played.
    pub wobbles: bool,
    /// Budgets apply to some of the rows.
    pub budgets: bool,
}

impl Extra {
    /// What these rows need.
    pub fn of(rows: &[Row]) -> Extra {
        let budgets = rows.iter().any(|row| row.within_budget.is_some());
        Extra { wobbles: rows.iter().any(|row| row.wobble != rows[0].wobble), budgets }
    }

    /// The scenario, and what no column tells of it.
    pub fn name(self, row: &Row) -> String {
        if self.wobbles { findings::world_name(row) } else { findings::cell_name(row) }
    }

    /// The column of wobbles, if there is one.
    pub fn wobble(self, row: &Row) -> Option<String> {
        self.wobbles.then(|| words::wobble(row.wobble))
    }
}

/// The columns of [`numbers`].
fn columns(extra: Extra) -> impl Iterator<Item = &'static str> {
    let (wobble, budget) = (extra.wobbles.then_some("wobble"), extra.budgets.then_some("in budget"));
    let rates = ["caught", "false", "detect p50 / p95", "harmed", "exposed"];
    wobble.into_iter().chain(rates).chain(budget).chain(["caught by"])
}

fn numbers(row: &Row, extra: Extra) -> Vec<String> {
    let caught = if row.expect == Expect::Rollback { words::rate(row.detection_rate) } else { words::NOTHING.to_string() };
    let budget = extra.budgets.then(|| row.within_budget.map_or(words::NOTHING.to_string(), |r| words::percent(r.value())));
    let before = [
        caught,
        words::rate(row.false_rollback_rate),
        words::p50_p95(row.time_to_detect_s),
        words::mean(row.harmed),
        words::mean(row.exposed_requests),
    ];
    let width = GATES_WIDTH[usize::from(extra.budgets)] - if extra.wobbles { WOBBLE_WIDTH } else { 0 };
    let gates = gates(row, width);
    extra.wobble(row).into_iter().chain(before).chain(budget).chain([gates]).collect()
}

/// The gates that caught most, then how many others: `cancel-to-ack 97, errors 2, +1 other`.
fn gates(row: &Row, width: usize) -> String {
    let by_count = row.gates();
    let mut text = String::new();
    for (i, (gate, n)) in by_count.iter().enumerate() {
        let next = format!("{}{} {n}", if i == 0 { "" } else { ", " }, words::one_line(gate));
        if i > 0 && text.len() + next.len() > width {
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
