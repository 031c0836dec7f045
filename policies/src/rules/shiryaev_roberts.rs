//! Shiryaev-Roberts: the evidence for a shift, summed over all looks at which it may have come.

use super::entry::number;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::stream;
use crate::maths::digits::round_p;
use crate::maths::run_length::{self, Detector, Range};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "shiryaev_roberts",
    about: "fails when the evidence that readings are beyond the limit since some look, summed over all looks, comes by chance once in \
            run_length looks",
    alpha: Alpha::RunLength,
    missing: "a look without new samples adds nothing; late samples are added when they come",
    cost: "O(1)",
    right_for: "cancel-latency-spike",
    parameters: &[
        number("theta", 1.0, 0.2, 5.0, "the shift beyond the limit that is to be found soonest, in standard deviations"),
        number("run_length", 1_000.0, 10.0, 1e6, "the mean number of looks between false alarms, at the limit"),
    ],
    of: Of::Nothing,
    wants: Wants::SCORES,
    fits: stream,
    mistake: |_| None,
    make: |rule| State::ShiryaevRoberts(ShiryaevRoberts::new(rule.number("theta"), rule.number("run_length"))),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct ShiryaevRoberts {
    chart: Chart,
    ln_r: f64,
    heard: bool,
}

impl ShiryaevRoberts {
    fn new(theta: f64, run_length: f64) -> ShiryaevRoberts {
        ShiryaevRoberts { chart: Chart::with_run_length(theta, run_length), ln_r: f64::NEG_INFINITY, heard: false }
    }
}

impl Judge for ShiryaevRoberts {
    fn listen(&mut self, look: &Look) {
        let Some(score) = look.score() else { return };
        self.ln_r = self.chart.step(self.ln_r, score).min(2.0 * self.chart.level);
        self.heard = true;
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if let Some(why) = look.unheard(self.heard) {
            note.push_str(why);
            return Status::Inconclusive;
        }
        let ln_r = round_p(self.ln_r);
        let _ = write!(note, "log evidence {ln_r:.2}, alarm at {:.2}", self.chart.level);
        if self.chart.alarms(ln_r) { Status::Fail } else { Status::Pass }
    }
}

/// `R' = (1 + R) exp(theta x - theta^2 / 2)` of scores that are standard normal in control (Roberts 1966). Its state is ln R, for R grows
/// without bound; it starts at minus infinity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chart {
    /// The shift to be found, in standard deviations. More than 0.
    pub theta: f64,
    /// ln A: the alarm comes at R >= A.
    pub level: f64,
}

impl Chart {
    /// The chart that starts at R = 0 and has so many looks between false alarms in the mean, to 6 digits.
    pub fn with_run_length(theta: f64, run_length: f64) -> Chart {
        let mean_at = |level| run_length::mean(&Chart { theta, level }, 0.0, f64::NEG_INFINITY);
        // In control R less the number of looks is 0 in the mean, and at the alarm R >= A: the run length is at least A.
        Chart { theta, level: round_p(run_length::level(run_length, run_length.max(1.0).ln(), mean_at)) }
    }

    /// Whether this ln R is an alarm.
    pub fn alarms(&self, ln_r: f64) -> bool {
        ln_r >= self.level
    }
}

/// ln(1 + e^y), whatever the size of y.
fn ln_1p_exp(y: f64) -> f64 {
    y.max(0.0) + (-y.abs()).exp().ln_1p()
}

impl Detector for Chart {
    fn step(&self, ln_r: f64, x: f64) -> f64 {
        ln_1p_exp(ln_r) + self.theta * (x - self.theta / 2.0)
    }

    fn needed(&self, from: f64, to: f64) -> f64 {
        (to - ln_1p_exp(from)) / self.theta + self.theta / 2.0
    }

    /// A score of minus 10 takes R = 0 to the lowest; what is below it is as good as there.
    fn range(&self, _look: u32) -> Range {
        let from = self.step(f64::NEG_INFINITY, -10.0).min(self.level);
        Range { from, to: self.level, stays: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{fails_at, fresh, readings, reads, said, status};
    use crate::maths::run_length::tests::{range_is_where_it_does_not_alarm, step_and_needed_undo_each_other};

    fn mean(theta: f64, a: f64, r0: f64, true_mean: f64) -> f64 {
        run_length::mean(&Chart { theta, level: a.ln() }, true_mean, r0.ln())
    }

    #[test]
    fn the_run_length_is_that_of_the_rule() {
        let rule = Chart { theta: 0.5, level: 5.0 };
        step_and_needed_undo_each_other(&rule);
        range_is_where_it_does_not_alarm(&rule, |ln_r| rule.alarms(ln_r));
        assert_eq!(rule.step(f64::NEG_INFINITY, 0.25), 0.0);
    }

    #[test]
    fn published_run_lengths() {
        // (theta, A, true mean, mean run length, to): Moustakides, Polunchenko & Tartakovsky 2009 Table 2; Knoth 2006 Table 2.
        let table = [
            (0.1, 47.17, 0.1, 41.4, 0.02),
            (0.1, 9434.08, 0.1, 684.17, 0.14),
            (1.0, 390.0, 0.5, 33.0, 0.55),
            (1.0, 390.0, 2.5, 3.5, 0.06),
        ];
        for (theta, a, true_mean, expect, to) in table {
            let own = mean(theta, a, 0.0, true_mean);
            assert!((own - expect).abs() < to, "theta {theta}, A = {a}, mean {true_mean}: {own}");
        }
    }

    #[test]
    fn a_start_at_one_is_a_look_ahead_of_a_start_at_none() {
        // In control the mean of R_T - T is R_0: both alarm with nearly the same R_T. Confirmed by simulation in the table, group `sr_own`.
        assert!((mean(1.0, 28.02, 0.0, 0.0) - 50.78764340583028).abs() < 1e-8);
        assert!((mean(1.0, 28.02, 1.0, 0.0) - 49.78792272284596).abs() < 1e-8);
    }

    #[test]
    fn the_level_gives_the_run_length() {
        for (theta, run_length) in [(0.2, 100.0), (1.0, 2.0), (1.0, 1e3), (0.5, 1e6)] {
            let rule = Chart::with_run_length(theta, run_length);
            let own = run_length::mean(&rule, 0.0, f64::NEG_INFINITY);
            let shortest = mean(theta, 1.0, 0.0, 0.0);
            assert!((own / run_length.max(shortest) - 1.0).abs() < 1e-4, "{rule:?}: {own}, not {run_length}");
        }
    }

    #[test]
    fn evidence_grows_and_wanes() {
        // 2 deviations beyond each time: R is e^1.5, then e^1.5 (1 + e^1.5), ...
        let mut rule = ShiryaevRoberts::new(1.0, 1_000.0);
        assert_eq!(said(&mut rule, &readings(&reads(14.0))), (Status::Pass, "log evidence 1.50, alarm at 6.33".into()));
        assert_eq!(fails_at(&mut rule, &readings(&reads(14.0))), Some(4));
        (0..100).for_each(|_| assert_eq!(status(&mut rule, &readings(&reads(14.0))), Status::Fail));
        let passes = (1..).find(|_| status(&mut rule, &readings(&reads(10.0))) == Status::Pass);
        assert_eq!(passes, Some(13), "6.33 at half a unit a look");
        // What was well for long delays nothing.
        (0..100).for_each(|_| assert_eq!(status(&mut rule, &fresh(0, 1_000, 0.5)), Status::Pass));
        assert_eq!(fails_at(&mut rule, &readings(&reads(14.0))), Some(5));
    }
}
