//! A trial over time: panels above each other on one time axis, with the six instants across them.

use super::{Area, CANNOT_FAIL, Ink, font, sheet, stroke, width_of, write};
use crate::picture::{GatePicture, Picture, Points};
use crate::words;
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Time;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const WIDTH: i32 = 960;
/// What lies beside the axes.
const LEFT: i32 = 72;
/// As wide as the label of an instant at the very end.
const RIGHT: i32 = 72;
const TITLE: i32 = 30;
const PLOT: i32 = 120;
const TIMES: i32 = 24;
const LANE: i32 = 15;
const LEGEND: i32 = 24;

/// The stretch of time that a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its beginning.
    pub from: Time,
    /// Its end, later.
    pub to: Time,
}

impl Range {
    /// All of a trial.
    pub fn whole(picture: &Picture) -> Range {
        Range { from: Time::ZERO, to: picture.end.max(Time(1)) }
    }
}

/// Draws exposure, every gate and the harm over a stretch of time.
pub fn panels(picture: &Picture, range: Range) -> String {
    let panels = all_panels(picture);
    let marks = lanes(&picture.instants, range);
    let lanes = marks.iter().map(|m| m.lane + 1).max().unwrap_or(0);
    let top = LEGEND + lanes * LANE + 4;
    let height = top + panels.len() as i32 * (TITLE + PLOT) + TIMES;
    sheet(WIDTH as u32, height as u32, |area| {
        legend(area);
        for mark in &marks {
            let y = LEGEND + mark.lane * LANE;
            write(area, mark.name, (mark.x + 4, y), Ink::Text, HPos::Left);
            // Strokes pause for the titles.
            line(area, &[(mark.x, y), (mark.x, top + 8)], Ink::Muted);
            for i in 0..panels.len() as i32 {
                let plot = top + i * (TITLE + PLOT) + TITLE;
                line(area, &[(mark.x, plot - 4), (mark.x, plot + PLOT)], Ink::Muted);
            }
        }
        for (i, panel) in panels.iter().enumerate() {
            let y = top + i as i32 * (TITLE + PLOT);
            let last = i + 1 == panels.len();
            write(area, &panel.title, (LEFT, y + 11), Ink::Text, HPos::Left);
            let below = if last { TIMES } else { 0 };
            let at = area.clone().shrink((0, y + TITLE), (WIDTH, PLOT + below));
            panel.draw(&at, range, below);
        }
    })
}

fn line(area: &Area, points: &[(i32, i32)], ink: Ink) {
    area.draw(&PathElement::new(points.to_vec(), stroke(ink, 1))).expect(CANNOT_FAIL);
}

/// What the strokes mean.
fn legend(area: &Area) {
    let mut x = LEFT;
    for (text, ink, dashed) in
        [("as the gate saw it", Ink::Line(0), false), ("as it truly was", Ink::Line(1), false), ("limit", Ink::Text, true)]
    {
        let dash = if dashed { vec![(x, x + 6), (x + 10, x + 16), (x + 20, x + 24)] } else { vec![(x, x + 24)] };
        for (a, b) in dash {
            area.draw(&PathElement::new(vec![(a, 8), (b, 8)], stroke(ink, 2))).expect(CANNOT_FAIL);
        }
        write(area, text, (x + 30, 3), Ink::Muted, HPos::Left);
        x += 30 + width_of(text) + 18;
    }
    area.draw(&Circle::new((x + 4, 8), 3, Ink::Alarm.rgb().filled())).expect(CANNOT_FAIL);
    write(area, "round failed", (x + 14, 3), Ink::Muted, HPos::Left);
    x += 14 + width_of("round failed") + 18;
    area.draw(&Rectangle::new([(x, 6), (x + 8, 10)], Ink::Muted.rgb().filled())).expect(CANNOT_FAIL);
    write(area, "no verdict", (x + 14, 3), Ink::Muted, HPos::Left);
}

/// An instant with its place.
struct Mark {
    name: &'static str,
    x: i32,
    lane: i32,
}

