//! A stage that nothing can stop.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Cohort, Policy};

/// GC101.
pub static LINT: Lint = Lint {
    code: "GC101",
    name: "no-gates",
    level: Level::Warning,
    about: "A stage exposes somebody and has no gate: whatever happens in it, the rollout goes on.",
    help: "Name gates in the stage's `gates`, or leave the key out to judge all of them.",
    look: Look::Policy(look),
    finds: "\
stages:
  - { name: canary, cohort: 20%, soak: 30m, gates: [] }
  - { name: everyone, cohort: 100%, soak: 30m }",
    leaves: "\
stages:
  - { name: canary, cohort: 20%, soak: 30m, gates: [errors] }
  - { name: everyone, cohort: 100%, soak: 30m }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    for stage in policy.value.stages.iter().filter(|stage| stage.gates.is_empty() && stage.cohort != Cohort::Nobody) {
        sheet.add(&LINT, &format!("stages.{}.gates", stage.name), format!("the stage `{}` has no gates", stage.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }

    #[test]
    fn it_points_at_the_list() {
        let found = crate::lint::examples::found(&LINT, LINT.finds).join("\n");
        assert!(found.contains("example.yaml:6:45: warning[GC101]: the stage `canary` has no gates\n  6 |"), "{found}");
    }
}
