//! One line per row; every summary becomes four columns, every rate three.

use super::Format;
use crate::score::{Row, ScoreReport};
use crate::stats::{Rate, Summary, digits6};
use crate::words;
use std::io;

/// Comma-separated values with a header.
pub struct Csv;

impl Format for Csv {
    fn write(&self, report: &ScoreReport, out: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for (i, row) in report.rows.iter().enumerate() {
            let columns = columns(row);
            if i == 0 {
                writer.write_record(columns.iter().map(|(name, _)| name))?;
            }
            writer.write_record(columns.iter().map(|(_, value)| value))?;
        }
        writer.flush()
    }
}

/// (name, value) in order. What does not exist is empty, never zero.
fn columns(row: &Row) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| all.push((name.to_string(), value));
    put("scenario", row.scenario.clone());
    put("policy", row.policy.clone());
    put("expect", words::expect(row.expect).to_string());
    put("severity", row.severity.to_string());
    put("wobble", row.wobble.to_string());
    let counts = [
        ("trials", row.trials),
        ("detected", row.detected),
        ("missed", row.missed),
        ("false_rollbacks", row.false_rollbacks),
        ("true_promotes", row.true_promotes),
        ("insufficient", row.insufficient),
        ("lucky", row.lucky),
        ("mitigated", row.mitigated),
        ("premature_validations", row.premature_validations),
    ];
    counts.into_iter().for_each(|(name, n)| put(name, n.to_string()));
    let tallies = |t: &std::collections::BTreeMap<String, u64>| {
        t.iter().map(|(name, n)| format!("{name}={n}")).collect::<Vec<_>>().join("; ")
    };
    put("caught_by", tallies(&row.caught_by));
    put("insufficient_reasons", tallies(&row.insufficient_reasons));
    rates(row).into_iter().flat_map(|(name, rate)| rate_columns(name, rate)).for_each(|c| all.push(c));
    let bound = row.false_rollback_bound.chance();
    all.push(("false_rollback_bound".to_string(), bound.map_or(String::new(), |chance| chance.to_string())));
    summaries(row).into_iter().flat_map(|(name, summary)| summary_columns(&name, summary)).for_each(|c| all.push(c));
    all
}

fn rates(row: &Row) -> [(&'static str, Option<Rate>); 3] {
    [
        ("detection_rate", row.detection_rate),
        ("false_rollback_rate", row.false_rollback_rate),
        ("within_budget", row.within_budget),
    ]
}

fn summaries(row: &Row) -> Vec<(String, Option<Summary>)> {
    let before = [("time_to_detect_s", row.time_to_detect_s), ("rollback_s", row.rollback_s), ("recovery_s", row.recovery_s)];
    let after = [
        ("exposed_requests", row.exposed_requests),
        ("exposed_subjects", row.exposed_subjects),
        ("harmed", row.harmed),
        ("duplicates_leaked", row.duplicates_leaked),
        ("rollout_s", row.rollout_s),
    ];
    let named = |list: &[(&str, Option<Summary>)]| list.iter().map(|(n, s)| (n.to_string(), *s)).collect::<Vec<_>>();
    let gaps = row.gaps_s.named().into_iter().map(|(owner, gap)| (format!("gap_{owner}_s"), gap));
    named(&before).into_iter().chain(gaps).chain(named(&after)).collect()
}

fn rate_columns(name: &str, rate: Option<Rate>) -> Vec<(String, String)> {
    let text = |f: &dyn Fn(Rate) -> f64| rate.map_or(String::new(), |r| digits6(f(r)).to_string());
    vec![
        (name.to_string(), text(&|r| r.value())),
        (format!("{name}_low"), text(&|r| r.interval().0)),
        (format!("{name}_high"), text(&|r| r.interval().1)),
    ]
}

fn summary_columns(name: &str, summary: Option<Summary>) -> Vec<(String, String)> {
    let text = |f: &dyn Fn(Summary) -> f64| summary.map_or(String::new(), |s| f(s).to_string());
    vec![
        (format!("{name}_n"), summary.map_or("0".to_string(), |s| s.n.to_string())),
        (format!("{name}_mean"), text(&|s| s.mean)),
        (format!("{name}_p50"), text(&|s| s.p50)),
        (format!("{name}_p95"), text(&|s| s.p95)),
    ]
}
