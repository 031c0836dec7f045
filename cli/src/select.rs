//! Which scenarios `score` plays with which policies.

use crate::args::Score;
use crate::library::is_runbook;
use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_scenarios::{Error, Loaded, fits, library_policies, library_scenarios, load_policy, load_scenario};
use gatecrash_sim::Scenario;
use std::sync::Arc;

/// One scenario at one severity and wobble, with its policies.
pub struct Job {
    /// What is played.
    pub scenario: Scenario,
    /// The factor on what the scenario's file says of its wobble.
    pub wobble: f64,
    /// Who plays it.
    pub policies: Vec<Arc<Loaded<Policy>>>,
}

/// A policy that takes part, and the runbook policy of which it is an edition (the built-in one, or a file of the same name).
#[derive(Clone)]
struct Entrant {
    policy: Arc<Loaded<Policy>>,
    runbook: Option<String>,
}

/// A scenario by name, with those who play it.
type Pairing = (String, Vec<Arc<Loaded<Policy>>>);

/// The scenarios and policies that the arguments mean.
pub fn select(args: &Score) -> Result<Vec<Job>, Failure> {
    let mut selection = Selection { args, jobs: Vec::new(), misfit: None };
    for (name, policies) in pairings(args)? {
        selection.add(&name, policies)?;
    }
    match (selection.jobs, selection.misfit) {
        (jobs, Some(error)) if jobs.is_empty() => Err(error.into()),
        (jobs, None) if jobs.is_empty() => Err(Failure::Nothing(format!("nothing was selected: {}", nothing(args)))),
        (jobs, _) => Ok(jobs),
    }
}

fn nothing(args: &Score) -> String {
    match args.policies.as_slice() {
        [] => "there is no scenario to play".into(),
        _ => "no built-in scenario is for these policies; name one with --scenario".into(),
    }
}

/// Which scenario meets whom: those that are named meet everybody; of the library, each runbook's meet its own policy and the
/// general ones all others.
fn pairings(args: &Score) -> Result<Vec<Pairing>, Failure> {
    let entrants = entrants(args)?;
    if !args.scenarios.is_empty() {
        let all: Vec<_> = entrants.into_iter().map(|entrant| entrant.policy).collect();
        return Ok(args.scenarios.iter().map(|name| (name.clone(), all.clone())).collect());
    }
    let mut runbooks: Vec<Option<String>> = Vec::new();
    for entrant in entrants.iter().filter(|entrant| entrant.runbook.is_some()) {
        if !runbooks.contains(&entrant.runbook) {
            runbooks.push(entrant.runbook.clone());
        }
    }
    // The general ones last: they are what the pooled lines and the verdict compare.
    runbooks.push(None);
    let scenarios = library_scenarios();
    let mut pairs = Vec::new();
    for runbook in runbooks {
        let players = entrants.iter().filter(|entrant| entrant.runbook == runbook);
        let players: Vec<_> = players.map(|entrant| Arc::clone(&entrant.policy)).collect();
        // Slow ones take long: only when asked for.
        let mine = scenarios.iter().filter(|entry| !entry.slow && !players.is_empty());
        let mine = mine.filter(|entry| entry.family == runbook);
        pairs.extend(mine.map(|entry| (entry.name.clone(), players.clone())));
    }
    Ok(pairs)
}

/// The policies that the arguments name, or the whole library when they name nothing at all; none where each scenario is to play
/// its own. Policies of the same name are told apart by their files.
fn entrants(args: &Score) -> Result<Vec<Entrant>, Failure> {
    let named = match args.policies.as_slice() {
        [] if args.scenarios.is_empty() => library_policies().into_iter().map(|p| p.name.to_string()).collect(),
        named => named.to_vec(),
    };
    let mut policies = named.iter().map(|name| load_policy(name)).collect::<Result<Vec<_>, _>>()?;
    policies.iter().flat_map(|policy| &policy.warnings).for_each(|warning| output::warn(warning));
    let names: Vec<String> = policies.iter().map(|policy| policy.value.name.clone()).collect();
    for policy in &mut policies {
        if names.iter().filter(|name| **name == policy.value.name).count() > 1 {
            policy.value.name = format!("{} ({})", policy.value.name, policy.file);
        }
    }
    let entrant = |(policy, name): (Loaded<Policy>, String)| {
        let runbook = is_runbook(&name).then_some(name);
        Entrant { policy: Arc::new(policy), runbook }
    };
    Ok(policies.into_iter().zip(names).map(entrant).collect())
}

