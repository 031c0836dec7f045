//! EWMA: a mean that forgets.

use super::entry::number;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::stream;
use crate::maths::digits::round_p;
use crate::maths::normal;
use crate::maths::run_length::{self, Detector, Range};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "ewma",
    about: "fails when a mean of scores that forgets old looks is so far beyond the limit as chance brings it once in run_length \
            looks",
    alpha: Alpha::RunLength,
    missing: "a look without new samples leaves the mean as it is; late samples count as new when they come",
    cost: "O(1)",
    right_for: "lost-telemetry",
    parameters: &[
        number("weight", 0.2, 0.05, 1.0, "of the newest look in the mean"),
        number("run_length", 1_000.0, 10.0, 1e6, "the mean number of looks between false alarms, at the limit"),
    ],
    of: Of::Nothing,
    wants: Wants::SCORES,
    fits: stream,
    mistake: |_| None,
    make: |rule| State::Ewma(Ewma::new(rule.number("weight"), rule.number("run_length"))),
};

/// See [`ENTRY`]. Above alone, as less than the limit is no fault. The limit of the mean is fixed: one that widens from the first look on
/// would find more at the start of a stage, but spend more than a look's part of the false alarms there.
#[derive(Clone, Debug, PartialEq)]
pub struct Ewma {
    chart: Chart,
    mean: f64,
    heard: bool,
}

impl Ewma {
    fn new(weight: f64, run_length: f64) -> Ewma {
        Ewma { chart: Chart::with_run_length(weight, Side::Upper, run_length), mean: 0.0, heard: false }
    }
}

impl Judge for Ewma {
    fn listen(&mut self, look: &Look) {
        let Some(score) = look.score() else { return };
        // However good or bad it was, it must be able to turn.
        let Range { from, to, .. } = self.chart.range(1);
        self.mean = self.chart.step(self.mean, score).clamp(from, 2.0 * to);
        self.heard = true;
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if let Some(why) = look.unheard(self.heard) {
            note.push_str(why);
            return Status::Inconclusive;
        }
        let mean = round_p(self.mean);
        let _ = write!(note, "mean score {mean:.2}, alarm above {:.2}", self.chart.range(1).to);
        if self.chart.alarms(mean, 1) { Status::Fail } else { Status::Pass }
    }
}

/// The exponentially weighted mean (Roberts 1959): `Z' = (1 - weight) Z + weight x` of scores that are standard normal in control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chart {
    /// The weight of the newest score, more than 0 and at most 1.
    pub weight: f64,
    /// How far Z may go, in its standard deviations.
    pub limit: f64,
    /// Which way.
    pub side: Side,
    /// Whose standard deviation: that of Z after this look (time-varying limits), or that which it tends to (fixed limits).
    pub varying: bool,
}

/// The sides on which a detector alarms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    /// Above alone.
    Upper,
    /// Above and below.
    Both,
}

impl Chart {
    /// The chart with fixed limits that starts at 0 and has so many looks between false alarms in the mean, to 6 digits.
    pub fn with_run_length(weight: f64, side: Side, run_length: f64) -> Chart {
        let rule = |limit| Chart { weight, limit, side, varying: false };
        let mean_at = |limit| run_length::mean(&rule(limit), 0.0, 0.0);
        // No look alarms with more than the chance q that one score is so far, so the run length is at least 1 / (2q).
        let q = (0.5 / run_length).min(0.5);
        let most = match side {
            Side::Upper => -normal::quantile(q),
            Side::Both => -normal::quantile(q / 2.0),
        };
        rule(round_p(run_length::level(run_length, most, mean_at)))
    }

    /// The standard deviation that Z tends to.
    fn deviation(&self) -> f64 {
        (self.weight / (2.0 - self.weight)).sqrt()
    }

    /// How far Z may go at a look, counted from 1.
    fn limit_at(&self, look: u32) -> f64 {
        let begun = if self.varying { 1.0 - (1.0 - self.weight).powf(2.0 * f64::from(look)) } else { 1.0 };
        self.limit * self.deviation() * begun.sqrt()
    }

    /// Whether this Z is an alarm at a look, counted from 1.
    pub fn alarms(&self, z: f64, look: u32) -> bool {
        let z = if self.side == Side::Both { z.abs() } else { z };
        z > self.limit_at(look)
    }
}

impl Detector for Chart {
    fn step(&self, z: f64, x: f64) -> f64 {
        (1.0 - self.weight) * z + self.weight * x
    }

    fn needed(&self, from: f64, to: f64) -> f64 {
        (to - (1.0 - self.weight) * from) / self.weight
    }

    /// Of one side: Z is taken to stay at minus 6 of its standard deviations when it would go below, which shortens no run to speak of.
    fn range(&self, look: u32) -> Range {
        let to = self.limit_at(look);
        match self.side {
            Side::Upper => Range { from: -6.0 * self.deviation(), to, stays: true },
            Side::Both => Range { from: -to, to, stays: false },
        }
    }

