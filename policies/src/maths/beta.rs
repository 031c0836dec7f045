//! The incomplete beta function, precise for parameters in the millions: that of `statrs` stops after 141 terms, too soon for them.

use super::fraction::continued;
use super::gamma::{deviance, stirling_error};
use std::f64::consts::PI;

/// `x^a (1 - x)^b / B(a, b)`, for a, b > 0: by Loader's deviances (2000), which lose no digits in large parameters.
pub fn power(a: f64, b: f64, x: f64) -> f64 {
    let n = a + b;
    let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
    (stirling - deviance(a, n * x) - deviance(b, n * (1.0 - x))).exp() * (a * b / (2.0 * PI * n)).sqrt()
}

/// The regularised integral I_x(a, b), for a, b > 0: the chance that a share of that beta distribution is at most `x`.
pub fn lower(a: f64, b: f64, x: f64) -> f64 {
    match () {
        _ if x <= 0.0 => 0.0,
        _ if x >= 1.0 => 1.0,
        _ if is_low(a, b, x) => fraction(a, b, x),
        _ => 1.0 - fraction(b, a, 1.0 - x),
    }
}

/// 1 - I_x(a, b), precise where it is small.
pub fn upper(a: f64, b: f64, x: f64) -> f64 {
    match () {
        _ if x <= 0.0 => 1.0,
        _ if x >= 1.0 => 0.0,
        _ if is_low(a, b, x) => 1.0 - fraction(a, b, x),
        _ => fraction(b, a, 1.0 - x),
    }
}

/// Whether the fraction converges fast as it stands, rather than from the other end.
fn is_low(a: f64, b: f64, x: f64) -> bool {
    x < (a + 1.0) / (a + b + 2.0)
}

/// I_x(a, b) by its continued fraction (DLMF 8.17.22).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let term = |k: f64| {
        let (m, odd) = ((k / 2.0).floor(), k % 2.0 == 1.0);
        let below = (a + k - 1.0) * (a + k);
        let above = if odd { -(a + m) * (a + b + m) } else { m * (b - m) };
        (above * x / below, 1.0)
    };
    power(a, b, x) / a / continued(1.0, term)
}

/// The share below which a probability `p` lies: the inverse of [`lower`], by halving.
pub fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high || high - low <= f64::EPSILON * low {
            return middle;
        }
        if lower(a, b, middle) < p { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath at 40 digits.
    const LOWER: [(f64, f64, f64, f64); 8] = [
        (0.5, 0.5, 0.3, 0.369_010_119_565_545_36),
        (20.0, 180.0, 0.1, 0.525_097_898_030_273),
        (1_000.0, 20_000.0, 0.05, 0.945_751_312_052_463_1),
        (1_000.0, 20_000.0, 0.048, 0.605_781_028_007_290_5),
        (5_000.0, 95_000.0, 0.05, 0.501_736_543_146_579),
        (5e4, 9.5e5, 0.05, 0.500_549_141_950_579_1),
        (5e4, 9.5e5, 0.0505, 0.988_940_851_285_601_7),
        (1e6, 1e6, 0.5, 0.5),
    ];

    #[test]
    fn the_integral_is_precise_however_large() {
        for (a, b, x, p) in LOWER {
            assert!((lower(a, b, x) - p).abs() < 1e-12, "I_{x}({a}, {b}) = {}", lower(a, b, x));
            assert!((upper(b, a, 1.0 - x) - p).abs() < 1e-11, "1 - I_{}({b}, {a})", 1.0 - x);
        }
    }

    #[test]
    fn small_tails_keep_their_digits() {
        // (1 - x)^b and x^a.
        assert!((upper(1.0, 40.0, 0.9) / 0.1f64.powi(40) - 1.0).abs() < 1e-12);
        assert!((lower(50.0, 1.0, 0.1) / 0.1f64.powi(50) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_quantile_undoes_the_integral() {
        for (a, b, p) in [(1.0, 20.0, 0.975), (81.0, 183.0, 0.025), (1e5, 1e6, 0.5), (0.5, 0.5, 1e-6)] {
            assert!((lower(a, b, quantile(a, b, p)) / p - 1.0).abs() < 1e-9, "{a}, {b}, {p}");
        }
    }
}
