//! The few statistics that reports show: proportions with an interval, and summaries of whole numbers.

use gatecrash_policies::maths::intervals;
use serde::{Serialize, Serializer};

/// A proportion with its 95 % interval. In JSON: `{"value", "low", "high"}`, fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often it happened.
    pub hits: u64,
    /// How often it could have; at least 1.
    pub n: u64,
}

impl Rate {
    /// `hits` of `n`; nothing when `n` is zero.
    pub fn of(hits: u64, n: u64) -> Option<Rate> {
        (n > 0).then_some(Rate { hits, n })
    }

    /// The fraction.
    pub fn value(&self) -> f64 {
        self.hits as f64 / self.n as f64
    }

    /// The 95 % interval of Wilson, as fractions.
    pub fn interval(&self) -> (f64, f64) {
        intervals::wilson(self.hits, self.n, 0.05)
    }

    /// Whether the intervals have a point in common.
    pub fn overlaps(&self, other: &Rate) -> bool {
        let ((a, b), (c, d)) = (self.interval(), other.interval());
        a <= d && c <= b
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json {
            value: f64,
            low: f64,
            high: f64,
        }
        let (low, high) = self.interval();
        Json { value: digits6(self.value()), low: digits6(low), high: digits6(high) }.serialize(serializer)
    }
}

/// What many whole numbers came to. In JSON: `{"n", "mean", "p50", "p95"}`.
///
/// Quantiles are values that occurred: the one of rank `ceil(q n)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// How many numbers.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their median.
    pub p50: f64,
    /// Their 95 % quantile.
    pub p95: f64,
}

impl Summary {
    /// Of plain counts; nothing of nothing. The mean is rounded to six significant digits.
    pub fn of_counts(values: &[u64]) -> Option<Summary> {
        Summary::of(values, 1.0, |sum, n| digits6(sum as f64 / n as f64))
    }

    /// Of microseconds, in seconds; nothing of nothing. The mean is rounded to a microsecond.
    pub fn of_micros(values: &[u64]) -> Option<Summary> {
        Summary::of(values, 1e6, |sum, n| ((sum + n / 2) / n) as f64 / 1e6)
    }

    fn of(values: &[u64], unit: f64, mean: impl Fn(u128, u128) -> f64) -> Option<Summary> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let sum: u128 = sorted.iter().map(|v| u128::from(*v)).sum();
        let at = |permille| nearest_rank(&sorted, permille).map(|v| v as f64 / unit);
        Some(Summary { n: sorted.len() as u64, p50: at(500)?, p95: at(950)?, mean: mean(sum, sorted.len() as u128) })
    }
}

/// The value of rank `ceil(q n)` of sorted values, `q` in thousandths so that no rank hangs on a rounding.
pub fn nearest_rank(sorted: &[u64], permille: usize) -> Option<u64> {
    let rank = (permille * sorted.len()).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied()
}

/// Rounded to six significant digits, so that output does not hang on the last bits of a platform's mathematics.
pub fn digits6(value: f64) -> f64 {
    if value.is_finite() { format!("{value:.5e}").parse().expect("a float that was just printed") } else { value }
}

/// In JSON as [`digits6`] has it.
pub(crate) fn six<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    digits6(*value).serialize(serializer)
}

/// The same, where there is a number.
pub(crate) fn six_if_any<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(digits6).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(nearest_rank(&hundred, 500), Some(50));
        assert_eq!(nearest_rank(&hundred, 950), Some(95));
        assert_eq!(nearest_rank(&[3, 9], 500), Some(3));
        assert_eq!(nearest_rank(&[3, 9], 501), Some(9));
        assert_eq!(nearest_rank(&[], 500), None);
    }

    #[test]
    fn summaries_are_of_seconds_or_of_counts() {
        let of = Summary::of_micros(&[3_000_000, 1_000_000, 1_000_001]).expect("three values");
        assert_eq!((of.n, of.mean, of.p50, of.p95), (3, 1.666_667, 1.000_001, 3.0));
        assert_eq!(Summary::of_counts(&[1, 1, 2]).expect("three values").mean, 1.333_33);
        assert_eq!(Summary::of_counts(&[]), None);
    }

    #[test]
    fn six_digits_are_kept() {
        assert_eq!(digits6(0.123_456_789), 0.123_457);
        assert_eq!(digits6(1_234_567.0), 1_234_570.0);
        assert_eq!(digits6(0.0), 0.0);
    }
}
