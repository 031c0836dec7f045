//! Exact binomial test of a share against the limit, which may ask for a proof.

use super::entry::{alpha, word};
use super::{Alpha, Entry, Judge, Look, Note, Of, Share, State, Wants};
use crate::fit::plain_share;
use crate::maths::binomial::{lower_tail, upper_tail};
use crate::maths::digits::{Shown, round_p};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "binomial",
    about: "fails when so many bad outcomes would be chance in at most alpha of looks: exact; with `prove: within` it passes only \
            once so few would be, and holds between",
    alpha: Alpha::PerLook,
    missing: "outcomes that are missing count neither way; a loss of bad ones only is not seen",
    cost: "O(1)",
    right_for: "low-traffic",
    parameters: &[
        alpha(0.01, "the chance of a false alarm per look, at the limit; of a false proof as well"),
        word("prove", &["beyond", "within"], "what needs proof: a share beyond the limit, to fail, or one within it too, to pass"),
    ],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: plain_share,
    mistake: |_| None,
    make: |rule| State::Binomial(Binomial { alpha: rule.number("alpha"), within: rule.word("prove") == "within" }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Binomial {
    pub(super) alpha: f64,
    /// Whether a pass is proven.
    pub(super) within: bool,
}

impl Binomial {
    /// So few are chance in at most alpha when a share of just the limit is bad: the exact upper bound of Clopper and Pearson lies
    /// within the limit.
    fn proves(&self, share: &Share, note: &mut Note) -> bool {
        let p = round_p(lower_tail(share.bad, share.all, share.allowed));
        let _ = write!(note, ", of so few {}", Shown(p));
        p <= self.alpha
    }
}

impl Judge for Binomial {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(share) = look.share() else {
            note.push_str("no share to test");
            return Status::Inconclusive;
        };
        let p = round_p(upper_tail(share.bad, share.all, share.allowed));
        let _ = write!(note, "{} of {} bad, p = {}", share.bad, share.all, Shown(p));
        let proven = !self.within || self.proves(&share, note);
        match () {
            () if look.rejects(p, self.alpha) => Status::Fail,
            () if proven => Status::Pass,
            () => Status::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::intervals::{lower_bound, upper_bound};
    use crate::rules::tests::{said, share, status};

    fn rule(within: bool) -> Binomial {
        Binomial { alpha: 0.05, within }
    }

    #[test]
    fn beyond_is_proven_or_it_passes() {
        // n = 200, 5 % allowed, alpha 5 %: 16 reject (validation/tables.json, group `quantile_gate_p95`).
        assert_eq!(said(&mut rule(false), &share(16, 200, 0.05)), (Status::Fail, "16 of 200 bad, p = 0.0443556".into()));
        assert_eq!(status(&mut rule(false), &share(15, 200, 0.05)), Status::Pass);
    }

    #[test]
    fn within_is_proven_or_it_holds() {
        let of = |bad| said(&mut rule(true), &share(bad, 200, 0.05));
        assert_eq!([0, 4, 5, 10, 15, 16].map(|bad| of(bad).0), [
            Status::Pass,
            Status::Pass,
            Status::Inconclusive,
            Status::Inconclusive,
            Status::Inconclusive,
            Status::Fail
        ]);
        assert_eq!(of(4).1, "4 of 200 bad, p = 0.990952, of so few 0.0264468");
        assert_eq!(status(&mut rule(true), &share(0, 0, 0.05)), Status::Inconclusive, "of nothing");
    }

    #[test]
    fn the_bounds_of_clopper_and_pearson_decide() {
        for n in [1, 5, 30, 59, 200] {
            for bad in 0..=n {
                let expect = match () {
                    () if lower_bound(bad, n, 0.05) >= 0.1 => Status::Fail,
                    () if upper_bound(bad, n, 0.05) <= 0.1 => Status::Pass,
                    () => Status::Inconclusive,
                };
                assert_eq!(status(&mut rule(true), &share(bad, n, 0.1)), expect, "{bad} of {n}");
            }
        }
    }

    #[test]
    fn a_chance_that_is_shared_is_one_of_false_alarms_only() {
        let none = |bad| status(&mut rule(true), &Look { alpha: Some(0.0), ..share(bad, 200, 0.05) });
        assert_eq!((none(200), none(4)), (Status::Inconclusive, Status::Pass));
    }
}
