//! Student's t distribution (1908): the mean of few normal numbers, in units of its estimated standard error.

use super::beta;

/// The value beyond which, on either side, `alpha` of the distribution lies, for `freedom` > 0 degrees of freedom: by the
/// incomplete beta function (Abramowitz and Stegun 26.7.1).
pub fn two_sided(alpha: f64, freedom: f64) -> f64 {
    let x = beta::quantile(freedom / 2.0, 0.5, alpha);
    (freedom * (1.0 - x) / x).sqrt()
}

/// The chance of more than `t`, precise where it is small: the inverse of [`two_sided`], for one side.
pub fn upper_tail(t: f64, freedom: f64) -> f64 {
    let half = beta::lower(freedom / 2.0, 0.5, freedom / (freedom + t * t)) / 2.0;
    if t >= 0.0 { half } else { 1.0 - half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabled_quantiles() {
        // Abramowitz and Stegun, table 26.10.
        for (alpha, freedom, t) in
            [(0.05, 1.0, 12.706), (0.05, 10.0, 2.228), (0.01, 30.0, 2.750), (0.02, 120.0, 2.358), (0.2, 5.0, 1.476)]
        {
            assert!((two_sided(alpha, freedom) - t).abs() < 6e-4, "{alpha}, {freedom}: {}", two_sided(alpha, freedom));
        }
    }

    #[test]
    fn tails_and_quantiles_are_inverse() {
        for freedom in [1.0, 4.0, 39.0, 1_599.0] {
            for alpha in [1e-9, 1e-5, 0.001, 0.2, 0.9] {
                let p = 2.0 * upper_tail(two_sided(alpha, freedom), freedom);
                assert!((p / alpha - 1.0).abs() < 1e-6, "{alpha} {freedom}: {p}");
            }
        }
        // Cauchy: 1/2 - atan(t) / pi.
        assert!((upper_tail(-2.0, 1.0) - (0.5 + 2f64.atan() / std::f64::consts::PI)).abs() < 1e-12);
    }
}
