//! What is built into the binary: scenarios, policies, and the recorded traffic of one of them.

use crate::yaml;

/// A built-in file.
pub(crate) struct Book {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! books {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Book { name: $name, text: include_str!(concat!($folder, $name, ".yaml")) }),*]
    };
}

/// From the quiet day, over what a gate must catch, to what must not make it jump.
pub(crate) const SCENARIOS: &[Book] = books!["../library/":
    "healthy-day",
    "low-traffic",
    "cancel-latency-spike",
    "reconnect-storm",
    "duplicate-side-effects",
    "slow-consumer-leak",
    "load-collapse",
    "lagging-telemetry",
    "lost-telemetry",
    "stuck-rollback",
    "background-incident",
    "traffic-surge",
    "recorded-morning",
];

/// From the one to start from to the two that mark the ends of the scale.
pub(crate) const POLICIES: &[Book] = books!["../../policies/library/":
    "careful", "hasty", "relative", "always-promote", "always-rollback",
];

/// Recorded traffic that built-in scenarios play.
const TRACES: &[(&str, &str)] = &[("recorded-morning.csv", include_str!("../library/recorded-morning.csv"))];

/// The built-in trace of this file name.
pub(crate) fn trace(file: &str) -> Option<&'static str> {
    TRACES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}

/// A built-in file as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it is called.
    pub name: &'static str,
    /// What it teaches or is for, in a line.
    pub about: String,
}

fn list(books: &[Book]) -> Vec<Listed> {
    let about = |book: &Book| {
        let tree = yaml::parse(book.text).ok()?;
        let (_, about) = tree.entries("a file").ok()?.iter().find(|(key, _)| key.name == "about")?.clone();
        crate::read::line(&about).ok()
    };
    books.iter().map(|book| Listed { name: book.name, about: about(book).unwrap_or_default() }).collect()
}

/// The built-in scenarios: first the quiet ones, then those that do harm, then those that only look like it.
pub fn library_scenarios() -> Vec<Listed> {
    list(SCENARIOS)
}

/// The built-in policies: first the one to start from, last the two that mark the ends of the scale.
pub fn library_policies() -> Vec<Listed> {
    list(POLICIES)
}
