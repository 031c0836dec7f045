//! Two policies on the same seeds of a world: pairs of trials, and of their scores.

use crate::measure::{Facts, Measure, Unit};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Trial;
use std::collections::BTreeMap;

/// A scenario at a severity.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The scenario's name.
    pub scenario: String,
    /// What should happen in it.
    pub expect: Expect,
    /// The factor on all of its faults.
    pub severity: f64,
}

impl World {
    /// `cancel-latency-spike`, or `cancel-latency-spike at 2x`.
    pub fn name(&self) -> String {
        if self.severity == 1.0 { self.scenario.clone() } else { format!("{} at {}x", self.scenario, self.severity) }
    }
}

/// The trials of both policies in a world, by seed. The order in which they are added does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Where.
    pub world: World,
    by_seed: BTreeMap<u64, (Facts, Facts)>,
}

impl Pairs {
    /// No trials yet.
    pub fn new(world: World) -> Pairs {
        Pairs { world, by_seed: BTreeMap::new() }
    }

    /// Adds the trials of one seed.
    pub fn add(&mut self, old: &Trial, new: &Trial) {
        let facts = |trial| Facts::of(trial, self.world.expect);
        self.by_seed.insert(old.seed, (facts(old), facts(new)));
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.by_seed.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_seed.is_empty()
    }

    /// The pairs in which both have this score, by seed. A recovery can be declared too early only where there is one: that score is of
    /// the pairs in which both policies detected the breach, or else who misses more would seem the better.
    pub fn of(&self, measure: Measure) -> Vec<Pair> {
        let detected = |facts: &Facts| facts.get(Measure::TimeToDetect).is_some();
        let of_recoveries = measure == Measure::PrematureValidations && self.world.expect == Expect::Rollback;
        let able = |(old, new): &(Facts, Facts)| !of_recoveries || (detected(old) && detected(new));
        let pair = |(seed, (old, new)): (&u64, &(Facts, Facts))| {
            Some(Pair { seed: *seed, old: old.get(measure)?, new: new.get(measure)? })
        };
        self.by_seed.iter().filter(|(_, both)| able(both)).filter_map(pair).collect()
    }

    /// What one trial of a seed has of a score: of the old policy and of the new one.
    pub fn at(&self, seed: u64, measure: Measure) -> (Option<u64>, Option<u64>) {
        self.by_seed.get(&seed).map_or((None, None), |(old, new)| (old.get(measure), new.get(measure)))
    }
}

/// A score of both policies on one seed: 1 or 0, microseconds, or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The seed.
    pub seed: u64,
    /// Of the old policy.
    pub old: u64,
    /// Of the new one.
    pub new: u64,
}

impl Pair {
    /// New less old.
    pub fn difference(&self) -> i128 {
        i128::from(self.new) - i128::from(self.old)
    }
}

/// How many pairs are not alike.
pub fn differing(pairs: &[Pair]) -> u64 {
    pairs.iter().filter(|pair| pair.old != pair.new).count() as u64
}

/// What many scores of one side come to, in fractions, seconds or counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Their mean; of shares the share.
    pub mean: f64,
    /// Their median: a value that occurred.
    pub median: f64,
}

impl Level {
    /// Of at least one score.
    pub fn of(unit: Unit, scores: impl Iterator<Item = u64>) -> Level {
        let mut sorted: Vec<u64> = scores.collect();
        sorted.sort_unstable();
        let sum: u128 = sorted.iter().map(|score| u128::from(*score)).sum();
        let median = sorted[(sorted.len() - 1) / 2];
        Level { mean: in_unit(unit, sum as f64 / sorted.len() as f64), median: in_unit(unit, median as f64) }
    }
}

/// Microseconds as seconds, anything else as it is.
pub fn in_unit(unit: Unit, number: f64) -> f64 {
    if unit == Unit::Time { number / 1e6 } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_in_their_units() {
        let times = [3_000_000, 1_000_000, 2_000_000, 10_000_000];
        assert_eq!(Level::of(Unit::Time, times.into_iter()), Level { mean: 4.0, median: 2.0 });
        assert_eq!(Level::of(Unit::Count, [1, 2].into_iter()).mean, 1.5);
    }
}
