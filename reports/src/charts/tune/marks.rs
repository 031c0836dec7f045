//! Candidates as shapes: told apart by shape and by colour, with a title each, and known by number to the page's script.

use super::super::{Ink, RGBColor};
use crate::tune::{Role, View};
use crate::words::Escaped;

/// Says all of a candidate once, at its first mark, and its values at the others: a thousand candidates stay a small page.
pub struct Titles<'a> {
    /// The search.
    pub view: &'a View<'a>,
    told: Vec<bool>,
}

impl<'a> Titles<'a> {
    /// Nothing is told yet.
    pub fn new(view: &'a View<'a>) -> Titles<'a> {
        Titles { view, told: vec![false; view.figures.len()] }
    }

    fn of(&mut self, candidate: usize, here: &str) -> String {
        if std::mem::replace(&mut self.told[candidate], true) {
            return format!("{}: {here}", self.view.label(candidate));
        }
        self.view.told(candidate)
    }
}

/// A candidate at a pixel, with what the axes say there.
pub struct Mark {
    /// Which.
    pub candidate: usize,
    /// Where.
    pub at: (f64, f64),
    /// Its values there.
    pub here: String,
}

/// Draws marks, each as its candidate's role wants it; the important ones last.
pub fn marks(titles: &mut Titles, marks: &[Mark]) -> String {
    let mut text = String::new();
    for role in [Role::Early, Role::Other, Role::Front, Role::Yours, Role::Best] {
        let mine: Vec<&Mark> = marks.iter().filter(|m| titles.view.roles[m.candidate] == role).collect();
        if mine.is_empty() {
            continue;
        }
        text.push_str(&format!("<g {}>\n", look(role)));
        for mark in mine {
            text.push_str(&shape(role, mark, &titles.of(mark.candidate, &mark.here)));
        }
        text.push_str("</g>\n");
    }
    text
}

/// One mark on its own.
pub fn mark(titles: &mut Titles, mark: &Mark) -> String {
    marks(titles, std::slice::from_ref(mark))
}

fn shape(role: Role, mark: &Mark, title: &str) -> String {
    let (tag, geometry) = outline(role, mark.at);
    format!("<{tag} data-c=\"{}\" {geometry}><title>{}</title></{tag}>\n", mark.candidate, Escaped(title))
}

/// Its tag and its attributes.
fn outline(role: Role, (x, y): (f64, f64)) -> (&'static str, String) {
    match role {
        Role::Early | Role::Other => ("circle", format!("cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"")),
        Role::Front => ("path", format!("d=\"M{x:.1},{:.1}l5,9h-10z\"", y - 5.5)),
        Role::Yours => ("path", format!("d=\"M{:.1},{:.1}h11v11h-11z\"", x - 5.5, y - 5.5)),
        Role::Best => ("path", format!("d=\"M{x:.1},{:.1}l8,8l-8,8l-8,-8z\"", y - 8.0)),
    }
}

fn look(role: Role) -> String {
    match role {
        Role::Early => format!("{} fill=\"none\" pointer-events=\"all\" stroke-opacity=\"0.6\"", stroked(Ink::Muted)),
        Role::Other => format!("{} fill-opacity=\"0.45\"", filled(Ink::Muted)),
        Role::Front => format!("{} class=\"f-line0 edge\"", fill(Ink::Line(0))),
        Role::Yours => format!("{} class=\"f-text edge\"", fill(Ink::Text)),
        Role::Best => format!("{} class=\"f-line1 edge\"", fill(Ink::Line(1))),
    }
}

fn hex(ink: Ink) -> String {
    let RGBColor(r, g, b) = ink.rgb();
    format!("#{r:02X}{g:02X}{b:02X}")
}

fn fill(ink: Ink) -> String {
    format!("fill=\"{}\" stroke=\"#FFFFFF\"", hex(ink))
}

/// Attributes that fill a shape, light and dark.
pub fn filled(ink: Ink) -> String {
    format!("class=\"f-{}\" fill=\"{}\"", ink.name(), hex(ink))
}

/// Attributes that draw a line, light and dark.
pub fn stroked(ink: Ink) -> String {
    format!("class=\"s-{}\" stroke=\"{}\"", ink.name(), hex(ink))
}

/// What stands before a line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub enum Glyph {
    /// A candidate.
    Role(Role),
    /// A line, by number.
    Line(usize),
    /// A bar of a policy.
    Bar(Role),
    /// What a goal forbids.
    Forbidden,
}

/// A line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// What it looks like.
    pub glyph: Glyph,
    /// What it means.
    pub text: String,
}

impl Key {
    /// How wide and high a glyph is, in pixels.
    pub const SIZE: (i32, i32) = (26, 18);

    /// The glyph, its left upper corner at the origin.
    pub fn shape(&self) -> String {
        match &self.glyph {
            Glyph::Role(role) => {
                let (tag, geometry) = outline(*role, (13.0, 9.0));
                format!("<{tag} {} {geometry}/>", look(*role))
            }
            Glyph::Line(i) => path(*i, &[(1.0, 9.0), (25.0, 9.0)]),
            Glyph::Bar(role) => super::stages::bar(*role, 2, 2, 22.0),
            Glyph::Forbidden => format!(
                "<rect x=\"2\" y=\"2\" width=\"22\" height=\"14\" fill-opacity=\"0.15\" {}/><path d=\"M2,16h22\" \
                 stroke-dasharray=\"5 4\" {}/>",
                filled(Ink::Alarm),
                stroked(Ink::Alarm)
            ),
        }
    }
}

/// How lines are interrupted, by number: colour is not the only difference.
const DASHES: [&str; 6] = ["none", "7 3", "2 3", "10 3 2 3", "5 5", "1 4"];

/// The text of a goal, its foot at a pixel: to be read over whatever is there.
pub fn label((x, y): (f64, f64), anchor: &str, text: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" \
         class=\"f-alarm edge\" {} stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>\n",
        fill(Ink::Alarm),
        Escaped(text)
    )
}

/// A line through points, by number; the first colours are those of marks.
pub fn path(i: usize, points: &[(f64, f64)]) -> String {
    polyline(Ink::Line(i + 2), 1.5, DASHES[i % DASHES.len()], points)
}

/// A line through points.
pub fn polyline(ink: Ink, width: f64, dash: &str, points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let points = points.join(" ");
    format!(
        "<polyline {} fill=\"none\" stroke-width=\"{width}\" stroke-dasharray=\"{dash}\" points=\"{points}\"/>\n",
        stroked(ink)
    )
}
