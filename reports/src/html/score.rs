//! The page of a score.

use super::{figure, page, prose, table};
use crate::charts;
use crate::findings::{self, Sections};
use crate::promise;
use crate::score::{Row, ScoreReport};
use crate::smallest::{Caught, SmallestSeverity};
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
    let Sections { own, shared } = findings::sections(&report.rows);
    if !shared.is_empty() || own.is_empty() {
        body.push_str(&matrix(&shared));
    }
    body.push_str(&policies(report));
    own.iter().for_each(|(policy, rows)| body.push_str(&on_its_own(policy, rows)));
    body.push_str(&smallest(report, &own));
    // One picture each for what is compared; a whole family would be a hundred.
    let is_shared = |s: &&SmallestSeverity| shared.iter().any(|r| r.scenario == s.scenario);
    let severities: Vec<_> = charts::severities(report).into_iter().filter(is_shared).collect();
    if !severities.is_empty() {
        body.push_str("<h2>How small a breach is caught</h2>\n");
    }
    for of in severities {
        body.push_str(&figure(&charts::severity(report, of), "With 95 % intervals."));
    }
    if !shared.is_empty() || own.is_empty() {
        body.push_str(&format!("<h2>Where the time went</h2>\n{}", gaps(&shared)));
        body.push_str(&costs(&shared));
    }
    let trials = words::count_of(report.trials, "trial");
    body.push_str(&format!("<footer><p>{trials} of each from seed {}. {}</p></footer>\n", report.seed, report.schema));
    page(title, &body)
}

fn matrix(all: &[Row]) -> String {
    let policies = findings::policies(all);
    let head: String = policies.iter().map(|p| format!("<th>{}</th>", Escaped(p))).collect();
    let mut rows = String::new();
    for (name, cells) in findings::cells(all) {
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

/// What a policy did in a scenario, with its shade.
pub(super) fn cell(row: &Row) -> String {
    let what = if row.expect == gatecrash_sim::scenario::Expect::Rollback { "caught" } else { "false" };
    let Some((rate, shade)) = charts::shade(row) else {
        let why = row.main_reason().map_or("", |(reason, _)| reason);
        return format!("<td class=\"none\" title=\"{}\">insufficient</td>", Escaped(why));
    };
    let text = words::rate(Some(rate));
    let (value, interval) = text.split_once(' ').expect("a rate is written with its interval");
    format!("<td class=\"g{shade}\">{value} {what}<small>{interval}</small></td>")
}

/// A policy with scenarios of its own: a line for each, and where the time went for whoever opens it.
fn on_its_own(policy: &str, rows: &[Row]) -> String {
    let header = ["scenario", "caught or false", "caught by", "detect p50 / p95", "within budget", "harmed", "exposed"];
    let head: String = header.iter().map(|h| format!("<th>{h}</th>")).collect();
    let lines: String = rows.iter().map(own_line).collect();
    format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table class=\"own\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}</tbody>\n\
         </table></div>\n<details><summary>Where the time went</summary>\n{}</details>\n",
        Escaped(policy),
        gaps(rows)
    )
}

fn own_line(row: &Row) -> String {
    let gates = row.gates().iter().map(|(gate, n)| format!("{gate} {n}")).collect::<Vec<_>>().join(", ");
    let texts = [
        gates,
        words::p50_p95(row.time_to_detect_s),
        words::rate(row.within_budget),
        words::mean(row.harmed),
        words::mean(row.exposed_requests),
    ];
    let class = |i: usize| if i > 0 { " class=\"n\"" } else { "" };
    let cells: String = texts.iter().enumerate().map(|(i, text)| format!("<td{}>{}</td>", class(i), Escaped(text))).collect();
    let (name, expect) = (findings::cell_name(row), words::expect(row.expect));
    let note =
        |(reason, _)| format!("<small>insufficient in {} of {}: {}</small>", row.insufficient, row.trials, Escaped(reason));
    let note = row.main_reason().map_or(String::new(), note);
    format!("<tr><td>{}<small>expect {expect}</small>{note}</td>{}{cells}</tr>\n", Escaped(&name), cell(row))
}

/// The smallest fault that policies with scenarios of their own catch, where several sizes were played.
fn smallest(report: &ScoreReport, own: &[(String, Vec<Row>)]) -> String {
    let mine = report.smallest_severity.iter().filter(|s| own.iter().any(|(policy, _)| *policy == s.policy));
    let rows: Vec<Vec<String>> =
        mine.map(|s| vec![s.name(), s.policy.clone(), Caught::shown(s.at_80), Caught::shown(s.at_95)]).collect();
    if rows.is_empty() {
        return String::new();
    }
    let table = table(&["scenario", "policy", "at 80%", "at 95%"], &[2, 3], rows.into_iter());
    format!("<h2>The smallest fault caught</h2>\n{table}<p class=\"hint\">With a question mark: too few trials to be sure.</p>\n")
}

fn policies(report: &ScoreReport) -> String {
    let rows = findings::pooled(report).into_iter().map(|p| {
        let rates = [p.detection, p.premature, p.false_rollback, p.insufficient];
        std::iter::once(p.policy.clone()).chain(rates.map(words::rate)).collect()
    });
    let header = ["policy", "all breaches caught", "rolled back before harm", "all healthy: false", "insufficient"];
    let line = |line: &String| format!("<p class=\"hint\">{}.</p>\n", Escaped(line));
    let promises: String = promise::lines(&report.rows).iter().map(line).collect();
    format!("<h2>Policies over everything</h2>\n{}{promises}", table(&header, &[1, 2, 3, 4], rows))
}

fn gaps(rows: &[Row]) -> String {
    let median = |s: Option<Summary>| s.map_or(words::NOTHING.to_string(), |s| words::seconds(s.p50));
    let rows = rows.iter().filter(|r| r.rollback_s.is_some()).map(|row| {
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
    format!("{table}<p class=\"hint\">Medians of the trials that rolled back.</p>\n")
}

fn costs(rows: &[Row]) -> String {
    let rows = rows.iter().map(|row| {
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
