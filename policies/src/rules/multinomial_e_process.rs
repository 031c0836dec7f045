//! Counts of several arms against their shares of the traffic, at any time.

use super::entry::{OVERDISPERSION, alpha, number};
use super::{Alpha, Counts, Dispersion, Entry, Judge, Look, Note, Of, State, Versus, Wants};
use crate::fit::multiples_of_stable;
use crate::maths::digits::{Shown, round_p};
use crate::verdict::Status;
use statrs::function::gamma::ln_gamma;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "multinomial_e_process",
    about: "fails when of both arms' events since the stage began more are the canary's than chance ever makes it, whatever the load: \
            a bet against the limit that grows. Passes while it does not fail, which proves nothing",
    alpha: Alpha::PerStage,
    missing: "what is missing of one arm alone is taken for a difference of the arms",
    cost: "O(1)",
    right_for: "background-incident",
    parameters: &[
        alpha(0.01, "the chance of a false alarm in a stage, at the limit"),
        number("concentration", 100.0, 0.1, 1e6, "how many events its prior weighs: the more, the smaller a difference it looks for"),
        OVERDISPERSION,
    ],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: multiples_of_stable,
    mistake: |_| None,
    make: |rule| State::EventsOfArms(EventsOfArms::new(rule.number("alpha"), rule.number("concentration"), rule.dispersion())),
};

/// The evidence that events do not fall on the arms as the traffic does, whatever their number: the predictive distribution of a
/// Dirichlet prior against the shares under the null, batch by batch; the shares may change from batch to batch. At most a share alpha
/// of null runs ever reaches `1 / alpha`. Lindon & Malek 2022.
#[derive(Clone, Debug, PartialEq)]
pub struct MultinomialEProcess {
    /// The Dirichlet distribution of the arms' shares, as of now.
    dirichlet: Vec<f64>,
    log_e: f64,
    log_e_max: f64,
}

impl MultinomialEProcess {
    /// Nothing seen; prior counts by arm, above 0.
    pub fn new(prior: Vec<f64>) -> MultinomialEProcess {
        MultinomialEProcess { dirichlet: prior, log_e: 0.0, log_e_max: 0.0 }
    }

    /// Counts of a batch by arm, with the shares of each under the null: above 0, in sum 1. Returns the log of the evidence so far.
    pub fn add(&mut self, counts: &[f64], null: &[f64]) -> f64 {
        let ln_beta = |shares: &[f64]| shares.iter().map(|a| ln_gamma(*a)).sum::<f64>() - ln_gamma(shares.iter().sum());
        let before = ln_beta(&self.dirichlet);
        self.dirichlet.iter_mut().zip(counts).for_each(|(a, n)| *a += n);
        let null: f64 = counts.iter().zip(null).filter(|(n, _)| **n > 0.0).map(|(n, share)| n * share.ln()).sum();
        self.log_e += ln_beta(&self.dirichlet) - before - null;
        self.log_e_max = self.log_e_max.max(self.log_e);
        self.log_e
    }

    /// The p-value, at all times: one over the most evidence so far.
    pub fn p_value(&self) -> f64 {
        (-self.log_e_max).exp()
    }
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct EventsOfArms {
    alpha: f64,
    concentration: f64,
    dispersion: Dispersion,
    /// From the first batch on.
    process: Option<MultinomialEProcess>,
    /// What arrived while only one arm was exposed.
    unweighed: Counts,
    /// Events of the canary, and how many there should be.
    own: (f64, f64),
    events: u64,
    log_e: f64,
    log_e_max: f64,
}

impl EventsOfArms {
    /// A process that has seen nothing.
    pub fn new(alpha: f64, concentration: f64, dispersion: Dispersion) -> EventsOfArms {
        let (unweighed, own) = (Counts::default(), (0.0, 0.0));
        EventsOfArms { alpha, concentration, dispersion, process: None, unweighed, own, events: 0, log_e: 0.0, log_e_max: 0.0 }
    }

