//! Exact conditional test on the ratio of two rates.

use super::binomial::shown_p;
use super::{Answer, Arms, Judge, Look, round_p, upper_tail};
use crate::verdict::Status;

/// For `gatecrash list rules`.
pub const ABOUT: &str = "fails when so many of both arms' events on the canary would be chance in at most alpha of looks (1% unless \
     told), if its rate were the limit's multiple of stable's: exact";

/// See [`ABOUT`].
#[derive(Clone, Debug, PartialEq)]
pub struct PoissonRatio {
    pub(super) alpha: f64,
}

/// The chance that of all events so many or more are the canary's: given their number, each is the canary's with probability
/// `ratio e1 / (e0 + ratio e1)` when the rates stand in that ratio. `None` when no arm had anybody.
fn chance(arms: &Arms) -> Option<f64> {
    let own = arms.ratio * arms.canary.exposure;
    let all = arms.canary.events + arms.stable.events;
    let exposure = arms.stable.exposure + own;
    (exposure > 0.0).then(|| upper_tail(arms.canary.events, all, own / exposure))
}

impl Judge for PoissonRatio {
    fn judge(&mut self, look: &Look) -> Answer {
        let Some((arms, p)) = look.arms.and_then(|arms| Some((arms, round_p(chance(&arms)?)))) else {
            return Answer::new(Status::Inconclusive, "no arms to compare");
        };
        let (own, others) = (arms.canary.events, arms.stable.events);
        let share = 100.0 * arms.canary.exposure / (arms.canary.exposure + arms.stable.exposure);
        let note = format!("{own} of {} events in {share:.1}% of the subject-time, p = {}", own + others, shown_p(p));
        Answer::new(if p <= self.alpha { Status::Fail } else { Status::Pass }, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Events;

    fn arms(k1: u64, e1: f64, k0: u64, e0: f64, ratio: f64) -> Arms {
        Arms { canary: Events { events: k1, exposure: e1 }, stable: Events { events: k0, exposure: e0 }, ratio }
    }

    #[test]
    fn published_p_values() {
        // Gu, Ng, Tang & Schucany 2008 example 1, method exact-cond: validation/tables.json, group `gu_2008_example1`.
        let p = chance(&arms(60, 51_477.5, 30, 54_308.7, 1.0)).expect("both were exposed");
        assert!((p - 0.000428).abs() < 6e-6, "{p}");
    }

    #[test]
    fn tabled_p_values_of_small_canaries() {
        // validation/tables.json, group `poisson_conditional_own`: 5 % of the exposure; the method of Przyborowski & Wilenski 1940.
        let table = [(9, 60, 0.007313529601054117), (4, 10, 0.004173238446987721), (2, 0, 0.0025)];
        for (k1, k0, expect) in table {
            let p = chance(&arms(k1, 5.0, k0, 95.0, 1.0)).expect("both were exposed");
            assert!((p - expect).abs() < 1e-10, "{k1} against {k0}: {p}");
        }
    }

    #[test]
    fn a_ratio_of_two_is_twice_the_exposure() {
        let twice = chance(&arms(9, 5.0, 60, 95.0, 2.0));
        assert_eq!(twice, chance(&arms(9, 10.0, 60, 95.0, 1.0)));
        assert!(twice > chance(&arms(9, 5.0, 60, 95.0, 1.0)));
    }

    #[test]
    fn what_chance_explains_passes() {
        let judge = |k1| {
            let look = Look { arms: Some(arms(k1, 5.0, 60, 95.0, 1.0)), enough: true, ..Look::default() };
            PoissonRatio { alpha: 0.01 }.judge(&look)
        };
        assert_eq!(judge(8).status, Status::Pass);
        assert_eq!(judge(9).status, Status::Fail);
        assert_eq!(judge(9).note, "9 of 69 events in 5.0% of the subject-time, p = 0.00731353");
        assert_eq!(judge(0).status, Status::Pass);
        assert_eq!(PoissonRatio { alpha: 0.01 }.judge(&Look::default()).status, Status::Inconclusive);
    }
}
