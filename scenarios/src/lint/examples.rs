//! A policy and a scenario in which nothing is found, to lay examples over.

use super::{Cast, LINTS, Lint, Look, Sheet, of_policy, of_scenario, of_suite};
use crate::load::{Loaded, policy_from_text, scenario_from_text, suite_from_text};
use gatecrash_policies::Policy;
use gatecrash_sim::Scenario;

pub(crate) const POLICY: &str = include_str!("examples/policy.yaml");
pub(crate) const SCENARIO: &str = include_str!("examples/scenario.yaml");
pub(crate) const SUITE: &str = include_str!("examples/suite.yaml");

/// A file with some of its keys replaced by those of an example, or added.
pub(crate) fn laid(base: &str, example: &str) -> String {
    let mut blocks = blocks(base);
    for (key, text) in self::blocks(example) {
        match blocks.iter_mut().find(|(known, _)| *known == key) {
            Some(block) => block.1 = text,
            None => blocks.push((key, text)),
        }
    }
    blocks.into_iter().map(|(_, text)| text).collect()
}

/// The keys that begin a line, each with its lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.split_once(':').filter(|_| !line.starts_with([' ', '#', '-'])) {
            Some((key, _)) => blocks.push((key.to_string(), format!("{line}\n"))),
            None => match blocks.last_mut() {
                Some((_, text)) => text.push_str(&format!("{line}\n")),
                None => blocks.push((String::new(), format!("{line}\n"))),
            },
        }
    }
    blocks
}

/// What is found, as it prints.
pub(crate) fn found(lint: &Lint, example: &str) -> Vec<String> {
    let sheet = match lint.look {
        Look::Scenario(_) | Look::ScenarioBy(_) => of_scenario(&scenario(lint, example), Some(&policy(lint, ""))),
        Look::Suite(_) => of_a_suite(lint, example),
        _ => of_policy(&policy(lint, example), &[scenario(lint, "")]),
    };
    let known: Vec<_> = LINTS.iter().map(|lint| (lint.code, lint.name)).collect();
    sheet.settle(&known).iter().map(ToString::to_string).collect()
}

fn policy(lint: &Lint, example: &str) -> Loaded<Policy> {
    let text = laid(POLICY, example);
    policy_from_text("example.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", lint.code))
}

fn scenario(lint: &Lint, example: &str) -> Loaded<Scenario> {
    let text = laid(SCENARIO, example);
    scenario_from_text("example.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", lint.code))
}

/// A suite whose scenarios are the example and, by the name `healthy.yaml`, the same without faults.
fn of_a_suite(lint: &Lint, example: &str) -> Sheet {
    let text = laid(SUITE, example);
    let suite = suite_from_text("example.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", lint.code));
    let mut cast = Cast::default();
    for (i, case) in suite.value.cases.iter().enumerate() {
        for play in &case.plays {
            let healthy = if play.scenario == "healthy.yaml" { "expect: promote\nfaults: []" } else { "" };
            let mut world = scenario(lint, healthy);
            world.value.severity = play.severity;
            cast.plays.push((i, world, policy(lint, "")));
        }
    }
    of_suite(&suite, &cast)
}

/// The check finds what its example holds, and nothing is found in the other.
pub(crate) fn holds(lint: &Lint) {
    let mark = format!("[{}]", lint.code);
    let there = found(lint, lint.finds);
    assert!(there.iter().any(|text| text.contains(&mark)), "{}: not found, but {there:#?}", lint.code);
    let mut rest = found(lint, lint.leaves);
    // An example of one check may be too short for another, and is worth a note here and there.
    rest.retain(|text| text.contains(&mark) || !(matches!(lint.look, Look::Suite(_)) || text.contains(": note[")));
    assert!(rest.is_empty(), "{}: found in what it leaves alone: {}", lint.code, rest.join("\n"));
}
