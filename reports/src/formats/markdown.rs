//! For pull requests and job summaries: GitHub's tables, the verdict last and bold.

use super::Format;
use super::table::{Extra, insufficient};
use crate::findings::{self, Sections};
use crate::promise;
use crate::score::{Row, ScoreReport};
use crate::words::{self, markdown as plain};
use std::io;

/// GitHub-flavoured Markdown.
pub struct Markdown;

impl Format for Markdown {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        let Sections { own, shared } = findings::sections(&report.rows);
        for (policy, rows) in &own {
            writeln!(out, "### {}\n", plain(policy))?;
            scenarios(rows, false, out)?;
            writeln!(out)?;
        }
        if !own.is_empty() && !shared.is_empty() {
            writeln!(out, "### All other scenarios\n")?;
        }
        if !shared.is_empty() || own.is_empty() {
            scenarios(&shared, true, out)?;
        }
        if !own.is_empty() {
            writeln!(out, "\n### Policies")?;
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
        let findings = promise::lines(&report.rows).into_iter().chain(findings::worth_knowing(report));
        let notes: Vec<String> = findings.chain(notes).collect();
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

/// One table; `policies` is whether it says which.
fn scenarios(rows: &[Row], policies: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let extra = Extra::of(rows);
    let column = |there: bool, head: &'static str| if there { (head, "---|") } else { ("", "") };
    let (policy, policy_rule) = column(policies, " policy |");
    let (wobble, wobble_rule) = column(extra.wobbles, " wobble |");
    let (budget, budget_rule) = column(extra.budgets, " within budget |");
    let rates = "caught | false | detect p50 / p95 | harmed | exposed";
    writeln!(out, "| scenario | expect |{policy}{wobble} {rates} |{budget} caught by |")?;
    writeln!(out, "|---|---|{policy_rule}{wobble_rule}---|---|---|---:|---:|{budget_rule}---|")?;
    let worlds = if extra.wobbles { findings::worlds(rows) } else { findings::cells(rows) };
    for (name, rows) in worlds {
        for row in rows {
            let first = [plain(&name), words::expect(row.expect).to_string()];
            let policy = policies.then(|| plain(&row.policy));
            let cells = first.into_iter().chain(policy).chain(extra.wobble(row)).chain(numbers(row, extra.budgets));
            writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
        }
    }
    Ok(())
}

fn numbers(row: &Row, budgets: bool) -> impl Iterator<Item = String> {
    let gates = row.gates().iter().map(|(gate, n)| format!("{gate} {n}")).collect::<Vec<_>>().join(", ");
    let before = [
        words::rate(row.detection_rate),
        words::rate(row.false_rollback_rate),
        words::p50_p95(row.time_to_detect_s),
        words::mean(row.harmed),
        words::mean(row.exposed_requests),
    ];
    let budget = budgets.then(|| words::rate(row.within_budget));
    before.into_iter().chain(budget).chain([if gates.is_empty() { words::NOTHING.to_string() } else { plain(&gates) }])
}
