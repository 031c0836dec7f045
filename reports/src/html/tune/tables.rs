//! What pictures do not tell: gates in words, what goals cost, how far the answer holds, and all candidates.

use super::super::{prose, table};
use super::answer::measure_of;
use crate::charts::signed;
use crate::score::Sizes;
use crate::tune::{Dial, Drift, GateWorth, Measure, Price, Role, View};
use crate::words::{self, Escaped, percent};

/// So many candidates are listed; the others are counted.
const LISTED_MAX: usize = 200;

/// All of them.
pub fn html(view: &View) -> String {
    [gates(view), prices(view), drift(view), dials(view), candidates(view)].concat()
}

fn gates(view: &View) -> String {
    let gates = &view.report.gates;
    if gates.is_empty() {
        return String::new();
    }
    let header =
        ["gate", "fired first", "falsely", "detection with / without", "to detect", "exposed", "false rollbacks with / without"];
    let words: String = gates.iter().flat_map(silent).map(|line| format!("<li>{}</li>\n", prose(&line))).collect();
    let words = if words.is_empty() { words } else { format!("<ul>\n{words}</ul>\n") };
    format!("<h2>Gates</h2>\n{words}{}", table(&header, &[1, 2, 3, 4, 5, 6], gates.iter().map(gate_row)))
}

fn gate_row(gate: &GateWorth) -> Vec<String> {
    let pair = |(a, b): (f64, f64), show: fn(f64) -> String| format!("{} / {}", show(a), show(b));
    let time = |t: Option<gatecrash_policies::time::Span>| t.map_or(words::NOTHING.to_string(), |t| words::seconds(t.seconds()));
    let of = |(n, all): (u64, u64)| format!("{} of {}", words::grouped(n), words::grouped(all));
    vec![
        gate.gate.clone(),
        of(gate.fired),
        of(gate.fired_falsely),
        pair(gate.detection, percent),
        format!("{} / {}", time(gate.delay.0), time(gate.delay.1)),
        pair(gate.exposed, words::amount),
        pair(gate.false_rollback, percent),
    ]
}

/// A gate that never decides, and where it is blind.
fn silent(gate: &GateWorth) -> Vec<String> {
    let mut lines = Vec::new();
    if gate.never_decides() {
        lines.push(format!("`{}` never decides: it fired first in no trial.", gate.gate));
    }
    if !gate.blind_at.is_empty() {
        let stages: Vec<String> = gate.blind_at.iter().map(|stage| format!("`{stage}`")).collect();
        lines.push(format!("`{}` is blind in {}: it never had enough to judge there.", gate.gate, words::list(&stages)));
    }
    lines
}

fn prices(view: &View) -> String {
    let prices = &view.report.prices;
    if prices.is_empty() {
        return String::new();
    }
    let by = if view.report.goals.cost.is_some() { "expected cost" } else { "exposed requests" };
    let row = |p: &Price| {
        let goal = measure_of(p.constraint).map_or(p.constraint.to_string(), |m| asked(view, m));
        let more = signed(p.with_value - p.without_value, words::amount);
        vec![goal, words::amount(p.with_value), words::amount(p.without_value), more, view.label(p.without)]
    };
    let header = ["goal", &format!("{by} with it"), "without", "costs", "best without it"];
    format!("<h2>What each goal costs</h2>\n{}", table(&header, &[1, 2, 3], prices.iter().map(row)))
}

fn asked(view: &View, measure: Measure) -> String {
    let bound = if measure.more_is_better() { "at least" } else { "at most" };
    let goal = measure.goal(&view.report.goals).map_or(String::new(), |goal| format!(" {bound} {}", measure.show(goal)));
    format!("{}{goal}", measure.name())
}

fn drift(view: &View) -> String {
    let drift = &view.report.drift;
    if drift.is_empty() {
        return String::new();
    }
    let best = view.best();
    let row = |d: &Drift| {
        let winner = match d.winner {
            None => "none meets the goals".to_string(),
            Some(c) if c == best => "the same".to_string(),
            Some(c) => view.label(c),
        };
        vec![world(d.sizes), winner, if d.holds { "yes" } else { "no" }.to_string()]
    };
    let header = ["world", "best there", "goals met there"];
    format!("<h2>How far the world may drift</h2>\n{}", table(&header, &[], drift.iter().map(row)))
}

/// `breaches at 0.5x, wobble 2x`.
fn world(sizes: Sizes) -> String {
    match (sizes.severity, sizes.wobble) {
        (1.0, 1.0) => "as written".to_string(),
        (severity, 1.0) => format!("breaches at {severity}x"),
        (1.0, wobble) => format!("wobble {}", words::wobble(wobble)),
        (severity, wobble) => format!("breaches at {severity}x, wobble {}", words::wobble(wobble)),
    }
}

fn dials(view: &View) -> String {
    let row = |dial: &Dial| {
        let now = dial.now.clone().unwrap_or(words::NOTHING.to_string());
        let values = match dial.values.as_slice() {
            [first, .., last] if dial.values.len() > 6 => format!("{first} to {last}, {} values", dial.values.len()),
            few => few.join(", "),
        };
        vec![dial.path.clone(), now, values]
    };
    let rows = view.report.study.dials.iter().map(row);
    format!("<h2>What was varied</h2>\n{}", table(&["part", "yours", "tried"], &[], rows))
}

/// The marked ones first, then those that expose least.
fn candidates(view: &View) -> String {
    let exposure = |c: usize| view.figures[c].exposure.unwrap_or(f64::MAX);
    let mut all: Vec<usize> = view.played().collect();
    all.sort_by(|a, b| view.roles[*b].cmp(&view.roles[*a]).then(exposure(*a).total_cmp(&exposure(*b))));
    let rest = all.len().saturating_sub(LISTED_MAX);
    let rest = if rest == 0 { String::new() } else { format!(" {} more are not listed.", words::grouped(rest as u64)) };
    let columns = view.dials.iter().cloned().chain(Measure::ALL.map(|m| m.name().to_string())).chain(["trials".to_string()]);
    let head: String = columns.map(|name| format!("<th>{}</th>", Escaped(&name))).collect();
    let rows: String = all.iter().take(LISTED_MAX).map(|c| candidate(view, *c)).collect();
    format!(
        "<h2>Candidates</h2>\n<p class=\"hint\">In the search: the numbers by which they were chosen, each in the scenario that is worst \
         for it. Those of fresh seeds are above.{rest}</p>\n<div class=\"wide\"><table class=\"candidates\">\n\
         <thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn candidate(view: &View, c: usize) -> String {
    let role = match view.roles[c] {
        Role::Best => view.best_name(),
        Role::Yours => "yours",
        Role::Front => "front",
        Role::Other => "",
        Role::Early => "given up",
    };
    let figures = &view.figures[c];
    let values = view.report.study.candidates[c].values.iter().map(|v| format!("<td>{}</td>", Escaped(v)));
    let number = |text: String| format!("<td class=\"n\">{}</td>", Escaped(&text));
    let numbers = Measure::ALL.iter().map(|m| number(figures.shown(*m))).chain([number(words::grouped(figures.trials))]);
    let cells: String = values.chain(numbers).collect();
    format!("<tr data-c=\"{c}\"><td>{}</td>{cells}</tr>\n", Escaped(role))
}
