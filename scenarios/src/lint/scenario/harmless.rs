//! A breach that is none.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::Expect;

/// GC204.
pub static LINT: Lint = Lint {
    code: "GC204",
    name: "harmless",
    level: Level::Error,
    about: "A rollback is expected, and there is no fault that could do harm, or no objective that says what harm is: every trial is \
            insufficient.",
    help: "Add `faults` and `objectives`, or expect a promotion.",
    look: Look::Scenario(look),
    finds: "faults: []",
    leaves: "faults: [ { fault: error_burst, at: 30m } ]",
};

fn look(scenario: &Loaded<Scenario>, sheet: &mut Sheet) {
    let world = &scenario.value;
    if world.expect != Expect::Rollback {
        return;
    }
    if world.faults.is_empty() {
        sheet.add(&LINT, "expect", "expects a rollback and has no faults; nothing can go wrong");
    }
    if world.objectives.is_empty() {
        sheet.add(&LINT, "expect", "expects a rollback and has no objectives; no outcome can be harmed");
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
