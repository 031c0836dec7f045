//! Whether each gate catches something: the one check that plays.

use crate::Failure;
use crate::crew::Crew;
use gatecrash_policies::Policy;
use gatecrash_policies::policy::OnFail;
use gatecrash_scenarios::Loaded;
use gatecrash_scenarios::lint::{Level, Lint, Look, Sheet};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::{Match, Scenario};
use std::sync::Mutex;

/// GC121.
pub static LINT: Lint = Lint {
    code: "GC121",
    name: "catches-nothing",
    level: Level::Warning,
    about: "None of the breaches in which the policy is checked makes a gate fire, in 20 trials of each: nobody knows whether it works, and \
            nothing would be noticed if it were dropped. Gates that hold are not looked at, nor is anything with `--no-play`.",
    help: "Add a scenario with its breach (`gatecrash list faults`) and name it with --scenario; if the gate misses that too, mend the \
           gate.",
    look: Look::Trials,
    finds: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 90% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
    leaves: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
};

/// Trials of each breach.
const TRIALS: u64 = 20;

/// Plays the breaches among these scenarios until every gate has fired, and adds the gates that never did.
pub fn look(policy: &Loaded<Policy>, scenarios: &[Loaded<Scenario>], crew: &Crew, sheet: &mut Sheet) -> Result<(), Failure> {
    let breaches: Vec<&Scenario> = scenarios.iter().map(|s| &s.value).filter(|s| s.expect == Expect::Rollback).collect();
    let left = Mutex::new(acting(&policy.value));
    let games: Vec<Match> = breaches.iter().filter_map(|breach| Match::new(breach, &[&policy.value]).ok()).collect();
    sheet.runs(&LINT);
    let sets = games.len() as u64;
    let finished = crew.run(sets * TRIALS, |task| {
        if left.lock().expect("no thread has panicked").is_empty() {
            return;
        }
        // Seed by seed: most gates fire in the first trial of their breach.
        let played = games[(task % sets) as usize].score(1 + task / sets);
        let mut left = left.lock().expect("no thread has panicked");
        played.groups.iter().for_each(|(_, trial)| left.retain(|gate| !trial.caught_by.contains(gate)));
    });
    if !finished {
        return Err(Failure::Interrupted("interrupted; `--no-play` leaves the trials out".into()));
    }
    for gate in left.into_inner().expect("no thread has panicked") {
        let message = match breaches.len() {
            0 => format!("`{gate}` has nothing to catch: none of {} scenarios expects a rollback", scenarios.len()),
            1 => format!("`{gate}` does not catch the only breach, {}, in {TRIALS} trials", breaches[0].name),
            n => format!("`{gate}` catches none of {n} breaches, in {TRIALS} trials of each"),
        };
        sheet.add(&LINT, &format!("gates.{gate}"), message);
    }
    Ok(())
}

/// The gates that roll back in some stage.
fn acting(policy: &Policy) -> Vec<String> {
    let judged = |i: usize| policy.stages.iter().any(|stage| stage.gates.contains(&i));
    let gates = policy.gates.iter().enumerate().filter(|(i, gate)| gate.on_fail != OnFail::Hold && judged(*i));
    gates.map(|(_, gate)| gate.name.clone()).collect()
}
