//! What to do, in a sentence or two.

use super::super::{prose, table};
use crate::charts::signed;
use crate::tune::{Advice, Figures, Gain, GiveUp, Goals, Measure, View, WouldTake, lacks_healthy};
use crate::words::{self, percent};

/// The verdict, and what it rests on.
pub fn html(view: &View) -> String {
    let (class, verdict) = match &view.report.advice {
        Advice::Change { to, gain } => ("verdict", change(view, *to, gain)),
        Advice::Keep { best_other } => ("verdict", keep(view, best_other)),
        Advice::Impossible { closest, .. } => ("verdict bad", impossible(view, *closest)),
    };
    let mut text = format!("<p class=\"{class}\">{}</p>\n<p class=\"hint\">{}</p>\n", prose(&verdict), prose(&rests_on(view)));
    if let Advice::Impossible { give_up, would_take, .. } = &view.report.advice {
        text.push_str(&instead(view, give_up, would_take));
    }
    text
}

fn change(view: &View, to: usize, gain: &Gain) -> String {
    format!("{} {} {}", set(view, to), fresh(view), against(view, gain))
}

fn keep(view: &View, best_other: &Option<(usize, Gain)>) -> String {
    let other = best_other.as_ref().map_or(String::new(), |(candidate, gain)| {
        format!(" The best of the others, {}, is not better by more than noise: {}.", view.label(*candidate), amount(view, gain))
    });
    format!("Keep yours. {}{other}", fresh(view))
}

fn impossible(view: &View, closest: usize) -> String {
    let label = if closest == view.report.study.current { "yours".to_string() } else { view.label(closest) };
    format!("No candidate meets the goals. The closest is {label}. {}", fresh(view))
}

/// `Set `gates.errors.limit` to `2%` (yours: `5%`).`
fn set(view: &View, to: usize) -> String {
    let study = &view.report.study;
    let (new, old) = (&study.candidates[to].values, &study.candidates[study.current].values);
    let changed = (0..study.dials.len()).filter(|d| new[*d] != old[*d]);
    let each = changed.map(|d| format!("`{}` to `{}` (yours: `{}`)", study.dials[d].path, new[d], old[d]));
    format!("Set {}.", words::list(&each.collect::<Vec<_>>()))
}

/// What the recommended one came to on fresh seeds, each figure in the scenario that is worst for it.
fn fresh(view: &View) -> String {
    let Some(finalist) = view.report.finalists.iter().find(|f| f.candidate == view.best()) else {
        return "It has not been played on fresh seeds.".to_string();
    };
    let figures = Figures::of(&finalist.worlds, &finalist.came);
    let rate = |measure: Measure, verb: &str, of: &str| {
        figures.get(measure).map(|_| format!("{verb} {} of {of}", figures.shown(measure)))
    };
    let lacks_healthy = lacks_healthy(&finalist.worlds);
    let nothing = if lacks_healthy { "breaches before any harm" } else { "healthy rollouts for nothing" };
    let within = view.report.goals.detect_within.map_or(String::new(), |span| format!(" within {span}"));
    let deeds = [
        rate(Measure::Detection, "catches", &format!("breaches{within}")),
        rate(Measure::FalseRollback, "rolls back", nothing),
        figures.exposure.map(|requests| format!("exposes {} requests of a breach", words::amount(requests))),
    ];
    let deeds: Vec<String> = deeds.into_iter().flatten().collect();
    if deeds.is_empty() {
        return "No trial on fresh seeds says anything.".to_string();
    }
    let each = if deeds.len() > 1 { "each " } else { "" };
    format!("It {}, {each}in the scenario that is worst for it, on fresh seeds.", words::list(&deeds))
}

/// What it gains over yours.
fn against(view: &View, gain: &Gain) -> String {
    format!("Beside yours on the same seeds: {}.", amount(view, gain))
}

/// `-230 [-260, -200] exposed requests of a breach`.
fn amount(view: &View, gain: &Gain) -> String {
    let of = if view.report.goals.cost.is_some() { "expected cost of a rollout" } else { "exposed requests of a breach" };
    format!("{} [{}, {}] {of}", signed(gain.mean, words::amount), words::amount(gain.low), words::amount(gain.high))
}

/// What was asked for, and how often it had to be tried.
fn rests_on(view: &View) -> String {
    let report = view.report;
    let asked = asked(&report.goals);
    let asked = if asked.is_empty() { "Nothing was asked for but the best.".to_string() } else { format!("Asked for: {asked}.") };
    let by = if report.goals.cost.is_some() { "expected cost" } else { "exposed requests of breaches" };
    let tried = match (&report.advice, report.tried) {
        (Advice::Change { .. }, n) if n > 1 => {
            format!(" {n} candidates were tried on fresh seeds until one kept what it had promised.")
        }
        (Advice::Impossible { .. }, n) if n > 0 => {
            format!(" {} tried on fresh seeds, and none kept what was asked for.", words::count_of(n as u64, "candidate"))
        }
        _ => String::new(),
    };
    let played = words::count_of(view.played().count() as u64, "candidate");
    format!("{asked} {played} ranked by {by}. Figures with 95 % intervals.{tried}")
}

fn asked(goals: &Goals) -> String {
    let one = |m: Measure| {
        let bound = if m.more_is_better() { "at least" } else { "at most" };
        m.goal(goals).map(|goal| format!("{} {bound} {}", m.name(), m.show(goal)))
    };
    let mut all: Vec<String> = Measure::ALL.into_iter().filter_map(one).collect();
    all.extend(goals.detect_within.map(|span| format!("detection within {span}")));
    words::list(&all)
}

/// What a constraint's key in JSON is about.
pub fn measure_of(constraint: &str) -> Option<Measure> {
    match constraint {
        "max_false_rollback" => Some(Measure::FalseRollback),
        "min_detection" => Some(Measure::Detection),
        "max_exposure" => Some(Measure::Exposure),
        "max_duration" => Some(Measure::Duration),
        _ => None,
    }
}

/// What to give up, or what would have to change beside the dials.
fn instead(view: &View, give_up: &[GiveUp], would_take: &[WouldTake]) -> String {
    let mut text = String::new();
    if !give_up.is_empty() {
        let rows = give_up.iter().map(|g| given_up(view, g));
        let header = ["give up", "asked for", "reached", "by", "in the way"];
        text.push_str(&format!("<h2>What would have to be given up</h2>\n{}", table(&header, &[1, 2], rows)));
        text.push_str("<p class=\"hint\">One at a time, the others kept.</p>\n");
    }
    if !would_take.is_empty() {
        let rows = would_take.iter().map(|w| {
            let change = [w.path.clone(), w.now.clone(), w.to.clone()];
            change.into_iter().chain([percent(w.false_rollback), percent(w.detection)]).collect()
        });
        let header = ["change", "now", "at least", "false rollbacks", "breaches caught"];
        text.push_str(&format!("<h2>What it would take</h2>\n{}", table(&header, &[1, 2, 3, 4], rows)));
        text.push_str("<p class=\"hint\">Found by playing it; each figure in the scenario that is worst for it.</p>\n");
    }
    text
}

fn given_up(view: &View, give: &GiveUp) -> Vec<String> {
    let measure = measure_of(give.constraint);
    let show = |value: f64| measure.map_or(value.to_string(), |m| m.show(value));
    let name = measure.map_or(give.constraint.to_string(), |m| m.name().to_string());
    let reached = give.reached.map_or("not by this alone".to_string(), show);
    let by = give.by.map_or(words::NOTHING.to_string(), |c| view.label(c));
    vec![name, show(give.asked), reached, by, give.scenario.clone()]
}
