//! How likely the canary is worse, once prior belief and counts are taken together.

use super::beta;
use super::quadrature::{gauss_legendre, on};
use std::f64::consts::FRAC_PI_2;

/// What is believed of a share: a beta distribution. After outcomes, its prior's parameters with the bad and the good ones added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Bad outcomes, the prior's included; at least a half.
    pub bad: f64,
    /// Good ones, the prior's included; at least a half.
    pub good: f64,
}

impl Belief {
    /// The chance that the share is above a number.
    pub fn above(&self, share: f64) -> f64 {
        beta::upper(self.bad, self.good, share)
    }

    /// The variance.
    fn variance(&self) -> f64 {
        let n = self.bad + self.good;
        self.bad * self.good / (n * n * (n + 1.0))
    }

    /// The mean of a function of the share. In the angle whose squared sine is the share, the density is smooth whatever the
    /// parameters, and falls off at least as a normal density of variance 1 / (2 n - 2).
    fn mean_of(&self, nodes: &[(f64, f64)], f: impl Fn(f64) -> f64) -> f64 {
        let n = self.bad + self.good;
        let (centre, reach) = ((self.bad / n).sqrt().asin(), 8.0 / (2.0 * n - 2.0).max(1.0).sqrt());
        let (from, to) = ((centre - reach).max(0.0), (centre + reach).min(FRAC_PI_2));
        let at = |(angle, weight): (f64, f64)| {
            let share = angle.sin().powi(2);
            // d share = 2 sin cos d angle, and the density has one power less of each.
            (share, weight * 2.0 * beta::power(self.bad, self.good, share) / (angle.sin() * angle.cos()))
        };
        on(nodes, from, to).map(at).filter(|(_, weight)| *weight > 1e-15).map(|(share, weight)| weight * f(share)).sum()
    }
}

/// Shares of two arms under belief, with the nodes of an integral.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    nodes: Vec<(f64, f64)>,
}

impl Shares {
    /// 64 nodes are right to 1e-9 where neither arm has fewer than a half of either kind.
    pub fn new() -> Shares {
        Shares { nodes: gauss_legendre(64) }
    }

    /// The chance that the canary's bad share is above `ratio` times stable's `+ plus`. The integral goes over the narrower belief,
    /// on whose scale the other's tail is smooth.
    pub fn worse(&self, canary: Belief, stable: Belief, ratio: f64, plus: f64) -> f64 {
        if canary.variance() < stable.variance() * ratio * ratio {
            canary.mean_of(&self.nodes, |share| beta::lower(stable.bad, stable.good, (share - plus) / ratio))
        } else {
            stable.mean_of(&self.nodes, |share| beta::upper(canary.bad, canary.good, ratio * share + plus))
        }
    }
}

impl Default for Shares {
    fn default() -> Shares {
        Shares::new()
    }
}

/// What is believed of a rate: a gamma distribution. After events, its prior's shape and rate with events and exposure added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Events, the prior's shape included; above zero.
    pub events: f64,
    /// Exposure, the prior's rate included; above zero.
    pub exposure: f64,
}

/// The chance that the canary's rate is above `ratio` times stable's: of the sum of both scaled rates, its part is beta distributed.
pub fn faster(canary: Rate, stable: Rate, ratio: f64) -> f64 {
    let own = ratio * canary.exposure;
    beta::upper(canary.events, stable.events, own / (own + stable.exposure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(bad: u64, all: u64, prior: f64) -> Belief {
        Belief { bad: bad as f64 + prior, good: (all - bad) as f64 + prior }
    }

    /// Miller's closed form (2015) for whole parameters: the sum over the canary's bad ones.
    fn closed(canary: Belief, stable: Belief) -> f64 {
        let ln_beta = |a: f64, b: f64| {
            use crate::maths::gamma::ln_gamma;
            ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
        };
        let term = |i: f64| {
            let top = ln_beta(stable.bad + i, stable.good + canary.good);
            (top - ln_beta(1.0 + i, canary.good) - ln_beta(stable.bad, stable.good)).exp() / (canary.good + i)
        };
        (0..canary.bad as u64).map(|i| term(i as f64)).sum()
    }

    #[test]
    fn tabled_chances_of_shares() {
        // validation/tables.json, group `beta_binomial_prob`.
        let table = [(3, 200, 20, 3_800, 0.9702309692193744), (40, 1_000, 600, 19_000, 0.935643527646195)];
        for (x1, n1, x0, n0, expect) in table {
            let own = Shares::new().worse(belief(x1, n1, 1.0), belief(x0, n0, 1.0), 1.0, 0.0);
            assert!((own - expect).abs() < 1e-9, "{x1} of {n1}: {own}");
        }
    }

    #[test]
    fn the_integral_is_the_closed_form() {
        for (x1, n1, x0, n0) in
            [(0, 1, 0, 1), (0, 30, 0, 600), (30, 30, 590, 600), (5, 4_000, 3, 80), (700, 2_000, 50, 200), (1, 1, 0, 5_000)]
        {
            let (canary, stable) = (belief(x1, n1, 1.0), belief(x0, n0, 1.0));
            let (own, sum) = (Shares::new().worse(canary, stable, 1.0, 0.0), closed(canary, stable));
            assert!((own - sum).abs() < 1e-9, "{x1} of {n1}, {x0} of {n0}: {own}, sum {sum}");
        }
    }

    #[test]
    fn the_arms_may_change_places() {
        for prior in [0.5, 1.0, 2.0] {
            let (a, b) = (belief(0, 40, prior), belief(1, 300, prior));
            let (one, other) = (Shares::new().worse(a, b, 1.0, 0.0), Shares::new().worse(b, a, 1.0, 0.0));
            assert!((one + other - 1.0).abs() < 1e-9, "{prior}: {one} {other}");
            assert!(Shares::new().worse(a, b, 2.0, 0.0) < one && Shares::new().worse(a, b, 1.0, 0.01) < one);
        }
    }

    #[test]
    fn tabled_chances_of_rates() {
        // Group `gamma_poisson_prob`: Jeffreys' prior.
        let rate = |events: f64, exposure| Rate { events: events + 0.5, exposure };
        assert!((faster(rate(9.0, 5.0), rate(60.0, 95.0), 1.0) - 0.99592130421852).abs() < 1e-10);
        assert!((faster(rate(0.0, 2.0), rate(10.0, 38.0), 1.0) - 0.30506200305741027).abs() < 1e-10);
        assert_eq!(faster(rate(9.0, 5.0), rate(60.0, 95.0), 2.0), faster(rate(9.0, 10.0), rate(60.0, 95.0), 1.0));
    }
}
