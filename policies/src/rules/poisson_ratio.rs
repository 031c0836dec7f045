//! Exact conditional test on the ratio of two rates.

use super::entry::{OVERDISPERSION, alpha};
use super::{Alpha, Counts, Dispersion, Entry, Judge, Look, Note, Of, State, Versus, Wants};
use crate::fit::rates_beside_stable;
use crate::maths::digits::{Shown, round_p};
use crate::maths::rate_ratio::{Method, Rates};
use crate::maths::side::Side;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "poisson_ratio",
    about: "fails when so many of both arms' events on the canary would be chance in at most alpha of looks, if its rate were the \
            limit's multiple of stable's: exact",
    alpha: Alpha::PerLook,
    missing: "what is missing of one arm alone is taken for a difference of the arms",
    cost: "O(1)",
    right_for: "background-incident",
    parameters: &[alpha(0.01, "the chance of a false alarm per look, at the limit"), OVERDISPERSION],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: rates_beside_stable,
    mistake: |_| None,
    make: |rule| State::PoissonRatio(PoissonRatio { alpha: rule.number("alpha"), dispersion: rule.dispersion() }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct PoissonRatio {
    pub(super) alpha: f64,
    pub(super) dispersion: Dispersion,
}

/// The chance that of all events so many or more are the canary's, where so many of either count as one. `None` when no arm had
/// anybody.
fn chance(arms: &Counts, ratio: f64, factor: f64) -> Option<f64> {
    let rates = Rates {
        events: arms.own.bad as f64 / factor,
        exposure: arms.own.exposure,
        other_events: arms.stable.bad as f64 / factor,
        other_exposure: arms.stable.exposure,
        ratio,
    };
    (ratio * arms.own.exposure + arms.stable.exposure > 0.0).then(|| rates.p(Method::Exact, Side::Greater))
}

impl Judge for PoissonRatio {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let (ratio, _) = look.versus.unwrap_or(Versus::Times(1.0)).line();
        let (arms, factor) = (&look.window, self.dispersion.at(look));
        let Some(p) = chance(arms, ratio, factor).map(round_p) else {
            note.push_str("no arms to compare");
            return Status::Inconclusive;
        };
        let (own, others) = (arms.own.bad, arms.stable.bad);
        let share = 100.0 * arms.own.exposure / (arms.own.exposure + arms.stable.exposure);
        let _ = write!(note, "{own} of {} events in {share:.1}% of the subject-time, p = {}", own + others, Shown(p));
        Dispersion::tell(factor, note);
        if look.rejects(p, self.alpha) { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{said, status};
    use crate::rules::{Tally, tests};

    fn arms(k1: u64, e1: f64, k0: u64, e0: f64) -> Counts {
        let tally = |bad, exposure| Tally { bad, all: 0, exposure };
        Counts { own: tally(k1, e1), stable: tally(k0, e0) }
    }

    #[test]
    fn published_p_values() {
        // Gu, Ng, Tang & Schucany 2008 example 1, method exact-cond: validation/tables.json, group `gu_2008_example1`.
        let p = chance(&arms(60, 51_477.5, 30, 54_308.7), 1.0, 1.0).expect("both were exposed");
        assert!((p - 0.000428).abs() < 6e-6, "{p}");
    }

    #[test]
    fn tabled_p_values_of_small_canaries() {
        // validation/tables.json, group `poisson_conditional_own`: 5 % of the exposure; the method of Przyborowski & Wilenski 1940.
        let table = [(9, 60, 0.007313529601054117), (4, 10, 0.004173238446987721), (2, 0, 0.0025)];
        for (k1, k0, expect) in table {
            let p = chance(&arms(k1, 5.0, k0, 95.0), 1.0, 1.0).expect("both were exposed");
            assert!((p - expect).abs() < 1e-10, "{k1} against {k0}: {p}");
        }
    }

    #[test]
    fn a_ratio_of_two_is_twice_the_exposure() {
        let twice = chance(&arms(9, 5.0, 60, 95.0), 2.0, 1.0);
        assert_eq!(twice, chance(&arms(9, 10.0, 60, 95.0), 1.0, 1.0));
        assert!(twice > chance(&arms(9, 5.0, 60, 95.0), 1.0, 1.0));
    }

    #[test]
    fn arms_that_differ_by_themselves_count_less() {
        let look = tests::arms((18, 0, 5.0), (120, 0, 95.0), Versus::Times(1.0));
        let of = |dispersion| said(&mut PoissonRatio { alpha: 0.01, dispersion }, &look);
        let twice = of(Dispersion::Fixed(2.0));
        let expect = "18 of 138 events in 5.0% of the subject-time, p = 0.00731353, arms differ 2.0x by themselves";
        assert_eq!(twice, (Status::Fail, expect.into()), "as 9 of 69");
        assert_eq!(of(Dispersion::Fixed(3.0)).0, Status::Pass);
        assert_eq!(of(Dispersion::Estimated), of(Dispersion::Fixed(1.0)), "what was estimated of these is 1");
        // Between whole counts the tail goes on between theirs.
        let of = |factor| chance(&look.window, 1.0, factor).expect("both were exposed");
        assert!(of(1.0) < of(1.9) && of(1.9) < of(2.0) && of(2.0) < of(2.1));
    }

    #[test]
    fn where_no_false_alarm_is_allowed_it_never_fails() {
        let look = tests::arms((5_000, 0, 5.0), (0, 0, 95.0), Versus::Times(1.0));
        let mut rule = PoissonRatio { alpha: 0.01, dispersion: Dispersion::Estimated };
        assert_eq!(status(&mut rule, &look), Status::Fail);
        assert_eq!(status(&mut rule, &Look { alpha: Some(0.0), ..look }), Status::Pass);
    }

    #[test]
    fn what_chance_explains_passes() {
        let mut rule = PoissonRatio { alpha: 0.01, dispersion: Dispersion::Fixed(1.0) };
        let mut judge = |k1| said(&mut rule, &tests::arms((k1, 0, 5.0), (60, 0, 95.0), Versus::Times(1.0)));
        assert_eq!(judge(8).0, Status::Pass);
        assert_eq!(judge(9), (Status::Fail, "9 of 69 events in 5.0% of the subject-time, p = 0.00731353".into()));
        assert_eq!(judge(0).0, Status::Pass);
        assert_eq!(status(&mut rule, &Look::default()), Status::Inconclusive);
    }
}
