//! The gamma function and its incomplete integral, precise for large arguments too: `statrs` loses a digit with each of theirs.

use super::fraction::continued;
use std::f64::consts::PI;

pub use statrs::function::gamma::ln_gamma;

/// What Stirling's formula lacks: ln G(z) = (z - 1/2) ln z - z + ln(2 pi) / 2 + this, for z > 0.
pub fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        return ln_gamma(z) - (z - 0.5) * z.ln() + z - (2.0 * PI).ln() / 2.0;
    }
    let w = 1.0 / (z * z);
    (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * (1.0 / 1680.0 - w / 1188.0)))) / z
}

/// `x ln(x / mean) + mean - x`: how far `x > 0` is from a mean, without the loss of digits when it is near (Loader 2000).
pub fn deviance(x: f64, mean: f64) -> f64 {
    let u = (mean - x) / x;
    x * (u - if u > -0.5 { u.ln_1p() } else { (mean / x).ln() })
}

/// `x^a e^-x / G(a + 1)`: of whole `a`, the chance of `a` events where `x` are expected.
pub fn poisson(a: f64, x: f64) -> f64 {
    if a <= 0.0 { (-x).exp() } else { (-stirling_error(a) - deviance(a, x)).exp() / (2.0 * PI * a).sqrt() }
}

/// The regularised lower integral P(a, x), a > 0: of whole `a`, the chance of `a` or more events where `x` are expected.
pub fn lower(a: f64, x: f64) -> f64 {
    match () {
        _ if x <= 0.0 => 0.0,
        _ if x < a + 1.0 => series(a, x),
        _ => 1.0 - fraction(a, x),
    }
}

/// The regularised upper integral Q(a, x) = 1 - P(a, x), precise where it is small.
pub fn upper(a: f64, x: f64) -> f64 {
    match () {
        _ if x <= 0.0 => 1.0,
        _ if x < a + 1.0 => 1.0 - series(a, x),
        _ => fraction(a, x),
    }
}

/// P(a, x) for x < a + 1, where the terms soon fall (DLMF 8.11.4).
fn series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    while term > sum * f64::EPSILON / 4.0 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum * poisson(a, x)
}

/// Q(a, x) for x >= a + 1 (DLMF 8.9.2).
fn fraction(a: f64, x: f64) -> f64 {
    a * poisson(a, x) / continued(x + 1.0 - a, |k| (-k * (k - a), x + 2.0 * k + 1.0 - a))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath at 40 digits.
    const LOWER: [(f64, f64, f64); 8] = [
        (1.0, 2.0, 0.864_664_716_763_387_3),
        (0.5, 0.1, 0.345_279_153_981_423),
        (10.0, 3.0, 0.001_102_488_130_115_479_8),
        (100.0, 120.0, 0.972_136_260_109_479_3),
        (1_000.0, 1_000.0, 0.504_205_244_180_215_5),
        (1e5, 1e5, 0.500_420_522_110_365_1),
        (1e5, 101_000.0, 0.999_191_578_487_074_4),
        (1e5, 99_000.0, 0.000_757_419_921_174_767_9),
    ];

    #[test]
    fn the_incomplete_integrals_are_precise_however_large() {
        for (a, x, p) in LOWER {
            assert!((lower(a, x) / p - 1.0).abs() < 1e-12, "P({a}, {x}) = {}", lower(a, x));
            assert!((lower(a, x) + upper(a, x) - 1.0).abs() < 1e-15, "Q({a}, {x})");
        }
    }

    #[test]
    fn both_ways_to_stirling_agree() {
        let direct = ln_gamma(20.0) - 19.5 * 20f64.ln() + 20.0 - (2.0 * PI).ln() / 2.0;
        assert!((stirling_error(20.0) - direct).abs() < 1e-13);
        assert!((stirling_error(16.0) - stirling_error(16.0 - 1e-9)).abs() < 1e-12);
    }

    #[test]
    fn poisson_chances() {
        assert!((poisson(3.0, 2.0) / (8.0 / 6.0 * (-2f64).exp()) - 1.0).abs() < 1e-13);
        assert_eq!(poisson(0.0, 2.0), (-2f64).exp());
        assert_eq!(poisson(3.0, 0.0), 0.0);
    }
}