    fn is_above(&self) -> bool {
        self.own.0 > self.own.1
    }

    /// A batch of both arms, of whose events `share` should be the canary's.
    fn add(&mut self, batch: &Counts, share: f64) {
        let (own, stable) = (batch.own.bad as f64, batch.stable.bad as f64);
        let prior = || MultinomialEProcess::new(vec![self.concentration * share, self.concentration * (1.0 - share)]);
        let process = self.process.get_or_insert_with(prior);
        process.add(&[own, stable], &[share, 1.0 - share]);
        self.own.0 += own;
        self.own.1 += (own + stable) * share;
        self.events += batch.own.bad + batch.stable.bad;
    }

    /// The log of the evidence against the canary. What arms differ by themselves makes it less, never more.
    fn against(&self, factor: f64) -> f64 {
        match self.process.as_ref().map(|process| process.log_e) {
            None => 0.0,
            Some(_) if !self.is_above() => f64::NEG_INFINITY,
            Some(log_e) if log_e > 0.0 => log_e / factor,
            Some(log_e) => log_e,
        }
    }
}

/// The canary's part of the events of both arms, if it has `ratio` times stable's share or rate; `None` while an arm has nobody.
fn null_share(look: &Look, arms: &Counts, ratio: f64) -> Option<f64> {
    let (own, stable) = (ratio * look.size(&arms.own), look.size(&arms.stable));
    (own > 0.0 && stable > 0.0).then(|| own / (own + stable))
}

impl Judge for EventsOfArms {
    fn listen(&mut self, look: &Look) {
        let Some(Versus::Times(ratio)) = look.versus else { return };
        self.unweighed.merge(&look.fresh);
        if let Some(share) = null_share(look, &self.unweighed, ratio) {
            let batch = std::mem::take(&mut self.unweighed);
            self.add(&batch, share);
        }
        self.log_e = self.against(self.dispersion.at(look));
        self.log_e_max = self.log_e_max.max(self.log_e);
    }

    fn judge(&mut self, _: &Look, note: &mut Note) -> Status {
        let (own, expected) = self.own;
        let p = round_p((-self.log_e_max).exp());
        let _ = write!(note, "{own} of {} events where {expected:.1} are expected, p = {} at any look", self.events, Shown(p));
        if self.is_above() && self.alpha > 0.0 && p <= self.alpha { Status::Fail } else { Status::Pass }
    }

    fn log_e(&self) -> Option<f64> {
        Some(self.log_e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, said};
    use crate::rules::{Allowed, Tally};

    #[test]
    fn tabled_bayes_factors() {
        // validation/tables.json, group `multinomial_eprocess`: the formula of Lindon & Malek 2022.
        let mut even = MultinomialEProcess::new(vec![1.0, 1.0]);
        assert!((even.add(&[500.0, 500.0], &[0.5, 0.5]) + 3.228835787).abs() < 1e-8);
        assert_eq!(even.p_value(), 1.0);
        let mut canary = MultinomialEProcess::new(vec![5.0, 95.0]);
        let batches =
            [([3.0, 30.0], -0.100032522), ([5.0, 41.0], 0.375515235), ([9.0, 35.0], 3.656602132), ([14.0, 40.0], 12.240533607)];
        for (counts, expect) in batches {
            assert!((canary.add(&counts, &[0.05, 0.95]) - expect).abs() < 1e-8);
        }
        assert!((canary.p_value() - (-12.240533607f64).exp()).abs() < 1e-12);
    }

    #[test]
    fn under_one_null_batches_do_not_matter() {
        let (mut once, mut twice) = (MultinomialEProcess::new(vec![1.0, 9.0]), MultinomialEProcess::new(vec![1.0, 9.0]));
        once.add(&[7.0, 20.0], &[0.1, 0.9]);
        twice.add(&[2.0, 15.0], &[0.1, 0.9]);
        twice.add(&[5.0, 5.0], &[0.1, 0.9]);
        assert!((once.log_e - twice.log_e).abs() < 1e-10);
    }

    #[test]
    fn one_event_is_expected_to_prove_nothing() {
        // Under the null the evidence is 1 on average, whatever the shares of the batch.
        let e = |arm: usize| {
            let mut process = MultinomialEProcess::new(vec![2.0, 5.0, 3.0]);
            let mut counts = [0.0; 3];
            counts[arm] = 1.0;
            process.add(&counts, &[0.5, 0.3, 0.2]).exp()
        };
        assert!((0.5 * e(0) + 0.3 * e(1) + 0.2 * e(2) - 1.0).abs() < 1e-12);
    }
    fn beside(own: u64, stable: u64) -> Look<'static> {
        let tally = |bad, exposure| Tally { bad, all: 0, exposure };
        let fresh = Counts { own: tally(own, 5.0), stable: tally(stable, 95.0) };
        Look { versus: Some(Versus::Times(1.0)), fresh, dispersion: 1.0, ..look(true) }
    }

