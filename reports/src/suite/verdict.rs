//! Whether an expectation holds, as far as trials can tell.

use super::estimate::Estimate;
use super::expectation::{Expectation, Stat, Subject};
use crate::measure::{Facts, Measure};
use gatecrash_policies::policy::Op;
use serde::{Deserialize, Serialize};

/// What became of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The interval lies where it should.
    Pass,
    /// It lies wholly where it should not.
    Fail,
    /// The limit lies within it, or there is nothing to go by.
    Undecided,
}

/// The chance of a wrong verdict, over all looks together.
pub const ALPHA: f64 = 0.05;

/// After how many trials they are looked at: `min`, twice as many, ..., `max`.
pub fn looks(min: u64, max: u64) -> Vec<u64> {
    let doubled = std::iter::successors(Some(min), |n| n.checked_mul(2)).take_while(|n| *n < max);
    doubled.chain([max]).collect()
}

/// A moment at which trials are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Of how many.
    pub of: usize,
    /// Whether it is the last.
    pub is_last: bool,
}

impl Look {
    /// The chance of a wrong verdict at this look.
    pub fn alpha(self) -> f64 {
        ALPHA / self.of as f64
    }
}

impl Expectation {
    /// What a trial has of what is measured.
    pub fn value(&self, facts: &Facts) -> Option<u64> {
        match &self.subject {
            Subject::Measure(measure) => facts.get(*measure),
            Subject::CaughtBy(gate) => facts.caught_by(gate),
            Subject::SmallestSeverity(_) => facts.get(Measure::DetectionRate),
            // What a trial is does not say what it was.
            Subject::AsRecorded => None,
        }
    }

    /// What trials say of it.
    pub fn estimate(&self, facts: &[Facts], look: Look) -> Option<Estimate> {
        let values: Vec<u64> = facts.iter().filter_map(|facts| self.value(facts)).collect();
        Estimate::of(&values, self.stat, look.alpha())
    }

    /// Whether it is of every single trial: that none is beyond the limit. No interval could ever lie beyond the end of the scale, and
    /// the largest of all trials is not known before the last.
    pub fn is_of_each(&self) -> bool {
        let end = match self.op {
            Op::AtMost => 0.0,
            _ => 1.0,
        };
        self.stat == Stat::Max || (self.stat == Stat::Share && self.limit == end && matches!(self.op, Op::AtMost | Op::AtLeast))
    }

    /// Whether it holds, given what trials say. What is of every trial fails as soon as one is beyond the limit, and passes once all have
    /// been played; the rest is decided when the whole interval lies on one side of the limit.
    pub fn judge(&self, estimate: Option<Estimate>, look: Look) -> Verdict {
        let Some(estimate) = estimate else { return Verdict::Undecided };
        if self.is_of_each() {
            return match self.holds(estimate.value) {
                false if self.can_recover() && !look.is_last => Verdict::Undecided,
                false => Verdict::Fail,
                true if self.can_recover() || look.is_last => Verdict::Pass,
                true => Verdict::Undecided,
            };
        }
        match (self.holds(estimate.low), self.holds(estimate.high)) {
            (true, true) => Verdict::Pass,
            (false, false) => Verdict::Fail,
            _ => Verdict::Undecided,
        }
    }

    /// Whether more trials can only help: the largest may still come to be as large as is asked for.
    fn can_recover(&self) -> bool {
        self.stat == Stat::Max && matches!(self.op, Op::AtLeast | Op::Above)
    }

    pub(super) fn holds(&self, number: f64) -> bool {
        match self.op {
            Op::AtMost => number <= self.limit,
            Op::AtLeast => number >= self.limit,
            Op::Below => number < self.limit,
            Op::Above => number > self.limit,
            Op::Equal => number == self.limit,
        }
    }

    /// Whether the expectation is kept by being small.
    pub fn is_upper(&self) -> bool {
        matches!(self.op, Op::AtMost | Op::Below)
    }

