//! Bounds that hold at all times and are stitched together over ever longer epochs: closed forms, a little wider than mixtures.
//!
//! Formulas: Howard, Ramdas, McAuliffe & Sekhon 2021 (polynomial stitching); Howard & Ramdas 2022, "Sequential estimation of
//! quantiles" (the band around a whole distribution function, double stitching).

use super::roots::{bisect, least};

/// How the epochs of a stitched bound are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epochs {
    /// The power by which later epochs get less of alpha; above 1.
    pub s: f64,
    /// Each epoch is so many times as long as the one before; above 1.
    pub eta: f64,
}

impl Default for Epochs {
    fn default() -> Epochs {
        Epochs { s: 1.4, eta: 2.0 }
    }
}

impl Epochs {
    /// A bound on a score of variance `v` and scale `c` that is exceeded in its epoch with chance `exp(-nats)`.
    fn bound(&self, v: f64, c: f64, nats: f64) -> f64 {
        let k1_squared = (self.eta.sqrt() + 1.0 / self.eta.sqrt() + 2.0) / 2.0;
        let linear = (self.eta.sqrt() + 1.0) / 2.0 * c * nats;
        (k1_squared * v * nats + linear * linear).sqrt() + linear
    }

    /// What the number of the epoch costs: `periods` is how many times its beginning the time is.
    fn cost(&self, periods: f64) -> f64 {
        self.s * (self.eta * periods).ln().ln() - self.s * self.eta.ln().ln()
    }
}

/// The score of variance `v` and scale `c` that is exceeded at some time with chance at most `alpha`; tightest soon after `v_min`.
pub fn polynomial(v: f64, alpha: f64, v_min: f64, c: f64, epochs: Epochs) -> f64 {
    let v = v.max(v_min);
    epochs.bound(v, c, epochs.cost(v / v_min) + zeta(epochs.s).ln() - alpha.ln())
}

/// How far the share below any value is from its true one, at any number of values `t >= t_min`, with chance at least `1 - alpha`:
/// `a sqrt((ln(1 + ln(t / t_min)) + C) / t)`, infinite before `t_min`. `a` is above `sqrt(1/2)`.
pub fn distribution_band(t: f64, alpha: f64, t_min: f64, a: f64) -> f64 {
    if t < t_min {
        return f64::INFINITY;
    }
    a * (((t / t_min).ln().ln_1p() + band_constant(alpha, a)) / t).sqrt()
}

/// The C with which the band is missed with chance `alpha` at the best spacing of epochs.
fn band_constant(alpha: f64, a: f64) -> f64 {
    bisect(|c| alpha - band_missed(c, a), 0.01, 1000.0)
}

fn band_missed(c: f64, a: f64) -> f64 {
    let exponent = |eta: f64| 2.0 / eta * (a - (2.0 * (eta - 1.0) / c).sqrt()).powi(2);
    let missed = |eta: f64| {
        let power = exponent(eta);
        4.0 * (-power * c).exp() * (1.0 + 1.0 / ((power - 1.0) * eta.ln()))
    };
    let widest = bisect(|eta| (eta / 2.0).sqrt() + (2.0 * (eta - 1.0) / c).sqrt() - a, 1.0, 2.0 * a * a);
    missed(least(missed, 1.0, widest))
}

/// How far the count of values below the `p`-quantile is from `p t`, for all quantiles and all `t`, with chance at least
/// `1 - alpha`; tightest near `t_opt`. `delta` is the spacing of the grid of quantiles.
pub fn double(p: f64, t: f64, alpha: f64, t_opt: f64, delta: f64, epochs: Epochs) -> f64 {
    let (t, logit) = (t.max(t_opt), (p / (1.0 - p)).ln());
    let periods = t / t_opt;
    let nearer = 1.0 / (1.0 + (-logit - 2.0 * delta * (epochs.eta / periods).sqrt()).exp());
    let r = if p >= 0.5 { p } else { nearer.min(0.5) };
    let variance = r * (1.0 - r);
    let row = periods.sqrt() * logit.abs() / (2.0 * delta) + 1.0;
    let zeta = zeta(epochs.s);
    let nats = epochs.cost(periods) + epochs.s * row.ln() + (2.0 * zeta * (2.0 * zeta + 1.0) / alpha).ln();
    delta * (epochs.eta * periods * variance).sqrt() + epochs.bound(variance * t, (1.0 - 2.0 * p) / 3.0, nats)
}

/// The sum of `n^-s` over all n, for s above 1: the first terms, and Euler and Maclaurin's estimate of the others.
fn zeta(s: f64) -> f64 {
    let n = 16.0f64;
    let head: f64 = (1..16).map(|k| f64::from(k).powf(-s)).sum();
    let tail = n.powf(1.0 - s) / (s - 1.0) + n.powf(-s) / 2.0;
    let first = s * n.powf(-s - 1.0) / 12.0;
    let second = s * (s + 1.0) * (s + 2.0) * n.powf(-s - 3.0) / 720.0;
    head + tail + first - second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeta_of_two_and_four() {
        let pi = std::f64::consts::PI;
        assert!((zeta(2.0) - pi.powi(2) / 6.0).abs() < 1e-10);
        assert!((zeta(4.0) - pi.powi(4) / 90.0).abs() < 1e-10);
    }

    #[test]
    fn numbers_of_the_reference_implementation() {
        // The tests of confseq by Howard, Waudby-Smith & Ramdas, whose numbers are from an implementation in R.
        let poly = |c| polynomial(100.0, 0.05, 10.0, c, Epochs::default());
        assert!((poly(3.0) - 64.48755).abs() < 1e-5);
        assert!((poly(-1.0) - 28.99389).abs() < 1e-5);
        let band = distribution_band(1000.0, 0.05, 100.0, 0.85);
        assert!((band - 0.08204769).abs() < 1e-6, "{band}");
        assert_eq!(distribution_band(99.0, 0.05, 100.0, 0.85), f64::INFINITY);
    }

    #[test]
    fn double_stitching_of_the_ninth_decile() {
        // validation/tables.json, group `confseq_reference`.
        let own = double(0.9, 1000.0, 0.05, 100.0, 0.5, Epochs::default());
        assert!((own - 43.72119).abs() < 1e-5, "{own}");
        assert!(double(0.1, 1000.0, 0.05, 100.0, 0.5, Epochs::default()) > own, "few values lie below a low quantile");
    }
}
