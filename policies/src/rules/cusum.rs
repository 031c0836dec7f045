//! CUSUM: small shifts add up.

pub mod bernoulli;
pub mod poisson;

use bernoulli::BernoulliCusum;
use poisson::PoissonCusum;
use super::entry::number;
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, State, Tally, Wants};
use crate::fit::stream;
use crate::maths::digits::round_p;
use crate::maths::run_length::{self, Detector, Range};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "cusum",
    about: "adds up what every look brings beyond the limit, and fails when the sum would be chance once in run_length looks: finds \
            a small shift that lasts",
    alpha: Alpha::RunLength,
    missing: "a look without new samples adds nothing; late samples are added when they come. The alarm takes as much to go as it \
              took to come",
    cost: "O(1)",
    right_for: "lagging-telemetry",
    parameters: &[
        number("shift", 2.0, 1.1, 100.0, "of shares and rates: the multiple of the limit that is to be found soonest"),
        number("k", 0.5, 0.1, 5.0, "of other readings: half the shift beyond the limit that is to be found soonest, in standard deviations"),
        number("run_length", 1_000.0, 10.0, 1e6, "the mean number of looks between false alarms, at the limit"),
    ],
    of: Of::Nothing,
    wants: Wants::SCORES,
    fits: stream,
    mistake: |_| None,
    make: |rule| State::Cusum(Cusum::new(rule.number("shift"), rule.number("k"), rule.number("run_length"))),
};

/// See [`ENTRY`]. Shares are summed as log likelihood ratios of outcomes, rates as those of events, other readings as scores. All that
/// is new in a look is one step, since false alarms are counted in looks. A sum starts at 0: a head start would spend more than a
/// look's part of them at the start of each stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Cusum {
    shift: f64,
    /// The decision interval of log likelihood ratios.
    h: f64,
    chart: Chart,
    sum: f64,
    heard: bool,
}

impl Cusum {
    fn new(shift: f64, k: f64, run_length: f64) -> Cusum {
        let chart = Chart::with_run_length(k, run_length);
        Cusum { shift, h: round_p(bernoulli::h_for(run_length)), chart, sum: 0.0, heard: false }
    }

    /// The sum after this look; `None`: nothing is new.
    fn next(&self, look: &Look) -> Option<f64> {
        let Tally { bad, all, exposure } = look.fresh.own;
        match look.allowed {
            Allowed::Share(p0) if all > 0 => Some(self.of_outcomes(p0, bad, all)),
            Allowed::Rate(rate0) if exposure > 0.0 => Some(self.of_events(rate0, bad, exposure)),
            Allowed::Value { .. } => Some(self.chart.step(self.sum, look.score()?)),
            _ => None,
        }
    }

    fn of_outcomes(&self, p0: f64, bad: u64, all: u64) -> f64 {
        if p0 <= 0.0 || p0 >= 1.0 {
            return self.of_none(p0, bad);
        }
        // As many times more bad ones, or, where that is no share, as many times fewer good ones.
        let p1 = (p0 * self.shift).min(1.0 - (1.0 - p0) / self.shift);
        BernoulliCusum::new(p0, p1, self.h).step(self.sum, bad, all.saturating_sub(bad))
    }

    fn of_events(&self, rate0: f64, events: u64, exposure: f64) -> f64 {
        if rate0 <= 0.0 {
            return self.of_none(rate0, events);
        }
        PoissonCusum::new(rate0, rate0 * self.shift, self.h).step(self.sum, events, exposure)
    }

    /// Where nothing is allowed, or everything, chance has no part: each look speaks for itself.
    fn of_none(&self, allowed: f64, bad: u64) -> f64 {
        if allowed <= 0.0 && bad > 0 { f64::INFINITY } else { 0.0 }
    }

    fn limit(&self, allowed: Allowed) -> f64 {
        if matches!(allowed, Allowed::Value { .. }) { self.chart.h } else { self.h }
    }
}

impl Judge for Cusum {
    fn listen(&mut self, look: &Look) {
        if let Some(sum) = self.next(look) {
            self.sum = sum.min(2.0 * self.limit(look.allowed));
            self.heard = true;
        }
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if let Some(why) = look.unheard(self.heard) {
            note.push_str(why);
            return Status::Inconclusive;
        }
        let (sum, limit) = (round_p(self.sum), self.limit(look.allowed));
        let _ = write!(note, "sum {sum:.2}, alarm at {limit:.2}");
        if sum >= limit { Status::Fail } else { Status::Pass }
    }
}

