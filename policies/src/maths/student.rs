//! Student's t distribution.

use super::beta;

/// The value beyond which, on either side, `alpha` of the distribution lies, for `freedom` > 0 degrees of freedom: by the
/// incomplete beta function (Abramowitz and Stegun 26.7.1).
pub fn two_sided(alpha: f64, freedom: f64) -> f64 {
    let x = beta::quantile(freedom / 2.0, 0.5, alpha);
    (freedom * (1.0 - x) / x).sqrt()
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
}
