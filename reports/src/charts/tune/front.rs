//! What more of one thing costs in another: every candidate, and those that no other one beats.

use super::marks::{Glyph, Key, Mark, Titles, marks};
use super::plot::{Axis, Bound, Plot};
use super::scale::{Kind, Scale};
use super::{Plate, Tile};
use crate::tune::{Measure, Role, View};
use crate::words;

/// What is shown against what, the first four of which there are figures.
const PAIRS: [(Measure, Measure); 8] = [
    (Measure::FalseRollback, Measure::Exposure),
    (Measure::FalseRollback, Measure::Detection),
    (Measure::FalseRollback, Measure::Delay),
    (Measure::Duration, Measure::Exposure),
    (Measure::Delay, Measure::Detection),
    (Measure::Delay, Measure::Exposure),
    (Measure::Duration, Measure::FalseRollback),
    (Measure::Detection, Measure::Exposure),
];
const TILES_MAX: usize = 4;

/// The plate. Always there: where nothing can be drawn it says why.
pub fn plate(titles: &mut Titles) -> Plate {
    let view = titles.view;
    let mut tiles = Vec::new();
    for (x, y) in PAIRS {
        if tiles.len() < TILES_MAX && tells(view, x, y) {
            tiles.push(tile(titles, x, y));
        }
    }
    let keys = if tiles.is_empty() { Vec::new() } else { keys(view) };
    let caption = if tiles.is_empty() { nothing(view) } else { caption(view) };
    Plate { title: "What one gains, another costs".to_string(), caption, keys, tiles }
}

/// (candidate, x, y) of those that have both.
fn points(view: &View, x: Measure, y: Measure) -> Vec<(usize, f64, f64)> {
    let both = |c: &usize| Some((*c, view.figures[*c].get(x)?, view.figures[*c].get(y)?));
    view.drawn.iter().filter_map(both).collect()
}

/// Whether candidates differ in both: a picture with all its points in a row shows nothing that a sentence does not.
fn tells(view: &View, x: Measure, y: Measure) -> bool {
    let points = points(view, x, y);
    points.iter().any(|p| p.1 != points[0].1) && points.iter().any(|p| p.2 != points[0].2)
}

fn tile(titles: &mut Titles, x: Measure, y: Measure) -> Tile {
    let view = titles.view;
    let points = points(view, x, y);
    let plot = Plot { x: axis(view, x, points.iter().map(|p| p.1)), y: axis(view, y, points.iter().map(|p| p.2)) };
    let mark = |(c, a, b): &(usize, f64, f64)| {
        let here = format!("{} {}, {} {}", x.name(), x.show(*a), y.name(), y.show(*b));
        Mark { candidate: *c, at: plot.at(*a, *b), here }
    };
    let all: Vec<Mark> = points.iter().map(mark).collect();
    let said = format!("{} against {}, {}", y.name(), x.name(), words::count_of(all.len() as u64, "candidate"));
    plot.tile(&said, &marks(titles, &all))
}

fn axis(view: &View, measure: Measure, values: impl Iterator<Item = f64> + Clone) -> Axis {
    let goal = measure.goal(&view.report.goals);
    let at_least = measure.more_is_better();
    let text = |goal: f64| format!("at {} {}", if at_least { "least" } else { "most" }, measure.show(goal));
    Axis {
        name: format!("{}{}", measure.name(), unit(measure)),
        scale: Scale::of(Kind::of(measure), values, goal),
        bound: goal.map(|at| (Bound { at, at_least }, text(at))),
    }
}

fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::FalseRollback => ", worst scenario (root scale)",
        Measure::Detection => ", worst breach",
        Measure::Delay | Measure::Exposure => ", worst breach, mean",
        Measure::Duration => ", longest mean",
    }
}

fn keys(view: &View) -> Vec<Key> {
    let any = |role: Role| view.drawn.iter().any(|c| view.roles[*c] == role);
    let named = [
        (Role::Best, view.best_name()),
        (Role::Yours, "yours"),
        (Role::Front, "front: beaten by none in all respects"),
        (Role::Other, "beaten by another"),
        (Role::Early, "given up early, on fewer trials"),
    ];
    let roles = named.into_iter().filter(|(role, _)| any(*role));
    let mut keys: Vec<Key> = roles.map(|(role, text)| Key { glyph: Glyph::Role(role), text: text.to_string() }).collect();
    if Measure::ALL.iter().any(|m| m.goal(&view.report.goals).is_some()) {
        keys.push(Key { glyph: Glyph::Forbidden, text: "beyond a goal".to_string() });
    }
    keys
}

/// How many there are, how many do what was asked for, and what the front offers.
fn caption(view: &View) -> String {
    let goals = &view.report.goals;
    let (played, drawn) = (view.played().count(), view.drawn.len());
    let all = if drawn < played {
        format!("{} of {} candidates are drawn. ", words::grouped(drawn as u64), words::grouped(played as u64))
    } else {
        format!("{}, each a point. ", words::count_of(played as u64, "candidate"))
    };
    let front = view.report.front.len() as u64;
    let front = format!("{} on the front. ", verb(front));
    let asked = Measure::ALL.iter().any(|m| m.goal(goals).is_some());
    let met = view.played().filter(|c| view.figures[*c].meet(goals)).count() as u64;
    let met = format!("In the search {} on the allowed side of every goal. ", verb(met));
    format!("{all}{front}{}{}", if asked { met.as_str() } else { "" }, along(view))
}

fn verb(n: u64) -> String {
    format!("{} {}", words::grouped(n), if n == 1 { "is" } else { "are" })
}

/// What is paid along the front, from its most careful candidate to its quickest.
fn along(view: &View) -> String {
    let both = |c: &usize| Some((view.figures[*c].get(Measure::FalseRollback)?, view.figures[*c].get(Measure::Exposure)?));
    let points: Vec<(f64, f64)> = view.report.front.iter().filter_map(both).collect();
    let calmest = points.iter().min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let quickest = points.iter().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
    match calmest.zip(quickest) {
        Some((calm, quick)) if calm.0 < quick.0 => format!(
            "Along it exposure falls from {} to {} requests while false rollbacks rise from {} to {}.",
            words::amount(calm.1),
            words::amount(quick.1),
            words::percent(calm.0),
            words::percent(quick.0)
        ),
        _ => String::new(),
    }
}

fn nothing(view: &View) -> String {
    match view.played().count() {
        0 => "No candidate has been played: there is nothing to draw.".to_string(),
        1 => "There is one candidate only: nothing to compare it with.".to_string(),
        n => {
            format!("All {} candidates came to the same in all respects but at most one: there is nothing to choose between.", n)
        }
    }
}
