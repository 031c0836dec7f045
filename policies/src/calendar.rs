//! When people are at work.

use crate::time::{Span, Time};

/// A day, in microseconds.
const DAY: u64 = 86_400_000_000;

/// Working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Saturday and Sunday are off.
    pub weekdays_only: bool,
    /// Since midnight.
    pub from: Span,
    /// Since midnight, after `from`.
    pub to: Span,
}

/// Working hours and the moment of the week at which the clock began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// `None` is always.
    pub hours: Option<Hours>,
    /// What the clock's zero was, since Monday 00:00.
    pub start: Span,
}

impl Hours {
    fn works(self, day: u64) -> bool {
        !self.weekdays_only || day % 7 < 5
    }
}

impl Calendar {
    /// `now`, or the next moment at which people are at work.
    pub fn at_work(self, now: Time) -> Time {
        let Some(hours) = self.hours else { return now };
        let week = (self.start + Span(now.0)).0;
        let (day, of_day) = (week / DAY, week % DAY);
        if hours.works(day) && (hours.from.0..hours.to.0).contains(&of_day) {
            return now;
        }
        let today = u64::from(of_day >= hours.from.0); // today's beginning is over, or still to come
        let next = (day + today..).find(|d| hours.works(*d)).expect("some day of the week is worked");
        now + Span(next * DAY + hours.from.0 - week)
    }

    /// How much of (from, to] people are at work.
    pub fn worked(self, from: Time, to: Time) -> Span {
        let Some(hours) = self.hours else { return to.since(from) };
        let (begin, end) = ((self.start + Span(from.0)).0, (self.start + Span(to.0)).0);
        let of_day = |day: u64| {
            let (open, shut) = (day * DAY + hours.from.0, day * DAY + hours.to.0);
            shut.min(end).saturating_sub(open.max(begin))
        };
        Span((begin / DAY..=end / DAY).filter(|day| hours.works(*day)).map(of_day).sum())
    }

    /// The length of a working day.
    pub fn day(self) -> Span {
        self.hours.map_or(Span(DAY), |hours| Span(hours.to.0 - hours.from.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000;

    fn office(start: u64) -> Calendar {
        let hours = Hours { weekdays_only: true, from: Span(9 * HOUR), to: Span(18 * HOUR) };
        Calendar { hours: Some(hours), start: Span(start * HOUR) }
    }

    #[test]
    fn people_acknowledge_when_they_are_at_work() {
        let after = |calendar: Calendar, hours: u64| calendar.at_work(Time(hours * HOUR)).0 / HOUR;
        assert_eq!(after(office(10), 2), 2, "Monday noon");
        assert_eq!(after(office(10), 9), 23, "Monday 19:00 waits for Tuesday 09:00");
        assert_eq!(after(office(10), 4 * 24 + 9), 7 * 24 - 1, "Friday 19:00 waits for Monday 09:00");
        assert_eq!(after(office(8), 0), 1, "Monday 08:00 waits an hour");
        assert_eq!(after(Calendar::default(), 500), 500);
    }

    #[test]
    fn only_working_hours_are_worked() {
        let worked = |from: u64, to: u64| office(0).worked(Time(from * HOUR), Time(to * HOUR)).0 / HOUR;
        assert_eq!(worked(0, 24), 9, "a Monday");
        assert_eq!(worked(12, 36), 6 + 3, "from Monday noon to Tuesday noon");
        assert_eq!(worked(4 * 24, 7 * 24), 9, "from Friday to Monday");
        assert_eq!(worked(0, 7 * 24), 45);
        assert_eq!(office(0).day().0 / HOUR, 9);
        assert_eq!(Calendar::default().worked(Time(0), Time(5)), Span(5));
    }
}
