//! A recovery that is never validated, for want of outcomes.

use super::World;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;

/// GC122.
pub static LINT: Lint = Lint {
    code: "GC122",
    name: "recovery-samples",
    level: Level::Warning,
    about: "After a rollback from a small stage, the subjects that were on the canary make fewer outcomes in the window of a gate than the \
            recovery check asks for, in every scenario in which the policy is checked: recovery is never validated.",
    help: "Ask for fewer outcomes in `validate`, or read gates with a longer window.",
    look: Look::PolicyIn(look),
    finds: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { gates: [errors], min_samples: 2_000 }",
    leaves: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { gates: [errors], min_samples: 100 }",
};

fn look(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    let Policy { gates, stages, rollback, .. } = &policy.value;
    let least = rollback.validate.min_samples as f64;
    for &i in rollback.validate.gates.iter().filter(|i| gates[**i].check.over.is_some()) {
        for stage in &stages[..] {
            // Of a window that is not full nothing is known.
            let seen = super::at(worlds, &stage.name, i).filter(|(_, gate)| !gate.never_full);
            let most = seen.filter_map(|(_, gate)| gate.outcomes).reduce(f64::max);
            let Some(most) = most.filter(|most| *most < least) else { continue };
            let message = format!(
                "`{}` sees {most:.0} outcomes at most of those who were on the canary at `{}`, and recovery asks for {least}",
                gates[i].name, stage.name
            );
            return sheet.add(&LINT, "rollback.validate.min_samples", message);
        }
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
