//! A confidence interval of a share that may be looked at after every outcome.

use super::entry::{alpha, number};
use super::{Allowed, Alpha, Entry, Judge, Look, Note, Of, Parameter, State, Tally, Wants};
use crate::fit::share_of_a_number;
use crate::maths::digits::{Shown, round_p};
use crate::maths::looks::Sides;
use crate::maths::mixtures::{BetaBinomial, Mixture, best_rho};
use crate::maths::roots::bisect;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "confidence_sequence",
    about: "fails when an interval of the share since the stage began, which holds at every look, is beyond the limit, passes when it \
            is within, and holds while it is neither: leave room between what is healthy and the limit",
    alpha: Alpha::PerStage,
    missing: "outcomes that are missing count neither way; a loss of bad ones only is not seen",
    cost: "O(1)",
    right_for: "healthy-day",
    parameters: &[alpha(0.01, "the chance, in a stage, that the interval ever misses the share"), TUNED_FOR],
    of: Of::Nothing,
    wants: Wants::NEWS,
    fits: share_of_a_number,
    mistake: |_| None,
    make: |rule| State::ShareAtAnyTime(ShareAtAnyTime::new(rule.number("alpha"), rule.number("tuned_for"))),
};

/// For how many outcomes an interval is narrowest.
pub(super) const TUNED_FOR: Parameter =
    number("tuned_for", 1_000.0, 1.0, 1e9, "the number of the canary's outcomes at which it is narrowest");

/// Intervals that all hold, at every number of trials, with chance at least `1 - alpha`: the beta-binomial mixture of Howard & Ramdas
/// 2022, two-sided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceSequence {
    alpha: f64,
    /// How many trials the mixing distribution weighs.
    weight: f64,
}

impl ConfidenceSequence {
    /// Intervals that are narrowest at about `trials_best` trials, for an alpha of `alpha_best`.
    pub fn new(alpha: f64, trials_best: f64, alpha_best: f64) -> ConfidenceSequence {
        let weight = (best_rho(trials_best, alpha_best, Sides::Two) - 1.0).max(1e-3);
        ConfidenceSequence { alpha, weight }
    }

    /// The log of the evidence that the share is not `p` (in 0..=1) after `bad` of `all`: a mixture of likelihood ratios.
    pub fn log_mixture(&self, bad: f64, all: f64, p: f64) -> f64 {
        if p <= 0.0 || p >= 1.0 {
            let may_be = if p <= 0.0 { bad == 0.0 } else { bad == all };
            return if may_be { 0.0 } else { f64::INFINITY };
        }
        let variance = p * (1.0 - p);
        BetaBinomial::new(p, 1.0 - p, self.weight * variance, Sides::Two).log(bad - p * all, variance * all)
    }

    /// Whether evidence against a share excludes it from the interval.
    fn excludes(&self, log_mixture: f64) -> bool {
        self.alpha > 0.0 && p_value(log_mixture) <= self.alpha
    }

    /// Whether `p`, in 0..=1, is outside of the interval after `bad` of `all`.
    fn excluded(&self, bad: f64, all: f64, p: f64) -> bool {
        self.excludes(self.log_mixture(bad, all, p))
    }

    /// The interval after `bad` of `all`, to be shown.
    pub fn interval(&self, bad: u64, all: u64) -> (f64, f64) {
        let (bad, all) = (bad as f64, all as f64);
        let mean = if all > 0.0 { bad / all } else { return (0.0, 1.0) };
        let sign = |yes: bool| if yes { 1.0 } else { -1.0 };
        let low = bisect(|p| sign(!self.excluded(bad, all, p)), 0.0, mean);
        (low, bisect(|p| sign(self.excluded(bad, all, p)), mean, 1.0))
    }
}

