//! The runs rules of Western Electric: patterns of scores that chance seldom makes.

use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::stream;
use crate::maths::digits::round_p;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "western_electric",
    about: "fails when one look is more than 3 standard deviations beyond the limit, 2 of 3 more than 2, 4 of 5 more than 1, or 8 in a \
            row beyond it: at the limit that is chance once in 183 looks, and oftener where less than 5 bad outcomes are to be \
            expected in a look",
    alpha: Alpha::None,
    missing: "a look without new samples is not among the looks; late samples count as new when they come",
    cost: "O(1)",
    right_for: "reconnect-storm",
    parameters: &[],
    of: Of::Nothing,
    wants: Wants::SCORES,
    fits: stream,
    mistake: |_| None,
    make: |_| State::WesternElectric(WesternElectric { runs: Runs::new([true; 4]), alarm: false, heard: false }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct WesternElectric {
    runs: Runs,
    alarm: bool,
    heard: bool,
}

impl Judge for WesternElectric {
    fn listen(&mut self, look: &Look) {
        let Some(score) = look.score() else { return };
        self.alarm = self.runs.step(round_p(score));
        self.heard = true;
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if let Some(why) = look.unheard(self.heard) {
            note.push_str(why);
            return Status::Inconclusive;
        }
        if self.alarm { Status::Fail } else { Status::Pass }
    }
}

/// So many of so many scores in a row beyond a border.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// In standard deviations.
    pub beyond: f64,
    /// At least this many,
    pub m: u32,
    /// of so many, at most 8.
    pub n: u32,
}

/// The patterns of the handbook (1956) as Champ & Woodall 1987 number them: beyond 3 sd, 2 of 3 beyond 2 sd, 4 of 5 beyond 1 sd, 8 above
/// the centre.
pub const PATTERNS: [Pattern; 4] = [
    Pattern { beyond: 3.0, m: 1, n: 1 },
    Pattern { beyond: 2.0, m: 2, n: 3 },
    Pattern { beyond: 1.0, m: 4, n: 5 },
    Pattern { beyond: 0.0, m: 8, n: 8 },
];

/// Looks for patterns above the centre. For both sides have a second one, of the scores' negatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Runs {
    /// Which of [`PATTERNS`] are looked for.
    which: [bool; 4],
    /// For each, which of the last scores were beyond its border: the newest is bit 0.
    marks: [u8; 4],
}

impl Runs {
    /// A rule that looks for some of [`PATTERNS`] and has seen nothing.
    pub fn new(which: [bool; 4]) -> Runs {
        Runs { which, marks: [0; 4] }
    }

    /// Takes a score in, and says whether it completes a pattern.
    pub fn step(&mut self, z: f64) -> bool {
        let mut alarm = false;
        for ((pattern, marks), _) in PATTERNS.iter().zip(&mut self.marks).zip(self.which).filter(|(_, which)| *which) {
            *marks = *marks << 1 | u8::from(z > pattern.beyond);
            alarm |= marks.count_ones() >= pattern.m;
            *marks = pattern.of_use(*marks);
        }
        alarm
    }
}

