//! The normal distribution. Of `statrs` only the quantile: its error function is right to 10 digits, and tables ask for 15.

use super::fraction::continued;
use statrs::function::erf::erfc_inv;
use std::f64::consts::{PI, SQRT_2};

/// P(Z <= z).
pub fn cdf(z: f64) -> f64 {
    upper_tail(-z)
}

/// P(Z > z), precise where it is small.
pub fn upper_tail(z: f64) -> f64 {
    match () {
        _ if z > FAR => beyond(z),
        _ if z < -FAR => 1.0 - beyond(-z),
        _ => 0.5 - from_middle(z),
    }
}

/// Where the fraction takes over from the series: both are quick and precise there.
const FAR: f64 = 3.0;

/// P(0 < Z <= z), negative on the left: the density times z + z^3/3 + z^5/(3 5) + ... (Marsaglia 2004).
fn from_middle(z: f64) -> f64 {
    let (mut sum, mut term, mut k) = (z, z, 1.0);
    while term.abs() > sum.abs() * f64::EPSILON / 4.0 {
        k += 2.0;
        term *= z * z / k;
        sum += term;
    }
    sum * density(z)
}

/// P(Z > z) of large z: the density over z + 1/(z + 2/(z + 3/(z + ...))) (Laplace).
fn beyond(z: f64) -> f64 {
    if z.is_finite() { density(z) / continued(z, |k| (k, z)) } else { 0.0 }
}

/// The density at `z`.
pub fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// The value below which a share `p` of 0..=1 lies: infinite at the ends.
pub fn quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath at 40 digits.
    const CDF: [(f64, f64); 9] = [
        (-37.0, 5.725_571_222_524_577e-300),
        (-8.0, 6.220_960_574_271_784e-16),
        (-5.0, 2.866_515_718_791_939e-7),
        (-3.0, 0.001_349_898_031_630_094_6),
        (-1.0, 0.158_655_253_931_457_05),
        (0.1, 0.539_827_837_277_029),
        (1.0, 0.841_344_746_068_542_9),
        (3.0, 0.998_650_101_968_369_9),
        (9.0, 1.0),
    ];

    #[test]
    fn fifteen_digits() {
        for (z, p) in CDF {
            assert!((cdf(z) - p).abs() <= 1e-15 && (cdf(z) / p - 1.0).abs() < 1e-12, "{z}: {:e}", cdf(z));
            assert_eq!(cdf(z), upper_tail(-z));
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((cdf(f64::NEG_INFINITY), cdf(f64::INFINITY), cdf(0.0)), (0.0, 1.0, 0.5));
        assert!(cdf(f64::NAN).is_nan());
    }

    #[test]
    fn quantile_and_tail_undo_each_other() {
        for p in [1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.975] {
            assert!((cdf(quantile(p)) / p - 1.0).abs() < 1e-12, "{p}");
            assert!((upper_tail(-quantile(p)) / p - 1.0).abs() < 1e-12, "{p}");
        }
        assert!((quantile(0.975) - 1.959963984540054).abs() < 1e-12);
    }
}
