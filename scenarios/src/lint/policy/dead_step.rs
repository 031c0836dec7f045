//! A step of the playbook that is never carried out.

use super::named;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{OnFail, Policy};

/// GC108.
pub static LINT: Lint = Lint {
    code: "GC108",
    name: "dead-step",
    level: Level::Warning,
    about: "A step waits for a gate that never rolls back: one that stands in no stage, or that only holds. Or the same gate asks for the \
            step and forbids it.",
    help: "Name gates in `when` that roll back in some stage, or take the step away.",
    look: Look::Policy(look),
    finds: "\
rollback:
  playbook:
    - { name: restart, restart: runs, when: [errors], unless: [errors] }
    - { name: nobody on the canary, cohort: nobody, takes: 30s }
  validate: { gates: [errors], min_samples: 10 }",
    leaves: "\
rollback:
  playbook:
    - { name: restart, restart: runs, when: [errors] }
    - { name: nobody on the canary, cohort: nobody, takes: 30s }
  validate: { gates: [errors], min_samples: 10 }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Policy { gates, stages, rollback, .. } = &policy.value;
    let fires = |i: &usize| gates[*i].on_fail != OnFail::Hold && stages.iter().any(|stage| stage.gates.contains(i));
    for (i, step) in rollback.playbook.iter().enumerate().filter(|(_, step)| !step.when.is_empty()) {
        let names = |of: &[usize]| named(&of.iter().map(|i| gates[*i].name.as_str()).collect::<Vec<_>>());
        let path = format!("rollback.playbook.{i}.when");
        if !step.when.iter().any(fires) {
            let message = format!("`{}` is never carried out: {} rolls back in no stage", step.name, names(&step.when));
            sheet.add(&LINT, &path, message);
        } else if step.when.iter().all(|gate| step.unless.contains(gate)) {
            let message = format!("`{}` is never carried out: {} asks for it and forbids it", step.name, names(&step.when));
            sheet.add(&LINT, &path, message);
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

    #[test]
    fn a_gate_that_only_holds_asks_for_nothing() {
        let text = "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50, on_fail: hold }
rollback:
  playbook: [ { name: flag off, cohort: nobody, when: [errors] } ]
  validate: { gates: [errors], min_samples: 10 }";
        assert!(crate::lint::examples::found(&LINT, text).iter().any(|found| found.contains("rolls back in no stage")));
    }
}