impl Pattern {
    /// The marks that may yet be part of the pattern, were all scores to come beyond its border.
    fn of_use(&self, marks: u8) -> u8 {
        let up_to = |age: u32| marks & ((1u16 << age) - 1) as u8;
        let may_be = |age: &u32| up_to(*age).count_ones() + self.n - age >= self.m;
        (1..self.n).rev().find(may_be).map_or(0, up_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;
    use crate::rules::tests::{fails_at, readings, reads, status};
    use crate::maths::chain::Chain;
    use crate::maths::normal;

    /// The mean looks until a pattern on either side, of scores with this mean: by all that the rule can remember.
    fn mean_looks(which: [bool; 4], mean: f64) -> f64 {
        let borders = [f64::NEG_INFINITY, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, f64::INFINITY];
        let zone = |ends: &[f64]| {
            (ends[0].max(-4.0) / 2.0 + ends[1].min(4.0) / 2.0, normal::cdf(ends[1] - mean) - normal::cdf(ends[0] - mean))
        };
        let zones: Vec<(f64, f64)> = borders.windows(2).map(zone).collect();
        let step = |sides: &[Runs; 2], z: &f64| {
            let [mut above, mut below] = *sides;
            let alarm = above.step(*z) | below.step(-z);
            (!alarm).then_some([above, below])
        };
        Chain::walk([Runs::new(which); 2], &zones, step).mean_steps()
    }

    #[test]
    fn published_run_lengths() {
        // Champ & Woodall 1987 Table 1, both sides: the first row is all rules together.
        let (yes, no) = (true, false);
        let table = [
            ([yes, yes, yes, yes], 0.0, 91.75),
            ([yes, no, no, no], 0.0, 370.4),
            ([yes, yes, no, no], 0.0, 225.44),
            ([yes, no, yes, no], 0.0, 166.05),
            ([yes, no, no, yes], 0.0, 152.73),
            ([yes, yes, no, no], 1.0, 20.01),
            ([yes, no, yes, no], 1.4, 6.62),
            ([yes, no, no, yes], 3.0, 1.99),
        ];
        for (which, mean, expect) in table {
            let own = mean_looks(which, mean);
            assert!((own - expect).abs() < 0.0055, "{which:?} at {mean}: {own}");
        }
    }

    /// Whether scores, the last the newest, hold a pattern that ends with the last.
    fn holds(scores: &[f64]) -> bool {
        let in_last = |p: &Pattern| scores.iter().rev().take(p.n as usize).filter(|z| **z > p.beyond).count() >= p.m as usize;
        PATTERNS.iter().any(in_last)
    }

    #[test]
    fn what_is_forgotten_is_of_no_use() {
        // All series of 9 scores from the zones that matter, each against its own last scores.
        let zones = [-0.5, 0.5, 1.5, 2.5];
        for series in 0..4usize.pow(9) {
            let scores: Vec<f64> = (0..9).map(|i| zones[series >> (2 * i) & 3]).collect();
            let mut rule = Runs::new([true; 4]);
            let alarm = (1..=9).find(|n| rule.step(scores[n - 1]));
            assert_eq!(alarm, (1..=9).find(|n| holds(&scores[..*n])), "{scores:?}");
        }
    }

    #[test]
    fn above_alone_it_runs_twice_as_long() {
        let step = |runs: &Runs, z: &f64| {
            let mut next = *runs;
            (!next.step(*z)).then_some(next)
        };
        let borders = [f64::NEG_INFINITY, 0.0, 1.0, 2.0, 3.0, f64::INFINITY];
        let zone = |ends: &[f64]| (ends[1].min(4.0) - 0.5, normal::cdf(ends[1]) - normal::cdf(ends[0]));
        let zones: Vec<(f64, f64)> = borders.windows(2).map(zone).collect();
        let own = Chain::walk(Runs::new([true; 4]), &zones, step).mean_steps();
        assert!((own - 183.406).abs() < 0.001, "{own}");
    }

    #[test]
    fn each_pattern_fails() {
        let State::WesternElectric(blank) = State::new(&Rule::new("western_electric")) else { panic!("it is itself") };
        // In units of 2 above 10: 3.5, 2.5, 1.5 and 0.5 deviations.
        for (value, at) in [(17.0, Some(1)), (15.0, Some(2)), (13.0, Some(4)), (11.0, Some(8)), (10.0, None)] {
            assert_eq!(fails_at(&mut blank.clone(), &readings(&reads(value))), at, "{value}");
        }
        let mut rule = blank;
        assert_eq!(status(&mut rule, &readings(&reads(17.0))), Status::Fail);
        assert_eq!(status(&mut rule, &readings(&[])), Status::Fail, "nothing new changes nothing");
        assert_eq!(status(&mut rule, &readings(&reads(9.0))), Status::Pass);
    }
}
