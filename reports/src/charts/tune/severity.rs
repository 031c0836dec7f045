//! How often a breach is caught, against how large it is.

use super::super::Ink;
use super::marks::{Glyph, Key, Mark, Titles, mark, polyline, stroked};
use super::plot::{Axis, Plot};
use super::scale::{Kind, Scale};
use super::{Plate, Tile, short};
use crate::stats::Rate;
use crate::tune::{Came, Role, View, World};
use crate::words::{self, percent};

/// More scenarios than this are counted, not drawn.
const TILES_MAX: usize = 12;
/// So many of the front are shown beside the policies that the picture is about.
const FRONT_MAX: usize = 3;

/// A candidate's rate at a severity.
struct Caught {
    severity: f64,
    rate: Rate,
    /// Whether on fresh seeds.
    fresh: bool,
}

/// The plate, where some breach was played at several severities.
pub fn plate(titles: &mut Titles) -> Option<Plate> {
    let view = titles.view;
    let scenarios = scenarios(view);
    if scenarios.is_empty() {
        return None;
    }
    let more = scenarios.len().saturating_sub(TILES_MAX);
    let more = if more > 0 { format!(" {more} more are not drawn.") } else { String::new() };
    let tiles = scenarios.iter().take(TILES_MAX).map(|scenario| tile(titles, scenario)).collect();
    let caption = format!(
        "With 95 % intervals, at the wobble as stated; on fresh seeds where there are any ({}), of the search elsewhere.{}{more}",
        named(view),
        smallest(view, &scenarios[0])
    );
    Some(Plate { title: "How small a breach is caught".to_string(), caption, keys: keys(view), tiles })
}

fn named(view: &View) -> String {
    view.named().into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

/// Breaches that were played at several severities, in order of appearance.
fn scenarios(view: &View) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let played = view.report.study.worlds.iter().chain(view.report.finalists.iter().flat_map(|f| &f.worlds));
    for world in played.filter(|w| w.has_breach()) {
        if !names.contains(&world.scenario) {
            names.push(world.scenario.clone());
        }
    }
    names.retain(|name| severities(view, name).len() > 1);
    names
}

/// All at which anybody was played there, rising.
fn severities(view: &View, scenario: &str) -> Vec<f64> {
    let mut all: Vec<f64> = shown(view).into_iter().flat_map(|c| caught(view, c, scenario)).map(|c| c.severity).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// Some of the front, evenly from its beginning to its end, then yours, then the best.
fn shown(view: &View) -> Vec<usize> {
    let front: Vec<usize> = view.report.front.iter().copied().filter(|c| view.roles[*c] == Role::Front).collect();
    let some = front.len().min(FRONT_MAX);
    let mut shown: Vec<usize> = (0..some).map(|i| front[(2 * i + 1) * front.len() / (2 * some)]).collect();
    shown.extend(view.named().into_iter().rev().map(|(c, _)| c));
    shown
}

/// A candidate's rates in rising order of severity: on fresh seeds where there are any.
fn caught(view: &View, candidate: usize, scenario: &str) -> Vec<Caught> {
    let report = view.report;
    let here = |world: &World| world.has_breach() && world.scenario == scenario && world.sizes.wobble == 1.0;
    let of = |worlds: &[World], came: &[Came], fresh: bool| -> Vec<Caught> {
        let mine = worlds.iter().zip(came).filter(|(world, _)| here(world));
        let one = |(world, came): (&World, &Came)| {
            Some(Caught { severity: world.sizes.severity, rate: Rate::of(came.in_time, came.judged())?, fresh })
        };
        mine.filter_map(one).collect()
    };
    let finalist = report.finalists.iter().find(|f| f.candidate == candidate);
    let mut all = finalist.map_or(Vec::new(), |f| of(&f.worlds, &f.came, true));
    for seen in of(&report.study.worlds, &report.study.came[candidate], false) {
        if !all.iter().any(|c| c.severity == seen.severity) {
            all.push(seen);
        }
    }
    all.sort_by(|a, b| a.severity.total_cmp(&b.severity));
    all
}

fn tile(titles: &mut Titles, scenario: &str) -> Tile {
    let view = titles.view;
    let severities = severities(view, scenario);
    let plot = Plot {
        x: Axis { name: "severity, 1x as written".to_string(), scale: Scale::named(&severities), bound: None },
        y: Axis {
            name: short(scenario, 300) + ": caught",
            scale: Scale::of(Kind::Share, [0.0, 1.0].into_iter(), None),
            bound: None,
        },
    };
    let shown = shown(view);
    let lines: String =
        shown.iter().enumerate().map(|(i, c)| of_one(titles, &plot, *c, scenario, beside(i, shown.len()))).collect();
    plot.tile(&format!("{scenario}: breaches caught by severity"), &lines)
}

/// So many pixels to the side, so that intervals do not hide each other.
fn beside(i: usize, of: usize) -> f64 {
    5.0 * (i as f64 - (of as f64 - 1.0) / 2.0)
}

fn of_one(titles: &mut Titles, plot: &Plot, candidate: usize, scenario: &str, beside: f64) -> String {
    let severities = severities(titles.view, scenario);
    let all = caught(titles.view, candidate, scenario);
    let x = |c: &Caught| severities.iter().position(|s| *s == c.severity).unwrap_or(0) as f64;
    let at = |c: &Caught, rate: f64| {
        let (x, y) = plot.at(x(c), rate);
        (x + beside, y)
    };
    let role = titles.view.roles[candidate];
    let (ink, width) = match role {
        Role::Best => (Ink::Line(1), 2.0),
        Role::Yours => (Ink::Text, 2.0),
        _ => (Ink::Line(0), 1.0),
    };
    let line: Vec<(f64, f64)> = all.iter().map(|c| at(c, c.rate.value())).collect();
    let mut text = polyline(ink, width, if role >= Role::Yours { "none" } else { "2 3" }, &line);
    for caught in &all {
        let (low, high) = caught.rate.interval();
        let ((x, top), (_, bottom)) = (at(caught, high), at(caught, low));
        text.push_str(&format!("<path d=\"M{x:.1},{top:.1}V{bottom:.1}\" {}/>\n", stroked(ink)));
        let seeds = if caught.fresh { "fresh seeds" } else { "the search" };
        let here = format!("{} at {}x on {seeds}", words::rate(Some(caught.rate)), caught.severity);
        text.push_str(&mark(titles, &Mark { candidate, at: at(caught, caught.rate.value()), here }));
    }
    text
}

fn keys(view: &View) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for candidate in shown(view).into_iter().rev() {
        let role = view.roles[candidate];
        let text = match role {
            Role::Best => view.best_name(),
            Role::Yours => "yours",
            _ => "some of the front",
        };
        if !keys.iter().any(|key| key.text == text) {
            keys.push(Key { glyph: Glyph::Role(role), text: text.to_string() });
        }
    }
    keys
}

/// What is caught of the smallest.
fn smallest(view: &View, scenario: &str) -> String {
    let told = view.named().into_iter().filter_map(|(c, name)| {
        let first = caught(view, c, scenario).into_iter().next()?;
        Some((first.severity, format!("{name} {}", percent(first.rate.value()))))
    });
    let told: Vec<(f64, String)> = told.collect();
    let Some((severity, _)) = told.first() else { return String::new() };
    let rates: Vec<String> = told.iter().filter(|(s, _)| s == severity).map(|(_, text)| text.clone()).collect();
    format!(" Of `{scenario}` at {severity}x: {}.", words::list(&rates))
}
