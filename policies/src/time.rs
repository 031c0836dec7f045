//! Simulated time: whole microseconds, never floats.

use crate::maths::digits::Short;
use std::fmt::{self, Write};
use std::ops::{Add, AddAssign, Sub};

/// A moment, in microseconds since the trial began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// The beginning of the trial.
    pub const ZERO: Time = Time(0);
    /// Later than any moment of a trial.
    pub const MAX: Time = Time(u64::MAX);

    /// The time since `earlier`, or zero when `earlier` is not earlier.
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// In seconds, for people and files.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than any trial.
    pub const MAX: Span = Span(u64::MAX);

    /// A span of whole seconds.
    pub const fn from_secs(seconds: u64) -> Span {
        Span(seconds * 1_000_000)
    }

    /// The nearest span to so many seconds; negative numbers give zero, infinity gives [`Span::MAX`].
    pub fn from_secs_f64(seconds: f64) -> Span {
        Span((seconds * 1e6 + 0.5) as u64)
    }

    /// In seconds, for people and files.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

/// As people write it: `1h 30m`, `45s`, `120ms`; two units at most.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 6] =
            [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"), (1, "us")];
        if self.0 == 0 {
            return f.pad("0s");
        }
        let largest = UNITS.iter().position(|(size, _)| self.0 >= *size).expect("the last unit is one microsecond");
        let (size, unit) = UNITS[largest];
        let mut text = Short::default();
        write!(text, "{}{unit}", self.0 / size)?;
        let rest = self.0 % size;
        if let Some((size, unit)) = UNITS.get(largest + 1)
            && rest >= *size
        {
            write!(text, " {}{unit}", rest / size)?;
        }
        f.pad(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        let shown = |us| Span(us).to_string();
        assert_eq!(shown(0), "0s");
        assert_eq!(shown(120_000), "120ms");
        assert_eq!(shown(90_000_000), "1m 30s");
        assert_eq!(shown(5_400_000_000), "1h 30m");
        assert_eq!(shown(3_600_000_000), "1h");
        assert_eq!(shown(u64::MAX), "213503982d 8h");
    }
}
