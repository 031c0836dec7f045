//! Exact binomial on the share of outcomes beyond the limit.

use super::entry::alpha;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::share;
use crate::maths::binomial::upper_tail;
use crate::maths::digits::{Shown, round_p};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "exceedance",
    about: "fails when so many outcomes beyond the limit would be chance in at most alpha of looks: exact binomial",
    alpha: Alpha::PerLook,
    missing: "outcomes that are missing count neither way; a loss of bad ones only is not seen",
    cost: "O(1)",
    right_for: "cancel-latency-spike",
    parameters: &[alpha(0.01, "the chance of a false alarm per look, at the limit")],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: share,
    mistake: |_| None,
    make: |rule| State::Exceedance(Exceedance { alpha: rule.number("alpha") }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Exceedance {
    pub(super) alpha: f64,
}

impl Judge for Exceedance {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(share) = look.share() else {
            note.push_str("no share to test");
            return Status::Inconclusive;
        };
        let p = round_p(upper_tail(share.bad, share.all, share.allowed));
        let _ = write!(note, "{} of {} beyond, p = {}", share.bad, share.all, Shown(p));
        if look.rejects(p, self.alpha) { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{said, share};

    #[test]
    fn the_tabled_count_fails_and_one_less_passes() {
        // n = 200, p95, alpha 5 %: 16 reject (validation/tables.json, group `quantile_gate_p95`).
        let judge = |bad| said(&mut Exceedance { alpha: 0.05 }, &share(bad, 200, 0.05));
        assert_eq!(judge(15).0, Status::Pass);
        assert_eq!(judge(16), (Status::Fail, "16 of 200 beyond, p = 0.0443556".into()));
    }
}
