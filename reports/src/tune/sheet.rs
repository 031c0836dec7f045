//! What people read of a search, part by part: the same for a terminal and for a pull request.

use super::answer::{Finalist, GateWorth, Price, TuneReport};
use super::caution::Caution;
use super::field::Field;
use super::goals::Constraint;
use super::json::real;
use super::rank::{Ranked, rank};
use super::scores::{Scores, detection, false_rollback, seconds};
use super::study::Came;
use super::{drift, names, verdict};
use crate::stats::Rate;
use crate::words::{self, NOTHING};

/// The most candidates of the front that are shown.
const FRONT_ROWS: usize = 10;

/// A heading, a table, sentences: any of them may be empty.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub title: String,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub lines: Vec<String>,
}

/// All parts that have something to say, but the verdict.
pub(super) fn parts(report: &TuneReport) -> Vec<Part> {
    let parts = [beside(report), front(report), gates(report), goals(report), effort(report)];
    parts.into_iter().filter(|part| !part.rows.is_empty() || !part.lines.is_empty()).collect()
}

const NUMBERS: [&str; 6] = ["caught", "false", "detects in", "exposed", "harmed", "rollout"];

/// The finalists beside one another, on fresh seeds: pooled, then world by world.
fn beside(report: &TuneReport) -> Part {
    let Some(first) = report.finalists.first() else { return Part::default() };
    let field = Field::as_written(&first.worlds);
    let trials = first.came.iter().map(Came::trials).max().unwrap_or(0);
    let mut rows = group("all as written", report, |f| pooled(&Scores::of(&field, &f.came)));
    for (world, is) in first.worlds.iter().enumerate() {
        rows.extend(group(&names::world(is), report, |f| alone(&f.came[world], is.has_breach())));
    }
    let title = format!("on fresh seeds (from {}), {} of each world", report.fresh_seed, words::count_of(trials, "trial"));
    Part { title, header: ["world", "policy"].into_iter().chain(NUMBERS).collect(), rows, lines: notes(report, &field) }
}

/// A world, a line for each finalist.
fn group(world: &str, report: &TuneReport, numbers: impl Fn(&Finalist) -> [String; 6]) -> Vec<Vec<String>> {
    let line = |(i, finalist): (usize, &Finalist)| {
        let world = if i == 0 { words::one_line(world) } else { String::new() };
        [world, report.part(finalist.candidate).to_string()].into_iter().chain(numbers(finalist)).collect()
    };
    report.finalists.iter().enumerate().map(line).collect()
}

fn pooled(scores: &Scores) -> [String; 6] {
    let [exposed, harmed] = [scores.exposed, scores.harmed].map(amount);
    let rates = [scores.detection, scores.false_rollback].map(words::fine_rate);
    let [caught, wrong] = rates;
    [caught, wrong, time(scores.time_to_detect_s), exposed, harmed, time(scores.rollout_s)]
}

fn alone(came: &Came, breach: bool) -> [String; 6] {
    let caught: Option<Rate> = detection(came).filter(|_| breach);
    let rollout = seconds(&came.rollout).filter(|_| !breach);
    let [exposed, harmed] = [&came.exposed, &came.harmed].map(|sum| amount(sum.mean().filter(|_| breach)));
    [
        words::fine_rate(caught),
        words::fine_rate(false_rollback(came)),
        time(seconds(&came.detect)),
        exposed,
        harmed,
        time(rollout),
    ]
}

fn amount(number: Option<f64>) -> String {
    number.map_or(NOTHING.to_string(), words::amount)
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or(NOTHING.to_string(), words::seconds)
}

/// What the numbers are not.
fn notes(report: &TuneReport, field: &Field) -> Vec<String> {
    let none_healthy = "no healthy scenario was played: false rollbacks are those of breaches before any harm";
    let none_healthy = field.lacks_healthy().then(|| none_healthy.to_string());
    let within = report.goals.detect_within.map(|within| format!("caught: within {within} of the first harm"));
    let reals = report.finalists.iter().filter_map(|f| {
        let share = real(&report.goals, &Scores::of(field, &f.came))?;
        Some(format!("{} {}", report.part(f.candidate), words::percent(share)))
    });
    let reals: Vec<String> = reals.collect();
    let reals =
        (!reals.is_empty()).then(|| format!("of all rollbacks, those that would be for a breach: {}", words::list(&reals)));
    none_healthy.into_iter().chain(within).chain(reals).collect()
}

