//! What is lost without each gate.

use super::super::{Ink, sheet, write};
use super::marks::filled;
use super::{Plate, Tile, plot, short, tile};
use crate::tune::{GateWorth, View};
use crate::words::{self, percent};
use plotters::style::text_anchor::HPos;

const ROW: i32 = 26;
const TOP: i32 = 40;
const LEFT: i32 = 150;
const LENGTH: i32 = 80;
/// Where the columns of numbers end.
const COLUMNS: [i32; 3] = [286, 360, 432];

/// The plate, where gates were taken out.
pub fn plate(view: &View) -> Option<Plate> {
    let gates = &view.report.gates;
    if gates.is_empty() {
        return None;
    }
    let title = "What each gate is worth".to_string();
    Some(Plate { title, caption: caption(gates), keys: Vec::new(), tiles: vec![draw(gates)] })
}

/// Detection lost without it.
fn lost(gate: &GateWorth) -> f64 {
    gate.detection.0 - gate.detection.1
}

fn draw(gates: &[GateWorth]) -> Tile {
    let height = TOP + ROW * gates.len() as i32;
    let svg = sheet(plot::WIDTH as u32, height as u32, |area| {
        for (x, title) in COLUMNS.into_iter().zip(["detection", "delay", "exposed"]) {
            write(area, title, (x, 14), Ink::Muted, HPos::Right);
        }
        for (i, gate) in gates.iter().enumerate() {
            let y = TOP + ROW * i as i32 + 3;
            write(area, &short(&gate.gate, LEFT - 12), (4, y), Ink::Text, HPos::Left);
            for (x, text) in COLUMNS.into_iter().zip(without(gate)) {
                write(area, &text, (x, y), Ink::Text, HPos::Right);
            }
        }
    });
    let bar = |(i, gate): (usize, &GateWorth)| {
        let (y, length) = (TOP + ROW * i as i32, lost(gate).max(0.0) * f64::from(LENGTH));
        format!("<rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"14\" {}/>\n", filled(Ink::Line(0)))
    };
    let bars: String = gates.iter().enumerate().map(bar).collect();
    tile(svg, "Without each gate: detection, delay and exposure", &bars, height)
}

/// What changes when it is taken out.
fn without(gate: &GateWorth) -> [String; 3] {
    let delay = gate.delay.0.zip(gate.delay.1).map(|(with, without)| without.seconds() - with.seconds());
    [
        signed(-lost(gate), percent),
        delay.map_or(words::NOTHING.to_string(), |seconds| signed(seconds, words::seconds)),
        signed(gate.exposed.1 - gate.exposed.0, words::amount),
    ]
}

/// `+4m`, `-12%`, `0`.
pub fn signed(value: f64, show: fn(f64) -> String) -> String {
    match value {
        v if v > 0.0 => format!("+{}", show(v)),
        v if v < 0.0 => format!("-{}", show(-v)),
        _ => "0".to_string(),
    }
}

fn caption(gates: &[GateWorth]) -> String {
    let most = gates.iter().reduce(|a, b| if lost(b) > lost(a) { b } else { a }).filter(|gate| lost(gate) > 0.0);
    let most = most.map_or("No gate alone changes what is detected.".to_string(), |gate| {
        let (with, without) = (percent(gate.detection.0), percent(gate.detection.1));
        format!("`{}` is worth most: without it {without} of breaches are detected instead of {with}.", gate.gate)
    });
    format!("What changes when a gate is taken out, on fresh seeds; a full bar is all detections lost. {most}")
}
