//! What each varied gate catches against what it stops for nothing.

use super::marks::{Glyph, Key, Mark, Titles, marks, path};
use super::plot::{Axis, Plot};
use super::scale::{Kind, Scale};
use super::{Plate, Tile, capital};
use crate::stats::Rate;
use crate::tune::{Line, Roc, Role, View, rocs};
use crate::words::{self, Escaped, percent};

/// One plate for each gate that was varied.
pub fn plate(titles: &mut Titles) -> Vec<Plate> {
    let view = titles.view;
    let one = |roc: Roc| {
        let title = format!("ROC of {}", roc.gate);
        let (first, others) = roc.points.split_first().expect("there are several");
        if others.iter().all(|p| (p.1, p.2) == (first.1, first.2)) {
            return Plate { title, caption: all_alike(&roc, first), keys: Vec::new(), tiles: Vec::new() };
        }
        Plate { title, caption: caption(view, &roc), keys: keys(view, &roc), tiles: vec![tile(titles, &roc)] }
    };
    rocs(view).into_iter().map(one).collect()
}

fn tile(titles: &mut Titles, roc: &Roc) -> Tile {
    let scale = |kind, pick: fn(&(usize, Rate, Rate)) -> f64| Scale::of(kind, roc.points.iter().map(pick), None);
    let plot = Plot {
        x: Axis {
            name: "healthy trials in which it fired first (root scale)".to_string(),
            scale: scale(Kind::Rare, |p| p.1.value()),
            bound: None,
        },
        y: Axis { name: "breaches in which it fired first".to_string(), scale: scale(Kind::Share, |p| p.2.value()), bound: None },
    };
    let place = |point: &(usize, Rate, Rate)| plot.at(point.1.value(), point.2.value());
    let lines: String = roc.lines.iter().enumerate().map(|(i, line)| path(i, &along(roc, line, &place))).collect();
    let mark = |p: &(usize, Rate, Rate)| Mark {
        candidate: p.0,
        at: place(p),
        here: format!("fires first in {} of breaches, {} of healthy trials", percent(p.2.value()), percent(p.1.value())),
    };
    let all: Vec<Mark> = roc.points.iter().map(mark).collect();
    let said = format!("{}: breaches caught against false alarms", roc.gate);
    plot.tile(&said, &format!("{lines}{}{}", ends(roc, &place), marks(titles, &all)))
}

fn along(roc: &Roc, line: &Line, place: &impl Fn(&(usize, Rate, Rate)) -> (f64, f64)) -> Vec<(f64, f64)> {
    line.candidates.iter().filter_map(|(c, _)| roc.points.iter().find(|p| p.0 == *c)).map(place).collect()
}

/// The first and the last value of the dial, where there is one line only.
fn ends(roc: &Roc, place: &impl Fn(&(usize, Rate, Rate)) -> (f64, f64)) -> String {
    let [line] = roc.lines.as_slice() else { return String::new() };
    let text = |(candidate, value): &(usize, String)| {
        let (x, y) = place(roc.points.iter().find(|p| p.0 == *candidate)?);
        let (x, anchor) = if x > 330.0 { (x - 9.0, "end") } else { (x + 9.0, "start") };
        let style = "class=\"f-muted\" fill=\"#5E6771\" font-size=\"12\" font-family=\"system-ui, sans-serif\"";
        Some(format!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" {style}>{}</text>\n", y + 14.0, Escaped(value)))
    };
    [line.candidates.first(), line.candidates.last()].into_iter().flatten().filter_map(text).collect()
}

fn keys(view: &View, roc: &Roc) -> Vec<Key> {
    let any = |role: Role| roc.points.iter().any(|p| view.roles[p.0] == role);
    let named =
        [(Role::Best, view.best_name()), (Role::Yours, "yours"), (Role::Front, "front"), (Role::Other, "beaten by another")];
    let roles = named.into_iter().filter(|(role, _)| any(*role));
    let roles = roles.map(|(role, text)| Key { glyph: Glyph::Role(role), text: text.to_string() });
    let lines = roc.lines.iter().enumerate().filter(|(_, line)| !line.name.is_empty());
    roles.chain(lines.map(|(i, line)| Key { glyph: Glyph::Line(i), text: line.name.clone() })).collect()
}

/// A picture of one point would show nothing.
fn all_alike(roc: &Roc, (_, wrong, right): &(usize, Rate, Rate)) -> String {
    let (right, wrong) = (percent(right.value()), percent(wrong.value()));
    let n = roc.points.len();
    format!("Whatever its dials, it fires first in {right} of breaches and in {wrong} of healthy trials, for all {n} candidates.")
}

fn caption(view: &View, roc: &Roc) -> String {
    let others = roc.points.iter().filter(|p| !roc.alone || p.0 != view.report.study.current).count();
    let n = words::count_of(others as u64, "candidate");
    let which = if roc.alone {
        "that differ from yours at this gate alone"
    } else {
        "with all their differences: none differs at this gate alone"
    };
    let told = view.named().into_iter().filter_map(|(c, name)| {
        let (_, wrong, right) = roc.points.iter().find(|p| p.0 == c)?;
        let (right, wrong) = (percent(right.value()), percent(wrong.value()));
        Some(format!(" {}: first in {right} of breaches and in {wrong} of healthy trials.", capital(name)))
    });
    let told: String = told.collect();
    format!("{n} {which}. Further up it catches more, further left it alarms less for nothing.{told}")
}
