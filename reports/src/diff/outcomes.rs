//! The difference of two shares on the same seeds.

use super::estimate::{Estimate, SIGN};
use super::pairing::Pair;
use gatecrash_policies::maths::intervals::{clopper_pearson, lower_bound, upper_bound};
use gatecrash_policies::maths::paired;
use gatecrash_policies::maths::side::Side;

/// Of at least one pair of 0s and 1s, with an error of at most `alpha`.
///
/// The difference is (2 theta - 1) d: theta is the share of gains among the pairs that differ, d the share of pairs that do. Theta has
/// the exact interval of Clopper and Pearson given how many differ, whose test is McNemar's exact one; d has an exact upper bound.
/// Theta takes [`SIGN`] of the error and d the rest, so that both hold together, also where no pair differs.
pub fn shares(pairs: &[Pair], alpha: f64) -> Estimate {
    let gained = pairs.iter().filter(|pair| pair.new > pair.old).count() as u64;
    let lost = pairs.iter().filter(|pair| pair.new < pair.old).count() as u64;
    let (n, differ) = (pairs.len() as u64, gained + lost);
    let theta = if differ == 0 { (0.0, 1.0) } else { clopper_pearson(gained, differ, SIGN * alpha) };
    // An end beyond zero is as far as the most pairs that may differ take it, one on the near side no farther than those that did.
    let (most, least) = (upper_bound(differ, n, (1.0 - SIGN) * alpha / 2.0), lower_bound(differ, n, (1.0 - SIGN) * alpha / 2.0));
    let end = |theta: f64, outwards: f64| {
        let lean = 2.0 * theta - 1.0;
        lean * if lean * outwards >= 0.0 { most } else { least }
    };
    Estimate {
        difference: (gained as f64 - lost as f64) / n as f64,
        low: end(theta.0, -1.0),
        high: end(theta.1, 1.0),
        p: (paired::exact(gained, lost, Side::Both) / SIGN).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(gained: u64, lost: u64, n: u64, alpha: f64) -> Estimate {
        let pair = |seed| match seed {
            s if s < gained => Pair { seed, old: 0, new: 1 },
            s if s < gained + lost => Pair { seed, old: 1, new: 0 },
            _ => Pair { seed, old: 1, new: 1 },
        };
        shares(&(0..n).map(pair).collect::<Vec<_>>(), alpha)
    }

    #[test]
    fn no_pair_that_differs_bounds_the_difference() {
        let none = of(0, 0, 400, 0.05);
        // 1 - (0.0025)^(1/400).
        assert!((none.high - 0.014867).abs() < 1e-6 && none.low == -none.high, "{none:?}");
        assert_eq!((none.difference, none.p), (0.0, 1.0));
        assert!(of(1, 0, 400, 0.05).high > none.high, "one pair that differs allows for more, not less");
    }

    #[test]
    fn the_interval_excludes_zero_just_where_the_test_rejects() {
        for (gained, lost) in [(0, 0), (5, 0), (6, 0), (7, 0), (8, 1), (9, 1), (30, 14), (30, 13), (3, 40), (20, 20)] {
            for alpha in [0.05, 0.01, 0.001] {
                let own = of(gained, lost, 100, alpha);
                assert_eq!(own.low > 0.0 || own.high < 0.0, own.p <= alpha, "{gained} {lost} {alpha}: {own:?}");
                assert!(own.low <= own.difference && own.difference <= own.high, "{own:?}");
            }
        }
    }

    #[test]
    fn swapped_it_is_mirrored() {
        let (a, b) = (of(12, 3, 50, 0.01), of(3, 12, 50, 0.01));
        assert!((a.low + b.high).abs() < 1e-12 && (a.high + b.low).abs() < 1e-12 && a.p == b.p, "{a:?} {b:?}");
    }

    /// Of all ways in which 40 pairs may fall, the interval has the true difference in at least 95 %.
    #[test]
    fn it_covers() {
        let n = 40;
        let log_factorial = |k: u64| (1..=k).map(|i| (i as f64).ln()).sum::<f64>();
        for (gain, loss) in [(0.01, 0.01), (0.05, 0.02), (0.2, 0.1), (0.4, 0.4), (0.03, 0.0), (0.7, 0.1)] {
            let mut missed = 0.0;
            for b in 0..=n {
                for c in (0..=n - b).filter(|c| loss > 0.0 || *c == 0) {
                    let own = of(b, c, n, 0.05);
                    let ways = log_factorial(n) - log_factorial(b) - log_factorial(c) - log_factorial(n - b - c);
                    let term = |share: f64, k: u64| if k == 0 { 0.0 } else { k as f64 * share.ln() };
                    let chance = (ways + term(gain, b) + term(loss, c) + term(1.0 - gain - loss, n - b - c)).exp();
                    if !(own.low..=own.high).contains(&(gain - loss)) {
                        missed += chance;
                    }
                }
            }
            assert!(missed <= 0.05, "{gain} {loss}: {missed}");
        }
    }
}
