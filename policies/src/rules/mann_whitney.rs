//! Rank test of the canary's outcomes against stable's.

use super::entry::{OVERDISPERSION, alpha};
use super::{Alpha, Dispersion, Entry, Judge, Look, Note, Of, State, Values, Versus, Wants};
use crate::fit::quantile_beside_stable;
use crate::hist::cell_top;
use crate::maths::digits::{Shown, round_p};
use crate::maths::normal;
use crate::maths::ranks::{Ranks, Side};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "mann_whitney",
    about: "fails when the quantile is beyond the limit and all of the canary's outcomes rank so high as chance would have them in at \
            most alpha of looks, if they were spread as the limit's multiple of stable's; blind to a tail that alone grows",
    alpha: Alpha::PerLook,
    missing: "outcomes that are missing count neither way; a loss of slow ones on one arm is taken for a difference of the arms",
    cost: "O(n), n occupied cells of both arms",
    right_for: "traffic-surge",
    parameters: &[alpha(0.01, "the chance of a false alarm per look, of outcomes that are independent"), OVERDISPERSION],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: quantile_beside_stable,
    mistake: |_| None,
    make: |rule| State::MannWhitney(MannWhitney::new(rule.number("alpha"), rule.dispersion())),
};

/// Up to so many pairs the tail is exact, unless values are tied: 44 against 44, or 8 against 250. Beyond, the normal tail is 3 %
/// to 10 % above the exact one where that is 1 %, and further above it further out: it errs towards a pass.
const EXACT_PAIRS_MAX: usize = 2_000;

/// See [`ENTRY`]. What is estimated of the arms is how their outcomes beyond the limit differ from block to block: coarser than ranks,
/// but it sees outcomes that are bad together.
#[derive(Clone, Debug, PartialEq)]
pub struct MannWhitney {
    alpha: f64,
    dispersion: Dispersion,
    /// Room to count orders in.
    ways: Vec<f64>,
}

impl MannWhitney {
    /// With room for the longest exact tail.
    pub fn new(alpha: f64, dispersion: Dispersion) -> MannWhitney {
        MannWhitney { alpha, dispersion, ways: vec![0.0; EXACT_PAIRS_MAX / 2 + 1] }
    }
}

/// Ranks the canary's outcomes among `ratio` times stable's. With a ratio other than 1 they are as coarse as the cells, 0.8 %.
pub fn ranks(values: Values, ratio: f64) -> Ranks {
    let own = values.own.iter().map(|(cell, n)| (cell_top(*cell) as f64, *n));
    let scaled = values.stable.iter().map(|(cell, n)| (cell_top(*cell) as f64 * ratio, *n));
    Ranks::of(own, scaled)
}

/// The chance of ranks so high or higher, if both arms were spread alike and their outcomes came in clumps that make the variance
/// `factor` times that of independent ones. `ways` is a buffer.
pub fn chance(ranks: &Ranks, factor: f64, ways: &mut Vec<f64>) -> f64 {
    match ranks.ties == 0.0 && ranks.pairs() <= EXACT_PAIRS_MAX as f64 && factor == 1.0 {
        true => ranks.exact_p(Side::Greater, ways),
        false => normal::upper_tail(ranks.deviate() / factor.sqrt()),
    }
}

impl Judge for MannWhitney {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(Versus::Times(ratio)) = look.versus else {
            note.push_str("no multiple of stable to rank against");
            return Status::Inconclusive;
        };
        let ranks = ranks(look.values, ratio);
        if ranks.pairs() == 0.0 {
            note.push_str("no outcomes to rank");
            return Status::Inconclusive;
        }
        let p = round_p(chance(&ranks, self.dispersion.at(look), &mut self.ways));
        let above = 100.0 * ranks.larger();
        let _ = write!(note, "above {ratio}x stable's in {above:.1}% of {} x {} pairs, p = {}", ranks.m, ranks.n, Shown(p));
        if !look.within && look.rejects(p, self.alpha) { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hist::cell_of;
    use crate::rules::tests::{look, said};

    /// Values as cells; below 256 each has its own.
    fn cells(values: impl IntoIterator<Item = u64>) -> Vec<(u16, u64)> {
        let mut sorted: Vec<u16> = values.into_iter().map(cell_of).collect();
        sorted.sort_unstable();
        sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
    }

    fn p(own: &[(u16, u64)], stable: &[(u16, u64)], ratio: f64) -> f64 {
        chance(&ranks(Values { own, stable }, ratio), 1.0, &mut Vec::new())
    }

    #[test]
    fn few_values_are_weighed_exactly() {
        // All three above all five: one order of 56 (Mann & Whitney 1947: 0.018).
        let own = p(&cells([6, 7, 8]), &cells([1, 2, 3, 4, 5]), 1.0);
        assert!((own - 1.0 / 56.0).abs() < 1e-15, "{own}");
    }

    #[test]
    fn cells_weigh_as_their_values_one_by_one() {
        let (own, stable) = ([(10, 4), (20, 9), (40, 30)], [(10, 40), (20, 35), (30, 2), (40, 50)]);
        let spread = |cells: &[(u16, u64)]| -> Vec<(u16, u64)> {
            cells.iter().flat_map(|(cell, n)| std::iter::repeat_n((*cell, 1), *n as usize)).collect()
        };
        let together = p(&own, &stable, 1.0);
        assert_eq!(p(&spread(&own), &spread(&stable), 1.0), together);
        assert!(together < 0.01, "{together}");
    }

    #[test]
    fn a_multiple_of_stable_is_allowed() {
        let stable = cells((0..200).map(|i| 1_000 + 10 * i));
        let canary = cells((0..100).map(|i| 1_500 + 30 * i));
        let p = |ratio| p(&canary, &stable, ratio);
        assert!(p(1.0) < 1e-6 && p(2.0) > 0.99, "{} {}", p(1.0), p(2.0));
        let even = p(1.5);
        assert!((0.4..0.6).contains(&even), "the canary is 1.5 times stable: {even}");
    }

    #[test]
    fn clumps_widen_the_normal_tail() {
        let ranks = ranks(Values { own: &cells(60..120), stable: &cells(0..100) }, 1.0);
        let p = |factor| chance(&ranks, factor, &mut Vec::new());
        let z = |p: f64| -normal::quantile(p);
        assert!((z(p(1.0)) / z(p(4.0)) - 2.0).abs() < 1e-6);
    }

    fn judge(own: &[(u16, u64)], stable: &[(u16, u64)], within: bool) -> (Status, String) {
        let values = Values { own, stable };
        let look = Look { versus: Some(Versus::Times(1.0)), values, ..look(within) };
        said(&mut MannWhitney::new(0.01, Dispersion::Estimated), &look)
    }

    #[test]
    fn a_fail_takes_a_quantile_beyond_the_limit_and_ranks_that_are_no_chance() {
        let (low, high) = (cells(0..20), cells(12..32));
        let note = "above 1x stable's in 92.0% of 20 x 20 pairs, p = 2.91323e-6";
        assert_eq!(judge(&high, &low, false), (Status::Fail, note.into()));
        assert_eq!(judge(&high, &low, true).0, Status::Pass, "the quantile keeps the limit");
        assert_eq!(judge(&low, &high, false).0, Status::Pass);
        assert_eq!(judge(&low[..2], &low[..1], false).0, Status::Pass, "three values prove nothing");
        assert_eq!(judge(&[], &low, false), (Status::Inconclusive, "no outcomes to rank".into()));
        assert_eq!(judge(&high, &[], false).0, Status::Inconclusive);
    }
}