/// The upper CUSUM of scores (Page 1954): `S' = max(0, S + x - k)` of scores that are standard normal in control; more than `h` is an alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chart {
    /// The allowance, in standard deviations: half the shift to be found. 0 or more.
    pub k: f64,
    /// The decision interval, in standard deviations.
    pub h: f64,
}

impl Chart {
    /// The chart that starts at 0 and has so many looks between false alarms in the mean, to 6 digits. `k` is more than 0.
    pub fn with_run_length(k: f64, run_length: f64) -> Chart {
        let mean_at = |h| run_length::mean(&Chart { k, h }, 0.0, 0.0);
        // The mean run length is at least exp(2kh) (Lorden 1971), and longer than a walk's that does not lean: h^2.
        let most = (run_length.ln() / (2.0 * k)).min(run_length.sqrt());
        Chart { k, h: round_p(run_length::level(run_length, most, mean_at)) }
    }

    /// Whether this sum is an alarm.
    pub fn alarms(&self, sum: f64) -> bool {
        sum > self.h
    }
}

impl Detector for Chart {
    fn step(&self, sum: f64, x: f64) -> f64 {
        (sum + x - self.k).max(0.0)
    }

    fn needed(&self, from: f64, to: f64) -> f64 {
        to - from + self.k
    }

