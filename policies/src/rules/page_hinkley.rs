//! Page-Hinkley: a CUSUM against the mean of what was seen so far.

use super::entry::number;
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, State, Tally, Wants};
use crate::fit::stream;
use crate::maths::digits::round_p;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "page_hinkley",
    about: "fails when readings have come to exceed their own mean in this stage, by lambda limits in sum: a change within the stage, \
            on either side of the limit; what was bad from the first look on it does not see",
    alpha: Alpha::None,
    missing: "a look without new samples adds nothing; late samples are added when they come. The alarm goes when readings have been \
              as before for up to lambda / delta looks",
    cost: "O(1)",
    right_for: "load-collapse",
    parameters: &[
        number("delta", 0.05, 0.0, 100.0, "how far above the mean a look may be for nothing, in limits"),
        number("lambda", 5.0, 0.01, 10_000.0, "by how much the sum may climb, in limits"),
    ],
    of: Of::Nothing,
    wants: Wants::NEWS,
    fits: stream,
    mistake: |_| None,
    make: |rule| State::PageHinkley(PageHinkley(Climb::new(rule.number("delta"), rule.number("lambda")))),
};

/// See [`ENTRY`]. The limit is but the unit of the readings.
#[derive(Clone, Debug, PartialEq)]
pub struct PageHinkley(Climb);

/// All that is new, as a multiple of the limit: more is worse.
fn in_limits(look: &Look) -> Option<f64> {
    let Tally { bad, all, exposure } = look.fresh.own;
    let of = |bad: f64, limit: f64| (limit > 0.0).then(|| bad / limit);
    match look.allowed {
        Allowed::Share(share) if all > 0 => of(bad as f64 / all as f64, share),
        Allowed::Rate(rate) if exposure > 0.0 => of(bad as f64 / exposure, rate),
        Allowed::Value { limit, worse_is_up } => {
            let mean = mean(look.news.iter().filter_map(|news| news.value))?;
            of(if worse_is_up { mean } else { -mean }, limit)
        }
        _ => None,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (n, sum) = values.fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    (n > 0).then(|| sum / f64::from(n))
}

impl Judge for PageHinkley {
    fn listen(&mut self, look: &Look) {
        in_limits(look).into_iter().for_each(|x| self.0.step(x));
    }

    fn judge(&mut self, _look: &Look, note: &mut Note) -> Status {
        let Climb { seen, lambda, .. } = self.0;
        if seen == 0 {
            note.push_str("nothing new in this stage, or a limit of 0, which is no unit");
            return Status::Inconclusive;
        }
        let climbed = round_p(self.0.climbed());
        let _ = write!(note, "climbed {climbed:.2} limits in sum, alarm above {lambda:.2}");
        if climbed > lambda { Status::Fail } else { Status::Pass }
    }
}

/// Sums `x - mean - delta`, the mean being that of all observations up to this one, and alarms when the sum is more than `lambda` above
/// the least that it has been (Page 1954, Hinkley 1971). Needs no baseline, in units of the observations themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Climb {
    /// The allowance.
    pub delta: f64,
    /// How far the sum may climb.
    pub lambda: f64,
    seen: u64,
    mean: f64,
    sum: f64,
    least: f64,
}

impl Climb {
    /// A detector that has seen nothing.
    pub fn new(delta: f64, lambda: f64) -> Climb {
        Climb { delta, lambda, ..Climb::default() }
    }

    /// Takes an observation in.
    pub fn step(&mut self, x: f64) {
        self.seen += 1;
        self.mean += (x - self.mean) / self.seen as f64;
        self.sum += x - self.mean - self.delta;
        // It goes down as it came up: twice the alarm is enough.
        self.least = self.least.min(self.sum).max(self.sum - 2.0 * self.lambda);
    }

    /// How far the sum has climbed.
    pub fn climbed(&self) -> f64 {
        self.sum - self.least
    }

    /// Whether that is an alarm.
    pub fn alarms(&self) -> bool {
        self.climbed() > self.lambda
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{fails_at, fresh, readings, reads, said, status};

    #[test]
    fn a_level_series_does_not_climb_and_a_shift_does() {
        let mut rule = Climb::new(0.005, 50.0);
        (0..1000).for_each(|_| rule.step(7.0));
        assert_eq!(rule.climbed(), 0.0);
        let looks = (1..).find(|_| {
            rule.step(8.0);
            rule.alarms()
        });
        // Each look adds 1 - 0.005 less what the mean has moved, 1 in 1000 a look: sum of 1000 / (1000 + i) - 0.005 is past 50.
        let mut sum = 0.0;
        let expect = (1..).find(|i| {
            sum += 1000.0 / f64::from(1000 + i) - 0.005;
            sum > 50.0
        });
        assert_eq!(looks, expect);
    }

    #[test]
    fn the_first_looks_of_a_series() {
        // Worked by hand: means 1, 2, 2; sums -0.5, 0, -0.5.
        let mut rule = Climb::new(0.5, 0.4);
        let climbs = [1.0, 3.0, 2.0].map(|x| {
            rule.step(x);
            rule.climbed()
        });
        assert_eq!(climbs, [0.0, 0.5, 0.0]);
        assert!(!rule.alarms());
    }

    fn rule() -> PageHinkley {
        PageHinkley(Climb::new(0.05, 5.0))
    }

    #[test]
    fn a_change_fails_whatever_the_limit_and_what_was_always_so_does_not() {
        let mut rule = self::rule();
        // 10 is the limit: 40 for long is no change, and going on to 55 is one of 1.5.
        assert_eq!(fails_at(&mut rule, &readings(&reads(40.0))), None);
        assert_eq!(fails_at(&mut rule, &readings(&reads(55.0))), Some(4));
        assert_eq!(said(&mut rule, &readings(&reads(55.0))).1, "climbed 7.23 limits in sum, alarm above 5.00");
        // As before is only delta below the mean, which has risen a little as well: 0.07 a look from twice the alarm to once.
        (0..10).for_each(|_| assert_eq!(status(&mut rule, &readings(&reads(55.0))), Status::Fail));
        let passes = (1..).find(|_| status(&mut rule, &readings(&reads(40.0))) == Status::Pass);
        assert_eq!(passes, Some(71));
    }

    #[test]
    fn shares_and_readings_below_a_floor_are_turned_alike() {
        let mut shares = rule();
        assert_eq!(fails_at(&mut shares, &fresh(1, 100, 0.01)), None);
        assert_eq!(fails_at(&mut shares, &fresh(3, 100, 0.01)), Some(3));
        let mut floor = rule();
        let allowed = Allowed::Value { limit: 10.0, worse_is_up: false };
        let mut fails_at = |value| fails_at(&mut floor, &Look { allowed, ..readings(&reads(value)) });
        assert_eq!(fails_at(40.0), None);
        assert_eq!(fails_at(55.0), None);
        assert_eq!(fails_at(20.0), Some(2));
        assert_eq!(status(&mut rule(), &fresh(1, 100, 0.0)), Status::Inconclusive);
    }
}
