//! The same play twice.

use super::{Cast, called};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use crate::suite::Suite;

/// GC303.
pub static LINT: Lint = Lint {
    code: "GC303",
    name: "duplicate-case",
    level: Level::Warning,
    about: "Two cases play the same scenario with the same policy, sizes and changes: one set of trials would answer both.",
    help: "Put the expectations of both into one case, or change what one of them plays.",
    look: Look::Suite(look),
    finds: "\
cases:
  - { scenario: example.yaml, expect: [ detection_rate >= 95% ] }
  - { name: again, scenario: example.yaml, expect: [ missed <= 5% ] }",
    leaves: "\
cases:
  - { scenario: example.yaml, expect: [ detection_rate >= 95% ] }
  - { name: small, scenario: example.yaml, severity: 0.5x, expect: [ missed <= 50% ] }",
};

fn look(suite: &Loaded<Suite>, cast: &Cast, sheet: &mut Sheet) {
    let mut told = Vec::new();
    for (i, (case, scenario, policy)) in cast.plays.iter().enumerate() {
        let mut earlier = cast.plays[..i].iter().filter(|(other, ..)| other != case);
        let twin = earlier.find(|(_, world, rules)| world.value == scenario.value && rules.value == policy.value);
        let Some((other, ..)) = twin.filter(|_| !told.contains(case)) else { continue };
        let (other, world) = (called(&suite.value.cases[*other], *other), &scenario.value.name);
        sheet.add(
            &LINT,
            &format!("cases.{case}.scenario"),
            format!("the case {other} plays {world} with {} too", policy.value.name),
        );
        told.push(*case);
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
