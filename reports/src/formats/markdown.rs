//! For pull requests and job summaries: GitHub's tables, the verdict last and bold.

use super::Format;
use super::table::insufficient;
use crate::findings;
use crate::score::{Row, ScoreReport};
use crate::words;
use std::io;

/// GitHub-flavoured Markdown.
pub struct Markdown;

impl Format for Markdown {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "| scenario | expect | policy | caught | false | detect p50 / p95 | harmed | exposed | caught by |")?;
        writeln!(out, "|---|---|---|---|---|---|---:|---:|---|")?;
        for (name, rows) in findings::cells(&report.rows) {
            for row in rows {
                scenario_row(&name, row, out)?;
            }
        }
        writeln!(out, "\n| policy | all breaches caught | rolled back before harm | all healthy: false |")?;
        writeln!(out, "|---|---|---|---|")?;
        for p in findings::pooled(report) {
            let [a, b, c] = [p.detection, p.premature, p.false_rollback].map(words::rate);
            writeln!(out, "| {} | {a} | {b} | {c} |", plain(&p.policy))?;
        }
        let notes = report
            .rows
            .iter()
            .filter_map(|r| insufficient(r).map(|note| format!("{}, `{}`: {note}", findings::cell_name(r), r.policy)));
        let notes: Vec<String> = findings::worth_knowing(report).into_iter().chain(notes).collect();
        if !notes.is_empty() {
            writeln!(out)?;
            notes.iter().try_for_each(|note| writeln!(out, "- {}", plain(note)))?;
        }
        if let Some(i) = report.interrupted {
            writeln!(out, "\nInterrupted: {} of {} trials were played.", i.done, i.planned)?;
        }
        let played = words::count_of(report.trials, "trial");
        writeln!(out, "\nSeed {}, {played} each. **{}**", report.seed, plain(&findings::verdict(report)))
    }
}

fn scenario_row(name: &str, row: &Row, out: &mut dyn io::Write) -> io::Result<()> {
    let gates = row.gates().iter().map(|(gate, n)| format!("{gate} {n}")).collect::<Vec<_>>().join(", ");
    let cells = [
        plain(name),
        words::expect(row.expect).to_string(),
        plain(&row.policy),
        words::rate(row.detection_rate),
        words::rate(row.false_rollback_rate),
        words::p50_p95(row.time_to_detect_s),
        words::mean(row.harmed),
        words::mean(row.exposed_requests),
        if gates.is_empty() { words::NOTHING.to_string() } else { plain(&gates) },
    ];
    writeln!(out, "| {} |", cells.join(" | "))
}

/// Text that neither ends a cell nor starts a tag.
fn plain(text: &str) -> String {
    words::one_line(text).replace('|', "\\|").replace('<', "&lt;")
}
