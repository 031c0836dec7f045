//! Pictures of a search. Each is a plate: a title, what is to be seen, and small tiles beside each other, so that a page can set
//! them as a phone or a desk wants it, and a file can hold them all.

mod front;
mod gates;
mod marks;
mod plot;
mod roc;
mod scale;
mod severity;
mod stages;

pub(crate) use gates::signed;
pub(crate) use marks::Key;

use super::{CANNOT_FAIL, CHAR_PX, Ink, alone, sheet, width_of, write};
use crate::tune::{TuneReport, View};
use crate::words::Escaped;
use marks::Titles;
use plotters::style::text_anchor::HPos;

/// A small picture.
pub(crate) struct Tile {
    /// As SVG.
    pub svg: String,
    height: i32,
}

/// Pictures that say one thing together.
pub(crate) struct Plate {
    /// What it is about.
    pub title: String,
    /// What is to be seen.
    pub caption: String,
    /// What shapes and lines mean.
    pub keys: Vec<Key>,
    /// The pictures; none where there is nothing to draw, which the caption tells.
    pub tiles: Vec<Tile>,
}

/// A sheet with marks over it. `said` is what it shows, for those who cannot see it.
fn tile(sheet: String, said: &str, marks: &str, height: i32) -> Tile {
    let (head, body) = sheet.split_once("<svg ").expect("a picture begins with its tag");
    let body = body.trim_end().strip_suffix("</svg>").expect("a picture ends with its tag");
    let svg = format!("{head}<svg class=\"plot\" role=\"group\" aria-label=\"{}\" {body}{marks}</svg>\n", Escaped(said));
    Tile { svg, height }
}

/// All pictures of a search, those without anything to say left out.
pub(crate) fn plates(view: &View) -> Vec<Plate> {
    let mut titles = Titles::new(view);
    let mut plates = vec![front::plate(&mut titles)];
    plates.extend(roc::plate(&mut titles));
    plates.extend(severity::plate(&mut titles));
    plates.extend(stages::plate(view));
    plates.extend(gates::plate(view));
    plates
}

/// All pictures of a search as one file.
pub fn svg_tune(report: &TuneReport) -> String {
    let view = View::of(report);
    let mut body = String::new();
    let mut y = BETWEEN;
    for plate in plates(&view) {
        let (text, height) = placed(&plate, y);
        body.push_str(&text);
        y += height;
    }
    let paper = sheet(SHEET as u32, y as u32, |_| ());
    alone(&tile(paper, "What the candidates of a search came to", &body, y).svg)
}

/// Two tiles stand beside each other.
const SHEET: i32 = 2 * plot::WIDTH + 3 * BETWEEN;
const BETWEEN: i32 = 20;
const LINE: i32 = 17;

/// A plate from this height on, and how high it is.
fn placed(plate: &Plate, top: i32) -> (String, i32) {
    let lines = wrapped(&plate.caption.replace('`', ""), ((SHEET - 2 * BETWEEN) as usize) / CHAR_PX);
    let keys = rows_of_keys(&plate.keys);
    let words = LINE * (lines.len() + keys.len()) as i32 + 34;
    let mut text = part(SHEET, words, top, |area| {
        write(area, &plate.title, (BETWEEN, 4), Ink::Text, HPos::Left);
        for (i, line) in lines.iter().enumerate() {
            write(area, line, (BETWEEN, 24 + LINE * i as i32), Ink::Muted, HPos::Left);
        }
        for (i, row) in keys.iter().enumerate() {
            let y = 28 + LINE * (lines.len() + i) as i32;
            row.iter().for_each(|(x, key)| write(area, &key.text, (x + Key::SIZE.0 + 4, y + 3), Ink::Muted, HPos::Left));
        }
    });
    for (i, row) in keys.iter().enumerate() {
        let y = top + 28 + LINE * (lines.len() + i) as i32;
        row.iter().for_each(|(x, key)| text.push_str(&format!("<g transform=\"translate({x},{y})\">{}</g>\n", key.shape())));
    }
    let mut y = top + words;
    for pair in plate.tiles.chunks(2) {
        for (i, tile) in pair.iter().enumerate() {
            let x = BETWEEN + i as i32 * (plot::WIDTH + BETWEEN);
            text.push_str(&tile.svg.replacen("<svg ", &format!("<svg x=\"{x}\" y=\"{y}\" "), 1));
        }
        y += pair.iter().map(|tile| tile.height).max().unwrap_or(0) + BETWEEN / 2;
    }
    (text, y - top + BETWEEN)
}

/// A picture within another one.
fn part(width: i32, height: i32, top: i32, draw: impl FnOnce(&super::Area)) -> String {
    sheet(width as u32, height as u32, draw).replacen("<svg ", &format!("<svg y=\"{top}\" "), 1)
}

/// Legends in as many lines as they need: (where each begins, which).
fn rows_of_keys(keys: &[Key]) -> Vec<Vec<(i32, &Key)>> {
    let mut rows: Vec<Vec<(i32, &Key)>> = Vec::new();
    let mut x = SHEET;
    for key in keys {
        let width = Key::SIZE.0 + width_of(&key.text) + BETWEEN;
        if x + width > SHEET {
            rows.push(Vec::new());
            x = BETWEEN;
        }
        rows.last_mut().expect(CANNOT_FAIL).push((x, key));
        x += width;
    }
    rows
}

/// Lines of at most so many characters, broken between words.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// A name that fits into so many pixels.
fn short(name: &str, width: i32) -> String {
    let most = width as usize / CHAR_PX;
    if name.chars().count() <= most {
        return name.to_string();
    }
    name.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect()
}

/// At the beginning of a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
