//! An expectation that its trials cannot settle.

use super::{Bound, Cast};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use crate::suite::{Suite, Trials};
use gatecrash_policies::maths::intervals::clopper_pearson;

/// GC302.
pub static LINT: Lint = Lint {
    code: "GC302",
    name: "undecidable",
    level: Level::Error,
    about: "Even if every one of the most trials is a hit, the exact interval reaches to the other side of the limit: the expectation is \
            never met, only failed or undecided.",
    help: "Raise `trials: { max: .. }`, or expect a little less.",
    look: Look::Suite(look),
    finds: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 99.99% ] } ]",
    leaves: "cases: [ { scenario: example.yaml, expect: [ detection_rate >= 99% ] }, { replay: friday.jsonl, expect: detection_rate >= 99.99% } ]",
};

/// The chance of a wrong answer that all looks share.
const ALPHA: f64 = 0.05;

fn look(suite: &Loaded<Suite>, _: &Cast, sheet: &mut Sheet) {
    // A drill is one trial, which settles everything.
    for case in suite.value.cases.iter().filter(|case| case.replay.is_none()) {
        for wanted in &case.expect {
            let Some(bound) = Bound::read(&wanted.text) else { continue };
            // Of every trial, or of none, is settled by the trials themselves.
            let Some(limit) = bound.share().filter(|limit| *limit > 0.0 && *limit < 1.0) else { continue };
            let reach = reach(case.trials, bound.at_least);
            let open = if bound.at_least { reach < limit } else { reach > limit };
            if open {
                let (max, all) = (case.trials.max, if bound.at_least { "hits" } else { "clean" });
                let shown = format!("{:.3}%", reach * 100.0);
                let message = format!("{max} trials cannot tell: were all of them {all}, the interval would still reach {shown}");
                sheet.add(&LINT, &wanted.path, message);
            }
        }
    }
}

/// Where the interval ends when all trials are hits, or none is, at the last look.
fn reach(trials: Trials, all: bool) -> f64 {
    let n = trials.max;
    let level = ALPHA / f64::from(looks(trials));
    if all { clopper_pearson(n, n, level).0 } else { clopper_pearson(0, n, level).1 }
}

/// Looks at min, 2 min, 4 min, ... and max.
fn looks(trials: Trials) -> u32 {
    let mut looks = 1;
    let mut at = trials.min.max(1);
    while at < trials.max {
        at = at.saturating_mul(2);
        looks += 1;
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }

    #[test]
    fn all_hits_reach_the_root_of_the_level() {
        let trials = Trials { min: 200, max: 3_200 };
        assert_eq!(looks(trials), 5);
        assert!((reach(trials, true) - 0.005f64.powf(1.0 / 3_200.0)).abs() < 1e-9);
        assert_eq!(looks(Trials { min: 200, max: 200 }), 1);
        assert_eq!(looks(Trials { min: 200, max: 500 }), 3);
    }
}
