//! The report as a page of its own: nothing fetched, no script, light and dark, on a phone and on paper.

use super::markdown::{approval_lines, budgets, cost_rows, deviations, expected, instants, part_rows, step_rows};
use super::say;
use super::score::Score;
use super::timeline::{self, Row, Says};
use crate::account::Account;
use crate::act::Act;
use gatecrash_policies::time::{Span, Time};
use gatecrash_reports::TrialReport;
use gatecrash_reports::charts::{Range, panels};
use gatecrash_reports::html::{figure, near, page_with, prose, table};
use gatecrash_reports::picture::Picture;
use gatecrash_reports::words::{self, Escaped};

const STYLE: &str = include_str!("report.css");
/// Acts that come closer together than this share a stroke.
const CLOSE: Span = Span::from_secs(60);

/// The report as a page.
pub fn html(account: &Account, score: &Score) -> String {
    let class = match score.outcome.success {
        Some(true) => "verdict",
        Some(false) => "verdict bad",
        None => "verdict open",
    };
    let title = say::title(account);
    let outcome = format!("<b>{}:</b> {}", score.outcome.kind.title(), prose(&score.outcome.text));
    let body = [
        format!("<h1>{}</h1>\n<p class=\"{class}\">{outcome}</p>\n", Escaped(&title)),
        facts(account),
        format!("<h2>Findings</h2>\n{}", findings(score)),
        format!("<h2>Where the time went</h2>\n{}", gaps(score)),
        format!("<h2>Instants</h2>\n{}", table(&["instant", "at", "by"], &[1], instants(score).into_iter())),
        say::by_chance(score).map_or(String::new(), |text| format!("<p class=\"hint\">{}</p>\n", Escaped(&text))),
        format!("<h2>Budgets</h2>\n{}", table(&["to be", "within", "whose", "took", ""], &[1, 3], budgets(score).into_iter())),
        format!("<h2>What it cost</h2>\n{}", costs(score)),
        playbook(account, score),
        approvals(score),
        pictures(account, score),
        format!("<h2>What happened</h2>\n{}", story(account, score)),
        format!("<h2>What to clean up</h2>\n<p>{}</p>\n", prose(&say::clean_up(score))),
        format!("<p class=\"verdict last\">{}</p>\n", prose(&say::verdict(account, score))),
        format!("<footer><p>Seed {}, expect {}. {}</p></footer>\n", account.plan.seed, expected(account), super::SCHEMA),
    ];
    page_with(&title, STYLE, None, &body.concat())
}

