//! Before a rollout: how many outcomes it takes, and how often something alarms for nothing.

use super::normal::{density, quantile, upper_tail};
use super::quadrature::{gauss_legendre, on};

/// What a comparison of two shares is to find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Stable's bad share, 0..1.
    pub stable: f64,
    /// The canary's bad share that is to be found, 0..1.
    pub canary: f64,
    /// The canary's share of all outcomes, 0..1.
    pub share: f64,
    /// The chance of an alarm when both are equal, one-sided.
    pub alpha: f64,
    /// The chance of finding it.
    pub power: f64,
}

impl Size {
    /// The outcomes it takes on the canary: the pooled z test with unequal arms (Fleiss 1981).
    pub fn canary_outcomes(&self) -> u64 {
        let (p1, p0, r) = (self.canary, self.stable, (1.0 - self.share) / self.share);
        let pooled = (p1 + r * p0) / (1.0 + r);
        let equal = (pooled * (1.0 - pooled) * (1.0 + 1.0 / r)).sqrt();
        let apart = (p1 * (1.0 - p1) + p0 * (1.0 - p0) / r).sqrt();
        let root = (quantile(1.0 - self.alpha) * equal + quantile(self.power) * apart) / (p1 - p0);
        (root * root).ceil() as u64
    }
}

/// The outcomes it takes to see an event of a rate `p` with a chance of `power`: where each is seen with a chance `d`, ask for `p d`.
pub fn outcomes_to_see(p: f64, power: f64) -> u64 {
    ((-power).ln_1p() / (-p).ln_1p()).ceil() as u64
}

/// The trials it takes to know a chance `p` to a relative standard error, by counting.
pub fn trials_to_know(p: f64, relative_error: f64) -> u64 {
    ((1.0 - p) / (p * relative_error * relative_error)).round() as u64
}

/// The chance that at least one of so many gates alarms at one look though nothing is wrong, each with a chance of `alpha`, where any
/// two of their statistics correlate by `correlation`, 0..=1: they share a normal factor, given which they are independent.
pub fn any_alarm(gates: u32, correlation: f64, alpha: f64) -> f64 {
    if correlation >= 1.0 {
        return alpha;
    }
    let (limit, own) = (quantile(1.0 - alpha), (1.0 - correlation).sqrt());
    let any = |factor: f64| {
        let each = upper_tail((limit - correlation.sqrt() * factor) / own);
        -(f64::from(gates) * (-each).ln_1p()).exp_m1()
    };
    on(&gauss_legendre(400), -9.0, 9.0).map(|(factor, weight)| weight * density(factor) * any(factor)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabled_sizes() {
        // validation/tables.json, group `canary_sample_size`, alpha 5 %, power 80 %: (stable, lift, share, outcomes).
        let table = [
            (0.001, 1.2, 0.05, 173_783),
            (0.001, 2.0, 0.25, 11_605),
            (0.01, 1.5, 0.05, 3_005),
            (0.05, 2.0, 0.05, 160),
            (0.05, 5.0, 0.25, 23),
        ];
        for (stable, lift, share, n) in table {
            let size = Size { stable, canary: stable * lift, share, alpha: 0.05, power: 0.8 };
            assert_eq!(size.canary_outcomes(), n, "{size:?}");
        }
    }

    #[test]
    fn rare_events() {
        // Groups `zero_tolerance_n` and `rare_event_n`.
        assert_eq!(outcomes_to_see(0.01, 0.95), 299);
        assert_eq!(outcomes_to_see(0.001, 0.8), 1_609);
        assert_eq!(outcomes_to_see(0.0001, 0.95), 29_956);
        assert_eq!(trials_to_know(0.001, 0.1), 99_900);
    }

    #[test]
    fn many_gates() {
        // Group `many_gates`: one-factor Gaussian integral.
        let table = [
            (3, 0.0, 0.05, 0.1426250000000001),
            (5, 0.3, 0.01, 0.045078246674907785),
            (10, 0.6, 0.001, 0.007452397572723757),
            (20, 0.9, 0.01, 0.03582507867778684),
        ];
        for (gates, correlation, alpha, expect) in table {
            let own = any_alarm(gates, correlation, alpha);
            assert!((own - expect).abs() < 1e-9, "{gates} gates, {correlation}: {own}");
        }
        assert!((any_alarm(20, 0.999, 0.01) - 0.01).abs() < 0.005);
        assert_eq!(any_alarm(20, 1.0, 0.01), 0.01);
    }
}
