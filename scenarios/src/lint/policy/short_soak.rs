//! A stage that is over before its windows are full.

use super::{gates_of, soak};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Cohort, Policy};
use gatecrash_policies::time::Span;

/// GC106.
pub static LINT: Lint = Lint {
    code: "GC106",
    name: "short-soak",
    level: Level::Note,
    about: "A stage's soak is shorter than the window of one of its gates: the gate judges the stage by a window that was never full, or \
            that reaches back into the stage before, when fewer were exposed.",
    help: "Soak at least as long as the slowest window, or shorten the window.",
    look: Look::Policy(look),
    finds: "\
stages:
  - { name: canary, cohort: 20%, soak: 5m }
  - { name: everyone, cohort: 100%, soak: 30m }",
    leaves: "\
stages:
  - { name: canary, cohort: 20%, soak: 10m }
  - { name: everyone, cohort: 100%, soak: 30m }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let policy = &policy.value;
    for stage in policy.stages.iter().filter(|stage| stage.cohort != Cohort::Nobody) {
        let slowest = gates_of(policy, stage).filter_map(|gate| Some((gate.check.over?, &gate.name))).max();
        let Some((window, gate)) = slowest.filter(|(window, _)| soak(stage) > Span::ZERO && soak(stage) < *window) else {
            continue;
        };
        let message = format!("the soak of {} is shorter than the window of `{gate}`, {window}", soak(stage));
        sheet.add(&LINT, &format!("stages.{}.soak", stage.name), message);
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
