//! A gate that comes to no verdict.

use super::{World, named};
use crate::forecast::{GateForecast, Judged, StageForecast};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;

/// GC118.
pub static LINT: Lint = Lint {
    code: "GC118",
    name: "never-judged",
    level: Level::Error,
    about: "A gate cannot judge in a stage, in no scenario in which the policy is checked: its window never holds `min_samples` outcomes \
            at the stage's share of the traffic, or no data arrives in time. It lets no breach be seen, and the stage waits for it \
            for good.",
    help: "Ask for fewer outcomes, look over a longer window, or let the stage expose more.",
    look: Look::PolicyIn(look),
    finds: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50_000 }",
    leaves: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
};

fn look(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    for (i, gate) in policy.value.gates.iter().enumerate() {
        let mut stages: Vec<&str> = Vec::new();
        let mut why = None;
        for stage in &policy.value.stages {
            let seen: Vec<(&StageForecast, &GateForecast)> = super::at(worlds, &stage.name, i).collect();
            let never = seen.iter().find_map(|(_, gate)| match &gate.judged {
                Judged::Never(reason) => Some((reason, gate.outcomes)),
                _ => None,
            });
            if let Some(never) = never
                && seen.iter().all(|(_, gate)| is_hopeless(gate))
            {
                stages.push(&stage.name);
                why.get_or_insert(never);
            }
        }
        let Some((reason, outcomes)) = why else { continue };
        let message = format!("`{}` can never judge at {}: {reason}", gate.name, named(&stages));
        let few = outcomes.is_some_and(|outcomes| outcomes < gate.min_samples as f64);
        sheet.add(&LINT, &format!("gates.{}.{}", gate.name, if few { "min_samples" } else { "check" }), message);
    }
}

/// Whether it cannot judge, and not only by expected numbers: where it asks for one outcome, half of one is expected often enough.
fn is_hopeless(gate: &GateForecast) -> bool {
    matches!(gate.judged, Judged::Never(_)) && gate.chance_to_judge.is_none_or(|chance| chance < 0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
