//! On which side of a limit a number of trials lies, with a margin.

use super::study::Sum;
use gatecrash_policies::maths::intervals;

/// How many standard errors a number is moved towards its limit before it is compared: positive for what has to be shown, negative
/// for what may still be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caution(pub f64);

impl Caution {
    /// To say that a search has shown something: a one-sided bound of 80 %. No false rollback in 100 trials then meets a limit of 1 %.
    pub const CHOICE: Caution = Caution(0.84);
    /// To choose who is tried on fresh seeds, which decide: the number as it is. One unlucky seed in 100 would otherwise turn away all
    /// that are well within a limit of 1 %, and with them the whole search.
    pub const ENTRY: Caution = Caution(0.0);
    /// To keep a promise on fresh seeds: a one-sided bound of 95 %. Among many candidates near a limit, some of those beyond it look
    /// good in the search by luck alone, and are the first to be tried; a bound of 80 % would let a fifth of those at the limit pass.
    pub const PROMISE: Caution = Caution(1.645);
    /// To go on with: what has a chance of a fifth to meet the limit stays.
    pub const HALVING: Caution = Caution(-0.84);
    /// To call a constraint broken: the printed 95 % interval lies beyond its limit.
    pub const BROKEN: Caution = Caution(-1.96);

    /// A share of which less is better, at its worst.
    pub fn at_most(self, hits: u64, n: u64) -> f64 {
        intervals::wilson_end(hits, n, self.0)
    }

    /// A share of which more is better, at its worst.
    pub fn at_least(self, hits: u64, n: u64) -> f64 {
        1.0 - self.at_most(n - hits, n)
    }

    /// A mean of which less is better, at its worst. Of fewer than two numbers nothing is known: anything may be, nothing is shown.
    pub fn mean(self, sum: &Sum) -> f64 {
        match sum.mean().zip(sum.error()) {
            Some((mean, error)) => mean + self.0 * error,
            None if self.0 < 0.0 => f64::NEG_INFINITY,
            None => f64::INFINITY,
        }
    }

    /// The fewest trials without a hit that show a share to be at most `limit`: z^2 (1 - limit) / limit. No number shows a limit of 0.
    pub fn trials_needed(self, limit: f64) -> u64 {
        let n = (self.0 * self.0 * (1.0 - limit) / limit).ceil().max(1.0) as u64;
        // Where the formula gives a whole number, rounding may leave the bound a hair beyond the limit.
        n.saturating_add(u64::from(self.at_most(0, n) > limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_moves_towards_the_limit() {
        let (shown, may) = (Caution::CHOICE, Caution::HALVING);
        assert!(shown.at_most(0, 100) <= 0.01 && shown.at_most(1, 100) > 0.01);
        assert!(may.at_most(2, 100) < 0.02 && shown.at_least(98, 100) < 0.98 && may.at_least(98, 100) > 0.98);
        assert_eq!((shown.at_least(0, 0), may.at_least(0, 0)), (0.0, 1.0), "nothing is shown by nothing, and anything may be");
        let mut sum = Sum::default();
        assert_eq!((shown.mean(&sum), may.mean(&sum)), (f64::INFINITY, f64::NEG_INFINITY));
        [8, 12].into_iter().for_each(|value| sum.add(value));
        assert!((shown.mean(&sum) - 11.68).abs() < 1e-12 && (may.mean(&sum) - 8.32).abs() < 1e-12);
    }

    #[test]
    fn so_many_trials_show_it_and_one_fewer_does_not() {
        for limit in [0.5, 0.1, 0.05, 0.01, 0.001] {
            let n = Caution::CHOICE.trials_needed(limit);
            assert!(Caution::CHOICE.at_most(0, n) <= limit && Caution::CHOICE.at_most(0, n - 1) > limit, "{limit}: {n}");
        }
        assert_eq!(Caution::CHOICE.trials_needed(0.01), 70);
    }
}
