//! What is built into the binary: scenarios, families of them, policies, and the recorded traffic of one scenario.

use crate::families;
use crate::read::{flag, line};
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_sim::scenario::Expect;
use std::sync::OnceLock;

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

/// The runbooks, in their order: each is a policy, and a family of scenarios of the same name.
macro_rules! runbooks {
    ($folder:literal) => {
        books![$folder: "run-control", "reactions", "companion-canvas", "voice", "ws-only", "prompt-flip", "agent-readiness", "plugin-deploy",]
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

/// One for each runbook policy, in their order; a book's name is the policy's.
pub(crate) const FAMILIES: &[Book] = runbooks!("../library/families/");

/// From the one to start from to the two that mark the ends of the scale.
pub(crate) const GENERAL: &[Book] = books!["../../policies/library/":
    "careful", "hasty", "relative", "always-promote", "always-rollback",
];

/// Policies that are written for one system, and play the family of their name only.
pub(crate) const RUNBOOKS: &[Book] = runbooks!("../../policies/library/");

/// Recorded traffic that built-in scenarios play.
const TRACES: &[(&str, &str)] = &[("recorded-morning.csv", include_str!("../library/recorded-morning.csv"))];

/// The built-in trace of this file name.
pub(crate) fn trace(file: &str) -> Option<&'static str> {
    TRACES.iter().find(|(name, _)| *name == file).map(|(_, text)| *text)
}

/// The names of all built-in policies.
pub(crate) fn policy_names() -> Vec<&'static str> {
    policies().map(|book| book.name).collect()
}

/// The names of all built-in scenarios; read once, since suites ask again and again.
pub(crate) fn scenario_names() -> Vec<&'static str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| library_scenarios().into_iter().map(|listed| listed.name).collect()).iter().map(String::as_str).collect()
}

/// All built-in policies.
pub(crate) fn policies() -> impl Iterator<Item = &'static Book> {
    GENERAL.iter().chain(RUNBOOKS)
}

/// A built-in file, or a scenario of one, as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// What it is called.
    pub name: String,
    /// What it teaches or is for, in a line.
    pub about: String,
    /// The policy that a scenario names as its own; for a scenario of a family the family's.
    pub policy: Option<String>,
    /// The family that a scenario belongs to: it plays the policy of this name and no other.
    pub family: Option<String>,
    /// The gate of its policy that a scenario is about.
    pub gate: Option<String>,
    /// Whether a scenario is left out of a score of the whole library.
    pub slow: bool,
    /// What a scenario expects of a good policy; `None` for policies.
    pub expect: Option<Expect>,
}

/// What a list shows of a tree; a file that cannot be read says so when it is loaded.
fn listed(name: &str, tree: &Node) -> Listed {
    let entries = tree.entries("a file").unwrap_or_default();
    let get = |key: &str| entries.iter().find(|(k, _)| k.name == key).map(|(_, node)| node);
    let text = |key: &str| get(key).and_then(|node| line(node).ok());
    Listed {
        name: name.to_string(),
        about: text("about").unwrap_or_default(),
        policy: text("policy"),
        slow: get("slow").is_some_and(|node| flag(node).unwrap_or(false)),
        expect: get("expect").and_then(|node| crate::scenario::expectation(node).ok()),
        ..Listed::default()
    }
}

fn list(books: &[Book]) -> Vec<Listed> {
    let tree = |book: &Book| Source::built_in(book).map(|source| listed(book.name, &source.tree));
    books.iter().map(|book| tree(book).unwrap_or_default()).collect()
}

/// The built-in scenarios: first the quiet ones, then those that do harm, then those that only look like it, then the families.
pub fn library_scenarios() -> Vec<Listed> {
    let mut all = list(SCENARIOS);
    all.extend(FAMILIES.iter().flat_map(family));
    all
}

fn family(book: &Book) -> Vec<Listed> {
    let cases = Source::family(book).and_then(|source| source.read(families::read)).unwrap_or_default();
    let about =
        |case: families::Case| Listed { family: Some(book.name.to_string()), gate: case.gate, ..listed(&case.name, &case.tree) };
    cases.into_iter().map(about).collect()
}

/// The built-in policies: the general ones, then those of runbooks.
pub fn library_policies() -> Vec<Listed> {
    let mut all = general_policies();
    all.extend(runbook_policies());
    all
}

/// The built-in policies that play every scenario: first the one to start from, last the two that mark the ends of the scale.
pub fn general_policies() -> Vec<Listed> {
    list(GENERAL).into_iter().map(|policy| Listed { policy: None, ..policy }).collect()
}

/// The built-in policies that are written for one system, and play the family of their name only.
pub fn runbook_policies() -> Vec<Listed> {
    list(RUNBOOKS).into_iter().map(|policy| Listed { policy: None, ..policy }).collect()
}
