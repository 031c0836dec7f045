//! The report as Markdown that reads well as plain text, too: in a ticket, in a mail.

use super::costs::Cost;
use super::score::Score;
use super::timeline::{self, Row, Says};
use super::{outcome, say};
use crate::account::Account;
use gatecrash_reports::words::{self, NOTHING};

/// Wider cells stand out to the right rather than widen their column.
const WIDE: usize = 44;

/// The report for a ticket.
pub fn markdown(account: &Account, score: &Score) -> String {
    let sections = [
        ("", head(account, score)),
        ("Findings", findings(score)),
        ("Where the time went", gaps(score)),
        ("Instants", table(&["instant", "at", "by"], instants(score)) + &by_chance(score)),
        ("Budgets", table(&["to be", "within", "whose", "took", ""], budgets(score))),
        ("What it cost", costs(score)),
        ("The playbook", playbook(account, score)),
        ("Approvals and refusals", approvals(score)),
        ("What happened", story(account, score)),
        ("What to clean up", format!("{}\n", plain(&say::clean_up(score)))),
    ];
    let section = |(title, text): (&str, String)| match (title, text.is_empty()) {
        (_, true) => String::new(),
        ("", _) => text,
        (title, _) => format!("\n## {title}\n\n{text}"),
    };
    sections.into_iter().map(section).collect()
}

fn head(account: &Account, score: &Score) -> String {
    let facts = say::facts(account).into_iter().map(|(name, value)| format!("- {name}: {}\n", plain(&value))).collect::<String>();
    let outcome = format!("**{}**: {}", score.outcome.kind.title(), plain(&score.outcome.text));
    format!("# {}\n\n{outcome}\n\n{facts}", plain(&say::title(account)))
}

fn findings(score: &Score) -> String {
    if score.findings.is_empty() {
        return format!("{}\n", say::NOTHING_FOUND);
    }
    let one = |(i, f): (usize, &super::Finding)| {
        let (severity, seen) = (f.severity.name(), plain(&f.seen));
        format!("{}. **{severity}**: {seen}\n   Owner: {}. Test again on {}. ({})\n", i + 1, plain(&f.owner), f.retest, f.rule)
    };
    score.findings.iter().enumerate().map(one).collect()
}

fn gaps(score: &Score) -> String {
    if score.gaps.parts.is_empty() {
        return format!("{}\n", say::NO_GAPS);
    }
    let rows = part_rows(score);
    let from = say::from_start(score).map_or(String::new(), |text| format!("{text}\n\n"));
    from + &table(&["part", "from -> to", "simulated", "people's own", "whose", "made of"], rows)
}

/// The parts, and their sum below them.
pub(super) fn part_rows(score: &Score) -> Vec<Vec<String>> {
    let row = |part: &super::Part| {
        let stretch = format!("{} -> {}", part.from, part.to).replace('_', " ");
        let whose = if part.of_people { "people" } else { "system" };
        let cells = [part.name, &stretch, &say::length(part.length), &say::people(part), whose, part.made_of()];
        cells.map(str::to_string).to_vec()
    };
    let own = score.gaps.people_s.map_or(NOTHING.into(), words::seconds);
    let sum = ["in all".into(), String::new(), say::length(score.gaps.length), own, String::new(), String::new()];
    score.gaps.parts.iter().map(row).chain([sum.to_vec()]).collect()
}

fn by_chance(score: &Score) -> String {
    say::by_chance(score).map_or(String::new(), |text| format!("\n{text}\n"))
}

pub(super) fn instants(score: &Score) -> Vec<Vec<String>> {
    let row = |m: &super::Moment| {
        let at = m.at.map_or(absent(score, m.name).into(), words::clock);
        let before = if m.before_start { " (before the start)" } else { "" };
        vec![m.title(), format!("{at}{before}"), m.who.clone().unwrap_or_default()]
    };
    score.instants.iter().map(row).collect()
}

/// Why there is no such instant.
fn absent(score: &Score, name: &str) -> &'static str {
    let breach = score.outcome.kind.is_breach();
    match name {
        "noticed" | "acknowledged" if !breach => "nothing to notice",
        "harmed" | "shown" if !breach => NOTHING,
        "decided" | "first_right_action" | "withdrawn" | "clear" | "validated" if !breach && score.at("decided").is_none() => {
            NOTHING
        }
        _ => "never",
    }
}

pub(super) fn budgets(score: &Score) -> Vec<Vec<String>> {
    let row = |b: &super::Budget| {
        let whose = if b.source == super::Source::Policy { "the policy" } else { "default: within an hour of a breach" };
        let took = b.took.map_or(NOTHING.into(), say::length);
        vec![b.name.into(), say::length(b.within), whose.into(), took, b.kept.title().into()]
    };
    score.budgets.iter().map(row).collect()
}

fn costs(score: &Score) -> String {
    let header = ["", "people", "the policy alone", "best instant"];
    format!("{}\n{}\n", table(&header, cost_rows(score)), say::regret(score))
}

