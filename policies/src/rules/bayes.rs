//! How likely the canary is beyond the limit, by prior belief and counts.

use super::entry::{OVERDISPERSION, share, word};
use super::{Allowed, Alpha, Dispersion, Entry, Judge, Look, Note, Of, State, Tally, Versus, Wants};
use crate::fit::share_or_beside_stable;
use crate::maths::digits::round_p;
use crate::maths::posterior::{Belief, Rate, Shares, faster};
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "bayes",
    about: "fails when the canary is beyond the limit with a posterior probability of `certainty`: beta-binomial for shares, \
            gamma-Poisson for events; who looks often is certain of something false oftener",
    alpha: Alpha::None,
    missing: "outcomes that are missing leave more to the prior; a loss of one arm is taken for a difference of the arms",
    cost: "O(1), an integral of 64 nodes",
    right_for: "low-traffic",
    parameters: &[
        share("certainty", 0.99, "how probable it must be that the canary is beyond the limit"),
        word("prior", &["uniform", "jeffreys"], "what is believed of each arm at first: one outcome of either kind, or a half"),
        OVERDISPERSION,
    ],
    of: Of::Nothing,
    wants: Wants::ARMS,
    fits: share_or_beside_stable,
    mistake: |_| None,
    make: |rule| {
        State::Bayes(Bayes {
            certainty: rule.number("certainty"),
            prior: if rule.word("prior") == "jeffreys" { 0.5 } else { 1.0 },
            dispersion: rule.dispersion(),
            shares: Shares::new(),
        })
    },
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bayes {
    certainty: f64,
    /// Outcomes of either kind that are believed to have been there before; of events, with no time.
    prior: f64,
    dispersion: Dispersion,
    shares: Shares,
}

impl Bayes {
    fn belief(&self, tally: &Tally, factor: f64) -> Belief {
        let good = tally.all.saturating_sub(tally.bad);
        Belief { bad: tally.bad as f64 / factor + self.prior, good: good as f64 / factor + self.prior }
    }

    fn rate(&self, tally: &Tally, factor: f64) -> Rate {
        Rate { events: tally.bad as f64 / factor + self.prior, exposure: tally.exposure / factor }
    }

    /// How likely the canary is beyond the limit. `None` of rates where an arm had nobody.
    fn beyond(&self, look: &Look, factor: f64) -> Option<f64> {
        let (own, stable) = (&look.window.own, &look.window.stable);
        match (look.allowed, look.versus.map(Versus::line)) {
            (Allowed::Share(limit), None) => Some(self.belief(own, factor).above(limit)),
            (Allowed::Share(_), Some((ratio, plus))) => {
                Some(self.shares.worse(self.belief(own, factor), self.belief(stable, factor), ratio, plus))
            }
            (_, Some((ratio, _))) if own.exposure > 0.0 && stable.exposure > 0.0 => {
                Some(faster(self.rate(own, factor), self.rate(stable, factor), ratio))
            }
            _ => None,
        }
    }
}

impl Judge for Bayes {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let factor = self.dispersion.at(look);
        let Some(beyond) = self.beyond(look, factor).map(round_p) else {
            note.push_str("no arms to compare");
            return Status::Inconclusive;
        };
        let _ = write!(note, "{} bad", look.window.own.bad);
        if look.versus.is_some() {
            let _ = write!(note, " against {}", look.window.stable.bad);
        }
        let _ = write!(note, ", beyond the limit with probability {beyond}");
        Dispersion::tell(factor, note);
        if beyond >= self.certainty { Status::Fail } else { Status::Pass }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;
    use crate::rules::tests::{arms, said, share, status};

    fn rule(certainty: f64) -> State {
        State::new(&Rule::new("bayes").with("certainty", certainty))
    }

    fn jeffreys() -> State {
        let mut rule = Rule::new("bayes");
        rule.set("prior", crate::rules::Setting::Word("jeffreys")).expect("it is a prior");
        State::new(&rule)
    }

    /// Shares of two arms.
    fn shares(own: (u64, u64), stable: (u64, u64), versus: Versus) -> Look<'static> {
        Look { allowed: Allowed::Share(0.0), ..arms((own.0, own.1, 1.0), (stable.0, stable.1, 1.0), versus) }
    }

    #[test]
    fn tabled_chances_of_shares_decide() {
        // validation/tables.json, group `beta_binomial_prob`: uniform priors.
        let look = shares((3, 200), (20, 3_800), Versus::Times(1.0));
        let expect = "3 bad against 20, beyond the limit with probability 0.970231";
        assert_eq!(said(&mut rule(0.97), &look), (Status::Fail, expect.into()));
        assert_eq!(status(&mut rule(0.98), &look), Status::Pass);
        assert_eq!(status(&mut rule(0.97), &shares((3, 200), (20, 3_800), Versus::Times(2.0))), Status::Pass);
        assert_eq!(status(&mut rule(0.97), &shares((3, 200), (20, 3_800), Versus::Plus(0.01))), Status::Pass);
    }

    #[test]
    fn tabled_chances_of_rates_decide() {
        // Group `gamma_poisson_prob`: Jeffreys' prior.
        let look = arms((9, 1, 5.0), (60, 1, 95.0), Versus::Times(1.0));
        let expect = "9 bad against 60, beyond the limit with probability 0.995921";
        assert_eq!(said(&mut jeffreys(), &look), (Status::Fail, expect.into()));
        assert_eq!(status(&mut jeffreys(), &arms((9, 1, 5.0), (60, 1, 95.0), Versus::Times(2.0))), Status::Pass);
    }

    #[test]
    fn a_number_is_held_against_one_belief() {
        // Uniform, none of 9 bad: P(share > 0.3) = 0.7^10.
        let look = share(0, 9, 0.3);
        assert_eq!(said(&mut rule(0.99), &look).1, format!("0 bad, beyond the limit with probability {}", round_p(0.7f64.powi(10))));
        assert_eq!(status(&mut rule(0.99), &share(9, 9, 0.3)), Status::Fail);
    }

    #[test]
    fn more_dispersion_is_less_certainty() {
        let look = Look { dispersion: 4.0, ..shares((15, 1_000), (150, 19_000), Versus::Times(1.0)) };
        assert_eq!(said(&mut rule(0.98), &Look { dispersion: 1.0, ..look }).0, Status::Fail);
        let (status, note) = said(&mut rule(0.98), &look);
        assert!(status == Status::Pass && note.ends_with(", arms differ 4.0x by themselves"), "{note}");
    }

    #[test]
    fn without_anybody_there_is_nothing_to_compare() {
        assert_eq!(status(&mut rule(0.99), &arms((0, 0, 0.0), (3, 9, 5.0), Versus::Times(1.0))), Status::Inconclusive);
    }
}
