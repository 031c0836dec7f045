//! Quantiles that may be looked at after every value, of one arm and of two.

use super::confidence_sequence::{ConfidenceSequence, ShareAtAnyTime, TUNED_FOR};
use super::entry::alpha;
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, State, Versus, Wants};
use crate::fit::quantile_at_any_time;
use crate::hist::cell_top;
use crate::maths::digits::{Shown, round_p};
use crate::maths::roots::least;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "quantile_sequence",
    about: "fails when the quantile of the stage, known at every look as well as it can be, is beyond the limit, passes when it is \
            within, and holds while it is neither: leave room, such as 1.2x stable",
    alpha: Alpha::PerStage,
    missing: "outcomes that are missing count neither way; a loss of slow ones is not seen, or of one arm taken for a difference",
    cost: "O(1); beside stable O(n), n occupied cells of both arms",
    right_for: "cancel-latency-spike",
    parameters: &[alpha(0.01, "the chance, in a stage, that it is ever wrong"), TUNED_FOR],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: quantile_at_any_time,
    mistake: |_| None,
    make: |rule| State::QuantileAtAnyTime(QuantileAtAnyTime::new(rule.number("alpha"), rule.number("tuned_for"))),
};

/// A quantile watched at all times: how many values lie at or below a point is a share, whose true value at the quantile is known.
/// Howard & Ramdas 2022, "Sequential estimation of quantiles".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileSequence {
    share: ConfidenceSequence,
    /// The share of values that lie at or below the quantile, in 0..1.
    p: f64,
}

/// What one arm says while a point moves up through the values.
struct Arm {
    total: f64,
    /// The share below the point at which this arm's evidence is least.
    easiest: f64,
    /// Values below the point, and at or below it.
    below: f64,
    within: f64,
}

impl Arm {
    /// An arm of so many values, and a point below them all.
    fn new(sequence: &QuantileSequence, total: u64) -> Arm {
        let total = total as f64;
        let easiest = least(|share| sequence.log_mixture(share * total, total), 0.0, 1.0);
        Arm { total, easiest, below: 0.0, within: 0.0 }
    }

    /// Moves the point to a value of which there are `count`.
    fn move_to(&mut self, count: u64) {
        self.below = self.within;
        self.within += count as f64;
    }

    /// Whether the evidence falls as the point moves on.
    fn falling(&self) -> bool {
        self.within < self.easiest * self.total
    }

    /// Whether the evidence only rises from here on.
    fn rising(&self) -> bool {
        self.below >= self.easiest * self.total
    }

    /// The least evidence that the quantile is not at the point, of all shares that its values admit.
    fn log_mixture(&self, sequence: &QuantileSequence) -> f64 {
        sequence.log_mixture((self.easiest * self.total).clamp(self.below, self.within), self.total)
    }
}

impl QuantileSequence {
    /// Watches the `p`-quantile; narrowest at about `values_best` values for an alpha of `alpha_best`.
    pub fn new(p: f64, alpha: f64, values_best: f64, alpha_best: f64) -> QuantileSequence {
        QuantileSequence { share: ConfidenceSequence::new(alpha, values_best, alpha_best), p }
    }

    /// The log of the evidence that the quantile is not at a point with `within` of `all` values at or below it.
    fn log_mixture(&self, within: f64, all: f64) -> f64 {
        self.share.log_mixture(within, all, self.p)
    }

    /// The p-value, at all times, of two arms having the same quantile: their values ascending, with how many there are of each. It is
    /// the least evidence of both together that a common quantile would meet anywhere.
    pub fn p_value<I>(&self, a: I, b: I) -> f64
    where
        I: Iterator<Item = (u64, u64)> + Clone,
    {
        let count = |cells: &I| cells.clone().map(|(_, n)| n).sum();
        let mut arms = [Arm::new(self, count(&a)), Arm::new(self, count(&b))];
        let mut cells = [a.peekable(), b.peekable()];
        let mut nats = f64::INFINITY;
        while let Some(point) = cells.iter_mut().filter_map(|c| c.peek().map(|cell| cell.0)).min() {
            for (arm, cells) in arms.iter_mut().zip(&mut cells) {
                arm.move_to(cells.next_if(|cell| cell.0 == point).map_or(0, |cell| cell.1));
            }
            if arms.iter().all(Arm::falling) {
                continue;
            }
            nats = nats.min(arms.iter().map(|arm| arm.log_mixture(self)).sum());
            if arms.iter().all(Arm::rising) {
                break;
            }
        }
        (-nats).exp().min(1.0)
    }
}

/// What stands for the values of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Lowest,
    Highest,
}

