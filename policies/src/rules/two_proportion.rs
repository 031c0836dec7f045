//! Score test on the shares of two arms, exact where counts are small.

use super::entry::{OVERDISPERSION, alpha};
use super::{Alpha, Counts, Dispersion, Entry, Judge, Look, Note, Of, State, Tally, Versus, Wants};
use crate::fit::shares_beside_stable;
use crate::maths::digits::{Shown, round_p};
use crate::maths::two_proportion::{Part, Shares};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "two_proportion",
    about: "fails when so much larger a share of bad outcomes on the canary would be chance in at most alpha of looks, if it were what \
            the limit makes of stable's: score z, exact below a hundred or so",
    alpha: Alpha::PerLook,
    missing: "outcomes that are missing count neither way; a loss of bad ones of one arm is taken for a difference of the arms",
    cost: "O(1); while few are bad, a limit other than 1x stable takes 0.1 ms",
    right_for: "lagging-telemetry",
    parameters: &[alpha(0.01, "the chance of a false alarm per look, at the limit"), OVERDISPERSION],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: shares_beside_stable,
    mistake: |_| None,
    make: |rule| State::TwoProportion(TwoProportion { alpha: rule.number("alpha"), dispersion: rule.dispersion() }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct TwoProportion {
    pub(super) alpha: f64,
    pub(super) dispersion: Dispersion,
}

/// The chance of so much larger a share on the canary, where so many outcomes of either arm count as one. `None` when an arm has none.
fn chance(arms: &Counts, versus: Versus, factor: f64) -> Option<f64> {
    let (ratio, plus) = versus.line();
    let part = |tally: &Tally| Part { bad: tally.bad as f64, all: tally.all as f64 };
    let shares = Shares { canary: part(&arms.own), stable: part(&arms.stable), ratio, plus: plus.clamp(-1.0, 1.0) };
    (arms.own.all > 0 && arms.stable.all > 0).then(|| shares.divided(factor).p())
}

impl Judge for TwoProportion {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let (arms, factor) = (&look.window, self.dispersion.at(look));
        let versus = look.versus.unwrap_or(Versus::Times(1.0));
        let Some(p) = chance(arms, versus, factor).map(round_p) else {
            note.push_str("no arms to compare");
            return Status::Inconclusive;
        };
        let Counts { own, stable } = arms;
        let _ = write!(note, "{} of {} against {} of {}, p = {}", own.bad, own.all, stable.bad, stable.all, Shown(p));
        Dispersion::tell(factor, note);
        if look.rejects(p, self.alpha) { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apart::Apart;
    use crate::maths::normal::{quantile, upper_tail};
    use crate::rules::tests::{arms, said, status};

    fn rule(factor: f64) -> TwoProportion {
        TwoProportion { alpha: 0.01, dispersion: Dispersion::Fixed(factor) }
    }

    fn look(own: (u64, u64), stable: (u64, u64), versus: Versus) -> Look<'static> {
        arms((own.0, own.1, 0.0), (stable.0, stable.1, 0.0), versus)
    }

    #[test]
    fn tabled_statistics_decide() {
        // The counts of validation/tables.json, group `two_proportion_z_own`, where z = 2.4211 and 1.0816; few enough for Fisher's test.
        let once = Versus::Times(1.0);
        let bad = said(&mut rule(1.0), &look((15, 1_000), (150, 19_000), once));
        assert_eq!(bad, (Status::Pass, "15 of 1000 against 150 of 19000, p = 0.0185715".into()));
        assert_eq!(status(&mut rule(1.0), &look((18, 1_000), (150, 19_000), once)), Status::Fail);
        assert_eq!(status(&mut rule(1.0), &look((55, 5_000), (900, 95_000), once)), Status::Pass);
        // Five bad in all: the score would say 8e-9.
        let few = said(&mut rule(1.0), &look((3, 500), (2, 9_500), once));
        assert_eq!(few, (Status::Fail, "3 of 500 against 2 of 9500, p = 0.00115204".into()));
    }

    #[test]
    fn the_limit_may_be_a_multiple_or_so_much_more() {
        let of = |versus| status(&mut rule(1.0), &look((60, 1_000), (600, 20_000), versus));
        assert_eq!(of(Versus::Times(1.0)), Status::Fail);
        assert_eq!((of(Versus::Times(1.4)), of(Versus::Times(2.0))), (Status::Fail, Status::Pass));
        assert_eq!((of(Versus::Plus(0.01)), of(Versus::Plus(0.02))), (Status::Fail, Status::Pass));
    }

    #[test]
    fn a_dispersion_divides_the_statistic_by_its_root() {
        let once = Versus::Times(1.0);
        let look = look((10_500, 100_000), (90_000, 900_000), once);
        let p = |factor| chance(&look.window, once, factor).expect("both have outcomes");
        let z = 500.0 / (0.1005f64 * 0.8995 * (100_000.0 + 100_000.0 / 9.0)).sqrt();
        assert!((p(4.0) - upper_tail(z / 2.0)).abs() < 1e-12, "{z}");
        let (status, note) = said(&mut rule(4.0), &look);
        assert!(status == Status::Fail && note.ends_with(", arms differ 4.0x by themselves"), "{note}");
        assert_eq!(said(&mut rule(5.0), &look).0, Status::Pass);
        // Exact tails take what is left of the counts: 3 of 500, and of 3.3 no more.
        let few = |factor, bad| chance(&self::look((bad, 5_000), (20, 95_000), Versus::Times(1.0)).window, Versus::Times(1.0), factor);
        assert_eq!((few(10.0, 30), few(10.0, 33)), (few(10.0, 33), few(10.0, 39)));
        assert!((few(10.0, 30).expect("both have outcomes") - 0.0011520377195640813).abs() < 1e-12);
    }

    #[test]
    fn without_outcomes_of_both_it_holds() {
        for (own, stable) in [((0, 0), (1, 10)), ((1, 10), (0, 0))] {
            assert_eq!(status(&mut rule(1.0), &look(own, stable, Versus::Times(1.0))), Status::Inconclusive);
        }
    }

    #[test]
    fn more_bad_outcomes_are_never_judged_better() {
        for versus in [Versus::Times(1.0), Versus::Times(2.0), Versus::Times(0.7), Versus::Plus(0.02)] {
            for (n, other) in [(20, 20), (60, 60), (50, 400), (400, 50), (7, 3_000)] {
                for (factor, tenth) in [1.0, 2.3].into_iter().flat_map(|factor| (0..10).map(move |tenth| (factor, tenth))) {
                    let stable = tenth * tenth * other / 100;
                    let p = |bad| {
                        let look = look((bad, n), (stable, other), versus);
                        chance(&look.window, versus, factor).expect("both have outcomes")
                    };
                    for bad in 0..n * 9 / 10 {
                        let (fewer, more) = (p(bad), p(bad + 1));
                        // Where nobody decides, tails at the likeliest null may differ by a little.
                        let decides = fewer < 0.2 && more > 1e-9;
                        assert!(more <= fewer || !decides, "{versus:?}, {bad} of {n}, {stable} of {other}: {fewer}, {more}");
                    }
                }
            }
        }
    }

    /// Numbers by a counter: the finalizer of SplitMix64 (Steele, Lea & Flood 2014).
    struct Dice(u64);

    impl Dice {
        /// 0..1, both ends excluded.
        fn share(&mut self) -> f64 {
            self.0 += 1;
            let mut x = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((x ^ (x >> 31)) >> 11) as f64 / 2f64.powi(53) + 2f64.powi(-54)
        }

        fn normal(&mut self) -> f64 {
            quantile(self.share())
        }

        /// Events one after another until their waiting times fill one unit.
        fn poisson(&mut self, mean: f64) -> u64 {
            let (mut events, mut left) = (0, mean + self.share().ln());
            while left > 0.0 {
                events += 1;
                left += self.share().ln();
            }
            events
        }
    }

    /// An arm whose rate wobbles: its logarithm by a standard deviation of `sd`, forgotten in so many rounds.
    struct Arm {
        all: u64,
        sd: f64,
        rounds: f64,
        log: f64,
    }

    impl Arm {
        fn round(&mut self, dice: &mut Dice) -> Tally {
            let keep = (-1.0 / self.rounds).exp();
            self.log = keep * self.log + (1.0 - keep * keep).sqrt() * dice.normal() * self.sd;
            let bad = dice.poisson(self.all as f64 * 0.05 * self.log.exp()).min(self.all);
            Tally { bad, all: self.all, exposure: 1.0 }
        }
    }

    /// In how many of so many stages of 120 rounds some look fails: without dispersion, and with the estimated one. Looks go over the last `window` rounds.
    fn false_failures(stages: u64, sd: f64, window: usize, rates: [u64; 2]) -> [u32; 2] {
        let mut failures = [0, 0];
        for stage in 0..stages {
            let mut dice = Dice(stage << 32);
            let mut arms = rates.map(|all| Arm { all, sd, rounds: 20.0, log: dice.normal() * sd });
            let (mut apart, mut seen, mut failed) = (Apart::new(), Vec::new(), [false; 2]);
            for _ in 0..120 {
                let [own, stable] = &mut arms;
                let fresh = Counts { own: own.round(&mut dice), stable: stable.round(&mut dice) };
                apart.add(&fresh);
                seen.push(fresh);
                let window = seen.iter().rev().take(window).fold(Counts::default(), |mut sum, one| {
                    sum.merge(one);
                    sum
                });
                let factor = apart.dispersion(&window);
                for (failed, factor) in failed.iter_mut().zip([1.0, factor]) {
                    *failed |= chance(&window, Versus::Times(1.0), factor).expect("both have outcomes") <= 0.001;
                }
            }
            failures.iter_mut().zip(failed).for_each(|(sum, failed)| *sum += u32::from(failed));
        }
        failures
    }

    #[test]
    fn arms_that_wobble_fail_less_often_when_it_is_estimated() {
        // Log rates by 0.3, at 0.1 % per look. What a stage shows of slow wobble is little: it helps short windows most.
        let [none, auto] = false_failures(400, 0.3, 5, [20, 180]);
        let [none_of_long, auto_of_long] = false_failures(400, 0.3, 30, [20, 180]);
        let [still, auto_still] = false_failures(400, 0.0, 5, [20, 180]);
        println!("false failures in 400 stages: {none} and {auto}, of windows of 30 rounds {none_of_long} and {auto_of_long}");
        println!("without wobble {still} and {auto_still}");
        assert!(2 * auto < none && 4 * auto_of_long < 3 * none_of_long && auto_still <= still);
        // No more than 0.1 % of 120 looks each.
        assert!(still <= 48);
    }
}
