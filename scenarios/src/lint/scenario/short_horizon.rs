//! A healthy rollout that has no time to finish.

use crate::fits::stage_times;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::Expect;

/// GC203.
pub static LINT: Lint = Lint {
    code: "GC203",
    name: "short-horizon",
    level: Level::Warning,
    about: "A promotion is expected, and the soaks of its own policy take longer than the horizon: every trial is insufficient.",
    help: "Move the horizon, let the scenario `begin` with a later stage, or name another policy.",
    look: Look::ScenarioBy(look),
    finds: "expect: promote\nhorizon: 45m\nfaults: []",
    leaves: "expect: promote\nhorizon: 2h\nfaults: []",
};

fn look(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let (_, finish) = stage_times(&scenario.value, &policy.value);
    let world = &scenario.value;
    if world.expect == Expect::Promote && finish > world.horizon {
        let message =
            format!("{} finishes after {finish} at the earliest; the trial ends at {}", policy.value.name, world.horizon);
        sheet.add(&LINT, "horizon", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