    #[test]
    fn it_is_the_tabled_process_on_one_side() {
        // As above, at a concentration of 100 and 5 % of the exposure.
        let mut rule = EventsOfArms::new(0.01, 100.0, Dispersion::Estimated);
        let batches = [(3, 30, -0.100032522), (5, 41, 0.375515235), (9, 35, 3.656602132), (14, 40, 12.240533607)];
        for (own, stable, expect) in batches {
            let (status, note) = said(&mut rule, &beside(own, stable));
            assert!((rule.log_e.max(expect) - expect).abs() < 1e-8, "{}", rule.log_e);
            assert_eq!(status, if own == 14 { Status::Fail } else { Status::Pass }, "{note}");
        }
        assert_eq!(said(&mut rule, &beside(0, 5_000)).0, Status::Pass, "it recovered");
    }

    #[test]
    fn fewer_events_than_expected_are_no_evidence() {
        let mut rule = EventsOfArms::new(0.01, 100.0, Dispersion::Estimated);
        assert_eq!(said(&mut rule, &beside(0, 3_000)).0, Status::Pass);
        assert_eq!((rule.log_e, rule.log_e_max), (f64::NEG_INFINITY, 0.0));
    }

    #[test]
    fn shares_are_held_against_outcomes_and_multiples_against_their_part() {
        let arms = Counts { own: Tally { bad: 4, all: 100, exposure: 7.0 }, stable: Tally { bad: 9, all: 300, exposure: 9.0 } };
        let share = Look { allowed: Allowed::Share(0.1), ..look(true) };
        assert_eq!(null_share(&share, &arms, 1.0), Some(0.25));
        assert_eq!(null_share(&share, &arms, 3.0), Some(0.5));
        assert_eq!(null_share(&look(true), &arms, 1.0), Some(7.0 / 16.0));
        assert_eq!(null_share(&look(true), &Counts::default(), 1.0), None);
    }

    #[test]
    fn arms_that_differ_by_themselves_weigh_less() {
        let of = |dispersion| {
            let mut rule = EventsOfArms::new(0.01, 100.0, dispersion);
            rule.listen(&Look { dispersion: 2.0, ..beside(40, 300) });
            rule.log_e
        };
        assert!((of(Dispersion::Estimated) * 2.0 - of(Dispersion::Fixed(1.0))).abs() < 1e-12);
    }

    #[test]
    fn what_one_arm_did_alone_waits_for_the_other() {
        let mut rule = EventsOfArms::new(0.01, 100.0, Dispersion::Fixed(1.0));
        let whole = beside(9, 70);
        let stable = Counts { stable: whole.fresh.stable, ..Counts::default() };
        rule.listen(&Look { fresh: stable, ..whole });
        assert_eq!(rule.log_e(), Some(0.0));
        rule.listen(&Look { fresh: Counts { own: whole.fresh.own, ..Counts::default() }, ..whole });
        let mut once = EventsOfArms::new(0.01, 100.0, Dispersion::Fixed(1.0));
        once.listen(&whole);
        assert_eq!(rule, once);
    }
}
