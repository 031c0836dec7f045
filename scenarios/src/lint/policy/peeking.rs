//! A test of one look that is taken again and again.

use super::soak;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::maths::normal;
use gatecrash_policies::policy::{Gate, OnFail, Policy, Stage};
use gatecrash_policies::rules::{Alpha, Rule, Setting};
use gatecrash_policies::time::Span;

/// GC115.
pub static LINT: Lint = Lint {
    code: "GC115",
    name: "peeking",
    level: Level::Warning,
    about: "A rule's alpha is the chance of a false alarm of a single look, and the gate looks in every round of a long stage: at the \
            limit, some look fails more likely than none. Looks that share samples are no independent chances; for a window it is alpha (1 + z² \
            soak / window), without one alpha (1 + z²/2 ln looks), z being the normal quantile of alpha (after Pickands 1969).",
    help: "Use a rule whose alpha holds for a whole stage (group_sequential, msprt, confidence_sequence), state one `alpha` for the \
           policy, or take a smaller alpha.",
    look: Look::Policy(look),
    finds: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 10% } }, min_samples: 50 }",
    leaves: "\
gates:
  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
};

/// Of rollouts that just keep to the limit, a stage may turn back so many without a warning: healthy ones lie well below it.
const MOST: f64 = 0.5;

fn look(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Policy { gates, stages, round, alpha: shared, .. } = &policy.value;
    if shared.is_some() {
        return;
    }
    for (i, gate) in gates.iter().enumerate().filter(|(_, gate)| gate.on_fail != OnFail::Hold) {
        let Some(alpha) = of_a_look(&gate.rule) else { continue };
        let judging = stages.iter().filter(|stage| stage.gates.contains(&i));
        let Some(longest) = judging.max_by_key(|stage| soak(stage)) else { continue };
        let risk = risk(alpha, gate, longest, *round);
        if risk > MOST {
            let message = format!(
                "{}% is the chance of one look; over the {} looks of `{}` it is about {:.0}%",
                alpha * 100.0,
                looks(longest, *round),
                longest.name,
                (risk * 100.0).min(100.0)
            );
            sheet.add(&LINT, &format!("gates.{}.rule", gate.name), message);
        }
    }
}

/// The largest alpha of a look among a rule and those in it.
fn of_a_look(rule: &Rule) -> Option<f64> {
    match (rule.entry().alpha, rule.get("alpha")) {
        (Alpha::PerLook, Some(Setting::Number(alpha))) => Some(alpha),
        // All of them must fail: the strictest tells.
        (Alpha::Inner, _) if rule.name() == "all" => {
            let alphas: Option<Vec<f64>> = rule.of.iter().map(of_a_look).collect();
            alphas?.into_iter().reduce(f64::min)
        }
        (Alpha::Inner, _) => rule.of.iter().filter_map(of_a_look).reduce(f64::max),
        _ => None,
    }
}

fn looks(stage: &Stage, round: Span) -> u64 {
    soak(stage).0 / round.0.max(1) + 1
}

/// About how often some look of a stage fails, at the limit.
fn risk(alpha: f64, gate: &Gate, stage: &Stage, round: Span) -> f64 {
    let z2 = normal::quantile(1.0 - alpha).max(0.0).powi(2);
    let looks = looks(stage, round) as f64;
    let together = match gate.check.over {
        Some(window) => 1.0 + z2 * soak(stage).seconds() / window.seconds(),
        None => 1.0 + z2 / 2.0 * looks.ln(),
    };
    alpha * together.min(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }

    #[test]
    fn looks_that_share_samples_are_fewer_than_they_seem() {
        let policy = crate::load::load_policy("run-control").unwrap().value;
        let everyone = policy.stages.last().unwrap();
        let risk = risk(0.001, &policy.gates[0], everyone, policy.round);
        assert!((risk - 0.001 * (1.0 + 9.5495 * 7.0)).abs() < 1e-5, "{risk}");
    }
}
