//! The binomial tail that the exact rules share.

use statrs::function::beta::beta_reg;

/// P(X >= k) of X ~ Bin(n, p): the chance of so many bad outcomes when a share `p` is bad.
pub fn upper_tail(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n || p <= 0.0 => 0.0,
        _ if p >= 1.0 => 1.0,
        _ => beta_reg(k as f64, (n - k) as f64 + 1.0, p),
    }
}

/// A p-value to 6 significant digits. The last bits of special functions differ between platforms; what is compared and
/// printed does not.
pub fn round_p(p: f64) -> f64 {
    format!("{p:.5e}").parse().expect("a formatted float is a float")
}

/// A rounded p-value as notes show it.
pub(super) fn shown_p(p: f64) -> String {
    if p > 0.0 && p < 1e-4 { format!("{p:e}") } else { p.to_string() }
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
        let pmf = |k: u64, n, p| upper_tail(k, n, p) - upper_tail(k + 1, n, p);
        for (k, n, p, expect) in [(4, 21, 0.48, 0.008139563452106), (7, 21, 0.48, 0.1966772901718), (2, 2, 0.4, 0.16)] {
            let own = pmf(k, n, p);
            let sum: f64 = (0..=n).map(|i| pmf(i, n, p)).filter(|q| *q <= own * (1.0 + 1e-7)).sum();
            assert!((sum - expect).abs() < 1e-10, "{k} of {n}: {sum}");
        }
    }

    #[test]
    fn six_digits_are_kept() {
        assert_eq!(round_p(0.0123456789), 0.0123457);
        assert_eq!(round_p(1.0), 1.0);
        assert_eq!(round_p(0.0), 0.0);
    }

    #[test]
    fn certain_and_impossible_shares() {
        assert_eq!(upper_tail(1, 10, 0.0), 0.0);
        assert_eq!(upper_tail(0, 10, 0.0), 1.0);
        assert_eq!(upper_tail(10, 10, 1.0), 1.0);
        assert_eq!(upper_tail(11, 10, 0.5), 0.0);
    }
}
