//! `checks`.

use super::component_name;
use crate::error::Read;
use crate::forms::numbers;
use crate::read::{Fields, share, switch};
use crate::yaml::Node;
use gatecrash_sim::catalog::{CHECKS, KindSpec};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::Checks;

pub(super) const KEYS: &[&str] = &[
    "after",
    "probability",
    "pass",
    "violation",
    "matches",
    "false_positive",
    "skip",
    "recursion",
    "guard",
    "audit",
    "verifier_error",
    "stuck",
    "flow",
    "intake",
];

/// Unless told, everything is graded and passes, and a case is ready for its flow with its first turn.
pub(super) fn read(fields: &Fields) -> Read<Checks> {
    Ok(Checks {
        after: component_name(fields.need("after")?)?,
        probability: fields.or("probability", 1.0, share)?,
        pass: fields.or("pass", 1.0, share)?,
        violation: fields.or("violation", 0.0, share)?,
        matches: fields.or("matches", 0.0, share)?,
        false_positive: fields.or("false_positive", 0.0, share)?,
        skip: fields.or("skip", 0.0, share)?,
        recursion: fields.or("recursion", 0.0, share)?,
        guard: fields.or("guard", 1.0, switch)?,
        audit: fields.or("audit", 0.0, share)?,
        verifier_error: fields.or("verifier_error", 0.0, share)?,
        stuck: fields.or("stuck", 0.0, share)?,
        flow: fields.or("flow", Vec::new(), flow)?,
        intake: fields.or("intake", Dist::Constant(1.0), numbers)?,
    })
}

/// The steps of a case with their probabilities; each becomes a knob and two signals.
fn flow(node: &Node) -> Read<Vec<(String, f64)>> {
    let mut steps: Vec<(String, f64)> = Vec::new();
    for (key, value) in node.entries("a map of steps like { forwarded: 50% }")? {
        let name = key.identifier("a step of the flow")?;
        let signals = [name.clone(), format!("{name}_eligible")];
        let earlier = steps.iter().flat_map(|(name, _)| [name.clone(), format!("{name}_eligible")]);
        if signals.iter().any(|s| named(&CHECKS, s)) || earlier.into_iter().any(|s| signals.contains(&s)) {
            return Err(key.problem(format!("`{name}` is a signal or knob of checks already; choose another name")));
        }
        steps.push((name, share(value)?));
    }
    Ok(steps)
}

fn named(kind: &KindSpec, name: &str) -> bool {
    kind.signals.iter().any(|s| s.name == name) || kind.knobs.iter().any(|k| k.name == name)
}
