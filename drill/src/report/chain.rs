//! Where the time went: the stretch from harm to recovery, cut at each instant.

use super::moments::Moment;
use super::pace::Pace;
use super::seconds;
use gatecrash_policies::time::{Span, Time};
use serde::Serialize;

/// The stretch between two instants that follow each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it was spent on: see [`MADE_OF`].
    pub name: &'static str,
    /// The instant at its beginning.
    pub from: &'static str,
    /// The instant at its end; `end` where it was not over when the drill ended.
    pub to: &'static str,
    /// When it began; the start of the drill where nobody was there yet.
    #[serde(rename = "from_s", serialize_with = "seconds::at")]
    pub began: Time,
    /// When it ended.
    #[serde(rename = "to_s", serialize_with = "seconds::at")]
    pub ended: Time,
    /// How long it took, simulated.
    #[serde(rename = "length_s", serialize_with = "seconds::span")]
    pub length: Span,
    /// The same in seconds of the people; `None` where some of it was played as fast as it can.
    pub people_s: Option<f64>,
    /// Whether it is people's, rather than the system's.
    pub of_people: bool,
}

/// The whole stretch. Its parts follow one another, and sum up to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chain {
    /// In order.
    pub parts: Vec<Part>,
    /// The whole, simulated.
    #[serde(rename = "length_s", serialize_with = "seconds::span")]
    pub length: Span,
    /// The whole in seconds of the people; `None` where some of it was played as fast as it can.
    pub people_s: Option<f64>,
    /// Whether it begins with the start of the drill, since what came first came before anybody was there.
    pub from_start: bool,
}

/// For the instant at the end of a part: (the instant, what the part is called, what it is made of, whether it is people's).
pub const MADE_OF: [(&str, &str, &str, bool); 10] = [
    ("shown", "telemetry", "lag, loss, scrape interval", false),
    ("noticed", "noticing", "somebody does something about it", true),
    ("acknowledged", "acknowledging", "somebody says that they have it", true),
    ("decided", "deciding", "gates and people", true),
    ("first_right_action", "acting", "finding the right step", true),
    ("withdrawn", "rollback", "steps and propagation", false),
    ("clear", "drain", "queues, reconnects, retries", false),
    ("validated", "validation", "the recovery check", false),
    ("end", UNFINISHED, "not over when the drill ended", false),
    ("end", UNDECIDED, "nobody turned it back", true),
];

/// What it is called where the drill ended before recovery was validated, and before anybody had decided.
const UNFINISHED: &str = "unfinished";
const UNDECIDED: &str = "undecided";

/// Cuts the stretch. Of a rollback for nothing (`is_breach` is false) it begins with the decision. What people did too late to matter
/// is no part of it: an acknowledgement after the decision, a right step after the withdrawal. What was not over goes on to the end.
pub fn of(moments: &[Moment], is_breach: bool, (start, end): (Time, Time), pace: &Pace) -> Chain {
    let at = |name: &str| moments.iter().find(|m| m.name == name).and_then(|m| m.at);
    let in_time = |name: &str, at_most: Option<Time>| at(name).filter(|at| at_most.is_none_or(|most| *at <= most));
    let breach = |at: Option<Time>| at.filter(|_| is_breach);
    let named = [
        ("harmed", breach(at("harmed"))),
        ("shown", breach(in_time("shown", at("decided")))),
        ("noticed", in_time("noticed", at("decided"))),
        ("acknowledged", in_time("acknowledged", at("decided"))),
        ("decided", at("decided")),
        ("first_right_action", in_time("first_right_action", at("withdrawn"))),
        ("withdrawn", at("withdrawn")),
        ("clear", at("clear")),
        ("validated", at("validated")),
    ];
    let is_open = at("validated").is_none() && (at("decided").is_some() || breach(at("harmed")).is_some());
    let mut marks: Vec<(&'static str, Time)> = named.into_iter().filter_map(|(name, at)| Some((name, at?))).collect();
    if is_open {
        marks.push(("end", end));
    }
    // Somebody may notice before telemetry tells.
    marks.sort_by_key(|(_, at)| *at);
    let from_start = marks.first().is_some_and(|(_, at)| *at < start);
    let last = if at("decided").is_some() { UNFINISHED } else { UNDECIDED };
    let parts = marks.windows(2).map(|pair| part(pair[0], pair[1], last, start, pace)).collect();
    let (first, last) = (marks.first().map_or(start, |m| m.1.max(start)), marks.last().map_or(start, |m| m.1.max(start)));
    Chain { parts, length: last.since(first), people_s: pace.seconds(first, last), from_start }
}

/// `last` is what a part up to the end is called.
fn part((from, a): (&'static str, Time), (to, b): (&'static str, Time), last: &str, start: Time, pace: &Pace) -> Part {
    let (began, ended) = (a.max(start), b.max(start));
    let made = MADE_OF.into_iter().find(|made| made.0 == to && (to != "end" || made.1 == last));
    let (_, name, _, of_people) = made.unwrap_or(("", "harm", "", false));
    Part { name, from, to, began, ended, length: ended.since(began), people_s: pace.seconds(began, ended), of_people }
}

impl Part {
    /// What it is made of, in words.
    pub fn made_of(&self) -> &'static str {
        MADE_OF.iter().find(|made| made.1 == self.name).map_or("", |made| made.2)
    }
}
