//! Fail at the first event.

use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::maths::intervals::upper_bound;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "zero_tolerance",
    about: "fails at the first event, however few outcomes there are; a pass reports the rate that the clean record excludes",
    alpha: Alpha::Never,
    missing: "an event that is lost is never seen: halve the samples and the excluded rate doubles",
    cost: "O(1)",
    right_for: "duplicate-side-effects",
    parameters: &[],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |_| None,
    make: |_| State::ZeroTolerance(ZeroTolerance),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct ZeroTolerance;

/// The rate that a clean record of `n` outcomes excludes at 95 %: about 3 / n.
fn excluded_rate(n: u64) -> f64 {
    upper_bound(0, n, 0.05)
}

impl Judge for ZeroTolerance {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if !look.within {
            return Status::Fail;
        }
        if let Some(clean) = look.share().filter(|s| s.bad == 0 && s.all > 0) {
            let excluded = excluded_rate(clean.all) * 100.0;
            let _ = write!(note, "none of {}: a rate below {excluded:.2}% at 95%", clean.all);
        }
        Status::Pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, said, share, status};

    #[test]
    fn what_a_clean_record_excludes() {
        // Hanley & Lippman-Hand 1983; validation/tables.json, group `rule_of_three`.
        let table =
            [(20, 0.13910834066826516), (50, 0.058155079116972264), (100, 0.029513049607039932), (1_000, 0.0029912495450953314)];
        for (n, bound) in table {
            assert!((excluded_rate(n) - bound).abs() < 1e-9, "n = {n}");
        }
    }

    #[test]
    fn how_many_clean_outcomes_a_rate_needs() {
        // validation/tables.json, group `zero_tolerance_n`, at 95 %.
        for (p, n) in [(0.0001, 29_956), (0.01, 299)] {
            assert!(excluded_rate(n) <= p && excluded_rate(n - 1) > p, "p = {p}");
        }
    }

    #[test]
    fn a_pass_reports_the_bound() {
        let clean = share(0, 1_000, 0.0);
        assert_eq!(said(&mut ZeroTolerance, &clean).1, "none of 1000: a rate below 0.30% at 95%");
        assert_eq!(status(&mut ZeroTolerance, &look(false)), Status::Fail);
    }
}
