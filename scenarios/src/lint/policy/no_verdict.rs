//! Limits that decide nothing: whatever is read lies on the same side.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::policy::{Check, Limit, Policy, Reading};

/// GC103.
pub static CANNOT_FAIL: Lint = Lint {
    code: "GC103",
    name: "cannot-fail",
    level: Level::Error,
    about: "No reading breaks the limit: a part of something is never more than 100% of it, and nothing is counted below zero. The \
            gate never fires.",
    help: "Give it a limit that a breach goes beyond.",
    look: Look::Policy(cannot_fail),
    finds: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 100% over 10m }",
    leaves: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
};

/// GC104.
pub static CANNOT_PASS: Lint = Lint {
    code: "GC104",
    name: "cannot-pass",
    level: Level::Error,
    about: "No reading keeps the limit: every rollout is rolled back, or held, for nothing.",
    help: "Give it a limit that a healthy rollout keeps.",
    look: Look::Policy(cannot_pass),
    finds: "gates:\n  errors: { check: count(runs.errors) < 0 over 10m }",
    leaves: "gates:\n  errors: { check: count(runs.errors) <= 40 over 10m, min_samples: 50 }",
};

fn cannot_fail(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    for (path, check) in checks(&policy.value) {
        if limits(check).iter().all(|limit| verdicts(check, *limit).all(|passes| passes)) {
            sheet.add(&CANNOT_FAIL, &format!("{path}.limit"), format!("every reading passes: {}", range_of(check)));
        }
    }
}

fn cannot_pass(policy: &Loaded<Policy>, sheet: &mut Sheet) {
    for (path, check) in checks(&policy.value) {
        if limits(check).iter().any(|limit| verdicts(check, *limit).all(|passes| !passes)) {
            sheet.add(&CANNOT_PASS, &format!("{path}.limit"), format!("no reading passes: {}", range_of(check)));
        }
    }
}

/// The checks that are held against numbers, with their paths. What a gate `needs` is a condition, and no limit.
fn checks(policy: &Policy) -> impl Iterator<Item = (String, &Check)> {
    let gates = policy.gates.iter().map(|gate| (format!("gates.{}.check", gate.name), &gate.check));
    let recovery = policy.rollback.validate.checks.iter().enumerate();
    let recovery = recovery.map(|(i, check)| (format!("rollback.validate.checks.{i}"), check));
    gates.chain(recovery).filter(|(_, check)| !limits(check).is_empty())
}

fn limits(check: &Check) -> Vec<f64> {
    match &check.limit {
        Limit::Absolute(limit) => vec![*limit],
        Limit::PerSegment(limits) => limits.iter().map(|(_, limit)| *limit).collect(),
        Limit::TimesStable(_) | Limit::StablePlus(_) => Vec::new(),
    }
}

/// Whether readings all over their range pass: its ends, the limit, and both sides of it.
fn verdicts(check: &Check, limit: f64) -> impl Iterator<Item = bool> {
    let (least, most) = range(&check.reading);
    let step = limit.abs().max(1.0) * 1e-9;
    let readings = [least, most, limit - step, limit, limit + step];
    let possible = readings.into_iter().filter(move |reading| (least..=most).contains(reading));
    possible.map(move |reading| check.op.holds(reading, limit))
}

/// The least and the most that can be read.
fn range(reading: &Reading) -> (f64, f64) {
    match reading {
        Reading::Share(..) => (0.0, 1.0),
        // Signals of one component are parts of its outcomes; those of two need not be parts of each other.
        Reading::Ratio(part, all) if part.component == all.component && all.signal == "outcomes" => (0.0, 1.0),
        Reading::Growth(_) => (f64::NEG_INFINITY, f64::INFINITY),
        _ => (0.0, f64::INFINITY),
    }
}

fn range_of(check: &Check) -> &'static str {
    match range(&check.reading) {
        (_, 1.0) => "this lies between 0% and 100%",
        _ => "this is zero or more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::check::parse;

    #[test]
    fn example() {
        crate::lint::examples::holds(&CANNOT_FAIL);
        crate::lint::examples::holds(&CANNOT_PASS);
    }

    #[test]
    fn both_sides_of_the_range() {
        for (text, fails, passes) in [
            ("ratio(a.b / a.outcomes) <= 100%", false, true),
            ("ratio(a.b / a.outcomes) < 100%", true, true),
            ("ratio(a.b / c.d) <= 100%", true, true),
            ("ratio(a.b / a.outcomes) > 100%", true, false),
            ("count(a.b) >= 0", false, true),
            ("count(a.b) == 0", true, true),
            ("p95(a.b) <= 0s", true, true),
            ("growth(a.b) >= 0/s", true, true),
            ("share(a.b > 3) <= 101%", false, true),
        ] {
            let check = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let all: Vec<bool> = verdicts(&check, limits(&check)[0]).collect();
            assert_eq!((all.contains(&false), all.contains(&true)), (fails, passes), "{text}");
        }
    }
}
