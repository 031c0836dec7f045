//! A playbook that takes longer than its budget.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;
use gatecrash_policies::policy::Act;
use gatecrash_policies::time::Span;

/// GC110.
pub static LINT: Lint = Lint {
    code: "GC110",
    name: "slow-playbook",
    level: Level::Error,
    about: "The steps up to the one that takes people off the canary take longer than `withdraw_within`, although the budget begins \
            with the first harm: it cannot be kept.",
    help: "Do less before people are taken off, or give the budget what the playbook takes.",
    look: Look::Policy(look),
    finds: "\
rollback:
  budget: { withdraw_within: 5m }
  playbook:
    - { name: restart, restart: runs, takes: 2m, try_for: 5m }
    - { name: flag off, cohort: nobody, takes: 1m }
  validate: { gates: [errors], min_samples: 10 }",
    leaves: "\
rollback:
  budget: { withdraw_within: 15m }
  playbook:
    - { name: restart, restart: runs, takes: 2m, try_for: 5m }
    - { name: flag off, cohort: nobody, takes: 1m }
  validate: { gates: [errors], min_samples: 10 }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let rollback = &policy.value.rollback;
    let Some(within) = rollback.withdraw_within else { return };
    // Steps that only some gates ask for may be left out.
    let always = rollback.playbook.iter().filter(|step| step.when.is_empty() && step.unless.is_empty());
    let mut gone = Span::ZERO;
    for step in always {
        gone = Span(gone.0.saturating_add(step.takes.0));
        if gone > within {
            let message = format!("`{}` takes effect after {gone} at the earliest, and the budget is {within}", step.name);
            return sheet.add(&LINT, "rollback.budget.withdraw_within", message);
        }
        if step.acts.iter().any(|act| matches!(act, Act::Cohort { .. })) {
            return;
        }
        gone = Span(gone.0.saturating_add(step.try_for.map_or(0, |span| span.0)));
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
