//! Evidence that may be looked at as often as one likes: mixtures of likelihood ratios.
//!
//! A score `s` of intrinsic time `v` (variance so far) has a log mixture that exceeds `ln(1 / alpha)` at any time with chance at most
//! alpha (Ville); where it does is a bound on the score that holds at all times. Formulas: Howard, Ramdas, McAuliffe & Sekhon 2021,
//! "Time-uniform, nonparametric, nonasymptotic confidence sequences".

use super::looks::Sides;
use super::normal;
use super::roots::bisect;
use super::{beta, gamma};
use statrs::function::beta::ln_beta;
use statrs::function::gamma::ln_gamma;

/// A mixture of likelihood ratios.
pub trait Mixture {
    /// The log of the mixture at score `s` and intrinsic time `v`.
    fn log(&self, s: f64, v: f64) -> f64;

    /// The largest score that can be at `v`.
    fn score_max(&self, _v: f64) -> f64 {
        f64::INFINITY
    }

    /// The score that is exceeded at some time with chance at most `alpha`, at intrinsic time `v`.
    fn bound(&self, v: f64, alpha: f64) -> f64 {
        let excess = |s| self.log(s, v) + alpha.ln();
        let mut to = v.max(1.0);
        while to < self.score_max(v) && excess(to) < 0.0 {
            to *= 2.0;
        }
        bisect(excess, 0.0, to.min(self.score_max(v)))
    }
}

/// The mixing precision rho of the normal mixture whose bound at `alpha` is tightest, nearly, at intrinsic time `v`.
pub fn best_rho(v: f64, alpha: f64, sides: Sides) -> f64 {
    let nats = -(2.0 * alpha / sides.count()).ln();
    v / (2.0 * nats + (2.0 * nats).ln_1p())
}

/// Normal scores, means mixed by a normal distribution of precision `rho`, of both signs or folded to the positive ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    /// The mixing precision, in units of intrinsic time.
    pub rho: f64,
    /// Whether the score may go either way.
    pub sides: Sides,
}

impl Mixture for Normal {
    fn log(&self, s: f64, v: f64) -> f64 {
        let all = v + self.rho;
        let two_sided = (self.rho / all).ln() / 2.0 + s * s / (2.0 * all);
        match self.sides {
            Sides::Two => two_sided,
            Sides::One => two_sided + (2.0 * normal::cdf(s / all.sqrt())).ln(),
        }
    }
}

/// Sub-gamma scores of scale `c`, mixed by a gamma distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaExponential {
    /// The mixing precision; see [`best_rho`], one-sided.
    pub rho: f64,
    /// The scale: how heavy the tail is.
    pub c: f64,
}

impl Mixture for GammaExponential {
    fn log(&self, s: f64, v: f64) -> f64 {
        let unit = self.c * self.c;
        let (prior, shape) = (self.rho / unit, (v + self.rho) / unit);
        let rate = shape + s / self.c;
        let part = |a: f64, x: f64| ln_gamma(a) + gamma::lower(a, x).ln() - a * x.ln();
        part(shape, rate) - part(prior, prior) + rate - prior
    }
}

/// Sub-Poisson scores of scale `c`, mixed by a gamma distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaPoisson {
    /// The mixing precision; see [`best_rho`], one-sided.
    pub rho: f64,
    /// The scale: the size of a jump.
    pub c: f64,
}

impl Mixture for GammaPoisson {
    fn log(&self, s: f64, v: f64) -> f64 {
        let unit = self.c * self.c;
        let (prior, rate) = (self.rho / unit, (v + self.rho) / unit);
        let part = |a: f64, x: f64| ln_gamma(a) + gamma::upper(a, x).ln() - a * x.ln();
        part(rate + s / self.c, rate) - part(prior, prior) + v / unit
    }
}

/// Scores whose steps lie between `-g` and `h` (sub-Bernoulli), mixed by a beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    g: f64,
    h: f64,
    r: f64,
    sides: Sides,
    /// The log of the mixing distribution's own constant.
    prior: f64,
}