/// The candidates of the front that are nearest to the recommended one by what they are ranked by. Its own numbers of the search are left
/// out: they were chosen for being good.
fn front(report: &TuneReport) -> Part {
    let study = &report.study;
    let chosen = report.recommended().unwrap_or_else(|| report.finalists.first().map_or(study.current, |f| f.candidate));
    let ranked = rank(study, &report.goals, Caution::ENTRY);
    let value = ranked.iter().find(|r| r.candidate == chosen).map_or(0.0, |r| r.value.mean);
    let mut others: Vec<&Ranked> =
        ranked.iter().filter(|r| r.candidate != chosen && report.front.contains(&r.candidate)).collect();
    others.sort_by(|a, b| {
        (a.value.mean - value).abs().total_cmp(&(b.value.mean - value).abs()).then(a.candidate.cmp(&b.candidate))
    });
    others.truncate(FRONT_ROWS);
    others.sort_by(|a, b| a.value.mean.total_cmp(&b.value.mean).then(a.candidate.cmp(&b.candidate)));
    let field = Field::as_written(&study.worlds);
    let row = |r: &&Ranked| {
        let [caught, wrong, after, exposed, _, rollout] = pooled(&Scores::of(&field, &study.came[r.candidate]));
        let meets = if r.feasible { "yes" } else { "no" };
        vec![words::one_line(&names::candidate(study, r.candidate)), caught, wrong, after, exposed, rollout, meets.to_string()]
    };
    let title = format!(
        "others that none beats in every respect: {} of {}, in the search, where the best had luck",
        others.len(),
        report.front.iter().filter(|candidate| **candidate != chosen).count()
    );
    let header = vec!["candidate", "caught", "false", "detects in", "exposed", "rollout", "meets the goals"];
    Part { title, header, rows: others.iter().map(row).collect(), lines: Vec::new() }
}

/// What each gate is worth.
fn gates(report: &TuneReport) -> Part {
    let arrow = |with: String, without: String| if with == without { with } else { format!("{with} -> {without}") };
    let rates = |(with, without): (f64, f64)| arrow(words::percent(with), words::percent(without));
    let row = |g: &GateWorth| {
        let delay = arrow(time(g.delay.0.map(|span| span.seconds())), time(g.delay.1.map(|span| span.seconds())));
        vec![
            words::one_line(&g.gate),
            format!("{} of {}", words::grouped(g.fired.0), words::grouped(g.fired.1)),
            format!("{} of {}", words::grouped(g.fired_falsely.0), words::grouped(g.fired_falsely.1)),
            rates(g.detection),
            delay,
            arrow(words::amount(g.exposed.0), words::amount(g.exposed.1)),
            rates(g.false_rollback),
        ]
    };
    let never: Vec<String> = report.gates.iter().filter(|g| g.never_decides()).map(|g| g.gate.clone()).collect();
    let never = (!never.is_empty()).then(|| format!("never first to fire: {}", words::list(&never)));
    let blind = report.gates.iter().filter(|g| !g.blind_at.is_empty());
    let blind = blind.map(|g| format!("{} never has enough to judge at {}", g.gate, words::list(&g.blind_at)));
    let header = vec!["gate (with it -> without it)", "fired first", "falsely", "caught", "detects in", "exposed", "false"];
    let who = match (report.recommended(), report.study.current) {
        (None, _) => "closest policy",
        (Some(own), current) if own == current => "policy as written",
        (Some(_), _) => "recommended policy",
    };
    let title = format!("what each gate of the {who} is worth");
    Part { title, header, rows: report.gates.iter().map(row).collect(), lines: never.into_iter().chain(blind).collect() }
}

/// What constraints cost, and how far the world may drift.
fn goals(report: &TuneReport) -> Part {
    let name = |candidate: usize| match candidate == report.study.current {
        true => "the policy as written".to_string(),
        false => names::candidate(&report.study, candidate),
    };
    let drift = drift::said(report, name).map(|said| format!("drift: {said}"));
    let lines = report.prices.iter().filter_map(|p| price(report, p)).chain(drift).collect();
    Part { title: "what the goals cost and how far they hold, by the search".to_string(), lines, ..Part::default() }
}

/// `at most 1% false rollbacks: costs 12 exposed requests of a breach (130 instead of 118, with ...)`.
fn price(report: &TuneReport, price: &Price) -> Option<String> {
    let constraint = Constraint::of_key(price.constraint)?;
    let asked = names::constraint(constraint, report.goals.limit(constraint)?);
    let costs = price.with_value - price.without_value;
    if report.recommended() == Some(price.without) || costs <= 0.0 {
        return Some(format!("{asked}: costs nothing"));
    }
    let [with, without] = [price.with_value, price.without_value].map(words::amount);
    let by = names::candidate(&report.study, price.without);
    Some(format!("{asked}: costs {} ({with} instead of {without} with {by})", names::value(&report.goals, costs)))
}

fn effort(report: &TuneReport) -> Part {
    let effort = report.study.effort;
    let played = words::count_of(effort.trials, "trial");
    let events = format!("{} events simulated, {} saved by sharing beginnings", short(effort.simulated), short(effort.saved));
    let candidates = words::grouped(report.study.candidates.len() as u64);
    let lines =
        verdict::disappointed(report).into_iter().chain([format!("played {played} of {candidates} candidates: {events}")]);
    Part { lines: lines.collect(), ..Part::default() }
}

/// `3.1 M`, `88 k`, `950`.
fn short(n: u64) -> String {
    match n as f64 {
        x if x < 1e4 => words::grouped(n),
        x if x < 1e6 => format!("{:.0} k", x / 1e3),
        x if x < 1e7 => format!("{:.1} M", x / 1e6),
        x => format!("{} M", words::grouped((x / 1e6).round() as u64)),
    }
}