/// Gives each instant within the range the highest lane that is free. Labels stand to the right of their stroke, and strokes
/// run down from their lane: below the labels that reach over it, a stroke meets none.
fn lanes(instants: &[(&'static str, Time)], range: Range) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut visible: Vec<_> = instants.iter().filter(|(_, at)| (range.from..=range.to).contains(at)).collect();
    visible.sort_by_key(|(_, at)| *at);
    for (name, at) in visible {
        let share = at.since(range.from).seconds() / range.to.since(range.from).seconds();
        let x = LEFT + (share * f64::from(WIDTH - LEFT - RIGHT)).round() as i32;
        let over = marks.iter().filter(|m| m.x + width_of(m.name) + 8 > x);
        marks.push(Mark { name, x, lane: over.map(|m| m.lane + 1).max().unwrap_or(0) });
    }
    marks
}

/// One metric over time.
struct Panel {
    title: String,
    unit: Unit,
    lines: Vec<(Points, Ink, Look)>,
    fails: Points,
    silent: Vec<Time>,
}

#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// Holds until the next point and to the end.
    Level,
    /// Holds until the next point.
    Steps,
    Line,
    Dashes,
}

fn all_panels(picture: &Picture) -> Vec<Panel> {
    let plain = |title: &str, unit, points: &Points, ink| Panel {
        title: title.to_string(),
        unit,
        lines: vec![(points.clone(), ink, Look::Level)],
        fails: Vec::new(),
        silent: Vec::new(),
    };
    let mut all = vec![plain("exposed: share of subjects on the canary", Unit::Share, &picture.exposure, Ink::Line(2))];
    all.extend(picture.gates.iter().map(gate_panel));
    all.push(plain("harmed outcomes so far", Unit::Plain, &picture.harmed, Ink::Alarm));
    all
}

fn gate_panel(gate: &GatePicture) -> Panel {
    let failed = |(at, _): &&(Time, f64)| gate.fails.binary_search(at).is_ok();
    let mut lines = vec![(gate.limit.clone(), Ink::Text, Look::Dashes), (gate.truth.clone(), Ink::Line(1), Look::Line)];
    // A round without a verdict interrupts the line: a gate that sees nothing does not go on seeing the last.
    let silences = |at: Time| gate.silent.partition_point(|s| *s < at);
    let seen = gate.saw.chunk_by(|a, b| silences(a.0) == silences(b.0));
    lines.extend(seen.map(|points| (points.to_vec(), Ink::Line(0), Look::Steps)));
    Panel {
        title: format!("{}: {}", gate.name, gate.check),
        unit: gate.unit,
        lines,
        fails: gate.saw.iter().filter(failed).copied().collect(),
        silent: gate.silent.clone(),
    }
}

impl Panel {
    fn draw(&self, area: &Area, range: Range, below: i32) {
        let visible: Vec<(Points, Ink, Look)> =
            self.lines.iter().map(|(points, ink, look)| (cut(points, range, *look), *ink, *look)).collect();
        let highest = visible.iter().flat_map(|(points, ..)| points).map(|p| p.1).fold(0.0, f64::max);
        let lowest = visible.iter().flat_map(|(points, ..)| points).map(|p| p.1).fold(0.0, f64::min);
        let top = if highest > lowest { highest + 0.08 * (highest - lowest) } else { 1.0 };
        let mut chart = ChartBuilder::on(area)
            .set_label_area_size(LabelAreaPosition::Left, LEFT)
            .set_label_area_size(LabelAreaPosition::Bottom, below)
            .margin_right(RIGHT)
            .build_cartesian_2d(TimeAxis(range), lowest..top)
            .expect(CANNOT_FAIL);
        let unit = self.unit;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .max_light_lines(0)
            .bold_line_style(stroke(Ink::Grid, 1))
            .axis_style(stroke(Ink::Muted, 1))
            .label_style(font(Ink::Muted))
            .x_labels(9)
            .y_labels(4)
            .y_label_formatter(&|value: &f64| unit.show(*value))
            .draw()
            .expect(CANNOT_FAIL);
        for (points, ink, look) in visible {
            let points = thin(&points, range).into_iter().map(|(at, v)| (at.seconds(), v)).collect();
            let path = if matches!(look, Look::Level | Look::Steps) { steps(points) } else { points };
            if look == Look::Dashes {
                chart.draw_series(DashedLineSeries::new(path, 6, 4, stroke(ink, 1))).expect(CANNOT_FAIL);
            } else {
                chart.draw_series([PathElement::new(path, stroke(ink, 2))]).expect(CANNOT_FAIL);
            }
        }
        let within = |at: &Time| (range.from..=range.to).contains(at);
        let fails = self.fails.iter().filter(|(at, _)| within(at));
        let fails = fails.map(|(at, value)| Circle::new((at.seconds(), *value), 3, Ink::Alarm.rgb().filled()));
        chart.draw_series(fails).expect(CANNOT_FAIL);
        let silent = self.silent.iter().filter(|at| within(at));
        let silent = silent
            .map(|at| EmptyElement::at((at.seconds(), lowest)) + Rectangle::new([(0, -5), (3, -1)], Ink::Muted.rgb().filled()));
        chart.draw_series(silent).expect(CANNOT_FAIL);
    }
}

/// The points within the range, and where the line crosses its ends.
fn cut(points: &Points, range: Range, look: Look) -> Points {
    let first = points.partition_point(|(at, _)| *at < range.from);
    let end = points.partition_point(|(at, _)| *at <= range.to);
    let crossing = |next: usize, at: Time| {
        let before = *points.get(next.checked_sub(1)?)?;
        let after = points.get(next).copied().or((look == Look::Level).then_some((at, before.1)))?;
        let share = at.since(before.0).seconds() / after.0.since(before.0).seconds().max(f64::MIN_POSITIVE);
        let holds = matches!(look, Look::Level | Look::Steps);
        Some((at, if holds { before.1 } else { before.1 + share * (after.1 - before.1) }))
    };
    let ends = (crossing(first, range.from), crossing(end, range.to));
    ends.0.into_iter().chain(points[first..end].iter().copied()).chain(ends.1).collect()
}

/// A level that lasts until the next point.
fn steps(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut path: Vec<(f64, f64)> = Vec::with_capacity(2 * points.len());
    for (at, value) in points {
        if let Some(&(_, before)) = path.last() {
            path.push((at, before));
        }
        path.push((at, value));
    }
    path
}

/// For each pixel column its first, lowest, highest and last point: looks the same, and is never larger than the picture.
fn thin(points: &Points, range: Range) -> Points {
    let width = (WIDTH - LEFT - RIGHT) as u64;
    let column =
        |at: Time| u128::from(at.since(range.from).0) * u128::from(width) / u128::from(range.to.since(range.from).0.max(1));
    let mut kept = Points::new();
    for group in points.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let by = |f: fn(f64, f64) -> bool| (0..group.len()).reduce(|a, b| if f(group[b].1, group[a].1) { b } else { a });
        let mut chosen = [Some(0), by(|x, y| x < y), by(|x, y| x > y), group.len().checked_sub(1)];
        chosen.sort_unstable();
        let mut last = None;
        for i in chosen.into_iter().flatten() {
            if last != Some(i) {
                kept.push(group[i]);
            }
            last = Some(i);
        }
    }
    kept
}

/// Seconds, with ticks where a clock has them.
struct TimeAxis(Range);

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (left, right): (i32, i32)) -> i32 {
        let (from, to) = (self.0.from.seconds(), self.0.to.seconds());
        left + ((value - from) / (to - from) * f64::from(right - left)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        const STEPS_S: [u64; 18] =
            [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800];
        let (from, to) = (self.0.from.seconds(), self.0.to.seconds());
        let fits = |step: &&u64| (to - from) / **step as f64 <= hint.max_num_points() as f64;
        let step = *STEPS_S.iter().find(fits).unwrap_or(&STEPS_S[STEPS_S.len() - 1]) as f64;
        let first = (from / step).ceil() as u64;
        (first..).map(|k| k as f64 * step).take_while(|at| *at <= to).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.0.from.seconds()..self.0.to.seconds()
    }
}

impl ValueFormatter<f64> for TimeAxis {
    fn format_ext(&self, value: &f64) -> String {
        words::clock(Time((value * 1e6) as u64))
    }
}
