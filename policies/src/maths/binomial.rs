//! The binomial distribution: exact tails.
//!
//! Counts that were scaled by a dispersion are not whole: where `f64` is taken, the beta integral goes on between whole numbers.

use super::beta;
use super::search::least;
use super::side::{AS_UNLIKELY, Side};

/// P(X >= k) of X ~ Bin(n, p): the chance of so many bad outcomes when a share `p` is bad.
pub fn upper_tail(k: u64, n: u64, p: f64) -> f64 {
    at_least(k as f64, n as f64, p)
}

/// P(X <= k).
pub fn lower_tail(k: u64, n: u64, p: f64) -> f64 {
    at_most(k as f64, n as f64, p)
}

/// P(X >= k), for any `k`: I_p(k, n - k + 1).
pub fn at_least(k: f64, n: f64, p: f64) -> f64 {
    match () {
        _ if k <= 0.0 => 1.0,
        _ if k > n || p <= 0.0 => 0.0,
        _ => beta::lower(k, n - k + 1.0, p),
    }
}

/// P(X <= k), for any `k`: what [`at_least`] leaves from `k + 1`.
pub fn at_most(k: f64, n: f64, p: f64) -> f64 {
    match () {
        _ if k < 0.0 => 0.0,
        _ if k + 1.0 > n || p <= 0.0 => 1.0,
        _ => beta::upper(k + 1.0, n - k, p),
    }
}

/// P(X = k), for any `k` of 0..=n.
pub fn exactly(k: f64, n: f64, p: f64) -> f64 {
    match () {
        _ if k <= 0.0 => (n * (-p).ln_1p()).exp(),
        _ if k >= n => p.powf(n),
        _ => beta::power(k, n - k, p) * n / (k * (n - k)),
    }
}

/// The exact p-value of `k` bad of `n` when a share `p0` of 0..=1 is bad.
pub fn test(k: u64, n: u64, p0: f64, side: Side) -> f64 {
    match side {
        Side::Greater => upper_tail(k, n, p0),
        Side::Less => lower_tail(k, n, p0),
        Side::Both => as_unlikely(k, n, p0),
    }
}

/// The chance of all outcomes that are at most as likely as `k`: those on its side of the mode, and those far enough on the other.
fn as_unlikely(k: u64, n: u64, p: f64) -> f64 {
    let mode = ((n + 1) as f64 * p) as u64;
    if k > mode {
        return as_unlikely(n - k, n, 1.0 - p);
    }
    let chance = |i: u64| exactly(i as f64, n as f64, p);
    let allowed = chance(k) * AS_UNLIKELY;
    let other = least(mode, |i| i > n || chance(i) <= allowed);
    (lower_tail(k, n, p) + upper_tail(other, n, p)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (n, smallest count that rejects p95 <= T at 5 %, its exact size): validation/tables.json, group `quantile_gate_p95`,
    /// own exact computation (scipy); the definition is RULES.md section 3.
    const P95_GATE: [(u64, u64, f64); 7] = [
        (20, 4, 0.015901526019763548),
        (50, 6, 0.037776172989777285),
        (100, 10, 0.02818829416341614),
        (200, 16, 0.04435562916706127),
        (500, 34, 0.045411790640574094),
        (1000, 63, 0.038393235564510554),
        (5000, 277, 0.04442086849579542),
    ];

    #[test]
    fn the_p95_gate_rejects_from_the_tabled_count() {
        for (n, c, size) in P95_GATE {
            assert!((upper_tail(c, n, 0.05) - size).abs() < 1e-9, "n = {n}");
            assert!(upper_tail(c - 1, n, 0.05) > 0.05, "n = {n}: one less must not reject");
        }
    }

    #[test]
    fn wilks_numbers() {
        // Wilks 1941 (validation/tables.json, group `wilks_sample_size`): the least n whose maximum bounds a quantile.
        for (confidence, coverage, n) in [(0.95, 0.95, 59), (0.95, 0.99, 299), (0.95, 0.9, 29), (0.99, 0.95, 90)] {
            let proves = |n| upper_tail(1, n, 1.0 - coverage) >= confidence;
            assert!(proves(n) && !proves(n - 1), "{coverage} at {confidence}");
        }
    }

    #[test]
    fn two_sided_p_values_of_r() {
        // R binom.test by way of scipy's tests (group `binom_test_R`): sum of all pmf <= pmf(k).
        for (k, n, p, expect) in [(4, 21, 0.48, 0.008139563452106), (7, 21, 0.48, 0.1966772901718), (2, 2, 0.4, 0.16)] {
            assert!((test(k, n, p, Side::Both) - expect).abs() < 1e-10, "{k} of {n}");
        }
    }

    #[test]
    fn the_far_tail_is_found_without_a_walk() {
        for (n, p) in [(21, 0.48), (30, 0.1), (12, 0.5), (40, 0.97)] {
            let chance = |i: u64| exactly(i as f64, n as f64, p);
            for k in 0..=n {
                let sum: f64 = (0..=n).map(chance).filter(|q| *q <= chance(k) * AS_UNLIKELY).sum();
                assert!((test(k, n, p, Side::Both) - sum).abs() < 1e-12, "{k} of {n} at {p}");
            }
        }
    }

    #[test]
    fn chances_are_what_tails_differ_by() {
        for k in 0..=40 {
            let step = upper_tail(k, 40, 0.3) - upper_tail(k + 1, 40, 0.3);
            assert!((exactly(k as f64, 40.0, 0.3) - step).abs() < 1e-13, "{k}");
            assert!((lower_tail(k, 40, 0.3) + upper_tail(k + 1, 40, 0.3) - 1.0).abs() < 1e-13, "{k}");
        }
    }

    #[test]
    fn certain_and_impossible_shares() {
        assert_eq!(upper_tail(1, 10, 0.0), 0.0);
        assert_eq!(upper_tail(0, 10, 0.0), 1.0);
        assert_eq!(upper_tail(10, 10, 1.0), 1.0);
        assert_eq!(upper_tail(11, 10, 0.5), 0.0);
    }
}
