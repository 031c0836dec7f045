//! Pictures as SVG. The only place that knows plotters.
//!
//! Shapes carry a class beside their colour: colours are those of a light page, and a stylesheet ([`STYLE`]) changes them on a
//! dark one. A picture therefore looks right in a page, and alone in any viewer.

mod matrix;
mod panels;
mod severity;
mod tune;

pub use matrix::{matrix, shade};
pub use panels::{Range, panels};
pub use severity::{severities, severity};
pub use tune::svg_tune;
pub(crate) use tune::{Key, Plate, plates, signed};

use crate::score::ScoreReport;
use crate::trial::TrialReport;
use crate::words;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A colour with a name: how it looks on a light page is here, how on a dark one in [`STYLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ink {
    /// Words and limits.
    Text,
    /// Axes, marks, hints.
    Muted,
    /// Grid lines.
    Grid,
    /// Lines, by number; distinguishable by the colour-blind (Okabe and Ito 2008, darkened to be read on white).
    Line(usize),
    /// What failed.
    Alarm,
}

const LINES: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x8B, 0x68),
    RGBColor(0xB0, 0x5C, 0x92),
    RGBColor(0x8A, 0x6D, 0x00),
    RGBColor(0x33, 0x33, 0x99),
];

impl Ink {
    fn rgb(self) -> RGBColor {
        match self {
            Ink::Text => RGBColor(0x1B, 0x1F, 0x24),
            Ink::Muted => RGBColor(0x5E, 0x67, 0x71),
            Ink::Grid => RGBColor(0xDD, 0xE2, 0xE7),
            Ink::Line(i) => LINES[i % LINES.len()],
            Ink::Alarm => RGBColor(0xB0, 0x00, 0x40),
        }
    }

    /// What its classes end in.
    fn name(self) -> String {
        match self {
            Ink::Text => "text".to_string(),
            Ink::Muted => "muted".to_string(),
            Ink::Grid => "grid".to_string(),
            Ink::Line(i) => format!("line{}", i % LINES.len()),
            Ink::Alarm => "alarm".to_string(),
        }
    }

    fn all() -> impl Iterator<Item = (String, RGBColor)> {
        let named = [Ink::Text, Ink::Muted, Ink::Grid, Ink::Alarm].into_iter();
        named.chain((0..LINES.len()).map(Ink::Line)).map(|ink| (ink.name(), ink.rgb()))
    }
}

/// The dark page's colours of everything that a picture draws.
pub const STYLE: &str = "\
@media (prefers-color-scheme: dark) {
.f-text{fill:#e6edf3}.s-text{stroke:#e6edf3}.f-muted{fill:#9aa4af}.s-muted{stroke:#9aa4af}
.f-grid{fill:#2f363e}.s-grid{stroke:#2f363e}.f-alarm{fill:#ff7b9c}.s-alarm{stroke:#ff7b9c}
.f-line0{fill:#56b4e9}.s-line0{stroke:#56b4e9}.f-line1{fill:#f0a030}.s-line1{stroke:#f0a030}
.f-line2{fill:#3fcf9f}.s-line2{stroke:#3fcf9f}.f-line3{fill:#e39cc8}.s-line3{stroke:#e39cc8}
.f-line4{fill:#e6d04a}.s-line4{stroke:#e6d04a}.f-line5{fill:#a5a5ff}.s-line5{stroke:#a5a5ff}
.paper{fill:#12161b}.edge{stroke:#12161b}}";

/// Pixels; text is as large as a page's small print.
const FONT_PX: f64 = 12.0;
/// About how wide a character is; errs to the wide side.
const CHAR_PX: usize = 7;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
/// Drawing into a string fails only by a bug.
const CANNOT_FAIL: &str = "drawing into memory cannot fail";

/// Draws on a sheet of this size in pixels.
fn sheet(width: u32, height: u32, draw: impl FnOnce(&Area)) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        draw(&area);
        area.present().expect(CANNOT_FAIL);
    }
    for (name, RGBColor(r, g, b)) in Ink::all() {
        for (attribute, class) in [("fill", 'f'), ("stroke", 's')] {
            let colour = format!("{attribute}=\"#{r:02X}{g:02X}{b:02X}\"");
            svg = svg.replace(&colour, &format!("class=\"{class}-{name}\" {colour}"));
        }
    }
    svg
}

/// The same picture as a file of its own: with its stylesheet and a background.
pub fn alone(svg: &str) -> String {
    let (head, body) = svg.split_once('>').expect("a picture begins with a tag");
    format!("{head}>\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>{body}")
}

/// The whole trial as a file of its own; nothing when it was played without its detail.
pub fn svg_trial(report: &TrialReport) -> Option<String> {
    let picture = report.picture()?;
    Some(alone(&panels(&picture, Range::whole(&picture))))
}

/// Scenarios against policies as a file of its own.
pub fn svg_score(report: &ScoreReport) -> String {
    alone(&matrix(report))
}

/// Text at a pixel, its top there.
fn write(area: &Area, text: &str, at: (i32, i32), ink: Ink, anchor: HPos) {
    let style = font(ink).pos(Pos::new(anchor, VPos::Top));
    area.draw_text(&words::one_line(text), &style, at).expect(CANNOT_FAIL);
}

fn font(ink: Ink) -> TextStyle<'static> {
    // The backend divides sizes by 1.24.
    ("system-ui, sans-serif", FONT_PX * 1.24).into_font().color(&ink.rgb())
}

fn stroke(ink: Ink, width: u32) -> ShapeStyle {
    ink.rgb().stroke_width(width)
}

/// How wide a text is at most, in pixels.
fn width_of(text: &str) -> i32 {
    (text.chars().count() * CHAR_PX) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_has_a_dark_side() {
        for (name, _) in Ink::all() {
            assert!(STYLE.contains(&format!(".f-{name}{{")) && STYLE.contains(&format!(".s-{name}{{")), "{name}");
        }
    }

    #[test]
    fn a_shape_has_a_class_beside_its_colour() {
        let svg = sheet(10, 10, |area| write(area, "<a>", (1, 1), Ink::Alarm, HPos::Left));
        assert!(svg.contains("class=\"f-alarm\" fill=\"#B00040\"") && svg.contains("&lt;a&gt;"), "{svg}");
    }
}