    fn range(&self, _look: u32) -> Range {
        Range { from: 0.0, to: self.h, stays: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{fails_at, fresh, look, readings, reads, said, share, status};
    use crate::maths::run_length::tests::{range_is_where_it_does_not_alarm, step_and_needed_undo_each_other};

    #[test]
    fn the_run_length_is_that_of_the_rule() {
        let rule = Chart { k: 0.5, h: 4.0 };
        step_and_needed_undo_each_other(&rule);
        range_is_where_it_does_not_alarm(&rule, |sum| rule.alarms(sum));
        assert_eq!(rule.step(1.0, -3.0), 0.0);
    }

    #[test]
    fn published_run_lengths() {
        // (k, h, mean, start, mean run length, to): Vance 1986 Table 1; Waldmann 1986; SAS/QC 1999 CUSUMARL.
        let table = [
            (0.0, 10.0, 0.0, 0.0, 124.66, 0.011),
            (0.0, 10.0, 0.75, 0.0, 14.06, 0.011),
            (0.5, 3.0, -0.5, 0.0, 1963.0, 1.0),
            (0.5, 3.0, 0.5, 0.0, 17.35, 0.01),
            (0.25, 8.0, 2.5, 0.1, 4.1061588131, 2e-6),
        ];
        for (k, h, mean, start, expect, to) in table {
            let own = run_length::mean(&Chart { k, h }, mean, start);
            assert!((own - expect).abs() < to, "k = {k}, h = {h}, mean {mean}: {own}");
        }
    }

    #[test]
    fn published_quantiles() {
        // Waldmann 1986 Table 2: 5 % of run lengths are at most 9. The table's 345 for 95 % is one short of the exact chain.
        let quantile = |q| run_length::quantile(&Chart { k: 0.5, h: 3.0 }, 0.0, 0.0, q);
        assert_eq!((quantile(0.05), quantile(0.95)), (9, 346));
    }

    #[test]
    fn a_drift_is_found_as_published() {
        // Gan 1992 Table 1: k = 0.25, h = 8, the mean of look t is delta (t - 1).
        for (delta, expect, to) in [(0.002, 129.0, 0.65), (0.02, 35.2, 0.065), (1.0, 5.16, 0.0065)] {
            let own = run_length::mean_under_drift(&Chart { k: 0.25, h: 8.0 }, |look| delta * f64::from(look - 1), 0.0);
            assert!((own - expect).abs() < to, "{delta}: {own}");
        }
    }

    #[test]
    fn the_level_gives_the_run_length() {
        for k in [0.1, 0.25, 0.5, 1.0] {
            for run_length in [2.0, 30.0, 500.0, 1e4, 1e6] {
                let rule = Chart::with_run_length(k, run_length);
                let own = run_length::mean(&rule, 0.0, 0.0);
                let shortest = run_length::mean(&Chart { k, h: 0.0 }, 0.0, 0.0);
                assert!((own / run_length.max(shortest) - 1.0).abs() < 1e-4, "{rule:?}: {own}, not {run_length}");
            }
        }
        // Montgomery's table for two sides, so twice as long for one: 465 at h = 5.
        assert!((Chart::with_run_length(0.5, 930.887).h - 5.0).abs() < 1e-5);
    }

    fn rule() -> Cusum {
        Cusum::new(2.0, 0.5, 1_000.0)
    }

    #[test]
    fn outcomes_add_up_as_log_likelihood_ratios() {
        // 5 of 50 where 5 % is allowed and 10 % to be found: 5 ln 2 + 45 ln (0.90 / 0.95) = 1.0327 a look, to ln 1000 = 6.9078.
        let mut rule = rule();
        let bad = fresh(5, 50, 0.05);
        assert_eq!(said(&mut rule, &bad), (Status::Pass, "sum 1.03, alarm at 6.91".into()));
        assert_eq!(fails_at(&mut rule, &bad), Some(6));
        // However long it lasted, it takes twice 6.9078 to 0 to be as before: 3 looks without any bad, of 50 ln (0.90 / 0.95).
        assert_eq!((0..50).filter(|_| status(&mut rule, &bad) == Status::Pass).count(), 0);
        let good = [(); 4].map(|()| status(&mut rule, &fresh(0, 50, 0.05)));
        assert_eq!(good, [Status::Fail, Status::Fail, Status::Pass, Status::Pass]);
        // What is new is heard once.
        let sum = rule.sum;
        assert_eq!(status(&mut rule, &share(50, 50, 0.05)), Status::Pass);
        assert_eq!(rule.sum, sum);
    }

    #[test]
    fn events_add_up_against_their_time() {
        // 4 events in 60 s where 2 a minute are allowed: 4 ln 2 - 2 = 0.7726.
        let events = |bad| {
            let own = Tally { bad, all: bad, exposure: 60.0 };
            Look { allowed: Allowed::Rate(2.0 / 60.0), fresh: super::super::Counts { own, ..Default::default() }, ..look(true) }
        };
        assert_eq!(said(&mut rule(), &events(4)).1, "sum 0.77, alarm at 6.91");
        assert_eq!(fails_at(&mut rule(), &events(4)), Some(9));
        assert_eq!(fails_at(&mut rule(), &events(2)), None);
    }

    #[test]
    fn readings_add_up_in_standard_deviations() {
        // 13 is 1.5 deviations beyond: 1 a look more than is allowed for, to 5.0707.
        assert_eq!(fails_at(&mut rule(), &readings(&reads(13.0))), Some(6));
        assert_eq!(fails_at(&mut rule(), &readings(&reads(10.9))), None, "less than k");
        let blind = Look { spread: None, ..readings(&[]) };
        assert_eq!(said(&mut rule(), &blind), (Status::Inconclusive, "stable has too few samples to tell how much they differ".into()));
    }

    #[test]
    fn the_ends_of_what_may_be_allowed() {
        let mut none = rule();
        assert_eq!(status(&mut none, &fresh(0, 50, 0.0)), Status::Pass);
        assert_eq!(status(&mut none, &fresh(1, 50, 0.0)), Status::Fail);
        assert_eq!(status(&mut none, &fresh(0, 50, 0.0)), Status::Pass);
        assert_eq!(fails_at(&mut rule(), &fresh(50, 50, 1.0)), None);
        assert_eq!(fails_at(&mut rule(), &fresh(60, 50, 0.05)), Some(1), "a ratio of events may be more than all");
        // Twice as bad as 90 % is 95 %: half as many good ones.
        assert_eq!(said(&mut rule(), &fresh(19, 20, 0.9)).1, "sum 0.33, alarm at 6.91");
        assert_eq!(said(&mut rule(), &look(true)), (Status::Inconclusive, "nothing new in this stage yet".into()));
    }

    #[test]
    fn worse_is_never_judged_better() {
        for bad in 0..20 {
            let [a, b] = [bad, bad + 1].map(|bad| fails_at(&mut rule(), &fresh(bad, 20, 0.2)).unwrap_or(usize::MAX));
            assert!(b <= a, "{bad} of 20 at {a}, one more at {b}");
        }
    }
}
