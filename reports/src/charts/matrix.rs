//! Scenarios against policies at a glance.

use super::{Area, CANNOT_FAIL, FONT_PX, Ink, sheet, width_of, write};
use crate::findings;
use crate::score::{Row, ScoreReport};
use crate::stats::Rate;
use crate::words;
use gatecrash_sim::scenario::Expect;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const ROW: i32 = 30;

/// Backgrounds from bad (orange) to good (blue) with the colour of their text: told apart by the colour-blind, the same on
/// light and dark pages. The page's `.g0` to `.g4` are these.
const SHADES: [(RGBColor, RGBColor); 5] = [
    (RGBColor(0xB3, 0x4A, 0x00), WHITE),
    (RGBColor(0xF3, 0xC0, 0x9B), BLACK),
    (RGBColor(0xE6, 0xE6, 0xE2), BLACK),
    (RGBColor(0xA9, 0xD3, 0xEE), BLACK),
    (RGBColor(0x00, 0x5F, 0x98), WHITE),
];

/// The rate that a cell shows (caught where a rollback is expected, else rolled back for nothing), and its shade: 0 is bad,
/// 4 is good.
pub fn shade(row: &Row) -> Option<(Rate, usize)> {
    let rate = if row.expect == Expect::Rollback { row.detection_rate? } else { row.false_rollback_rate? };
    let good = if row.expect == Expect::Rollback { rate.value() } else { 1.0 - rate.value() };
    let shade = [0.5, 0.8, 0.9, 0.95].iter().filter(|mark| good >= **mark).count();
    Some((rate, shade))
}

/// The space between one matrix and the next.
const BETWEEN: i32 = 16;

/// Draws one cell for each scenario (and severity) and policy: first those that share their scenarios, then below each other
/// those that have scenarios of their own.
pub fn matrix(report: &ScoreReport) -> String {
    let sections = findings::sections(&report.rows);
    let parts: Vec<&[Row]> = std::iter::once(sections.shared.as_slice())
        .chain(sections.own.iter().map(|(_, rows)| rows.as_slice()))
        .filter(|rows| !rows.is_empty())
        .collect();
    let grids: Vec<Grid> = parts.iter().map(|rows| Grid::of(rows)).collect();
    let width = grids.iter().map(Grid::width).max().unwrap_or(0).max(ROW);
    let height = grids.iter().map(|g| g.height() + BETWEEN).sum::<i32>().max(ROW);
    sheet(width as u32, height as u32, |area| {
        let mut top = 0;
        for grid in &grids {
            grid.draw(area, top);
            top += grid.height() + BETWEEN;
        }
    })
}

/// Scenarios down, policies across.
struct Grid<'a> {
    cells: Vec<(String, Vec<&'a Row>)>,
    policies: Vec<&'a str>,
    /// Where the first column begins, and how wide each is.
    left: i32,
    column: i32,
}

impl<'a> Grid<'a> {
    fn of(rows: &'a [Row]) -> Grid<'a> {
        let (cells, policies) = (findings::cells(rows), findings::policies(rows));
        let left = cells.iter().map(|(name, _)| width_of(name)).max().unwrap_or(0) + 90;
        let column = policies.iter().map(|p| width_of(p) + 12).max().unwrap_or(0).max(110);
        Grid { cells, policies, left, column }
    }

    fn width(&self) -> i32 {
        self.left + self.column * self.policies.len() as i32 + 8
    }

    fn height(&self) -> i32 {
        ROW * (self.cells.len() as i32 + 1) + 8
    }

    fn draw(&self, area: &Area, top: i32) {
        for (j, policy) in self.policies.iter().enumerate() {
            write(area, policy, (self.x(j) + self.column / 2, top + 9), Ink::Text, HPos::Center);
        }
        for (i, (name, rows)) in self.cells.iter().enumerate() {
            let y = top + ROW * (i as i32 + 1);
            let title = format!("{name} ({})", words::expect(rows[0].expect));
            write(area, &title, (8, y + 9), Ink::Text, HPos::Left);
            for (j, policy) in self.policies.iter().enumerate() {
                if let Some(row) = rows.iter().find(|r| r.policy == *policy) {
                    self.cell(area, row, (self.x(j), y));
                }
            }
        }
    }

    fn x(&self, column: usize) -> i32 {
        self.left + self.column * column as i32
    }

    fn cell(&self, area: &Area, row: &Row, (x, y): (i32, i32)) {
        let Some((rate, shade)) = shade(row) else {
            return write(area, "insufficient", (x + self.column / 2, y + 9), Ink::Muted, HPos::Center);
        };
        let (paper, ink) = SHADES[shade];
        area.draw(&Rectangle::new([(x + 1, y + 1), (x + self.column - 1, y + ROW - 1)], paper.filled())).expect(CANNOT_FAIL);
        let style = ("system-ui, sans-serif", FONT_PX * 1.24).into_font().color(&ink).pos(Pos::new(HPos::Center, VPos::Top));
        area.draw_text(&words::rate(Some(rate)), &style, (x + self.column / 2, y + 9)).expect(CANNOT_FAIL);
    }
}
