//! The table as a picture: a dot for each side, on a logarithmic scale since the sides are far apart.

use crate::page::{median, ratio, short};
use crate::{Block, Line};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const WIDTH: i32 = 760;
const HEAD: i32 = 48;
const STEP: i32 = 20;
/// Where the scale begins, and how wide a factor of ten is.
const LEFT: i32 = 150;
const DECADE: f64 = 115.0;
const DECADES: i32 = 4;
const INK: RGBColor = RGBColor(0x1B, 0x1F, 0x24);
const MUTED: RGBColor = RGBColor(0x5E, 0x67, 0x71);
const GRID: RGBColor = RGBColor(0xDD, 0xE2, 0xE7);
/// Distinguishable by the colour-blind (Okabe and Ito 2008, darkened to be read on white); ours first.
const SIDES: [RGBColor; 4] =
    [RGBColor(0, 0x72, 0xB2), RGBColor(0xD5, 0x5E, 0), RGBColor(0, 0x8B, 0x68), RGBColor(0xB0, 0x5C, 0x92)];
const CANNOT_FAIL: &str = "drawing into memory cannot fail";

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// From 1 ns on.
fn x(ns: f64) -> i32 {
    LEFT + (ns.max(1.0).log10() * DECADE) as i32
}

fn write(area: &Area, text: &str, at: (i32, i32), ink: RGBColor, anchor: HPos) {
    // The backend divides sizes by 1.24.
    let style = ("system-ui, sans-serif", 12.0 * 1.24).into_font().color(&ink).pos(Pos::new(anchor, VPos::Center));
    area.draw_text(text, &style, at).expect(CANNOT_FAIL);
}

fn scale(area: &Area, bottom: i32) {
    for decade in 0..=DECADES {
        let ns = 10f64.powi(decade);
        let label = if decade < 3 { format!("{ns} ns") } else { format!("{} us", ns / 1e3) };
        area.draw(&PathElement::new(vec![(x(ns), HEAD), (x(ns), bottom)], GRID.stroke_width(1))).expect(CANNOT_FAIL);
        write(area, &label, (x(ns), HEAD - 10), MUTED, HPos::Center);
    }
}

fn line(area: &Area, line: &Line, ours: &Line, y: i32, colour: RGBColor) {
    let (least, most) = line.per_event.iter().fold((f64::MAX, 0f64), |(low, high), ns| (low.min(*ns), high.max(*ns)));
    let middle = median(&line.per_event);
    area.draw(&PathElement::new(vec![(x(least), y), (x(most), y)], colour.stroke_width(2))).expect(CANNOT_FAIL);
    area.draw(&Circle::new((x(middle), y), 5, colour.filled())).expect(CANNOT_FAIL);
    write(area, line.side, (LEFT - 12, y), INK, HPos::Right);
    let times =
        if line.side == ours.side { String::new() } else { format!(" ({}x)", short(ratio(&line.per_event, &ours.per_event))) };
    write(area, &format!("{} ns{times}", short(middle)), (x(most) + 10, y), INK, HPos::Left);
}

/// Draws it.
pub fn draw(blocks: &[Block]) -> String {
    let rows: usize = blocks.iter().map(|block| block.lines.len() + 1).sum();
    let bottom = HEAD + STEP * rows as i32 + 6;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, bottom as u32 + 10)).into_drawing_area();
        area.fill(&WHITE).expect(CANNOT_FAIL);
        write(
            &area,
            "Time per event, logarithmic: median and range of the rounds; in brackets, how many times ours",
            (12, 14),
            INK,
            HPos::Left,
        );
        scale(&area, bottom);
        let mut y = HEAD + STEP / 2 + 4;
        for block in blocks {
            write(&area, &block.name, (12, y), MUTED, HPos::Left);
            for (i, each) in block.lines.iter().enumerate() {
                y += STEP;
                line(&area, each, &block.lines[0], y, SIDES[i]);
            }
            y += STEP;
        }
        area.present().expect(CANNOT_FAIL);
    }
    svg
}