    /// What the limit lacks by then is lost in its digits.
    fn settled(&self) -> u32 {
        let looks = -37.0 / (2.0 * (1.0 - self.weight).ln());
        if self.varying { looks.ceil() as u32 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::binomial::upper_tail;
    use crate::maths::chain::Chain;
    use crate::rules::tests::{fails_at, fresh, readings, reads, said, status};
    use crate::maths::run_length::tests::{range_is_where_it_does_not_alarm, step_and_needed_undo_each_other};

    fn two_sided(weight: f64, limit: f64) -> Chart {
        Chart { weight, limit, side: Side::Both, varying: false }
    }

    #[test]
    fn the_run_length_is_that_of_the_rule() {
        for (side, varying) in [(Side::Upper, false), (Side::Both, false), (Side::Both, true)] {
            let rule = Chart { side, varying, ..two_sided(0.2, 2.8) };
            step_and_needed_undo_each_other(&rule);
            range_is_where_it_does_not_alarm(&rule, |z| rule.alarms(z, 1));
        }
    }

    #[test]
    fn published_run_lengths() {
        // (weight, limit, mean, mean run length, to): SAS/QC 1999 EWMAARL; Lucas & Saccucci 1990 Table 3; Crowder 1987 Table 1.
        let table = [
            (0.25, 3.0, 1.0, 11.154267016, 1e-8),
            (0.5, 3.071, 0.0, 500.0, 0.65),
            (0.03, 2.437, 3.0, 4.03, 0.0065),
            (0.5, 2.0, 2.5, 1.51, 0.0075),
            (0.05, 2.0, 0.25, 43.94, 0.0075),
        ];
        for (weight, limit, mean, expect, to) in table {
            let own = run_length::mean(&two_sided(weight, limit), mean, 0.0);
            assert!((own - expect).abs() < to, "weight {weight}, limit {limit}, mean {mean}: {own}");
        }
    }

    #[test]
    fn narrow_limits_at_the_start_find_a_shift_sooner() {
        // Steiner 1999 Table 2, weight 0.05, limit 3, mean 2.5; recomputed by carrying the density forward.
        let varying = Chart { varying: true, ..two_sided(0.05, 3.0) };
        let own = run_length::mean(&varying, 2.5, 0.0);
        assert!((own - 2.07765077925587).abs() < 1e-9, "{own}");
        // Look by look it is the same, the run length long enough to outlast the change of the limits.
        let (own, sum) = (run_length::mean(&varying, 0.1, 0.0), run_length::mean_under_drift(&varying, |_| 0.1, 0.0));
        assert!((own / sum - 1.0).abs() < 1e-9, "{own}, {sum}");
    }

    #[test]
    fn a_drift_is_found_as_published() {
        // Gan 1991 Table 1: weight 0.047, limit 0.403 in scores; the mean of look t is delta (t - 1). To 1 %, as h has 3 decimals.
        let weight: f64 = 0.047;
        let rule = two_sided(weight, 0.403 / (weight / (2.0 - weight)).sqrt());
        for (delta, expect) in [(0.01, 52.7), (0.1, 15.3), (3.0, 3.43)] {
            let own = run_length::mean_under_drift(&rule, |look| delta * f64::from(look - 1), 0.0);
            assert!((own / expect - 1.0).abs() < 0.01, "{delta}: {own}");
        }
    }

    #[test]
    fn the_limit_gives_the_run_length() {
        // Crowder 1989: limits of two sides for 250 looks.
        for (weight, limit) in [(0.05, 2.32), (0.15, 2.65), (0.25, 2.76)] {
            let own = Chart::with_run_length(weight, Side::Both, 250.0).limit;
            assert!((own - limit).abs() < 0.0055, "{weight}: {own}");
        }
        for run_length in [2.0, 50.0, 1e3, 1e6] {
            let rule = Chart::with_run_length(0.1, Side::Upper, run_length);
            let own = run_length::mean(&rule, 0.0, 0.0);
            assert!((own / run_length - 1.0).abs() < 1e-4 || rule.limit == 0.0, "{rule:?}: {own}, not {run_length}");
        }
    }

    fn rule() -> Ewma {
        Ewma::new(0.2, 1_000.0)
    }

    #[test]
    fn a_mean_that_moves_fails_and_comes_back() {
        // 3 deviations beyond each time: 0.6, 1.08 of an alarm above 2.95939 / 3.
        let mut rule = rule();
        assert_eq!(said(&mut rule, &readings(&reads(16.0))), (Status::Pass, "mean score 0.60, alarm above 0.99".into()));
        assert_eq!(said(&mut rule, &readings(&reads(16.0))), (Status::Fail, "mean score 1.08, alarm above 0.99".into()));
        // Whatever was before, it turns: 1.97, 1.58, 1.26, 1.01, 0.81.
        status(&mut rule, &fresh(1, 1, 0.0));
        let at_the_limit = [(); 4].map(|()| status(&mut rule, &readings(&reads(10.0))));
        assert_eq!(at_the_limit, [Status::Fail, Status::Fail, Status::Fail, Status::Pass]);
        (0..100).for_each(|_| assert_eq!(status(&mut rule, &readings(&reads(-1e9))), Status::Pass));
        assert_eq!(fails_at(&mut rule, &readings(&reads(20.0))), Some(3));
    }

    #[test]
    fn few_counts_keep_the_run_length() {
        // Means rounded to 0.005, so that the chain has few states. Scores in standard deviations instead of normal scores: 270 looks
        // at half a bad outcome in a look.
        let chart = rule().chart;
        for n in [10u64, 40, 100] {
            let p = 0.05;
            let score = |bad| fresh(bad, n, p).score().expect("there are outcomes");
            let chance = |bad| upper_tail(bad, n, p) - upper_tail(bad + 1, n, p);
            let scores: Vec<(f64, f64)> = (0..=n).map(|bad| (score(bad), chance(bad))).collect();
            let step = |mean: &i64, x: &f64| {
                let next = chart.step(*mean as f64 * 0.005, *x).max(chart.range(1).from);
                (!chart.alarms(next, 1)).then(|| (next / 0.005).round() as i64)
            };
            let own = Chain::walk(0, &scores, step).mean_steps();
            assert!(own > 970.0 && own < 1_900.0, "{n} outcomes a look: {own}");
        }
    }
}