fn facts(account: &Account) -> String {
    let fact = |(name, value): (&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", Escaped(&value));
    format!("<dl>\n{}</dl>\n", say::facts(account).into_iter().map(fact).collect::<String>())
}

fn findings(score: &Score) -> String {
    if score.findings.is_empty() {
        return format!("<p>{}</p>\n", Escaped(say::NOTHING_FOUND));
    }
    let one = |f: &super::Finding| {
        let (severity, seen) = (f.severity.name(), prose(&f.seen));
        let (owner, rule) = (Escaped(&f.owner), f.rule);
        let retest = Escaped(&f.retest);
        format!(
            "<li class=\"{severity}\"><b>{severity}</b> {seen}<small>{owner} &#183; test again on {retest} &#183; \
             {rule}</small></li>\n"
        )
    };
    format!("<ol class=\"findings\">\n{}</ol>\n", score.findings.iter().map(one).collect::<String>())
}

/// The stretch as one bar, as long as its parts took, and as a table.
fn gaps(score: &Score) -> String {
    if score.gaps.parts.is_empty() {
        return format!("<p>{}</p>\n", say::NO_GAPS);
    }
    let total = score.gaps.length.seconds().max(f64::MIN_POSITIVE);
    let segment = |part: &super::Part| {
        let share = 100.0 * part.length.seconds() / total;
        // A name that cannot fit would only be a smudge; the table below has them all.
        let name = if share >= 12.0 { format!("{} {}", part.name, say::length(part.length)) } else { String::new() };
        let class = part.name;
        (share > 0.0).then(|| format!("<span class=\"p-{class}\" style=\"flex:{share:.3} 1 0\" title=\"{class}\">{name}</span>"))
    };
    let bar: String = score.gaps.parts.iter().filter_map(segment).collect();
    let from = say::from_start(score).map_or(String::new(), |text| format!("<p class=\"hint\">{}</p>\n", Escaped(&text)));
    let names = score.gaps.parts.iter().map(|part| Some(part.name)).chain([None]);
    let row = |(name, cells): (Option<&str>, Vec<String>)| {
        let swatch = name.map_or(String::new(), |name| format!("<i class=\"p-{name}\"></i>"));
        let class = |i: usize| if i == 2 || i == 3 { " class=\"n\"" } else { "" };
        let cells = cells.iter().enumerate().map(|(i, cell)| {
            let swatch = if i == 0 { &swatch } else { "" };
            format!("<td{}>{swatch}{}</td>", class(i), Escaped(cell))
        });
        format!("<tr{}>{}</tr>\n", if name.is_none() { " class=\"sum\"" } else { "" }, cells.collect::<String>())
    };
    let rows: String = names.zip(part_rows(score)).map(row).collect();
    format!(
        "{from}<div class=\"gaps\">{bar}</div>\n<div class=\"wide\"><table class=\"parts\">\n<thead><tr><th>part</th><th>from \
         -&gt; to</th>\
         <th class=\"n\">simulated</th><th class=\"n\">people&#39;s own</th><th>whose</th><th>made of</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n\
         <p class=\"hint\">People&#39;s own time is simulated time by the pace at that moment; there is none where it was played \
         as fast as it can, and pauses are not in it.</p>\n"
    )
}

fn costs(score: &Score) -> String {
    let table = table(&["", "people", "the policy alone", "best instant"], &[1, 2, 3], cost_rows(score).into_iter());
    format!("{table}<p class=\"hint\">{}</p>\n", Escaped(&say::regret(score)))
}

fn playbook(account: &Account, score: &Score) -> String {
    if score.at("decided").is_none() {
        return String::new();
    }
    let lines = deviations(score);
    let lines =
        if lines.is_empty() { "<p>Every step that was due was run, once and in order.</p>\n".into() } else { list(&lines) };
    format!("<h2>The playbook</h2>\n{}{lines}", table(&["", "step", "due", "run by"], &[0], step_rows(account).into_iter()))
}

fn approvals(score: &Score) -> String {
    let lines = approval_lines(score);
    if lines.is_empty() { String::new() } else { format!("<h2>Approvals and refusals</h2>\n{}", list(&lines)) }
}

fn list(lines: &[String]) -> String {
    format!("<ul>\n{}</ul>\n", lines.iter().map(|line| format!("<li>{}</li>\n", prose(line))).collect::<String>())
}

/// What gates saw, with the instants and what people did across it.
fn pictures(account: &Account, score: &Score) -> String {
    let report = TrialReport { trial: &account.trial, policy: &account.policy, expect: account.scenario.expect, recorded: None };
    let Some(picture) = report.picture() else { return String::new() };
    let marked = Picture { instants: strokes(account, score), end: picture.end.max(account.ended), ..picture };
    let mut text = "<h2>What the gates saw</h2>\n".to_string();
    text += &figure(&panels(&marked, Range::whole(&marked)), "The whole drill, with the instants and what people did.");
    // From near: the instants alone tell where that is.
    let instants = Picture { instants: instants_of(score), ..marked.clone() };
    if let Some(range) = near(&instants) {
        text += &figure(&panels(&marked, range), "The same, from harm to recovery.");
    }
    text
}

fn instants_of(score: &Score) -> Vec<(&'static str, Time)> {
    let named = |name: &'static str| if name == "first_right_action" { "right action" } else { name };
    score.marks().into_iter().filter_map(|m| Some((named(m.name), m.at?))).collect()
}

/// The instants, and the acts of people that are not one of them.
fn strokes(account: &Account, score: &Score) -> Vec<(&'static str, Time)> {
    let mut all = instants_of(score);
    if score.start > Time::ZERO {
        all.push(("start", score.start));
    }
    let drawn =
        |act: &Act| matches!(act, Act::Promote { .. } | Act::Hold { .. } | Act::Step { .. } | Act::Page { .. } | Act::Inject(_));
    for deed in account.deeds.iter().filter(|deed| deed.answer.is_ok() && drawn(&deed.act)) {
        let near = |(name, at): &(&str, Time)| *at == deed.at || (*name == deed.act.name() && deed.at.since(*at) < CLOSE);
        if !all.iter().any(near) {
            all.push((deed.act.name(), deed.at));
        }
    }
    all.sort_by_key(|(_, at)| *at);
    all
}

fn story(account: &Account, score: &Score) -> String {
    let rows: String = timeline::rows(account, score).iter().map(story_row).collect();
    format!(
        "<p class=\"hint\">Left what people did, right what the rollout and the world did; <span class=\"truth\">what operators \
         could not see</span> is marked.</p>\n<div class=\"wide\"><table class=\"story\">\n<thead><tr><th>at</th><th>people</th>\
         <th>rollout and world</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn story_row(row: &Row) -> String {
    if let Some(text) = &row.passed_over {
        return format!("<tr class=\"over\"><td></td><td colspan=\"2\">{}</td></tr>\n", Escaped(text));
    }
    let marks = row.marks.join(", ");
    let marks = if marks.is_empty() { marks } else { format!("<p class=\"mark\">{}</p>", Escaped(&marks)) };
    let people: String = row.people.iter().map(|text| format!("<p>{}</p>", prose(text))).collect();
    let system = |says: &Says| {
        let (class, truth) = if says.truth { (" class=\"truth\"", "truth, ") } else { ("", "") };
        format!("<p{class}><small>{truth}{}</small> {}</p>", says.kind, prose(&says.text))
    };
    let system: String = row.system.iter().map(system).collect();
    let class = if row.marks.is_empty() { "" } else { " class=\"marked\"" };
    format!("<tr{class}><td>{}</td><td>{marks}{people}</td><td>{system}</td></tr>\n", words::clock(row.at))
}