impl BetaBinomial {
    /// A mixture of precision `r`; see [`best_r`].
    pub fn new(g: f64, h: f64, r: f64, sides: Sides) -> BetaBinomial {
        let mixture = BetaBinomial { g, h, r, sides, prior: 0.0 };
        BetaBinomial { prior: mixture.ln_beta(0.0, 0.0), ..mixture }
    }

    /// The log of the beta function, incomplete if one-sided, after score `s` and time `v`.
    fn ln_beta(&self, s: f64, v: f64) -> f64 {
        let (g, h) = (self.g, self.h);
        let (a, b) = ((self.r + v - g * s) / (g * (g + h)), (self.r + v + h * s) / (h * (g + h)));
        match self.sides {
            Sides::Two => ln_beta(a, b),
            Sides::One => ln_beta(a, b) + beta::lower(a, b, h / (g + h)).ln(),
        }
    }
}

/// The precision of a [`BetaBinomial`] whose bound at `alpha` is tightest, nearly, at intrinsic time `v`.
pub fn best_r(v: f64, alpha: f64, g: f64, h: f64, sides: Sides) -> f64 {
    (best_rho(v, alpha, sides) - g * h).max(1e-3 * g * h)
}

impl Mixture for BetaBinomial {
    fn log(&self, s: f64, v: f64) -> f64 {
        let (g, h) = (self.g, self.h);
        let up = (v + h * s) / (h * (g + h));
        let down = (v - g * s) / (g * (g + h));
        v / (g * h) * (g + h).ln() - up * g.ln() - down * h.ln() + self.ln_beta(s, v) - self.prior
    }

    fn score_max(&self, v: f64) -> f64 {
        v / self.g
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The log mixture at score 10 and the bound at alpha 5 %, both at time 100, of mixtures that are tuned for that.
    fn check(mixture: impl Mixture, log: f64, bound: f64) {
        assert!((mixture.log(10.0, 100.0) - log).abs() < 1e-5, "{}", mixture.log(10.0, 100.0));
        assert!((mixture.bound(100.0, 0.05) - bound).abs() < 1e-5, "{}", mixture.bound(100.0, 0.05));
        assert!((mixture.log(mixture.bound(50.0, 0.01), 50.0) - 100f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn numbers_of_the_reference_implementation() {
        // The tests of confseq by Howard, Waudby-Smith & Ramdas, whose numbers are from an implementation in R.
        let (one, two) = (best_rho(100.0, 0.05, Sides::One), best_rho(100.0, 0.05, Sides::Two));
        assert!((two - 12.60056).abs() < 1e-5);
        check(Normal { rho: two, sides: Sides::Two }, -0.6510052, 30.35209);
        check(Normal { rho: one, sides: Sides::One }, -0.06502391, 27.66071);
        check(GammaExponential { rho: one, c: 2.0 }, -0.2490165, 33.02017);
        check(GammaPoisson { rho: one, c: 2.0 }, -0.06991219, 30.1949);
        let beta = |sides| BetaBinomial::new(0.2, 0.8, best_r(100.0, 0.05, 0.2, 0.8, sides), sides);
        check(beta(Sides::Two), -0.6941012, 31.4308);
        check(beta(Sides::One), -0.07134019, 28.41238);
    }

    #[test]
    fn nothing_seen_is_no_evidence() {
        for sides in [Sides::One, Sides::Two] {
            assert!(BetaBinomial::new(0.3, 0.7, 2.0, sides).log(0.0, 0.0).abs() < 1e-12);
            assert!(Normal { rho: 3.0, sides }.log(0.0, 0.0).abs() < 1e-12);
        }
        assert!(GammaPoisson { rho: 3.0, c: 1.0 }.log(0.0, 0.0).abs() < 1e-12);
        assert!(GammaExponential { rho: 3.0, c: 1.0 }.log(0.0, 0.0).abs() < 1e-12);
    }

    #[test]
    fn no_bound_is_beyond_the_largest_score() {
        let mixture = BetaBinomial::new(0.2, 0.8, 1.0, Sides::Two);
        assert_eq!(mixture.bound(0.1, 0.05), 0.5);
    }
}
