//! Exact binomial on the share of outcomes beyond the limit.

use super::binomial::shown_p;
use super::{Answer, Judge, Look, round_p, upper_tail};
use crate::verdict::Status;

/// For `gatecrash list rules`.
pub const ABOUT: &str =
    "fails when so many outcomes beyond the limit would be chance in at most alpha of looks (1% unless told): exact binomial";

/// See [`ABOUT`].
#[derive(Clone, Debug, PartialEq)]
pub struct Exceedance {
    pub(super) alpha: f64,
}

impl Judge for Exceedance {
    fn judge(&mut self, look: &Look) -> Answer {
        let Some(share) = look.share else {
            return Answer::new(Status::Inconclusive, "no share to test");
        };
        let p = round_p(upper_tail(share.bad, share.all, share.allowed));
        let note = format!("{} of {} beyond, p = {}", share.bad, share.all, shown_p(p));
        Answer::new(if p <= self.alpha { Status::Fail } else { Status::Pass }, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Share;

    #[test]
    fn the_tabled_count_fails_and_one_less_passes() {
        // n = 200, p95, alpha 5 %: 16 reject (validation/tables.json, group `quantile_gate_p95`).
        let judge = |bad| {
            let look = Look { share: Some(Share { bad, all: 200, allowed: 0.05 }), enough: true, ..Look::default() };
            Exceedance { alpha: 0.05 }.judge(&look)
        };
        assert_eq!(judge(15).status, Status::Pass);
        assert_eq!(judge(16).status, Status::Fail);
        assert_eq!(judge(16).note, "16 of 200 beyond, p = 0.0443556");
    }
}
