//! McNemar's tests: of pairs that fared differently, one way should be as frequent as the other.

use super::binomial;
use super::side::Side;

/// The exact p-value of `b` pairs one way and `c` the other: [`Side::Greater`] holds that `b` is the more frequent.
pub fn exact(b: u64, c: u64, side: Side) -> f64 {
    binomial::test(b, b + c, 0.5, side)
}

/// The statistic, chi-squared with one degree of freedom, and its p-value. With `continuity`, as Edwards (1948) would have it, the
/// difference is taken one smaller.
pub fn chi_squared(b: u64, c: u64, continuity: bool) -> (f64, f64) {
    let apart = b.abs_diff(c).saturating_sub(u64::from(continuity)) as f64;
    let z = if b + c == 0 { 0.0 } else { apart / ((b + c) as f64).sqrt() };
    (z * z, Side::Both.of_z(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_p_values() {
        // Vassar College's online computation, by way of the tests of statsmodels (group `mcnemar_exact`).
        for (b, c, expect, tolerance) in [(121, 59, 4e-6, 6e-7), (80, 59, 0.089452, 6e-6), (10, 30, 0.002221, 6e-6)] {
            let p = exact(b, c, Side::Both);
            assert!((p - expect).abs() < tolerance, "{b}, {c}: {p}");
        }
        assert_eq!(exact(5, 5, Side::Both), 1.0);
        assert_eq!(exact(0, 0, Side::Both), 1.0);
    }

    #[test]
    fn chi_squared_of_r() {
        // R mcnemar.test, by way of the tests of statsmodels (group `mcnemar_chi2_R`).
        let table = [
            (121, 59, 21.35556, 3.815136e-6, 2e-5),
            (70, 59, 0.9379845, 0.3327967, 1e-6),
            (80, 59, 3.17266187, 0.07488031, 1e-6),
        ];
        for (b, c, statistic, p, tolerance) in table {
            let own = chi_squared(b, c, false);
            assert!((own.0 - statistic).abs() < tolerance && (own.1 - p).abs() < 1e-6, "{b}, {c}: {own:?}");
        }
        let (statistic, p) = chi_squared(70, 59, true);
        assert!((statistic - 100.0 / 129.0).abs() < 1e-14 && p > 0.37 && p < 0.38, "{statistic} {p}");
        assert_eq!(chi_squared(7, 7, true).0, 0.0);
    }
}
