//! CUSUM of outcomes that are good or bad.

/// Sums the log likelihood ratio of outcomes, never below 0: `S' = max(0, S + bad * ln(p1/p0) + good * ln((1-p1)/(1-p0)))`
/// (Reynolds & Stoumbos 1999). The outcomes of a scrape have no order among them, so they are added together. `h` or more is an alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BernoulliCusum {
    /// What a bad outcome adds.
    pub bad: f64,
    /// What a good one adds; less than 0.
    pub good: f64,
    /// The decision interval, in the same units.
    pub h: f64,
}

impl BernoulliCusum {
    /// Shares of bad outcomes in control and out of it, 0 < p0 < p1 < 1.
    pub fn new(p0: f64, p1: f64, h: f64) -> BernoulliCusum {
        BernoulliCusum { bad: (p1 / p0).ln(), good: ((1.0 - p1) / (1.0 - p0)).ln(), h }
    }

    /// At least so many looks between false alarms in the mean, however many outcomes each look brings: see [`h_for`].
    pub fn with_run_length(p0: f64, p1: f64, run_length: f64) -> BernoulliCusum {
        BernoulliCusum::new(p0, p1, h_for(run_length))
    }

    /// The sum after so many outcomes.
    pub fn step(&self, sum: f64, bad: u64, good: u64) -> f64 {
        (sum + bad as f64 * self.bad + good as f64 * self.good).max(0.0)
    }

    /// Whether this sum is an alarm.
    pub fn alarms(&self, sum: f64) -> bool {
        sum >= self.h
    }
}

/// The decision interval at which any CUSUM of log likelihood ratios has at least so many looks between false alarms in the mean:
/// ln(run length), by Lorden 1971. It holds whatever a look brings, and is cautious: it leaves out that a sum oversteps its limit, and
/// that it must climb from 0. With 50 outcomes a look the run length is 5 to 9 times as long, with one it is 100 times.
pub fn h_for(run_length: f64) -> f64 {
    run_length.max(1.0).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::binomial::upper_tail;
    use crate::maths::chain::Chain;

    /// The mean looks until the alarm, each of `n` outcomes of which a share `p` is bad.
    fn mean_looks(rule: BernoulliCusum, n: u64, p: f64) -> f64 {
        let chances: Vec<(u64, f64)> = (0..=n).map(|bad| (bad, upper_tail(bad, n, p) - upper_tail(bad + 1, n, p))).collect();
        let step = |sum: &f64, bad: &u64| Some(rule.step(*sum, *bad, n - bad)).filter(|next| !rule.alarms(*next));
        Chain::walk(0.0, &chances, step).mean_steps()
    }

    /// The p1 at which a bad outcome outweighs so many good ones exactly: sums are then whole multiples of a good one's.
    fn p1(p0: f64, good: f64) -> f64 {
        let excess = |p1: f64| (p1 / p0).ln() + good * ((1.0 - p1) / (1.0 - p0)).ln();
        let (mut low, mut high) = (1.0 / (good + 1.0), 1.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        low
    }

    #[test]
    fn weights_are_log_likelihood_ratios() {
        let rule = BernoulliCusum::new(0.01, 0.03, 5.0);
        let ratio = 3f64.powi(2) * (0.97f64 / 0.99).powi(7);
        assert!((rule.step(1.0, 2, 7) - 1.0 - ratio.ln()).abs() < 1e-14);
        assert_eq!(rule.step(1.0, 0, 1000), 0.0);
        assert!((rule.step(rule.step(1.0, 1, 3), 1, 4) - rule.step(1.0, 2, 7)).abs() < 1e-14);
    }

    #[test]
    fn the_bound_keeps_the_run_length() {
        // Whole weights: the chain is exact. One outcome a look, and fifty.
        let (p0, outweighs) = (0.01, 50.0);
        let p1 = p1(p0, outweighs);
        let unit = -BernoulliCusum::new(p0, p1, 0.0).good;
        for run_length in [20.0, 500.0] {
            let rule = BernoulliCusum { bad: outweighs, good: -1.0, h: h_for(run_length) / unit };
            for n in [1, 50] {
                let (in_control, after) = (mean_looks(rule, n, p0), mean_looks(rule, n, p1));
                assert!(in_control >= run_length, "{n} a look: {in_control}");
                assert!(after < in_control / 5.0, "{n} a look: {after}");
            }
        }
    }
}