/// Cells as values, by a factor. Rounded up: they are stable's if the factor is not 1.
fn points(cells: &[(u16, u64)], edge: Edge, times: f64) -> impl Iterator<Item = (u64, u64)> + Clone {
    let value = move |cell: u16| match edge {
        Edge::Lowest => cell.checked_sub(1).map_or(0, |below| cell_top(below) + 1),
        Edge::Highest => cell_top(cell),
    };
    cells.iter().map(move |&(cell, n)| ((value(cell) as f64 * times).ceil() as u64, n))
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileAtAnyTime {
    alpha: f64,
    tuned_for: f64,
    /// Of the canary alone, by the outcomes beyond the limit.
    alone: ShareAtAnyTime,
    /// The p-value of both arms being apart, and whether that speaks against the canary.
    apart: Option<(f64, bool)>,
}

impl QuantileAtAnyTime {
    /// A rule that has seen nothing.
    pub fn new(alpha: f64, tuned_for: f64) -> QuantileAtAnyTime {
        QuantileAtAnyTime { alpha, tuned_for, alone: ShareAtAnyTime::new(alpha, tuned_for), apart: None }
    }

    /// The p-value of the canary's quantile being `times` stable's. Where cells are too coarse to tell, they count for the canary.
    fn p_value(&self, look: &Look, times: f64) -> f64 {
        let Allowed::Share(beyond) = look.allowed else { return 1.0 };
        let sequence = QuantileSequence::new(1.0 - beyond, self.alpha, self.tuned_for, self.alpha);
        let own = points(look.values.own, Edge::Lowest, 1.0);
        round_p(sequence.p_value(own, points(look.values.stable, Edge::Highest, times)))
    }
}

impl Judge for QuantileAtAnyTime {
    fn listen(&mut self, look: &Look) {
        match look.versus {
            Some(Versus::Times(times)) => self.apart = Some((self.p_value(look, times), !look.within)),
            _ => self.alone.listen(look),
        }
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some((p, worse)) = self.apart else { return self.alone.judge(look, note) };
        let _ = write!(note, "p = {} at any look", Shown(p));
        match worse {
            _ if p > self.alpha || self.alpha <= 0.0 => Status::Inconclusive,
            true => Status::Fail,
            false => Status::Pass,
        }
    }

    fn log_e(&self) -> Option<f64> {
        match self.apart {
            Some((p, true)) => Some(-p.ln()),
            Some((_, false)) => Some(f64::NEG_INFINITY),
            None => self.alone.log_e(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hist::cell_of;
    use crate::rules::tests::{look, status};
    use crate::rules::{News, Tally, Values};

    fn run(from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> + Clone {
        (from..=to).map(|value| (value, 1))
    }

    #[test]
    fn tabled_p_values() {
        // validation/tables.json, group `confseq_reference`: quantile_ab_p_value of confseq.
        let median = QuantileSequence::new(0.5, 0.05, 100.0, 0.05);
        for (shift, expect) in [(70, 0.814704), (100, 0.0054947)] {
            let p = median.p_value(run(1, 1000), run(1 + shift, 1000 + shift));
            assert!((p - expect).abs() < 2e-5, "{p}");
            assert_eq!(p, median.p_value(run(1 + shift, 1000 + shift), run(1, 1000)));
        }
    }

    #[test]
    fn equal_arms_and_empty_ones_are_no_evidence() {
        let p95 = QuantileSequence::new(0.95, 0.05, 100.0, 0.05);
        assert_eq!(p95.p_value(run(1, 500), run(1, 500)), 1.0);
        assert_eq!(p95.p_value(run(1, 500), run(2, 1)), 1.0);
    }

    #[test]
    fn apart_is_apart_however_spread() {
        let p90 = QuantileSequence::new(0.9, 0.05, 100.0, 0.05);
        let spread = p90.p_value(run(1, 100), run(301, 400));
        let lumped = p90.p_value([(7, 100)].into_iter(), [(9, 100)].into_iter());
        assert!(spread < 0.002, "{spread}");
        assert_eq!(lumped, spread);
    }

    /// The canary's quickest of 4,000 outcomes take `from`, stable's `100`.
    fn beside(from: u64, times: f64, within: bool) -> (Status, Option<f64>) {
        let cells = |from: u64| -> Vec<(u16, u64)> { (from..from + 100).map(|value| (value as u16, 40)).collect() };
        let (own, stable) = (cells(from), cells(100));
        let mut rule = QuantileAtAnyTime::new(0.01, 1_000.0);
        let values = Values { own: &own, stable: &stable };
        let look = Look { allowed: Allowed::Share(0.5), versus: Some(Versus::Times(times)), values, ..look(within) };
        (status(&mut rule, &look), rule.log_e())
    }

    #[test]
    fn beside_stable_it_fails_passes_or_cannot_tell() {
        assert_eq!(beside(120, 1.0, false).0, Status::Fail);
        assert_eq!(beside(120, 1.4, true).0, Status::Pass);
        assert_eq!(beside(120, 1.4, true).1, Some(f64::NEG_INFINITY));
        assert_eq!(beside(101, 1.0, false).0, Status::Inconclusive);
        assert_eq!(beside(119, 0.5, false).0, Status::Fail);
    }

    #[test]
    fn cells_count_for_the_canary() {
        // 1,000 lies in a cell with 1,003: alike, though stable's lie at the one end and the canary's at the other.
        let one = points(&[(cell_of(1_003), 7)], Edge::Lowest, 1.0).next();
        assert_eq!((one, points(&[(cell_of(1_000), 7)], Edge::Highest, 1.0).next()), (Some((1_000, 7)), Some((1_003, 7))));
        assert_eq!(points(&[(0, 1)], Edge::Lowest, 1.0).next(), Some((0, 1)));
    }

    #[test]
    fn a_number_is_judged_by_what_exceeds_it() {
        let of = |bad| {
            let news = [News { tally: Tally { bad, all: 500, exposure: 0.0 }, ..News::default() }];
            status(&mut QuantileAtAnyTime::new(0.01, 1_000.0), &Look { allowed: Allowed::Share(0.05), news: &news, ..look(true) })
        };
        assert_eq!([of(5), of(25), of(50)], [Status::Pass, Status::Inconclusive, Status::Fail]);
    }
}
