//! A playbook after which somebody is still on the canary.

use super::named;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Act, Cohort, OnFail, Policy, Step};

/// GC109.
pub static LINT: Lint = Lint {
    code: "GC109",
    name: "stays-exposed",
    level: Level::Warning,
    about: "When a gate has fired, no step of the playbook takes everybody off the canary: unless a milder step mends it, the breach \
            goes on.",
    help: "End the playbook with a step for everybody and every gate: `{ name: flag off, cohort: nobody, takes: 1m }`.",
    look: Look::Policy(look),
    finds: "\
rollback:
  playbook: [ { name: restart, restart: runs, takes: 1m } ]
  validate: { gates: [errors], min_samples: 10 }",
    leaves: "\
rollback:
  playbook:
    - { name: restart, restart: runs, takes: 1m, try_for: 5m }
    - { name: flag off, cohort: nobody, takes: 1m }
  validate: { gates: [errors], min_samples: 10 }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Policy { gates, stages, rollback, .. } = &policy.value;
    let fires = |i: usize| gates[i].on_fail != OnFail::Hold && stages.iter().any(|stage| stage.gates.contains(&i));
    let left = |i: &usize| fires(*i) && !rollback.playbook.iter().any(|step| withdraws(step, *i));
    let left: Vec<&str> = (0..gates.len()).filter(left).map(|i| gates[i].name.as_str()).collect();
    if !rollback.playbook.is_empty() && !left.is_empty() {
        let message = format!("when {} has fired, no step takes everybody off the canary", named(&left));
        sheet.add(&LINT, "rollback.playbook", message);
    }
}

/// Whether a step takes everybody off the canary once this gate alone has fired.
fn withdraws(step: &Step, gate: usize) -> bool {
    let carried_out = (step.when.is_empty() || step.when.contains(&gate)) && !step.unless.contains(&gate);
    let nobody = |act: &Act| match act {
        Act::Cohort { cohort, environments, only } => {
            matches!(cohort, Cohort::Nobody | Cohort::Shadow) && environments.is_empty() && only.is_none()
        }
        _ => false,
    };
    carried_out && step.acts.iter().any(nobody)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
