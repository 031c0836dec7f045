//! The interval of a quantile between two values of the sample: fail, pass, or wait until the limit lies outside of it.

use super::entry::alpha;
use super::{Alpha, Entry, Judge, Look, Note, Of, Share, State, Wants};
use crate::fit::quantile;
use crate::maths::binomial::{lower_tail, upper_tail};
use crate::maths::digits::round_p;
use crate::maths::order_statistics::Place;
use crate::maths::planning::outcomes_to_see;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "quantile_interval",
    about: "fails when the interval of the quantile, by order statistics, lies beyond the limit, passes when it lies within, and holds \
            while the limit is in it",
    alpha: Alpha::PerLook,
    missing: "outcomes that are missing count neither way, and make the interval wider",
    cost: "O(1)",
    right_for: "cancel-latency-spike",
    parameters: &[alpha(0.05, "the chance, per look, that the interval misses the quantile; a false alarm is half of it")],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: quantile,
    mistake: |_| None,
    make: |rule| State::QuantileInterval(QuantileInterval { alpha: rule.number("alpha") }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileInterval {
    pub(super) alpha: f64,
}

/// Where a quantile lies by the values at [`crate::maths::order_statistics::Ranks`], without looking for the ranks: the lower one's
/// value is beyond the limit if so many beyond are chance in at most `fail`, the upper one's is within if so few are in at most `pass`.
fn place(share: &Share, fails: impl Fn(f64) -> bool, pass: f64) -> Place {
    match () {
        () if fails(round_p(upper_tail(share.bad, share.all, share.allowed))) => Place::Above,
        () if round_p(lower_tail(share.bad, share.all, share.allowed)) <= pass => Place::Below,
        () => Place::Unclear,
    }
}

impl Judge for QuantileInterval {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(share) = look.share() else {
            note.push_str("no quantile to bound");
            return Status::Inconclusive;
        };
        let half = self.alpha / 2.0;
        let _ = write!(note, "{} of {} beyond", share.bad, share.all);
        match place(&share, |p| look.rejects(p, half), half) {
            Place::Above => Status::Fail,
            Place::Below => Status::Pass,
            Place::Unclear => {
                // Even of values that are all within, the largest bounds the quantile only if there are enough (Wilks 1941).
                let fewest = outcomes_to_see(share.allowed, 1.0 - half);
                if share.all < fewest {
                    let _ = write!(note, ", it takes {fewest} to pass");
                }
                Status::Inconclusive
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::order_statistics::{Ranks, values_needed};
    use crate::rules::tests::{said, share, status};

    #[test]
    fn tails_say_what_the_ranks_say() {
        for alpha in [0.05, 0.01, 0.3] {
            for q in [0.05, 0.5, 0.9, 0.95, 0.99] {
                for n in (1..=120).chain([299, 473, 1_000, 5_000]) {
                    let ranks = Ranks::of(n, q, alpha);
                    for within in (0..=n).step_by(1 + n as usize / 150) {
                        let share = Share { bad: n - within, all: n, allowed: 1.0 - q };
                        let own = place(&share, |p| p <= alpha / 2.0, alpha / 2.0);
                        assert_eq!(own, ranks.against(within), "{within} of {n} within, quantile {q}, alpha {alpha}");
                    }
                }
            }
        }
    }

    #[test]
    fn tabled_ranks_decide() {
        // validation/tables.json, group `quantile_ci_ranks`: of 1000 values the 936th and the 964th bound p95.
        let of = |bad| status(&mut QuantileInterval { alpha: 0.05 }, &share(bad, 1_000, 0.05));
        assert_eq!((of(36), of(37), of(64), of(65)), (Status::Pass, Status::Inconclusive, Status::Inconclusive, Status::Fail));
    }

    #[test]
    fn with_too_few_it_cannot_pass_and_says_how_many_it_takes() {
        let mut rule = QuantileInterval { alpha: 0.05 };
        let fewest = values_needed(0.95, 0.975, 1);
        assert_eq!(said(&mut rule, &share(0, fewest - 1, 0.05)), (
            Status::Inconclusive,
            format!("0 of {} beyond, it takes {fewest} to pass", fewest - 1)
        ));
        assert_eq!(said(&mut rule, &share(0, fewest, 0.05)), (Status::Pass, format!("0 of {fewest} beyond")));
        assert_eq!(status(&mut rule, &share(0, 0, 0.05)), Status::Inconclusive);
    }

    #[test]
    fn a_chance_that_is_shared_is_one_of_false_alarms_only() {
        let of = |alpha, bad| status(&mut QuantileInterval { alpha: 0.05 }, &Look { alpha: Some(alpha), ..share(bad, 1_000, 0.05) });
        assert_eq!((of(0.0, 1_000), of(1.0, 0), of(1e-9, 36)), (Status::Inconclusive, Status::Fail, Status::Pass));
    }
}
