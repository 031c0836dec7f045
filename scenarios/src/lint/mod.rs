//! What is wrong with a policy or a scenario although it can be read: a catalog of checks, one file each.
//!
//! A check of what a file says, or of how two files go together, stands here; one that has to play stands where trials are
//! played, and adds what it finds to the same [`Sheet`].

mod allow;
#[cfg(test)]
pub(crate) mod examples;
mod file;
mod place;
mod policy;
mod scenario;
mod sheet;
mod suite;

pub use file::{File, open};
pub use policy::World;
pub use sheet::{Finding, Sheet};
pub use suite::Cast;

use crate::load::Loaded;
use crate::suite::Suite;
use gatecrash_policies::Policy;
use gatecrash_sim::Scenario;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It does not do what it says.
    Error,
    /// It is probably not what was meant.
    Warning,
    /// It is worth knowing; alone it fails nothing.
    Note,
}

impl Level {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        ["error", "warning", "note"][self as usize]
    }
}

/// A check of the catalog. Its file holds one, beside the function that looks.
#[derive(Debug)]
pub struct Lint {
    /// `GC101`: 0xx are about comments, 1xx about policies, 2xx about scenarios, 3xx about suites.
    pub code: &'static str,
    /// A word or two for people.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What it finds and why that matters.
    pub about: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// What it looks at.
    pub look: Look,
    /// What it finds: some of the keys of a file.
    pub finds: &'static str,
    /// The same without anything to find.
    pub leaves: &'static str,
}

/// What a check looks at.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// A policy by itself.
    Policy(fn(&Loaded<Policy>, &mut Sheet)),
    /// A policy and the scenarios that it plays; not run where there are none.
    PolicyIn(fn(&Loaded<Policy>, &[World], &mut Sheet)),
    /// A scenario by itself.
    Scenario(fn(&Loaded<Scenario>, &mut Sheet)),
    /// A scenario and the policy that it names as its own; not run where there is none.
    ScenarioBy(fn(&Loaded<Scenario>, &Loaded<Policy>, &mut Sheet)),
    /// A suite, with what its plays load.
    Suite(fn(&Loaded<Suite>, &Cast, &mut Sheet)),
    /// The comments of any file: [`Sheet::settle`] does it.
    Comments,
    /// Trials: done by whoever plays.
    Trials,
}

/// The checks that need no trials, by code.
pub static LINTS: &[&Lint] = &[
    &allow::STALE,
    &allow::UNKNOWN,
    &policy::no_gates::LINT,
    &policy::unused_gate::LINT,
    &policy::no_verdict::CANNOT_FAIL,
    &policy::no_verdict::CANNOT_PASS,
    &policy::narrow_window::LINT,
    &policy::short_soak::LINT,
    &policy::no_playbook::LINT,
    &policy::dead_step::LINT,
    &policy::stays_exposed::LINT,
    &policy::slow_playbook::LINT,
    &policy::recovery::NONE,
    &policy::recovery::BLIND,
    &policy::recovery::HASTY,
    &policy::promise::LINT,
    &policy::peeking::LINT,
    &policy::too_fine::LINT,
    &policy::part_of_all::LINT,
    &policy::never_judged::LINT,
    &policy::power::BLIND,
    &policy::power::NO_MARGIN,
    &policy::recovery_samples::LINT,
    &scenario::late_fault::LINT,
    &scenario::idle_fault::LINT,
    &scenario::short_horizon::LINT,
    &scenario::harmless::LINT,
    &scenario::no_bend::LINT,
    &scenario::healthy_fault::LINT,
    &suite::vacuous::LINT,
    &suite::undecidable::LINT,
    &suite::duplicate_case::LINT,
    &suite::unexpected_gate::LINT,
    &suite::no_healthy_case::LINT,
];

/// What the checks find in a policy, by itself and with these scenarios.
pub fn of_policy(policy: &Loaded<Policy>, scenarios: &[Loaded<Scenario>]) -> Sheet {
    let worlds: Vec<World> = scenarios.iter().map(|scenario| World::new(&policy.value, scenario)).collect();
    let mut sheet = Sheet::new(policy);
    for lint in LINTS {
        match lint.look {
            Look::Policy(look) => look(policy, sheet.runs(lint)),
            Look::PolicyIn(look) if !worlds.is_empty() => look(policy, &worlds, sheet.runs(lint)),
            _ => {}
        }
    }
    sheet
}

/// What the checks find in a scenario, by itself and with its own policy.
pub fn of_scenario(scenario: &Loaded<Scenario>, own: Option<&Loaded<Policy>>) -> Sheet {
    let mut sheet = Sheet::new(scenario);
    for lint in LINTS {
        match (lint.look, own) {
            (Look::Scenario(look), _) => look(scenario, sheet.runs(lint)),
            (Look::ScenarioBy(look), Some(policy)) => look(scenario, policy, sheet.runs(lint)),
            _ => {}
        }
    }
    sheet
}

/// What the checks find in a suite, whose plays are these.
pub fn of_suite(suite: &Loaded<Suite>, cast: &Cast) -> Sheet {
    let mut sheet = Sheet::new(suite);
    for lint in LINTS {
        if let Look::Suite(look) = lint.look {
            look(suite, cast, sheet.runs(lint));
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_names_differ() {
        assert!(LINTS.is_sorted_by(|a, b| a.code < b.code));
        for lint in LINTS {
            let others = LINTS.iter().filter(|other| other.code != lint.code);
            assert!(others.clone().all(|other| other.name != lint.name), "{}", lint.name);
            let hundred = match lint.look {
                Look::Comments => '0',
                Look::Policy(_) | Look::PolicyIn(_) | Look::Trials => '1',
                Look::Scenario(_) | Look::ScenarioBy(_) => '2',
                Look::Suite(_) => '3',
            };
            assert_eq!(lint.code.chars().nth(2), Some(hundred), "{}", lint.code);
            assert!(lint.about.ends_with('.') && lint.help.ends_with('.'), "{}", lint.code);
        }
    }

    #[test]
    fn every_check_finds_its_example_and_leaves_the_other_alone() {
        LINTS.iter().for_each(|lint| examples::holds(lint));
    }
}
