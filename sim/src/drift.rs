//! The wobble: services are not alike from one quarter of an hour to the next, even when nothing is wrong.

use crate::dice::{Dice, Purpose, normal_quantile};
use crate::scenario::{Scenario, Wobble};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// How often slow things move, unless nobody looks more often than once in a while.
pub const TICK: Span = Span::from_secs(10);

/// From here on a scrape is slow.
const SLOW: Span = Span::from_secs(60);

/// How often slow things move in a scenario: as often as it is scraped where that is once a minute or less, which makes trials of
/// weeks affordable.
pub fn tick(scenario: &Scenario) -> Span {
    let scrape = scenario.telemetry.scrape;
    if scrape >= SLOW { scrape } else { TICK }
}

/// The share of the variance that each arm has to itself.
const APART: f64 = 0.1;

/// The factors in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    wobble: Wobble,
    step: Span,
    /// Standard normal AR(1) states: latency (common, stable, canary), errors (the same), rate.
    states: [f64; 7],
    latency: [f64; 2],
    errors: [f64; 2],
    rate: f64,
}

impl Drift {
    /// In its stationary state; it will move on by `step` at a time.
    pub fn new(wobble: Wobble, step: Span, dice: Dice) -> Drift {
        let mut drift = Drift { wobble, step, states: [0.0; 7], latency: [1.0; 2], errors: [1.0; 2], rate: 1.0 };
        if drift.is_on() {
            for (i, state) in drift.states.iter_mut().enumerate() {
                *state = noise(dice, i, u64::MAX);
            }
            drift.refresh();
        }
        drift
    }

    /// Whether anything wobbles.
    pub fn is_on(&self) -> bool {
        self.wobble.is_on()
    }

    /// Moves on by one step.
    pub fn tick(&mut self, now: Time, dice: Dice) {
        if !self.is_on() {
            return;
        }
        let kept = libm::exp(-self.step.seconds() / self.wobble.correlation.seconds());
        let fresh = libm::sqrt(1.0 - kept * kept);
        for (i, state) in self.states.iter_mut().enumerate() {
            *state = kept * *state + fresh * noise(dice, i, now.0);
        }
        self.refresh();
    }

    fn refresh(&mut self) {
        let (common, own) = (libm::sqrt(1.0 - APART), libm::sqrt(APART));
        for arm in 0..2 {
            self.latency[arm] = factor(self.wobble.latency, common * self.states[0] + own * self.states[1 + arm]);
            self.errors[arm] = factor(self.wobble.errors, common * self.states[3] + own * self.states[4 + arm]);
        }
        self.rate = factor(self.wobble.rate, self.states[6]);
    }

    /// The factor of latencies on an arm.
    pub fn latency(&self, arm: Arm) -> f64 {
        self.latency[usize::from(arm == Arm::Canary)]
    }

    /// The factor of error rates on an arm.
    pub fn errors(&self, arm: Arm) -> f64 {
        self.errors[usize::from(arm == Arm::Canary)]
    }

    /// The factor of arrivals.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

fn noise(dice: Dice, which: usize, step: u64) -> f64 {
    normal_quantile(dice.stream(Purpose::Wobble, which as u64, step).unit())
}

/// Log-normal with mean one.
fn factor(log_sd: f64, state: f64) -> f64 {
    if log_sd == 0.0 { 1.0 } else { libm::exp(log_sd * state - log_sd * log_sd / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wobble_keeps_its_mean_and_its_correlation() {
        let wobble = Wobble { latency: 0.3, rate: 0.0, errors: 0.0, correlation: Span::from_secs(100) };
        let dice = Dice::new(3);
        let mut drift = Drift::new(wobble, TICK, dice);
        let logs: Vec<f64> = (1..=100_000u64)
            .map(|i| {
                drift.tick(Time(i * TICK.0), dice);
                libm::log(drift.latency(Arm::Stable)) + 0.045
            })
            .collect();
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        let variance = logs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let lagged = logs.windows(11).map(|w| (w[0] - mean) * (w[10] - mean)).sum::<f64>() / n / variance;
        // About 5,000 independent stretches: four sigma are 0.017 for the mean and 0.05 for the others.
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((variance.sqrt() - 0.3).abs() < 0.02, "sd {}", variance.sqrt());
        assert!((lagged - 1.0 / std::f64::consts::E).abs() < 0.05, "correlation after its time: {lagged}");
    }
}
