//! A gate that nobody asks.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::Policy;

/// GC102.
pub static LINT: Lint = Lint {
    code: "GC102",
    name: "unused-gate",
    level: Level::Warning,
    about: "A gate stands in no stage, in no measure and not in the recovery check: it is never judged.",
    help: "Name it in a stage's `gates`, or take it away.",
    look: Look::Policy(look),
    finds: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }
  lost: { check: count(runs.dropped) == 0, rule: zero_tolerance }
stages:
  - { name: canary, cohort: 20%, soak: 30m, gates: [errors] }
  - { name: everyone, cohort: 100%, soak: 30m, gates: [errors] }",
    leaves: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }
  lost: { check: count(runs.dropped) == 0, rule: zero_tolerance }
stages:
  - { name: canary, cohort: 20%, soak: 30m, gates: [errors, lost] }
  - { name: everyone, cohort: 100%, soak: 30m, gates: [errors] }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Policy { stages, measures, rollback, gates, .. } = &policy.value;
    for (i, gate) in gates.iter().enumerate() {
        let judged = stages.iter().any(|stage| stage.gates.contains(&i)) || rollback.validate.gates.contains(&i);
        if !judged && !measures.iter().any(|measure| measure.gate == i) {
            sheet.add(&LINT, &format!("gates.{}", gate.name), format!("the gate `{}` is judged in no stage", gate.name));
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
