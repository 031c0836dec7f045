//! The recommended policy and yours, scenario by scenario, on seeds that chose neither.

use super::super::score::cell;
use crate::findings;
use crate::score::Row;
use crate::tune::View;
use crate::words::{self, Escaped};
use gatecrash_sim::scenario::Expect;

/// Worlds as written; perturbed ones for whoever opens them.
pub fn html(view: &View) -> String {
    if view.report.finalists.iter().all(|f| f.rows.is_empty()) {
        return String::new();
    }
    let written = rows(view, |row| row.severity == 1.0 && row.wobble == 1.0);
    let perturbed = rows(view, |row| row.severity != 1.0 || row.wobble != 1.0);
    let perturbed = if perturbed.is_empty() {
        perturbed
    } else {
        let summary = "<summary>In perturbed worlds, which the search has not seen</summary>";
        format!("<details>{summary}\n{}</details>\n", table(&perturbed))
    };
    format!("<h2>On fresh seeds</h2>\n{}{perturbed}", table(&written))
}

fn table(rows: &str) -> String {
    let header = ["scenario", "policy", "caught or false", "detect p50 / p95", "exposed", "harmed", "rollout p50"];
    let head: String = header.iter().map(|h| format!("<th>{h}</th>")).collect();
    format!(
        "<div class=\"wide\"><table class=\"matrix fresh\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// Each scenario once, with a line for each policy.
fn rows(view: &View, wanted: impl Fn(&Row) -> bool) -> String {
    let policies: Vec<(&str, &[Row])> = view.named().into_iter().filter_map(|(c, name)| of(view, c, name)).collect();
    let Some((_, first)) = policies.first() else { return String::new() };
    let mut text = String::new();
    for row in first.iter().filter(|row| wanted(row)) {
        let same = |other: &&Row| findings::cell_name(other) == findings::cell_name(row);
        let lines: Vec<(&str, &Row)> =
            policies.iter().filter_map(|(name, rows)| Some((*name, rows.iter().find(same)?))).collect();
        for (i, (name, line_row)) in lines.iter().enumerate() {
            let scenario = if i == 0 { scenario(row, lines.len()) } else { String::new() };
            text.push_str(&format!("<tr>{scenario}{}</tr>\n", line(name, line_row)));
        }
    }
    text
}

fn of<'a>(view: &View<'a>, candidate: usize, name: &'static str) -> Option<(&'static str, &'a [Row])> {
    let finalist = view.report.finalists.iter().find(|f| f.candidate == candidate)?;
    Some((name, finalist.rows.as_slice()))
}

fn scenario(row: &Row, lines: usize) -> String {
    let (name, expect) = (findings::cell_name(row), words::expect(row.expect));
    format!("<td class=\"name\" rowspan=\"{lines}\">{}<small>expect {expect}</small></td>", Escaped(&name))
}

fn line(name: &str, row: &Row) -> String {
    let breach = row.expect == Expect::Rollback;
    let detect = if breach { words::p50_p95(row.time_to_detect_s) } else { words::NOTHING.to_string() };
    let rollout = row.rollout_s.map_or(words::NOTHING.to_string(), |s| words::seconds(s.p50));
    let numbers = [detect, words::mean(row.exposed_requests), words::mean(row.harmed), rollout];
    let numbers: String = numbers.iter().map(|n| format!("<td class=\"n\">{}</td>", Escaped(n))).collect();
    format!("<td class=\"name\">{}</td>{}{numbers}", Escaped(name), cell(row))
}
