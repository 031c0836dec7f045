//! What the policy states of its false rollbacks against what its rules promise.

use super::{World, named};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::{Bound, Policy};
use gatecrash_sim::{Match, Scenario};

/// GC114.
pub static LINT: Lint = Lint {
    code: "GC114",
    name: "alpha-not-kept",
    level: Level::Error,
    about: "The policy states an `alpha` for the whole rollout, and its gates do not keep it: some rules promise nothing, or the promises \
            of all gates, stages and looks add up to more.",
    help: "Give these gates a rule with an alpha (see `gatecrash list rules`), or state no alpha.",
    look: Look::PolicyIn(look),
    finds: "\
alpha: 5%
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, min_samples: 50 }",
    leaves: "\
alpha: 5%
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: exceedance, min_samples: 50 }",
};

fn look(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    let Some(stated) = policy.value.alpha else { return };
    let bounds = worlds.iter().filter_map(|world| bound(policy, world.scenario));
    // The one of the most gates and parts.
    let Some(worst) =
        bounds.max_by(|a, b| (a.without.len(), a.chance).partial_cmp(&(b.without.len(), b.chance)).expect("chances"))
    else {
        return;
    };
    let target = format!("{}%", stated.total * 100.0);
    if !worst.without.is_empty() {
        let gates = named(&worst.without.iter().map(String::as_str).collect::<Vec<_>>());
        sheet.add(&LINT, "alpha", format!("{target} is stated, and {gates} promises nothing: it fires as luck has it"));
    } else if worst.chance > stated.total * (1.0 + 1e-6) {
        let sum = worst.chance * 100.0;
        sheet.add(&LINT, "alpha", format!("{target} is stated, and what all gates may spend comes to {sum:.3}%"));
    }
}

fn bound(policy: &Loaded<Policy>, scenario: &Loaded<Scenario>) -> Option<Bound> {
    Match::new(&scenario.value, &[&policy.value]).ok()?.false_rollback_bounds().pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
