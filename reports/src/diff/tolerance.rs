//! How much worse a score may become before a diff fails.

use crate::measure::{Measure, Unit};

/// A part of all scores, with exceptions; nothing unless told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tolerances {
    /// Of every score that has none of its own.
    pub all: f64,
    /// Of single scores; the last one counts.
    pub own: Vec<(Measure, f64)>,
}

impl Tolerances {
    /// How much worse this score may become: of shares in fractions, of times and counts that part of `old`, its mean.
    pub fn of(&self, measure: Measure, old: f64) -> f64 {
        let own = self.own.iter().rev().find(|(other, _)| *other == measure);
        let part = own.map_or(self.all, |(_, part)| *part);
        if measure.spec().unit == Unit::Share { part } else { part * old }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_shares_and_parts_of_the_rest() {
        let own = vec![(Measure::Rollout, 0.5), (Measure::Rollout, 0.2)];
        let tolerances = Tolerances { all: 0.1, own };
        let of = |measure| tolerances.of(measure, 60.0);
        assert_eq!([Measure::Missed, Measure::Harmed, Measure::Rollout].map(of), [0.1, 6.0, 12.0]);
    }
}
