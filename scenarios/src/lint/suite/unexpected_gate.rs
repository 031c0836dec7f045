//! A gate that could be dropped without a case turning red.

use super::Cast;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use crate::suite::Suite;
use gatecrash_policies::policy::OnFail;

/// GC304.
pub static LINT: Lint = Lint {
    code: "GC304",
    name: "unexpected-gate",
    level: Level::Note,
    about: "No case expects `caught_by` of a gate of the policy: were the gate dropped, another might catch its breach, and nothing \
            would turn red.",
    help: "Add a case with its breach that expects `caught_by(GATE) >= 90%`.",
    look: Look::Suite(look),
    finds: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 95% ] }, { scenario: healthy.yaml, expect: [ false_rollback_rate <= 5% ] } ]",
    leaves: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 95%, caught_by(errors) >= 90% ] } ]",
};

fn look(suite: &Loaded<Suite>, cast: &Cast, sheet: &mut Sheet) {
    let expects = |case: usize, gate: &str| suite.value.cases[case].expect.iter().any(|wanted| about(&wanted.text) == Some(gate));
    for policy in cast.policies() {
        let cases: Vec<usize> = cast.plays.iter().filter(|(_, _, other)| other.value == policy.value).map(|(i, ..)| *i).collect();
        let judged = |i: usize| policy.value.stages.iter().any(|stage| stage.gates.contains(&i));
        let gates = policy.value.gates.iter().enumerate().filter(|(i, gate)| gate.on_fail != OnFail::Hold && judged(*i));
        let left: Vec<&str> =
            gates.map(|(_, gate)| gate.name.as_str()).filter(|gate| !cases.iter().any(|i| expects(*i, gate))).collect();
        if !left.is_empty() {
            let message = format!("no case expects `caught_by` of these gates of {}: {}", policy.value.name, left.join(", "));
            sheet.add(&LINT, "cases", message);
        }
    }
}

/// The gate in `caught_by(gate) >= 90%`.
fn about(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("caught_by(")?;
    Some(rest.split_once(')')?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
