//! How likely a gate tells a healthy canary from one that is not, in closed form.

use super::World;
use crate::forecast::Power;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;
use gatecrash_policies::policy::OnFail;
use gatecrash_sim::scenario::Expect;

/// GC119.
pub static BLIND: Lint = Lint {
    code: "GC119",
    name: "blind",
    level: Level::Note,
    about: "If its metric doubled, the gate would more likely pass than fail at a look, at every stage and in every scenario in which the \
            policy is checked. That is right where twice of what is healthy does no harm, and where it is the limit that says so.",
    help: "Bring the limit closer to what is healthy, or gather more outcomes: a longer window, a larger cohort.",
    look: Look::PolicyIn(blind),
    finds: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
    leaves: "\
gates:
  slow: { check: p95(runs.cancel_to_ack) <= 450ms over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 20 }
stages:
  - { name: canary, cohort: 20%, soak: 30m }
  - { name: everyone, cohort: 100%, soak: 30m }
rollback:
  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]
  validate: { gates: [slow], min_samples: 10 }",
};

/// GC120.
pub static NO_MARGIN: Lint = Lint {
    code: "GC120",
    name: "no-margin",
    level: Level::Warning,
    about: "The healthy reading is so close to the limit, or the outcomes so few, that the gate fails in more than one look of twenty \
            though nothing is wrong: a coin is flipped in every round.",
    help: "Leave room between the healthy reading and the limit, gather more outcomes, or use a rule that weighs chance.",
    look: Look::PolicyIn(no_margin),
    finds: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 0.2% over 10m, min_samples: 50 }",
    leaves: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, min_samples: 50 }",
};

/// A gate that notices less of what doubles is blind.
const LEAST: f64 = 0.5;
/// A gate that fails oftener when nothing is wrong has no margin.
const MOST: f64 = 0.05;

fn blind(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    for (i, gate) in policy.value.gates.iter().enumerate() {
        let Some((power, place)) = highest(worlds, i, |_| true, |power| power.at_2x) else { continue };
        if power < LEAST {
            let often = match power {
                power if power < 0.005 => "hardly ever fail".to_string(),
                power => format!("fail in at most {:.0}% of looks", power * 100.0),
            };
            let message = format!("if its metric doubled, `{}` would {often} ({place})", gate.name);
            sheet.add(&BLIND, &format!("gates.{}.check.limit", gate.name), message);
        }
    }
}

fn no_margin(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    let healthy = |world: &World| world.scenario.value.expect == Expect::Promote;
    let any = worlds.iter().any(healthy);
    for (i, gate) in policy.value.gates.iter().enumerate().filter(|(_, gate)| gate.on_fail != OnFail::Hold) {
        // Without a healthy scenario, a breach before its fault.
        let Some((chance, place)) = highest(worlds, i, |world| !any || healthy(world), |power| power.at_1x) else { continue };
        if chance > MOST {
            let message = format!("`{}` fails in {:.0}% of looks when nothing is wrong ({place})", gate.name, chance * 100.0);
            sheet.add(&NO_MARGIN, &format!("gates.{}.check.limit", gate.name), message);
        }
    }
}

/// The highest chance of a gate over stages and worlds, and where; nothing where none is known.
fn highest(
    worlds: &[World],
    gate: usize,
    counts: impl Fn(&World) -> bool,
    chance: impl Fn(&Power) -> Option<f64>,
) -> Option<(f64, String)> {
    let mut best: Option<(f64, String)> = None;
    for world in worlds.iter().filter(|world| counts(world)) {
        for stage in world.stages() {
            let known = stage.gates.iter().filter(|other| other.index == gate).find_map(|gate| chance(&gate.power));
            if let Some(chance) = known.filter(|chance| best.as_ref().is_none_or(|(best, _)| chance > best)) {
                best = Some((chance, format!("at `{}` of {}", stage.stage, world.scenario.value.name)));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&BLIND);
        crate::lint::examples::holds(&NO_MARGIN);
    }
}
