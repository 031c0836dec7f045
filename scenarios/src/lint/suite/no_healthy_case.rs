//! A suite that a policy passes by rolling everything back.

use super::Cast;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use crate::suite::Suite;
use gatecrash_sim::scenario::Expect;

/// GC305.
pub static LINT: Lint = Lint {
    code: "GC305",
    name: "no-healthy-case",
    level: Level::Warning,
    about: "A policy plays only breaches: one that rolls everything back would pass.",
    help: "Add a case with a healthy scenario that expects `false_rollback_rate <= 5%`.",
    look: Look::Suite(look),
    finds: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 95%, caught_by(errors) >= 90% ] } ]",
    leaves: "\
cases:
  - { scenario: example.yaml, expect: [ detection_rate >= 95%, caught_by(errors) >= 90% ] }
  - { scenario: healthy.yaml, expect: [ false_rollback_rate <= 5% ] }",
};

fn look(_: &Loaded<Suite>, cast: &Cast, sheet: &mut Sheet) {
    for policy in cast.policies() {
        let mut plays = cast.plays.iter().filter(|(_, _, other)| other.value == policy.value);
        if !plays.any(|(_, scenario, _)| scenario.value.expect == Expect::Promote) {
            sheet.add(&LINT, "cases", format!("{} plays nothing that is to be promoted", policy.value.name));
        }
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
