//! Wald's sequential probability ratio test.

use super::entry::{alpha, number, share};
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, State, Tally, Wants};
use crate::fit::counts_above_zero;
use crate::maths::digits::round_p;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "sprt",
    about: "weighs the limit against a multiple of it (Wald's probability ratio) until one is accepted, then keeps its answer for the \
            stage: what breaks after it passed goes unseen, so pair it with cusum",
    alpha: Alpha::PerStage,
    missing: "outcomes that are missing count neither way; a loss of bad ones only is not seen. Stable's reading is taken for exact",
    cost: "O(1)",
    right_for: "low-traffic",
    parameters: &[
        alpha(0.01, "the chance of a false alarm in a stage, at the limit"),
        share("beta", 0.1, "about the chance to pass what is `shift` times the limit"),
        number("shift", 2.0, 1.01, 1_000.0, "the multiple of the limit that is to be caught; a share is at most half way to 100%"),
    ],
    of: Of::Nothing,
    wants: Wants::NEWS,
    fits: counts_above_zero,
    mistake: |_| None,
    make: |rule| State::RatioTest(RatioTest::new(rule.number("alpha"), rule.number("beta"), rule.number("shift"))),
};

/// Which of two rates the evidence is for, once it is strong enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The rate that is allowed, or less.
    Null,
    /// The rate that is to be caught, or more.
    Alternative,
}

/// The test of a rate against a worse one: the log of the likelihood ratio grows by each event and shrinks with what was observed.
/// Only totals matter: neither the order nor the batches in which they came. Wald 1945.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sprt {
    /// What an event adds to the log likelihood ratio.
    per_event: f64,
    /// What each unit of size (a trial, a second of exposure, information) adds: below zero.
    per_size: f64,
    /// At or below it the null holds: below zero.
    accept: f64,
    /// At or above it the alternative holds.
    reject: f64,
}

impl Sprt {
    /// Wald's thresholds: chances of at most about `alpha` to reject a true null, `beta` to miss a true alternative.
    fn new(per_event: f64, per_size: f64, alpha: f64, beta: f64) -> Sprt {
        Sprt { per_event, per_size, accept: (beta / (1.0 - alpha)).ln(), reject: ((1.0 - beta) / alpha).ln() }
    }

    /// Events among trials: a share of `p0` against one of `p1 > p0`, both in 0..1.
    pub fn bernoulli(p0: f64, p1: f64, alpha: f64, beta: f64) -> Sprt {
        let good = ((1.0 - p1) / (1.0 - p0)).ln();
        Sprt::new((p1 / p0).ln() - good, good, alpha, beta)
    }

    /// Events in exposure: a rate of `rate0` against one of `rate1 > rate0`, above 0.
    pub fn poisson(rate0: f64, rate1: f64, alpha: f64, beta: f64) -> Sprt {
        Sprt::new((rate1 / rate0).ln(), rate0 - rate1, alpha, beta)
    }

    /// Sums of standard normal values: a mean of 0 against one of `theta1 > 0`.
    pub fn normal(theta1: f64, alpha: f64, beta: f64) -> Sprt {
        Sprt::new(theta1, -theta1 * theta1 / 2.0, alpha, beta)
    }

    /// The log of the likelihood ratio of so many events (or such a sum) in a sample of that size.
    pub fn log_ratio(&self, events: f64, size: f64) -> f64 {
        events * self.per_event + size * self.per_size
    }

    /// What the log likelihood ratio decides; `None`: go on.
    pub fn accepted(&self, log_ratio: f64) -> Option<Accepted> {
        if log_ratio >= self.reject {
            return Some(Accepted::Alternative);
        }
        (log_ratio <= self.accept).then_some(Accepted::Null)
    }

    /// The log likelihood ratios at which the null and the alternative are accepted.
    pub fn thresholds(&self) -> (f64, f64) {
        (self.accept, self.reject)
    }

    /// The plan as two lines over the size: (`h_accept`, `h_reject`, slope). The null is accepted at `slope * size - h_accept` events
    /// or fewer, the alternative at `slope * size + h_reject` or more: NIST/SEMATECH e-Handbook 6.2.6.
    pub fn lines(&self) -> (f64, f64, f64) {
        (-self.accept / self.per_event, self.reject / self.per_event, -self.per_size / self.per_event)
    }
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct RatioTest {
    alpha: f64,
    beta: f64,
    shift: f64,
    /// What arrived while there was no limit to hold it against.
    unweighed: Tally,
    log_ratio: f64,
    accepted: Option<Accepted>,
}

impl RatioTest {
    /// A test that has seen nothing.
    pub fn new(alpha: f64, beta: f64, shift: f64) -> RatioTest {
        RatioTest { alpha, beta, shift, unweighed: Tally::default(), log_ratio: 0.0, accepted: None }
    }

