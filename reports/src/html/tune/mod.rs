//! The page of a search: what to do, what it rests on, pictures, all candidates.

mod answer;
mod fresh;
mod tables;

use super::{page_with, prose};
use crate::charts::{self, Key, Plate};
use crate::tune::{TuneReport, View};
use crate::words::{self, Escaped};

/// Shows a candidate in all pictures at once. The only script of all pages; what it does is said at its head.
const SCRIPT: &str = include_str!("../tune.js");
const STYLE: &str = include_str!("../tune.css");

/// The page of a search.
pub fn html_tune(report: &TuneReport) -> String {
    let view = View::of(report);
    let title = format!("The gate that is worth having: {}", report.study.policy);
    let mut body = format!("<h1>{}</h1>\n{}", Escaped(&title), answer::html(&view));
    body.push_str(&fresh::html(&view));
    body.push_str(&pictures(&view));
    body.push_str(&tables::html(&view));
    body.push_str(&footer(report));
    page_with(&title, STYLE, Some(SCRIPT), &body)
}

fn pictures(view: &View) -> String {
    let plates: String = charts::plates(view).iter().map(plate).collect();
    format!(
        "<h2>Pictures</h2>\n<p class=\"hint\" id=\"how\" hidden=\"hidden\">Point at a candidate, tap it, or go through them by arrow keys: it is shown in all \
         pictures and in the table. A click or Enter holds it, Escape lets it go.</p>\n<div class=\"plates\">\n{plates}</div>\n\
         <div id=\"card\" role=\"status\" hidden=\"hidden\"></div>\n"
    )
}

fn plate(plate: &Plate) -> String {
    let tiles: String = plate.tiles.iter().map(|tile| tile.svg.as_str()).collect();
    let tiles = if tiles.is_empty() { tiles } else { format!("<div class=\"tiles\">\n{tiles}</div>\n") };
    let class = if plate.tiles.len() == 1 { "" } else { " class=\"many\"" };
    format!(
        "<figure{class}>\n<h3>{}</h3>\n<figcaption>{}</figcaption>\n{}{tiles}</figure>\n",
        Escaped(&plate.title),
        prose(&plate.caption),
        keys(&plate.keys)
    )
}

fn keys(keys: &[Key]) -> String {
    let (width, height) = Key::SIZE;
    let item = |key: &Key| {
        let svg =
            format!("<svg width=\"{width}\" height=\"{height}\" aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\">");
        format!("<li>{svg}{}</svg>{}</li>\n", key.shape(), Escaped(&key.text))
    };
    let items: String = keys.iter().map(item).collect();
    if items.is_empty() { items } else { format!("<ul class=\"keys\">\n{items}</ul>\n") }
}

/// What it took.
fn footer(report: &TuneReport) -> String {
    let effort = &report.study.effort;
    format!(
        "<footer><p>{} of the search from seed {}: {} events simulated, {} more met without being played again. Fresh seeds from {}. \
         gatecrash.tune/v1</p></footer>\n",
        words::count_of(effort.trials, "trial"),
        report.seed,
        words::grouped(effort.simulated),
        words::grouped(effort.saved),
        report.fresh_seed
    )
}
