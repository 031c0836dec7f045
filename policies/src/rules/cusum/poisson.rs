//! CUSUM of events against the time in which they came.

use super::bernoulli::h_for;

/// Sums what events weigh against what their exposure does, never below 0 (Lucas 1985); `h` or more is an alarm.
///
/// With weights of a log likelihood ratio it is `S' = max(0, S + events * ln(r) - rate0 * (r - 1) * exposure)`, r being rate1 / rate0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonCusum {
    /// What an event adds.
    pub event: f64,
    /// What a unit of exposure adds: less than 0 when more events are worse.
    pub exposure: f64,
    /// The decision interval, in the same units.
    pub h: f64,
}

impl PoissonCusum {
    /// Events per unit of exposure in control and out of it, both more than 0.
    pub fn new(rate0: f64, rate1: f64, h: f64) -> PoissonCusum {
        PoissonCusum { event: (rate1 / rate0).ln(), exposure: rate0 - rate1, h }
    }

    /// At least so many looks between false alarms in the mean, however much exposure each look brings: see [`h_for`].
    pub fn with_run_length(rate0: f64, rate1: f64, run_length: f64) -> PoissonCusum {
        PoissonCusum::new(rate0, rate1, h_for(run_length))
    }

    /// The sum after so many events in so much exposure.
    pub fn step(&self, sum: f64, events: u64, exposure: f64) -> f64 {
        (sum + events as f64 * self.event + exposure * self.exposure).max(0.0)
    }

    /// Whether this sum is an alarm.
    pub fn alarms(&self, sum: f64) -> bool {
        sum >= self.h
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::chain::Chain;

    /// The mean looks until the alarm, each of exposure 1 and so many events in the mean.
    fn mean_looks(rule: PoissonCusum, start: f64, mean: f64) -> f64 {
        let mut chance = (-mean).exp();
        let next = |events: u32| {
            let own = chance;
            chance *= mean / f64::from(events + 1);
            (u64::from(events), own)
        };
        let chances: Vec<(u64, f64)> = (0..60).map(next).collect();
        let step = |sum: &f64, events: &u64| Some(rule.step(*sum, *events, 1.0)).filter(|next| !rule.alarms(*next));
        Chain::walk(start, &chances, step).mean_steps()
    }

    #[test]
    fn published_run_lengths() {
        // Lucas 1985 Tables 2 to 5: k = 0.25, h = 10, headstart 5, mean 0.25; all times 4, so that sums are whole. The upper and
        // the lower side.
        let rule = |sign: f64| PoissonCusum { event: 4.0 * sign, exposure: -sign, h: 40.0 };
        for (sign, expect) in [(1.0, 333.0), (-1.0, 318.0)] {
            let own = mean_looks(rule(sign), 20.0, 0.25);
            assert!((own - expect).abs() < 0.55, "{sign}: {own}");
        }
    }

    #[test]
    fn weights_are_log_likelihood_ratios() {
        let rule = PoissonCusum::new(0.2, 0.5, 5.0);
        let ln_pmf = |rate: f64| 3.0 * (rate * 4.0).ln() - rate * 4.0;
        assert!((rule.step(1.0, 3, 4.0) - 1.0 - (ln_pmf(0.5) - ln_pmf(0.2))).abs() < 1e-14);
        assert_eq!(rule.step(1.0, 0, 100.0), 0.0);
    }

    #[test]
    fn the_bound_keeps_the_run_length() {
        // An event adds ln 2 and a look takes ln 2 away when rate0 is ln 2 and rate1 twice that: sums are whole multiples of it.
        let rate0 = 2f64.ln();
        let unit = rate0;
        for run_length in [20.0, 500.0] {
            let llr = PoissonCusum::with_run_length(rate0, 2.0 * rate0, run_length);
            assert!((llr.event / unit - 1.0).abs() < 1e-15 && (llr.exposure / unit + 1.0).abs() < 1e-15);
            let whole = PoissonCusum { event: 1.0, exposure: -1.0, h: llr.h / unit };
            let (in_control, after) = (mean_looks(whole, 0.0, rate0), mean_looks(whole, 0.0, 2.0 * rate0));
            assert!(in_control >= run_length && after < in_control / 3.0, "{in_control}, {after}");
        }
    }
}