/// A figure a row, a play a column.
pub(super) fn cost_rows(score: &Score) -> Vec<Vec<String>> {
    let of = [&score.costs.people, &score.costs.automatic, &score.costs.best];
    let row = |name: &str, show: fn(&Cost) -> String| std::iter::once(name.to_string()).chain(of.map(show)).collect();
    let span = |span: Option<gatecrash_policies::time::Span>| span.map_or(NOTHING.to_string(), say::length);
    let spans = |name: &str, get: fn(&Cost) -> Option<gatecrash_policies::time::Span>| {
        std::iter::once(name.to_string()).chain(of.map(|cost| span(get(cost)))).collect()
    };
    vec![
        row("outcome", |c| c.outcome.replace('_', " ")),
        row("decided", |c| c.decided.map_or("never".into(), words::clock)),
        row("exposed requests", |c| words::grouped(c.exposed_requests)),
        row("exposed subjects", |c| words::grouped(c.exposed_subjects)),
        row("harmed outcomes", |c| words::grouped(c.harmed)),
        row("leaked duplicates", |c| words::grouped(c.leaked)),
        spans("first harm to decision", |c| c.time_to_detect),
        spans("decision to recovery", |c| c.recovery),
    ]
}

fn playbook(account: &Account, score: &Score) -> String {
    if score.at("decided").is_none() {
        return String::new();
    }
    let runs = step_rows(account);
    let wrong: String = deviations(score).iter().map(|line| format!("- {}\n", plain(line))).collect();
    let wrong = if wrong.is_empty() { "Every step that was due was run, once and in order.\n".into() } else { wrong };
    format!("{}\n{wrong}", table(&["", "step", "due", "run by"], runs))
}

/// Every step, whether it was due, and who ran it when.
pub(super) fn step_rows(account: &Account) -> Vec<Vec<String>> {
    let row = |(i, step): (usize, &gatecrash_policies::policy::Step)| {
        let due = if account.due.contains(&i) { "yes" } else { "no" };
        let runs = account.runs.iter().filter(|run| run.step == i);
        let runs: Vec<String> = runs.map(|run| format!("{} at {}", run.who, words::clock(run.at))).collect();
        vec![(i + 1).to_string(), step.name.clone(), due.into(), if runs.is_empty() { "nobody".into() } else { runs.join(", ") }]
    };
    account.steps.iter().enumerate().map(row).collect()
}

pub(super) fn deviations(score: &Score) -> Vec<String> {
    let line = |d: &super::Deviation| {
        let run = d.who.as_ref().zip(d.at).map_or(String::new(), |(who, at)| format!(" ({who}, {})", words::clock(at)));
        format!("{}: step {} `{}`{run}", d.wrong.title(), d.number, d.step)
    };
    score.deviations.iter().map(line).collect()
}

fn approvals(score: &Score) -> String {
    approval_lines(score).iter().map(|line| format!("- {}\n", plain(line))).collect()
}

/// Promotions against the evidence, refusals and lapses, as lines.
pub(super) fn approval_lines(score: &Score) -> Vec<String> {
    let promotion = |p: &super::Promotion| {
        let failing = if p.failing.is_empty() { String::new() } else { format!(", while {} failed", words::list(&p.failing)) };
        let early = if p.early.0 == 0 { String::new() } else { format!(", with {} of the soak to go", say::length(p.early)) };
        format!("{}: {} promoted{failing}{early}", words::clock(p.at), p.who)
    };
    let refused = |r: &super::Refused| format!("{}: `{}` by {} was refused: {}", words::clock(r.at), r.act, r.who, r.why);
    let lapsed =
        |l: &super::Lapse| format!("{}: nobody confirmed until {}: {}", words::clock(l.at), words::clock(l.lapsed), l.text);
    let promotions = score.promotions.iter().map(promotion);
    promotions.chain(score.refused.iter().map(refused)).chain(score.lapsed.iter().map(lapsed)).collect()
}

fn story(account: &Account, score: &Score) -> String {
    let rows = timeline::rows(account, score);
    let row = |row: &Row| match &row.passed_over {
        Some(text) => vec!["...".into(), format!("({text})"), String::new()],
        None => vec![words::clock(row.at), people(row), row.system.iter().map(said).collect::<Vec<_>>().join("; ")],
    };
    let hint = "In bold the instants; `[truth]` marks what operators could not see.\n\n";
    hint.to_string() + &table(&["at", "people", "rollout and world"], rows.iter().map(row).collect())
}

fn people(row: &Row) -> String {
    let marks = row.marks.iter().map(|mark| format!("**{mark}**"));
    marks.chain(row.people.iter().cloned()).collect::<Vec<_>>().join("; ")
}

fn said(says: &Says) -> String {
    format!("{}{}", if says.truth { "[truth] " } else { "" }, says.text)
}

/// One line of text that starts no tag; what people typed may hold anything. A `<` that could not start one stays, so that limits
/// read well as plain text.
fn plain(text: &str) -> String {
    let line = words::one_line(text);
    let starts_tag = |rest: &str| rest.starts_with(|c: char| c.is_alphabetic() || "/!?".contains(c));
    let mut parts = line.split('<');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, rest| text + if starts_tag(rest) { "&lt;" } else { "<" } + rest)
}

/// A table whose columns line up as text, too.
fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let cell = |text: &String| plain(text).replace('|', "\\|");
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).filter(|n| *n <= WIDE);
        cells.chain([header[i].chars().count(), 3]).max().unwrap_or(3)
    };
    let line = |cells: Vec<String>| {
        let padded = cells.iter().enumerate().map(|(i, cell)| format!("{cell:<width$}", width = width(i)));
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = (0..header.len()).map(|i| "-".repeat(width(i))).collect();
    let head = header.iter().map(|name| name.to_string()).collect();
    [head, rule].into_iter().chain(rows.clone()).map(line).collect()
}

/// What was right here, for the page's footer.
pub(super) fn expected(account: &Account) -> &'static str {
    words::expect(outcome::expect(account))
}