/// The p-value, at all times, of what there is so much evidence against.
fn p_value(log_mixture: f64) -> f64 {
    round_p((-log_mixture).exp().min(1.0))
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct ShareAtAnyTime {
    sequence: ConfidenceSequence,
    /// Since the stage began.
    seen: Tally,
    /// The evidence that the share is not what is allowed, and on which side of it the canary is.
    log_mixture: f64,
    is_above: bool,
}

impl ShareAtAnyTime {
    /// An interval that has seen nothing.
    pub fn new(alpha: f64, tuned_for: f64) -> ShareAtAnyTime {
        let sequence = ConfidenceSequence::new(alpha, tuned_for, alpha);
        ShareAtAnyTime { sequence, seen: Tally::default(), log_mixture: 0.0, is_above: false }
    }
}

impl Judge for ShareAtAnyTime {
    fn listen(&mut self, look: &Look) {
        self.seen.merge(&look.arrived().own);
        let Allowed::Share(p) = look.allowed else { return };
        let (bad, all) = (self.seen.bad as f64, self.seen.all as f64);
        self.log_mixture = self.sequence.log_mixture(bad, all, p);
        self.is_above = bad > all * p;
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let Allowed::Share(_) = look.allowed else {
            note.push_str("no share to test");
            return Status::Inconclusive;
        };
        let Tally { bad, all, .. } = self.seen;
        let _ = write!(note, "{bad} of {all} beyond, p = {} at any look", Shown(p_value(self.log_mixture)));
        match self.sequence.excludes(self.log_mixture) {
            false => Status::Inconclusive,
            true if self.is_above => Status::Fail,
            true => Status::Pass,
        }
    }

    /// On one side only: what speaks for the canary is no evidence of a breach.
    fn log_e(&self) -> Option<f64> {
        Some(if self.is_above || self.seen.all == 0 { self.log_mixture } else { f64::NEG_INFINITY })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::News;
    use crate::rules::tests::{look, said};

    fn near(own: (f64, f64), low: f64, high: f64) {
        assert!((own.0 - low).abs() < 2e-6 && (own.1 - high).abs() < 2e-6, "{own:?}");
    }

    #[test]
    fn tabled_intervals() {
        // validation/tables.json, group `confseq_reference`: bernoulli_confidence_interval of confseq.
        near(ConfidenceSequence::new(0.05, 100.0, 0.05).interval(700, 1000), 0.651629, 0.745949);
        near(ConfidenceSequence::new(0.05, 50.0, 0.05).interval(5, 50), 0.013021, 0.269264);
        near(ConfidenceSequence::new(0.05, 1.0, 0.05).interval(100, 200), 0.328923, 0.671076);
    }

    #[test]
    fn the_answer_is_that_of_the_interval() {
        for (bad, all) in [(0, 40), (3, 40), (40, 40), (30, 1000), (0, 0)] {
            let (low, high) = ConfidenceSequence::new(0.01, 200.0, 0.01).interval(bad, all);
            for p in [0.0, 0.001, 0.01, 0.03, 0.1, 0.5, 0.9, 1.0] {
                let expect = match p {
                    p if p < low => Status::Fail,
                    p if p > high => Status::Pass,
                    _ => Status::Inconclusive,
                };
                let news = [News { tally: Tally { bad, all, exposure: 0.0 }, ..News::default() }];
                let look = Look { allowed: Allowed::Share(p), news: &news, ..look(true) };
                let own = said(&mut ShareAtAnyTime::new(0.01, 200.0), &look).0;
                assert_eq!(own, expect, "{bad} of {all} against {p}: {low} to {high}");
            }
        }
    }

    #[test]
    fn nothing_seen_says_nothing() {
        assert_eq!(ConfidenceSequence::new(0.05, 50.0, 0.05).interval(0, 0), (0.0, 1.0));
    }
    #[test]
    fn it_fails_passes_or_cannot_tell() {
        let of = |batches: &[u64]| {
            let mut rule = ShareAtAnyTime::new(0.01, 1_000.0);
            let hear = |bad: &u64| {
                let news = [News { tally: Tally { bad: *bad, all: 500, exposure: 0.0 }, ..News::default() }];
                said(&mut rule, &Look { allowed: Allowed::Share(0.05), news: &news, ..look(true) })
            };
            batches.iter().map(hear).last().expect("at least one batch").0
        };
        assert_eq!(of(&[25]), Status::Inconclusive);
        assert_eq!(of(&[5]), Status::Pass);
        assert_eq!(of(&[50]), Status::Fail);
        // It sees all of the stage: a bad start weighs on.
        assert_eq!(of(&[60, 25]), Status::Fail);
        assert_eq!(of(&[5, 25]), Status::Inconclusive);
    }

    #[test]
    fn the_evidence_is_that_of_a_breach() {
        let after = |bad| {
            let mut rule = ShareAtAnyTime::new(0.01, 1_000.0);
            let news = [News { tally: Tally { bad, all: 500, exposure: 0.0 }, ..News::default() }];
            rule.listen(&Look { allowed: Allowed::Share(0.05), news: &news, ..look(true) });
            rule.log_e().expect("it keeps one")
        };
        assert_eq!(after(0), f64::NEG_INFINITY);
        assert!(after(30) < 0.0 && after(60) > 100f64.ln());
        assert_eq!(ShareAtAnyTime::new(0.01, 1_000.0).log_e(), Some(0.0));
    }
}
