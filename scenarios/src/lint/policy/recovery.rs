//! Recovery checks that see nothing.

use super::World;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Check, Policy, Scope};

/// GC111.
pub static NONE: Lint = Lint {
    code: "GC111",
    name: "no-recovery-check",
    level: Level::Warning,
    about: "`validate` names no gate and no check: only the gates that fired are read again, so that what else the breach broke is not \
            looked at, and recovery looks quicker than it is.",
    help: "Say what healthy means: `validate: { gates: [errors], clean_for: 5m }`.",
    look: Look::Policy(none),
    finds: "rollback:\n  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]",
    leaves: "rollback:\n  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]\n  validate: { gates: [errors], min_samples: 10 }",
};

/// GC112.
pub static BLIND: Lint = Lint {
    code: "GC112",
    name: "blind-recovery",
    level: Level::Error,
    about: "The recovery check reads the canary, which is empty after a rollback; no data never passes, so recovery is never validated.",
    help: "Take `arm=canary` away: the recovery check reads the subjects that were on the canary.",
    look: Look::Policy(blind),
    finds: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { checks: [ \"ratio(runs.errors[arm=canary] / runs.outcomes[arm=canary]) <= 2% over 10m\" ] }",
    leaves: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { checks: [ ratio(runs.errors / runs.outcomes) <= 2% over 10m ], min_samples: 10 }",
};

/// GC113.
pub static HASTY: Lint = Lint {
    code: "GC113",
    name: "hasty-recovery",
    level: Level::Warning,
    about: "`clean_for` is shorter than a scrape: recovery is validated by a single sample, or by none.",
    help: "Make `clean_for` several scrapes long.",
    look: Look::PolicyIn(hasty),
    finds: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { gates: [errors], clean_for: 10s, min_samples: 10 }",
    leaves: "\
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { gates: [errors], clean_for: 5m, min_samples: 10 }",
};

fn none(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let validate = &policy.value.rollback.validate;
    if validate.gates.is_empty() && validate.checks.is_empty() && !policy.value.gates.is_empty() {
        sheet.add(&NONE, "rollback.validate", "nothing says when recovery is over but the gates that fired");
    }
}

fn blind(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Policy { gates, rollback, .. } = &policy.value;
    let reads_canary = |check: &Check| check.reading.metrics().iter().any(|metric| metric.arm == Some(Scope::Canary));
    for (i, gate) in rollback.validate.gates.iter().enumerate() {
        if reads_canary(&gates[*gate].check) {
            let message = format!("`{}` reads the canary, where nobody is after a rollback", gates[*gate].name);
            sheet.add(&BLIND, &format!("rollback.validate.gates.{i}"), message);
        }
    }
    for (i, check) in rollback.validate.checks.iter().enumerate().filter(|(_, check)| reads_canary(check)) {
        let message = format!("`{check}` reads the canary, where nobody is after a rollback");
        sheet.add(&BLIND, &format!("rollback.validate.checks.{i}"), message);
    }
}

fn hasty(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    let clean_for = policy.value.rollback.validate.clean_for;
    let Some(scrape) = worlds.iter().map(|world| world.scenario.value.telemetry.scrape).min() else { return };
    if clean_for < scrape {
        let message = format!("passing for {clean_for} says nothing: there is a scrape each {scrape}");
        sheet.add(&HASTY, "rollback.validate.clean_for", message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        [&NONE, &BLIND, &HASTY].into_iter().for_each(crate::lint::examples::holds);
    }
}
