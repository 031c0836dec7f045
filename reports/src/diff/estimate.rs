//! A difference as far as pairs tell it.

/// The part of the error that an interval spends on the sign of the difference; of shares the rest goes to how many pairs differ.
pub(super) const SIGN: f64 = 0.9;

/// New less old, in fractions, microseconds or counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean difference.
    pub difference: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The smallest error at which the interval would not reach zero.
    pub p: f64,
}

/// The smallest p-value that can be had where so many pairs differ: when all of them differ the same way.
pub fn attainable(differing: u64) -> f64 {
    let ways = i32::try_from(differing).unwrap_or(i32::MAX);
    (2.0 * 0.5f64.powi(ways) / SIGN).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pairs_that_differ_tell_no_sign() {
        assert_eq!((attainable(0), attainable(1)), (1.0, 1.0));
        assert!(attainable(6) < 0.05 && attainable(5) > 0.05);
        assert!(attainable(u64::MAX) < 1e-300);
    }
}
