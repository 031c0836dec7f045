//! How often each policy catches a breach, against how large the breach is.

use super::{Area, CANNOT_FAIL, Ink, font, sheet, stroke, width_of, write};
use crate::findings;
use crate::score::{Row, ScoreReport};
use crate::smallest::SmallestSeverity;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

const WIDTH: i32 = 720;
const HEIGHT: i32 = 300;
const TITLE: i32 = 26;
/// Policies' lines stand so many thousandths of a step apart, so that their intervals do not hide each other.
const APART: f64 = 0.03;

/// The scenarios, each at one wobble, that were played at several severities and expect a rollback.
pub fn severities(report: &ScoreReport) -> Vec<&SmallestSeverity> {
    let mut worlds: Vec<&SmallestSeverity> = Vec::new();
    for found in &report.smallest_severity {
        if !worlds.iter().any(|w| w.scenario == found.scenario && w.wobble == found.wobble) {
            worlds.push(found);
        }
    }
    worlds
}

/// Draws the detection rate of every policy in such a scenario with its 95 % interval, by severity.
pub fn severity(report: &ScoreReport, of: &SmallestSeverity) -> String {
    let rows: Vec<&Row> = report.rows.iter().filter(|r| r.scenario == of.scenario && r.wobble == of.wobble).collect();
    let mut played: Vec<f64> = rows.iter().map(|r| r.severity).collect();
    played.sort_by(f64::total_cmp);
    played.dedup();
    let policies: Vec<&str> =
        findings::policies(&report.rows).into_iter().filter(|p| rows.iter().any(|r| r.policy == *p)).collect();
    let names = policies.iter().map(|p| width_of(p)).max().unwrap_or(0) + 50;
    sheet((WIDTH + names) as u32, HEIGHT as u32, |area| {
        write(area, &format!("{}: breaches caught, by severity", of.name()), (56, 6), Ink::Text, HPos::Left);
        let plot = area.clone().shrink((0, TITLE), (WIDTH, HEIGHT - TITLE));
        draw(&plot, &rows, &played, &policies);
        for (i, policy) in policies.iter().enumerate() {
            let y = TITLE + 10 + 20 * i as i32;
            area.draw(&PathElement::new(vec![(WIDTH + 10, y + 6), (WIDTH + 32, y + 6)], stroke(Ink::Line(i), 2)))
                .expect(CANNOT_FAIL);
            marker(area, (WIDTH + 21, y + 6), i);
            write(area, policy, (WIDTH + 40, y), Ink::Text, HPos::Left);
        }
    })
}

fn draw(area: &Area, rows: &[&Row], played: &[f64], policies: &[&str]) {
    let mut chart = ChartBuilder::on(area)
        .set_label_area_size(LabelAreaPosition::Left, 56)
        .set_label_area_size(LabelAreaPosition::Bottom, 28)
        .margin_right(12)
        .build_cartesian_2d(-0.3..played.len() as f64 - 0.7, -0.02..1.02)
        .expect(CANNOT_FAIL);
    let percent = |value: &f64| format!("{:.0}%", value * 100.0);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .max_light_lines(0)
        .bold_line_style(stroke(Ink::Grid, 1))
        .axis_style(stroke(Ink::Muted, 1))
        .label_style(font(Ink::Muted))
        .y_labels(6)
        .y_label_formatter(&percent)
        .draw()
        .expect(CANNOT_FAIL);
    for (i, severity) in played.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(i as f64, 0.0));
        let (left, top) = area.get_base_pixel();
        write(area, &format!("{severity}x"), (x - left, y - top + 10), Ink::Muted, HPos::Center);
    }
    for (i, policy) in policies.iter().enumerate() {
        let beside = APART * (i as f64 - (policies.len() as f64 - 1.0) / 2.0);
        let at = |row: &&Row| played.iter().position(|s| *s == row.severity).map(|x| x as f64 + beside);
        let mut points: Vec<_> =
            rows.iter().filter(|r| r.policy == *policy).filter_map(|r| Some((at(r)?, r.detection_rate?))).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (x, rate) in &points {
            let (low, high) = rate.interval();
            chart.draw_series([PathElement::new(vec![(*x, low), (*x, high)], stroke(Ink::Line(i), 1))]).expect(CANNOT_FAIL);
        }
        let line: Vec<_> = points.iter().map(|(x, rate)| (*x, rate.value())).collect();
        chart.draw_series([PathElement::new(line.clone(), stroke(Ink::Line(i), 2))]).expect(CANNOT_FAIL);
        for point in line {
            let (x, y) = chart.backend_coord(&point);
            let (left, top) = area.get_base_pixel();
            marker(area, (x - left, y - top), i);
        }
    }
}

/// Colour is not the only difference: shapes alternate.
fn marker(area: &Area, (x, y): (i32, i32), i: usize) {
    let style = Ink::Line(i).rgb().filled();
    match i % 3 {
        0 => area.draw(&Circle::new((x, y), 4, style)),
        1 => area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], style)),
        _ => area.draw(&Polygon::new(vec![(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)], style)),
    }
    .expect(CANNOT_FAIL);
}
