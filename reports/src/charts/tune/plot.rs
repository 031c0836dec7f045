//! An empty picture with two axes, and where things stand in it.

use super::super::{Area, CANNOT_FAIL, Ink, sheet, stroke, write};
use super::marks::label;
use super::scale::Scale;
use super::{Tile, tile};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// As wide as a phone, nearly; several stand beside each other on a desk.
pub const WIDTH: i32 = 440;
const HEIGHT: i32 = 328;
const LEFT: i32 = 60;
const RIGHT: i32 = 24;
const TOP: i32 = 42;
const BOTTOM: i32 = 44;
/// Where no value may be: behind everything else, and still to be seen.
const SHADE: f64 = 0.08;

/// A line that must not be crossed.
#[derive(Clone, Copy)]
pub struct Bound {
    /// Where it is.
    pub at: f64,
    /// Whether what lies above it is allowed.
    pub at_least: bool,
}

/// An axis.
pub struct Axis {
    /// What it shows.
    pub name: String,
    /// From where to where.
    pub scale: Scale,
    /// A goal on it, with its text.
    pub bound: Option<(Bound, String)>,
}

/// Two axes.
pub struct Plot {
    /// Along the bottom.
    pub x: Axis,
    /// Along the left side.
    pub y: Axis,
}

impl Plot {
    /// The pixel of a point.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (left, width) = (f64::from(LEFT), f64::from(WIDTH - LEFT - RIGHT));
        let (bottom, height) = (f64::from(HEIGHT - BOTTOM), f64::from(HEIGHT - TOP - BOTTOM));
        (left + width * self.x.scale.place(x), bottom - height * self.y.scale.place(y))
    }

    /// The axes with marks over them. `said` is what the picture shows, for those who cannot see it.
    pub fn tile(&self, said: &str, marks: &str) -> Tile {
        let svg = sheet(WIDTH as u32, HEIGHT as u32, |area| {
            self.bounds(area);
            self.down(area);
            self.across(area);
        });
        // Texts of goals are over the marks, with an edge: they are short, and marks hide them otherwise.
        tile(svg, said, &format!("{marks}{}", self.goals()), HEIGHT)
    }

    fn down(&self, area: &Area) {
        for value in self.y.scale.ticks(6) {
            let y = self.at(0.0, value).1.round() as i32;
            line(area, (LEFT, y), (WIDTH - RIGHT, y), Ink::Grid);
            write(area, &self.y.scale.show(value), (LEFT - 7, y - 6), Ink::Muted, HPos::Right);
        }
        line(area, (LEFT, TOP), (LEFT, HEIGHT - BOTTOM), Ink::Muted);
        write(area, &self.y.name, (4, 5), Ink::Text, HPos::Left);
    }

    fn across(&self, area: &Area) {
        let bottom = HEIGHT - BOTTOM;
        for value in self.x.scale.ticks(6) {
            let x = self.at(value, 0.0).0.round() as i32;
            line(area, (x, bottom), (x, bottom + 4), Ink::Muted);
            write(area, &self.x.scale.show(value), (x, bottom + 8), Ink::Muted, HPos::Center);
        }
        line(area, (LEFT, bottom), (WIDTH - RIGHT, bottom), Ink::Muted);
        write(area, &self.x.name, (WIDTH - RIGHT, bottom + 26), Ink::Text, HPos::Right);
    }

    /// The texts of goals: above the one, at the end of the other.
    fn goals(&self) -> String {
        let across = self.x.goal().map(|(bound, text)| {
            let x = self.at(bound.at, 0.0).0;
            let late = x > f64::from(WIDTH) * 0.6;
            label((if late { x - 4.0 } else { x + 4.0 }, f64::from(TOP - 5)), if late { "end" } else { "start" }, text)
        });
        let down = self.y.goal().map(|(bound, text)| {
            let y = self.at(0.0, bound.at).1 + if bound.at_least { 14.0 } else { -5.0 };
            label((f64::from(WIDTH - RIGHT - 4), y), "end", text)
        });
        across.into_iter().chain(down).collect()
    }

    /// Goals as dashes, and behind them what they forbid. A goal beyond an axis forbids nothing that is drawn.
    fn bounds(&self, area: &Area) {
        if let Some((bound, _)) = self.x.goal() {
            let x = self.at(bound.at, 0.0).0.round() as i32;
            let end = if bound.at_least { LEFT } else { WIDTH - RIGHT };
            shade(area, (x, TOP), (end, HEIGHT - BOTTOM));
            dashes(area, (x, TOP), (x, HEIGHT - BOTTOM));
        }
        if let Some((bound, _)) = self.y.goal() {
            let y = self.at(0.0, bound.at).1.round() as i32;
            let end = if bound.at_least { HEIGHT - BOTTOM } else { TOP };
            shade(area, (LEFT, y), (WIDTH - RIGHT, end));
            dashes(area, (LEFT, y), (WIDTH - RIGHT, y));
        }
    }
}

impl Axis {
    /// The goal, where it is on the axis.
    fn goal(&self) -> Option<&(Bound, String)> {
        self.bound.as_ref().filter(|(bound, _)| self.scale.holds(bound.at))
    }
}

/// A thin line.
pub fn line(area: &Area, from: (i32, i32), to: (i32, i32), ink: Ink) {
    area.draw(&PathElement::new(vec![from, to], stroke(ink, 1))).expect(CANNOT_FAIL);
}

fn shade(area: &Area, (x0, y0): (i32, i32), (x1, y1): (i32, i32)) {
    let corners = [(x0.min(x1), y0.min(y1)), (x0.max(x1), y0.max(y1))];
    area.draw(&Rectangle::new(corners, Ink::Alarm.rgb().mix(SHADE).filled())).expect(CANNOT_FAIL);
}

/// Straight down or across.
fn dashes(area: &Area, (x0, y0): (i32, i32), (x1, y1): (i32, i32)) {
    let length = (x1 - x0).max(y1 - y0);
    let (dx, dy) = ((x1 - x0).signum(), (y1 - y0).signum());
    for from in (0..length).step_by(9) {
        let to = (from + 5).min(length);
        line(area, (x0 + dx * from, y0 + dy * from), (x0 + dx * to, y0 + dy * to), Ink::Alarm);
    }
}
