//! The page of a score.

use super::{figure, page, prose, table};
use crate::charts;
use crate::findings;
use crate::score::{Row, ScoreReport};
use crate::stats::Summary;
use crate::words::{self, Escaped};

/// The page of a score: its verdict, scenarios against policies, detection against severity, where the time went.
pub fn html_score(report: &ScoreReport) -> String {
    let title = "What the gates are worth";
    let mut body = format!("<h1>{title}</h1>\n<p class=\"verdict\">{}</p>\n", prose(&findings::verdict(report)));
    if let Some(i) = report.interrupted {
        let (done, planned) = (words::grouped(i.done), words::count_of(i.planned, "trial"));
        body.push_str(&format!("<p class=\"hint\">Interrupted: {done} of {planned} were played.</p>\n"));
    }
    let lines = findings::worth_knowing(report);
    if !lines.is_empty() {
        let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", prose(line))).collect();
        body.push_str(&format!("<h2>Worth knowing</h2>\n<ul>\n{items}</ul>\n"));
    }
    body.push_str(&matrix(report));
    body.push_str(&policies(report));
    let severities = charts::severities(report);
    if !severities.is_empty() {
        body.push_str("<h2>How small a breach is caught</h2>\n");
    }
    for scenario in severities {
        body.push_str(&figure(&charts::severity(report, scenario), "With 95 % intervals."));
    }
    body.push_str(&gaps(report));
    body.push_str(&costs(report));
    let trials = words::count_of(report.trials, "trial");
    body.push_str(&format!("<footer><p>{trials} of each from seed {}. {}</p></footer>\n", report.seed, report.schema));
    page(title, &body)
}

fn matrix(report: &ScoreReport) -> String {
    let policies = findings::policies(&report.rows);
    let head: String = policies.iter().map(|p| format!("<th>{}</th>", Escaped(p))).collect();
    let mut rows = String::new();
    for (name, cells) in findings::cells(&report.rows) {
        let of = |policy: &&str| cells.iter().find(|r| r.policy == *policy);
        let cells_html: String = policies.iter().map(|p| of(p).map_or("<td></td>".to_string(), |r| cell(r))).collect();
        let expect = words::expect(cells[0].expect);
        rows.push_str(&format!(
            "<tr><td class=\"name\">{}<small>expect {expect}</small></td>{cells_html}</tr>\n",
            Escaped(&name)
        ));
    }
    format!(
        "<h2>Scenarios and policies</h2>\n<div class=\"wide\"><table class=\"matrix\">\n<thead><tr><th></th>{head}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n<p class=\"hint\">Blue is good, orange is bad. Where a rollback is expected: breaches \
         caught; else: rolled back for nothing. With 95 % intervals; insufficient trials are left out.</p>\n"
    )
}

fn cell(row: &Row) -> String {
    let what = if row.expect == gatecrash_sim::scenario::Expect::Rollback { "caught" } else { "false" };
    let Some((rate, shade)) = charts::shade(row) else {
        let why = row.main_reason().map_or("", |(reason, _)| reason);
        return format!("<td class=\"none\" title=\"{}\">insufficient</td>", Escaped(why));
    };
    let text = words::rate(Some(rate));
    let (value, interval) = text.split_once(' ').expect("a rate is written with its interval");
    format!("<td class=\"g{shade}\">{value} {what}<small>{interval}</small></td>")
}

fn policies(report: &ScoreReport) -> String {
    let rows = findings::pooled(report).into_iter().map(|p| {
        let rates = [p.detection, p.premature, p.false_rollback, p.insufficient];
        std::iter::once(p.policy.clone()).chain(rates.map(words::rate)).collect()
    });
    let header = ["policy", "all breaches caught", "rolled back before harm", "all healthy: false", "insufficient"];
    format!("<h2>Policies over everything</h2>\n{}", table(&header, &[1, 2, 3, 4], rows))
}

fn gaps(report: &ScoreReport) -> String {
    let median = |s: Option<Summary>| s.map_or(words::NOTHING.to_string(), |s| words::seconds(s.p50));
    let rows = report.rows.iter().filter(|r| r.rollback_s.is_some()).map(|row| {
        let gaps = row.gaps_s.named().map(|(_, gap)| median(gap));
        let ends = [words::p50_p95(row.time_to_detect_s), words::p50_p95(row.recovery_s)];
        [findings::cell_name(row), row.policy.clone()].into_iter().chain(gaps).chain(ends).collect()
    });
    let header = [
        "scenario",
        "policy",
        "telemetry",
        "judgement",
        "rollback",
        "drain",
        "validation",
        "to detect p50 / p95",
        "to recover p50 / p95",
    ];
    let table = table(&header, &[2, 3, 4, 5, 6, 7, 8], rows);
    format!("<h2>Where the time went</h2>\n{table}<p class=\"hint\">Medians of the trials that rolled back.</p>\n")
}

fn costs(report: &ScoreReport) -> String {
    let rows = report.rows.iter().map(|row| {
        let gates = row.gates().iter().map(|(gate, n)| format!("{gate} {n}")).collect::<Vec<_>>().join(", ");
        let means = [row.harmed, row.exposed_requests, row.exposed_subjects, row.duplicates_leaked].map(words::mean);
        let insufficient = row.main_reason().map_or(String::new(), |(reason, _)| format!("{}: {reason}", row.insufficient));
        let ends = [words::rate(row.within_budget), gates, insufficient];
        [findings::cell_name(row), row.policy.clone()].into_iter().chain(means).chain(ends).collect()
    });
    let header = [
        "scenario",
        "policy",
        "harmed",
        "requests exposed",
        "subjects exposed",
        "duplicates",
        "within budget",
        "caught by",
        "insufficient",
    ];
    format!("<h2>What it cost</h2>\n{}<p class=\"hint\">Means per trial.</p>\n", table(&header, &[2, 3, 4, 5, 6], rows))
}