    /// The test of what is allowed now. Wald's thresholds keep to `alpha / (1 - beta)`: a smaller alpha makes that the promised one.
    fn test(&self, allowed: Allowed) -> Option<Sprt> {
        let alpha = self.alpha * (1.0 - self.beta);
        match allowed {
            Allowed::Share(p) if p > 0.0 && p < 1.0 => {
                Some(Sprt::bernoulli(p, (self.shift * p).min((1.0 + p) / 2.0), alpha, self.beta))
            }
            Allowed::Rate(rate) if rate > 0.0 => Some(Sprt::poisson(rate, self.shift * rate, alpha, self.beta)),
            _ => None,
        }
    }
}

impl Judge for RatioTest {
    fn listen(&mut self, look: &Look) {
        if self.accepted.is_some() {
            return;
        }
        self.unweighed.merge(&look.arrived().own);
        let Some(test) = self.test(look.allowed) else { return };
        let news = std::mem::take(&mut self.unweighed);
        self.log_ratio += test.log_ratio(news.bad as f64, look.size(&news));
        self.accepted = test.accepted(round_p(self.log_ratio));
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Some(test) = self.test(look.allowed) else {
            note.push_str("no share or rate to test against");
            return Status::Inconclusive;
        };
        let (accept, reject) = test.thresholds();
        let _ = write!(note, "log ratio {:.2}: {reject:.2} fails, {accept:.2} passes", self.log_ratio);
        match self.accepted {
            Some(Accepted::Alternative) => Status::Fail,
            Some(Accepted::Null) => Status::Pass,
            None => Status::Inconclusive,
        }
    }

    fn log_e(&self) -> Option<f64> {
        Some(self.log_ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::News;
    use crate::rules::tests::{look, said};

    /// A sample of so many bad ones of 100, or within 100 s.
    fn news(bad: u64) -> [News; 1] {
        [News { tally: Tally { bad, all: 100, exposure: 100.0 }, ..News::default() }]
    }

    fn after(batches: &[u64], allowed: Allowed) -> (Status, String) {
        let mut rule = RatioTest::new(0.01, 0.1, 2.0);
        let hear = |bad: &u64| said(&mut rule, &Look { allowed, news: &news(*bad), ..look(true) });
        batches.iter().map(hear).last().expect("at least one batch")
    }

    #[test]
    fn it_ends_and_keeps_its_answer() {
        let share = Allowed::Share(0.05);
        assert_eq!(after(&[8], share), (Status::Inconclusive, "log ratio 0.57: 4.61 fails, -2.29 passes".into()));
        assert_eq!(after(&[15], share).0, Status::Fail);
        assert_eq!(after(&[15, 0, 0, 0], share), after(&[15], share));
        assert_eq!(after(&[4, 4], share).0, Status::Pass);
        assert_eq!(after(&[4, 4, 100], share), after(&[4, 4], share));
        assert_eq!(after(&[12], Allowed::Rate(0.05)).0, Status::Inconclusive);
        assert_eq!(after(&[15], Allowed::Rate(0.05)).0, Status::Fail);
    }

    #[test]
    fn what_has_no_limit_yet_waits_for_it() {
        let hear = |rule: &mut RatioTest, p: f64, news: &[News]| said(rule, &Look { allowed: Allowed::Share(p), news, ..look(true) });
        let (mut waits, mut once) = (RatioTest::new(0.01, 0.1, 2.0), RatioTest::new(0.01, 0.1, 2.0));
        let unknown = hear(&mut waits, 0.0, &news(9));
        assert_eq!(unknown, (Status::Inconclusive, "no share or rate to test against".into()));
        hear(&mut waits, 0.05, &news(3));
        hear(&mut once, 0.05, &[news(9), news(3)].concat());
        assert_eq!(waits, once);
    }

    #[test]
    fn the_plan_of_the_handbook() {
        // NIST/SEMATECH e-Handbook 6.2.6: p0 = 0.01, p1 = 0.10, alpha 5 %, beta 10 %.
        let (accept, reject, slope) = Sprt::bernoulli(0.01, 0.1, 0.05, 0.1).lines();
        assert!((accept - 0.939).abs() < 5.5e-4 && (reject - 1.205).abs() < 5.5e-4 && (slope - 0.0397).abs() < 5.5e-5);
    }

    #[test]
    fn it_decides_on_and_beyond_the_lines() {
        let sprt = Sprt::bernoulli(0.01, 0.1, 0.05, 0.1);
        let decide = |bad, all| sprt.accepted(sprt.log_ratio(bad, all));
        // 1.205 + 0.0397 n: two bad ones of 19 decide, of 20 they do not.
        assert_eq!(decide(2.0, 19.0), Some(Accepted::Alternative));
        assert_eq!(decide(2.0, 20.0), None);
        // 0.0397 n - 0.939: none of 24 clears.
        assert_eq!(decide(0.0, 23.0), None);
        assert_eq!(decide(0.0, 24.0), Some(Accepted::Null));
        let (accept, reject) = sprt.thresholds();
        assert_eq!(sprt.accepted(accept), Some(Accepted::Null));
        assert_eq!(sprt.accepted(reject), Some(Accepted::Alternative));
    }

    #[test]
    fn rare_events_in_trials_are_events_in_exposure() {
        let (trials, exposure) = (Sprt::bernoulli(1e-6, 3e-6, 0.01, 0.1), Sprt::poisson(1e-6, 3e-6, 0.01, 0.1));
        assert!((trials.log_ratio(4.0, 2e6) - exposure.log_ratio(4.0, 2e6)).abs() < 1e-4);
        assert!((exposure.log_ratio(4.0, 2e6) - (4.0 * 3f64.ln() - 4.0)).abs() < 1e-9);
    }
}
