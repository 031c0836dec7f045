//! The mixture sequential probability ratio test.

use super::entry::{OVERDISPERSION, alpha, number};
use super::{Allowed, Alpha, Counts, Dispersion, Entry, Judge, Look, Note, Of, State, Versus, Wants, tails};
use crate::fit::counts_of_arms;
use crate::maths::digits::{Shown, round_p};
use crate::maths::looks::Sides;
use crate::maths::mixtures::{Mixture, Normal, best_rho};
use crate::maths::normal;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "msprt",
    about: "fails when a Z-score of everything since the stage began is beyond what chance ever makes it: a mixture of probability \
            ratios. Passes while it does not fail, which proves nothing",
    alpha: Alpha::PerStage,
    missing: "outcomes that are missing count neither way; what is missing of one arm alone is taken for a difference of the arms",
    cost: "O(1)",
    right_for: "background-incident",
    parameters: &[
        alpha(0.01, "the chance of a false alarm in a stage, at the limit"),
        number("tuned_for", 30.0, 1.0, 1e9, "the number of bad outcomes, as expected at the limit, at which it sees most"),
        OVERDISPERSION,
    ],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: counts_of_arms,
    mistake: |_| None,
    make: |rule| State::MixtureTest(MixtureTest::new(rule.number("alpha"), rule.number("tuned_for"), rule.dispersion())),
};

/// Always-valid p-values of a Z-score that gathers information: the effect is a normal variable of variance `tau2` under the
/// alternative. Johari, Pekelis & Walsh 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Msprt {
    mixture: Normal,
    /// The smallest p-value so far.
    p: f64,
}

impl Msprt {
    /// A test that has seen nothing; `tau2` is in units of effect squared, 1 / information.
    pub fn new(tau2: f64) -> Msprt {
        Msprt { mixture: Normal { rho: 1.0 / tau2, sides: Sides::Two }, p: 1.0 }
    }

    /// The log of the mixture of likelihood ratios at the Z-score `z` of `information` (1 / variance of the estimated effect).
    pub fn log_ratio(&self, z: f64, information: f64) -> f64 {
        self.mixture.log(z * information.sqrt(), information)
    }

    /// The p-value after a further look: it holds whenever one stops.
    pub fn look(&mut self, z: f64, information: f64) -> f64 {
        self.p = self.p.min((-self.log_ratio(z, information)).exp());
        self.p
    }
}

/// How far the canary is beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Beyond {
    z: f64,
    /// In bad outcomes that are expected of the canary at the limit: 1 / the variance of their relative error.
    information: f64,
}

/// With less information the difference of two arms is too far from normal: nothing is judged.
const INFORMATION_MIN: f64 = 5.0;

impl Beyond {
    /// So many bad outcomes more than `expected`, with that variance.
    fn new(more: f64, expected: f64, variance: f64) -> Option<Beyond> {
        (variance > 0.0).then(|| Beyond { z: more / variance.sqrt(), information: expected * expected / variance })
    }

    /// Since the stage began, of arms that differ so much more than chance makes them. The Z-score is that of the exact tail, where
    /// that is known.
    fn of(look: &Look, seen: &Counts, factor: f64) -> Option<Beyond> {
        let Beyond { z, information } = match look.versus {
            Some(versus) => Beyond::stable(look, seen, versus),
            None => Beyond::a_number(look, seen),
        }?;
        let information = information / factor;
        match tails::chance(look, seen, factor) {
            Some(p) => Some(Beyond { z: -normal::quantile(p), information }),
            None => (information >= INFORMATION_MIN).then(|| Beyond { z: z / factor.sqrt(), information }),
        }
    }

    /// Against what is allowed one arm.
    fn a_number(look: &Look, seen: &Counts) -> Option<Beyond> {
        let (allowed, good) = match look.allowed {
            Allowed::Share(p) => (p, 1.0 - p),
            Allowed::Rate(rate) => (rate, 1.0),
            _ => return None,
        };
        let expected = look.size(&seen.own) * allowed;
        Beyond::new(seen.own.bad as f64 - expected, expected, expected * good)
    }

    /// Against stable: the difference of shares or rates, with the variance that they have at the limit.
    fn stable(look: &Look, seen: &Counts, versus: Versus) -> Option<Beyond> {
        let (times, plus) = match versus {
            Versus::Times(times) => (times, 0.0),
            Versus::Plus(plus) => (1.0, plus),
        };
        let (n1, n0) = (look.size(&seen.own), look.size(&seen.stable));
        if n1 <= 0.0 || n0 <= 0.0 {
            return None;
        }
        let (own, stable) = (seen.own.bad as f64, seen.stable.bad as f64);
        let is_share = matches!(look.allowed, Allowed::Share(_));
        let at_most = if is_share { 1.0 } else { f64::INFINITY };
        let p0 = ((own + stable - plus * n1) / (n0 + times * n1)).clamp(0.0, at_most);
        let p1 = (times * p0 + plus).clamp(0.0, at_most);
        let spread = |p: f64| if is_share { p * (1.0 - p) } else { p };
        let variance = n1 * spread(p1) + n1 * n1 * times * times * spread(p0) / n0;
        Beyond::new(own - n1 * (times * stable / n0 + plus), n1 * p1, variance)
    }
}

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureTest {
    alpha: f64,
    dispersion: Dispersion,
    test: Msprt,
    /// Since the stage began.
    seen: Counts,
    beyond: Option<Beyond>,
    log_e: f64,
}

impl MixtureTest {
    /// A test that has seen nothing.
    pub fn new(alpha: f64, tuned_for: f64, dispersion: Dispersion) -> MixtureTest {
        // Near an alpha of 1 the best mixture is none at all.
        let test = Msprt::new(1.0 / best_rho(tuned_for, alpha.min(0.5), Sides::Two));
        MixtureTest { alpha, dispersion, test, seen: Counts::default(), beyond: None, log_e: 0.0 }
    }
}

