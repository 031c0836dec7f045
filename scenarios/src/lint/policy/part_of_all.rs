//! A rollout that finishes before everyone has the canary.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Cohort, Policy};

/// GC117.
pub static LINT: Lint = Lint {
    code: "GC117",
    name: "part-of-all",
    level: Level::Note,
    about: "The last stage is not everybody: the rollout finishes, and no gate looks at those who come after.",
    help: "End with a stage of `cohort: 100%`.",
    look: Look::Policy(look),
    finds: "stages:\n  - { name: canary, cohort: 20%, soak: 30m }\n  - { name: half, cohort: 50%, soak: 30m }",
    leaves: "stages:\n  - { name: canary, cohort: 20%, soak: 30m }\n  - { name: everyone, cohort: 100%, soak: 30m }",
};

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let last = policy.value.stages.last().map(|stage| (&stage.name, &stage.cohort));
    if let Some((name, Cohort::Share(share))) = last
        && *share < 1.0
    {
        let message = format!("the rollout finishes with {}% of the subjects on the canary", share * 100.0);
        sheet.add(&LINT, &format!("stages.{name}.cohort"), message);
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
