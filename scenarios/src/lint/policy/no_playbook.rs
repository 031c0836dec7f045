//! A way back that nobody has written down.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;

/// GC107.
pub static LINT: Lint = Lint {
    code: "GC107",
    name: "no-playbook",
    level: Level::Warning,
    about: "The policy has no playbook: a rollback takes everybody off the canary at once and at no cost, which no real one does.",
    help: "Write down the steps and what they take: `rollback: { playbook: [ { name: flag off, cohort: nobody, takes: 1m } ] }`.",
    look: Look::Policy(look),
    finds: "rollback:\n  validate: { gates: [errors] }",
    leaves: "rollback:\n  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]\n  validate: { gates: [errors], min_samples: 10 }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    if policy.value.rollback.playbook.is_empty() {
        sheet.add(&LINT, "rollback", "there is no playbook: how a rollback is done is not said");
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