impl Judge for MixtureTest {
    fn listen(&mut self, look: &Look) {
        self.seen.merge(&look.arrived());
        self.beyond = Beyond::of(look, &self.seen, if look.versus.is_some() { self.dispersion.at(look) } else { 1.0 });
        // On one side only: what speaks for the canary is no evidence of a breach.
        self.log_e = match self.beyond {
            Some(beyond) if beyond.z > 0.0 => self.test.log_ratio(beyond.z, beyond.information),
            Some(_) => f64::NEG_INFINITY,
            None => 0.0,
        };
    }

    fn judge(&mut self, _: &Look, note: &mut Note) -> Status {
        let Some(beyond) = self.beyond else {
            note.push_str("too little for a Z-score");
            return Status::Pass;
        };
        let p = round_p((-self.log_e).exp().min(1.0));
        let _ = write!(note, "z = {:.2}, p = {} at any look", beyond.z, Shown(p));
        if beyond.z > 0.0 && self.alpha > 0.0 && p <= self.alpha { Status::Fail } else { Status::Pass }
    }

    fn log_e(&self) -> Option<f64> {
        Some(self.log_e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::News;
    use crate::rules::Tally;
    use crate::rules::tests::{look, said};

    fn tally(bad: u64, all: u64) -> Tally {
        Tally { bad, all, exposure: all as f64 }
    }

    fn rule() -> MixtureTest {
        MixtureTest::new(0.01, 30.0, Dispersion::Estimated)
    }

    fn beside(own: Tally, stable: Tally, versus: Versus, allowed: Allowed) -> Look<'static> {
        Look { versus: Some(versus), fresh: Counts { own, stable }, allowed, ..look(true) }
    }

    #[test]
    fn the_closed_form() {
        // Johari, Pekelis & Walsh 2017: sqrt(1 / (1 + tau2 I)) exp(z^2 / 2 * tau2 I / (1 + tau2 I)).
        let (tau2, z, information) = (0.3, 2.5, 40.0);
        let gain = 1.0 + tau2 * information;
        let expect = -0.5 * f64::ln(gain) + z * z / 2.0 * (1.0 - 1.0 / gain);
        assert!((Msprt::new(tau2).log_ratio(z, information) - expect).abs() < 1e-12);
    }

    #[test]
    fn p_never_rises() {
        let mut test = Msprt::new(1.0);
        assert_eq!(test.look(0.1, 10.0), 1.0);
        let p = test.look(4.0, 20.0);
        assert!(p < 0.01);
        assert_eq!(test.look(0.0, 30.0), p);
    }
    #[test]
    fn one_arm_is_held_against_a_number() {
        let of = |bad, allowed| {
            let news = [News { tally: tally(bad, 1_000), ..News::default() }];
            said(&mut rule(), &Look { allowed, news: &news, ..look(true) })
        };
        assert_eq!(of(45, Allowed::Share(0.03)).0, Status::Pass);
        assert_eq!(of(60, Allowed::Share(0.03)).0, Status::Fail);
        assert_eq!(of(0, Allowed::Share(0.03)).0, Status::Pass);
        assert_eq!(of(60, Allowed::Rate(0.03)).0, Status::Fail);
        // P(Poisson(30) >= 45) = 0.00627.
        assert!(of(45, Allowed::Rate(0.03)).1.starts_with("z = 2.50, p = "), "{}", of(45, Allowed::Rate(0.03)).1);
        assert_eq!(of(4, Allowed::Rate(0.0)).1, "too little for a Z-score");
        // Few are skewed, not normal; very many are beyond doubt at once.
        assert_eq!(of(7, Allowed::Rate(0.001)).0, Status::Pass);
        assert_eq!(of(60, Allowed::Rate(0.001)).0, Status::Fail);
    }

    #[test]
    fn against_stable_the_z_is_that_of_two_proportions() {
        // (30 / 500 - 90 / 4500) / sqrt(0.024 * 0.976 * (1 / 500 + 1 / 4500)).
        let share = beside(tally(30, 500), tally(90, 4_500), Versus::Times(1.0), Allowed::Share(0.02));
        let plus = Look { versus: Some(Versus::Plus(0.0)), ..share };
        let z = |look: &Look| Beyond::stable(look, &look.fresh, look.versus.expect("two arms")).expect("there are some").z;
        assert!((z(&share) - 5.5442).abs() < 1e-4, "{}", z(&share));
        assert_eq!(z(&share), z(&plus));
        // Of rates: (30 - 500 x 0.02) / sqrt(12 + 12 / 9).
        assert!((z(&Look { allowed: Allowed::Unknown, ..share }) - 20.0 / (12.0f64 + 12.0 / 9.0).sqrt()).abs() < 1e-12);
        assert_eq!(said(&mut rule(), &share).0, Status::Fail);
        assert_eq!(said(&mut rule(), &Look { versus: Some(Versus::Times(2.0)), ..share }).0, Status::Pass);
        assert_eq!(said(&mut rule(), &Look { versus: Some(Versus::Plus(0.02)), ..share }).0, Status::Pass);
        assert_eq!(said(&mut rule(), &Look { dispersion: 4.0, ..share }).0, Status::Pass);
    }

    #[test]
    fn what_speaks_for_the_canary_is_no_evidence_of_a_breach() {
        let mut rule = rule();
        let better = beside(tally(10, 1_000), tally(900, 9_000), Versus::Times(1.0), Allowed::Share(0.1));
        assert_eq!(said(&mut rule, &better).0, Status::Pass);
        assert_eq!(rule.log_e(), Some(f64::NEG_INFINITY));
    }
}