/// What has been selected so far.
struct Selection<'a> {
    args: &'a Score,
    jobs: Vec<Job>,
    /// The first policy that was left out of a scenario.
    misfit: Option<Error>,
}

impl Selection<'_> {
    /// Adds a scenario at every severity and wobble, with the policies that fit it; without any, with its own.
    fn add(&mut self, name: &str, policies: Vec<Arc<Loaded<Policy>>>) -> Result<(), Failure> {
        let scenario = load_scenario(name)?;
        scenario.warnings.iter().for_each(|warning| output::warn(warning));
        let policies = if policies.is_empty() { vec![Arc::new(own_policy(&scenario)?)] } else { policies };
        let mut fitting = Vec::new();
        for policy in policies {
            if self.fits(&scenario, &policy)? {
                fitting.push(policy);
            }
        }
        if fitting.is_empty() {
            return Ok(());
        }
        let scenario = scenario.value;
        // Where there is no fault, or no wobble, every size of it is the same.
        let severities = if scenario.faults.is_empty() { &[1.0] } else { self.args.severity.as_slice() };
        let wobbles = if scenario.wobble.is_on() { self.args.wobble.as_slice() } else { &[1.0] };
        for severity in severities {
            let job = |wobble: &f64| {
                let sized = Scenario { severity: *severity, wobble: scenario.wobble.times(*wobble), ..scenario.clone() };
                Job { scenario: sized, wobble: *wobble, policies: fitting.clone() }
            };
            self.jobs.extend(wobbles.iter().map(job));
        }
        Ok(())
    }

    /// Whether they go together. It is an error only if somebody asked for this pair by name.
    fn fits(&mut self, scenario: &Loaded<Scenario>, policy: &Loaded<Policy>) -> Result<bool, Failure> {
        let whole_library = self.args.scenarios.is_empty();
        match fits(scenario, policy) {
            Ok(warnings) => {
                let asked_for = !self.args.policies.is_empty() || !whole_library;
                warnings.iter().filter(|_| asked_for).for_each(|warning| output::warn(warning));
                Ok(true)
            }
            Err(error) if whole_library => {
                output::warn(&format!("{} is left out for {}: {error}", scenario.value.name, policy.file));
                self.misfit.get_or_insert(error);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn own_policy(scenario: &Loaded<Scenario>) -> Result<Loaded<Policy>, Failure> {
    let name = scenario.policy.as_ref().ok_or_else(|| {
        Failure::Input(format!("{} names no policy of its own; add --policy, for instance --policy careful", scenario.file))
    })?;
    Ok(load_policy(name)?)
}

/// The built-in scenarios of a policy of this name: a runbook's own, or the general ones; none of the slow ones.
pub fn own_scenarios(policy: &str) -> Vec<String> {
    let runbook = is_runbook(policy).then_some(policy);
    let mine = library_scenarios().into_iter().filter(|entry| !entry.slow && entry.family.as_deref() == runbook);
    mine.map(|entry| entry.name).collect()
}

/// These scenarios, as far as the policy fits them. Where somebody `asked` for them by name, each must.
pub fn fitting(policy: &Loaded<Policy>, names: &[String], asked: bool) -> Result<Vec<Loaded<Scenario>>, Failure> {
    let mut fitting: Vec<Loaded<Scenario>> = Vec::new();
    for name in names {
        let scenario = load_scenario(name)?;
        scenario.warnings.iter().for_each(|warning| output::warn(warning));
        match fits(&scenario, policy) {
            Ok(_) if fitting.iter().any(|other| other.value.name == scenario.value.name) => {
                return Err(Failure::Input(format!(
                    "two scenarios are called {}; give one of them another name",
                    scenario.value.name
                )));
            }
            Ok(warnings) => {
                warnings.iter().filter(|_| asked).for_each(|warning| output::warn(warning));
                fitting.push(scenario);
            }
            Err(error) if asked => return Err(error.into()),
            Err(error) => output::warn(&format!("{} is left out for {}: {error}", scenario.value.name, policy.file)),
        }
    }
    Ok(fitting)
}