    /// The trial that speaks most against it: of those that have it, the one farthest on the wrong side; among equals the one with
    /// most harm, and then the first.
    pub fn worst<'a>(&self, facts: &'a [Facts]) -> Option<&'a Facts> {
        let badness = |facts: &Facts| {
            let value = self.value(facts)?;
            Some((if self.is_upper() { value } else { u64::MAX - value }, facts.get(Measure::Harmed)))
        };
        let worst = facts.iter().rev().filter_map(|facts| Some((badness(facts)?, facts))).max_by_key(|(badness, _)| *badness);
        worst.map(|(_, facts)| facts)
    }
}

/// Whether breaches of each of these sizes, the least of them and all larger ones, are caught as often as `mark`: all must be, and the
/// chance of a wrong word is shared by all.
pub fn ladder(mark: f64, rungs: &[&[Facts]], look: Look) -> (Verdict, Option<Estimate>) {
    let alpha = look.alpha() / rungs.len().max(1) as f64;
    let rate = |facts: &&[Facts]| {
        let values: Vec<u64> = facts.iter().filter_map(|facts| facts.get(Measure::DetectionRate)).collect();
        Estimate::of(&values, Stat::Share, alpha)
    };
    let rates: Vec<Option<Estimate>> = rungs.iter().map(rate).collect();
    let lowest = rates.iter().flatten().copied().min_by(|a, b| a.value.total_cmp(&b.value));
    let verdict = match () {
        _ if rates.iter().flatten().any(|rate| rate.high < mark) => Verdict::Fail,
        _ if !rates.is_empty() && rates.iter().all(|rate| rate.is_some_and(|rate| rate.low >= mark)) => Verdict::Pass,
        _ => Verdict::Undecided,
    };
    (verdict, lowest)
}

#[cfg(test)]
mod tests {
    use super::super::expectation::parse;
    use super::*;

    fn judged(text: &str, low: f64, high: f64, is_last: bool) -> Verdict {
        let estimate = Estimate { value: (low + high) / 2.0, low, high, n: 100 };
        parse(text).expect(text).judge(Some(estimate), Look { of: 5, is_last })
    }

    #[test]
    fn looks_double_up_to_the_last() {
        assert_eq!(looks(200, 3_200), [200, 400, 800, 1_600, 3_200]);
        assert_eq!(looks(200, 1_000), [200, 400, 800, 1_000]);
        assert_eq!(looks(50, 50), [50]);
    }

    #[test]
    fn the_whole_interval_must_lie_on_one_side() {
        assert_eq!(judged("detection_rate >= 90%", 0.9, 1.0, false), Verdict::Pass);
        assert_eq!(judged("detection_rate > 90%", 0.9, 1.0, true), Verdict::Undecided);
        assert_eq!(judged("detection_rate >= 90%", 0.8, 0.899, false), Verdict::Fail);
        assert_eq!(judged("recovery.p95 <= 1s", f64::NEG_INFINITY, f64::INFINITY, true), Verdict::Undecided);
        assert_eq!(parse("missed <= 5%").expect("it is one").judge(None, Look { of: 1, is_last: true }), Verdict::Undecided);
    }

    #[test]
    fn what_is_of_every_trial_needs_them_all_to_pass_and_one_to_fail() {
        for text in ["missed <= 0%", "harmed.max <= 0"] {
            assert_eq!(judged(text, 0.0, 0.0, false), Verdict::Undecided, "{text}");
            assert_eq!(judged(text, 0.0, 0.0, true), Verdict::Pass, "{text}");
            assert_eq!(judged(text, 1.0, 1.0, false), Verdict::Fail, "{text}");
        }
        assert_eq!(judged("harmed.max >= 5", 7.0, 7.0, false), Verdict::Pass);
        assert_eq!(judged("harmed.max >= 5", 3.0, 3.0, false), Verdict::Undecided);
        assert_eq!(judged("harmed.max >= 5", 3.0, 3.0, true), Verdict::Fail);
    }
}
