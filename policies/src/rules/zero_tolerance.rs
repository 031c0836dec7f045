//! Fail at the first event.

use super::{Answer, Judge, Look};
use crate::verdict::Status;

/// For `gatecrash list rules`.
pub const ABOUT: &str =
    "fails at the first event, however few outcomes there are; a pass reports the rate that the clean record excludes";

/// See [`ABOUT`].
#[derive(Clone, Debug, PartialEq)]
pub struct ZeroTolerance;

/// The rate that a clean record of `n` outcomes excludes at 95 %: 1 - 0.05^(1/n), about 3 / n.
pub fn excluded_rate(n: u64) -> f64 {
    1.0 - 0.05f64.powf(1.0 / n as f64)
}

impl Judge for ZeroTolerance {
    fn judge(&mut self, look: &Look) -> Answer {
        if !look.within {
            return Answer::new(Status::Fail, "");
        }
        let clean = look.share.filter(|s| s.bad == 0 && s.all > 0);
        let note = clean.map(|s| format!("none of {}: a rate below {:.2}% at 95%", s.all, excluded_rate(s.all) * 100.0));
        Answer::new(Status::Pass, note.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Share;
    use crate::rules::tests::look;

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
        let mut clean = look(true);
        clean.share = Some(Share { bad: 0, all: 1_000, allowed: 0.0 });
        assert_eq!(ZeroTolerance.judge(&clean).note, "none of 1000: a rate below 0.30% at 95%");
        assert_eq!(ZeroTolerance.judge(&look(false)).status, Status::Fail);
    }
}
