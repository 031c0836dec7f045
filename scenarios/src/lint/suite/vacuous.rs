//! An expectation that nothing can disappoint, or nothing can meet.

use super::{Bound, Cast};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use crate::suite::Suite;

/// GC301.
pub static LINT: Lint = Lint {
    code: "GC301",
    name: "vacuous",
    level: Level::Error,
    about: "A rate lies between 0% and 100% whatever happens: an expectation of at least 0% or at most 100% always passes, and one of \
            more than 100% or less than 0% never does.",
    help: "Expect what the policy is to be worth, like `detection_rate >= 95%`.",
    look: Look::Suite(look),
    finds: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 0%, time_to_detect.p95 <= 40m ] } ]",
    leaves: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 95%, time_to_detect.p95 <= 40m ] } ]",
};

fn look(suite: &Loaded<Suite>, _: &Cast, sheet: &mut Sheet) {
    for wanted in suite.value.cases.iter().flat_map(|case| &case.expect) {
        let Some(bound) = Bound::read(&wanted.text) else { continue };
        let Some(limit) = bound.share() else { continue };
        let passes = |rate: f64| match (bound.at_least, bound.strict) {
            (true, false) => rate >= limit,
            (true, true) => rate > limit,
            (false, false) => rate <= limit,
            (false, true) => rate < limit,
        };
        match (passes(0.0), passes(1.0)) {
            (true, true) => sheet.add(&LINT, &wanted.path, format!("`{}` holds of every rate", wanted.text)),
            (false, false) => sheet.add(&LINT, &wanted.path, format!("`{}` holds of no rate", wanted.text)),
            _ => {}
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
