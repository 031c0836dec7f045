//! What was given: files of all kinds, and the scenarios in which policies are checked.

use crate::select::own_scenarios;
use crate::test::drill;
use gatecrash_policies::Policy;
use gatecrash_reports::suite::expectation;
use gatecrash_scenarios::lint::{Cast, File, open};
use gatecrash_scenarios::suite::Play;
use gatecrash_scenarios::{Error, Loaded, Suite, fits, load_policy, load_scenario, load_scenario_with};
use gatecrash_sim::Scenario;

/// Everything that could be read, and complaints of the rest.
#[derive(Default)]
pub struct Files {
    /// In the order in which they were given.
    pub all: Vec<Given>,
    /// Scenarios that were given, as files or by name.
    scenarios: Vec<Loaded<Scenario>>,
    /// What could not be read, or does not go together.
    pub problems: Vec<Error>,
}

/// A file that was given.
pub enum Given {
    /// A policy.
    Policy(Box<Loaded<Policy>>),
    /// A scenario, or those of a family.
    Scenarios(Vec<Loaded<Scenario>>),
    /// A suite, and who plays what in it.
    Suite(Box<Loaded<Suite>>, Cast),
}

impl Files {
    /// Opens files, and scenarios by name or path. What is named twice is opened once.
    pub fn open(files: &[String], scenarios: &[String]) -> Files {
        let mut given = Files::default();
        for (_, name) in files.iter().enumerate().filter(|(i, name)| !files[..*i].contains(name)) {
            match open(name) {
                Ok(file) => given.add(file),
                Err(problem) => given.problems.push(problem),
            }
        }
        for name in scenarios {
            match load_scenario(name) {
                Ok(scenario) => given.scenarios.push(scenario),
                Err(problem) => given.problems.push(problem),
            }
        }
        given
    }

    fn add(&mut self, file: File) {
        let given = match file {
            File::Policy(policy) => Given::Policy(policy),
            File::Scenario(scenario) => Given::Scenarios(vec![*scenario]),
            File::Family(scenarios) => Given::Scenarios(scenarios),
            File::Suite(suite) => {
                let cast = self.cast(&suite);
                Given::Suite(suite, cast)
            }
        };
        if let Given::Scenarios(scenarios) = &given {
            let misfits = scenarios.iter().filter_map(|scenario| own_policy(scenario).err());
            misfits.for_each(|problem| self.problem(problem));
            self.scenarios.extend(scenarios.iter().cloned());
        }
        self.all.push(given);
    }

    fn problem(&mut self, problem: Error) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Loads what a suite plays.
    fn cast(&mut self, suite: &Loaded<Suite>) -> Cast {
        let mut cast = Cast::default();
        for (i, case) in suite.value.cases.iter().enumerate() {
            let wrong = case.expect.iter().filter_map(|wanted| {
                let error = expectation::parse(&wanted.text).err()?;
                Some(suite.error_inside(&wanted.path, error.at, error.message))
            });
            self.problems.extend(wrong);
            let drill = case.replay.as_ref().map(|path| drill::of_case(suite, i, path));
            self.problems.extend(drill.and_then(Result::err));
            for play in &case.plays {
                match player(suite, i, play) {
                    Ok((scenario, policy)) => cast.plays.push((i, scenario, policy)),
                    Err(problem) => self.problem(problem),
                }
            }
        }
        cast
    }

    /// The scenarios in which a policy is checked: those that were given and go with it, and what suites play with it; where there are
    /// none, its own.
    pub fn scenarios_of(&self, policy: &Loaded<Policy>) -> Vec<Loaded<Scenario>> {
        let given = self.scenarios.iter().filter(|scenario| fits(scenario, policy).is_ok());
        let suites = self.all.iter().filter_map(|given| match given {
            Given::Suite(_, cast) => Some(&cast.plays),
            _ => None,
        });
        let played = suites.flatten().filter(|(_, _, player)| player.value == policy.value).map(|(_, scenario, _)| scenario);
        let mut scenarios: Vec<Loaded<Scenario>> = Vec::new();
        for scenario in given.chain(played) {
            if !scenarios.iter().any(|other| other.value == scenario.value) {
                scenarios.push(scenario.clone());
            }
        }
        if scenarios.is_empty() {
            let own = own_scenarios(&policy.value.name).into_iter().filter_map(|name| load_scenario(&name).ok());
            scenarios = own.filter(|scenario| fits(scenario, policy).is_ok()).collect();
        }
        scenarios
    }
}

/// The policy that a scenario names as its own, which must go with it.
pub fn own_policy(scenario: &Loaded<Scenario>) -> Result<Option<Loaded<Policy>>, Error> {
    let Some(name) = &scenario.policy else { return Ok(None) };
    let policy = load_policy(name)?;
    fits(scenario, &policy).map(|_| Some(policy))
}

/// The scenario of a play as it is played, and the policy.
fn player(suite: &Loaded<Suite>, case: usize, play: &Play) -> Result<(Loaded<Scenario>, Loaded<Policy>), Error> {
    let mut scenario = load_scenario_with(&play.scenario, &play.with)?;
    let name = play.policy.clone().or_else(|| scenario.policy.clone()).ok_or_else(|| {
        let message = format!("{} names no policy of its own; add `policy`, for instance policy: careful", scenario.file);
        suite.error(&format!("cases.{case}"), message)
    })?;
    let policy = load_policy(&name)?;
    fits(&scenario, &policy)?;
    scenario.value.severity = play.severity;
    scenario.value.wobble = scenario.value.wobble.times(play.wobble);
    Ok((scenario, policy))
}
