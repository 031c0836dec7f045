//! How evidence is weighed: one file per rule.
//!
//! To add a rule: copy a file, and add it to `rules!` and [`RULES`].

mod entry;
mod look;
mod note;
mod rule;
mod tails;

pub use entry::{Alpha, Entry, Of, Parameter, Range, Setting, Wants};
pub use look::{Allowed, Counts, Dispersion, Look, News, Series, Share, Tally, Values, Versus};
pub use note::Note;
pub use rule::Rule;

use crate::verdict::Status;

/// A rule at work. It may remember earlier looks of the same stage. Neither method allocates once it has been called.
pub trait Judge {
    /// Takes in what is new, also while there is too little to judge.
    fn listen(&mut self, _look: &Look) {}

    /// Weighs the evidence. What a person wants to know beside the answer is added to `note`.
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status;

    /// The logarithm of its e-value, where it keeps one: evidence that there is a breach, whose mean is at most 1 when there is
    /// none, at every look.
    fn log_e(&self) -> Option<f64> {
        None
    }
}

macro_rules! rules {
    ($($file:ident::$rule:ident,)*) => {
        $(pub mod $file;)*

        /// A rule with its memory.
        #[derive(Clone, Debug, PartialEq)]
        pub enum State {
            $(
                #[doc = concat!("See [`", stringify!($file), "`].")]
                $rule($file::$rule),
            )*
        }

        impl State {
            fn rule(&self) -> &dyn Judge {
                match self {
                    $(State::$rule(rule) => rule,)*
                }
            }

            fn rule_mut(&mut self) -> &mut dyn Judge {
                match self {
                    $(State::$rule(rule) => rule,)*
                }
            }
        }
    };
}

rules! {
    threshold::Threshold,
    consecutive::Consecutive,
    m_of_n::MOfN,
    zero_tolerance::ZeroTolerance,
    exceedance::Exceedance,
    poisson_ratio::PoissonRatio,
    two_proportion::TwoProportion,
    binomial::Binomial,
    quantile_interval::QuantileInterval,
    bayes::Bayes,
    mann_kendall::MannKendall,
    mann_whitney::MannWhitney,
    kayenta::Kayenta,
    burn_rate::BurnRate,
    sprt::RatioTest,
    msprt::MixtureTest,
    confidence_sequence::ShareAtAnyTime,
    quantile_sequence::QuantileAtAnyTime,
    multinomial_e_process::EventsOfArms,
    group_sequential::PlannedLooks,
    cusum::Cusum,
    ewma::Ewma,
    shiryaev_roberts::ShiryaevRoberts,
    page_hinkley::PageHinkley,
    western_electric::WesternElectric,
    votes::Votes,
    min_samples::MinSamples,
}

/// The catalog: `gatecrash list rules`.
pub static RULES: &[&Entry] = &[
    &threshold::ENTRY,
    &consecutive::ENTRY,
    &m_of_n::ENTRY,
    &zero_tolerance::ENTRY,
    &exceedance::ENTRY,
    &poisson_ratio::ENTRY,
    &two_proportion::ENTRY,
    &binomial::ENTRY,
    &quantile_interval::ENTRY,
    &bayes::ENTRY,
    &mann_kendall::ENTRY,
    &mann_whitney::ENTRY,
    &kayenta::ENTRY,
    &burn_rate::ENTRY,
    &sprt::ENTRY,
    &msprt::ENTRY,
    &confidence_sequence::ENTRY,
    &quantile_sequence::ENTRY,
    &multinomial_e_process::ENTRY,
    &group_sequential::ENTRY,
    &cusum::ENTRY,
    &ewma::ENTRY,
    &shiryaev_roberts::ENTRY,
    &page_hinkley::ENTRY,
    &western_electric::ENTRY,
    &votes::ALL,
    &votes::ANY,
    &votes::K_OF_N,
    &min_samples::ENTRY,
];

impl State {
    /// A rule that has seen nothing yet.
    pub fn new(rule: &Rule) -> State {
        (rule.entry().make)(rule)
    }

    /// Whether it keeps no memory and never judges a looser limit worse on the same evidence.
    pub fn orders_limits(&self) -> bool {
        matches!(self, State::Threshold(_) | State::Exceedance(_) | State::Binomial(_))
    }
}

impl Judge for State {
    fn listen(&mut self, look: &Look) {
        self.rule_mut().listen(look);
    }

    /// Too few outcomes are inconclusive whatever the rule, but for an event that nothing can excuse.
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let excused = !matches!(self, State::ZeroTolerance(_)) || look.within;
        if !look.enough && excused { Status::Inconclusive } else { self.rule_mut().judge(look, note) }
    }

    fn log_e(&self) -> Option<f64> {
        self.rule().log_e()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A look with enough evidence and no counts.
    pub(crate) fn look(within: bool) -> Look<'static> {
        Look { within, enough: true, dispersion: 1.0, ..Look::default() }
    }

    /// A look at a share of outcomes.
    pub(crate) fn share(bad: u64, all: u64, allowed: f64) -> Look<'static> {
        let own = Tally { bad, all, exposure: 0.0 };
        let window = Counts { own, ..Counts::default() };
        let within = bad as f64 <= all as f64 * allowed;
        Look { allowed: Allowed::Share(allowed), window, samples: all, ..look(within) }
    }

    /// A look at two arms: (events, all, exposure) of each.
    pub(crate) fn arms(own: (u64, u64, f64), stable: (u64, u64, f64), versus: Versus) -> Look<'static> {
        let tally = |(bad, all, exposure)| Tally { bad, all, exposure };
        let window = Counts { own: tally(own), stable: tally(stable) };
        Look { versus: Some(versus), window, samples: own.1, ..look(true) }
    }

    /// A look at what is new: so many bad of all, where this share is allowed.
    pub(crate) fn fresh(bad: u64, all: u64, allowed: f64) -> Look<'static> {
        Look { fresh: share(bad, all, allowed).window, ..share(bad, all, allowed) }
    }

    /// A new sample with this reading.
    pub(crate) fn reads(value: f64) -> [News; 1] {
        [News { value: Some(value), ..News::default() }]
    }

    /// A look at new readings, where 10 is allowed and stable's differ by 2.
    pub(crate) fn readings(news: &[News]) -> Look<'_> {
        let allowed = Allowed::Value { limit: 10.0, worse_is_up: true };
        Look { news, allowed, spread: Some(2.0), ..look(true) }
    }

    /// At which of such looks a rule fails first.
    pub(crate) fn fails_at(rule: &mut impl Judge, look: &Look) -> Option<usize> {
        (1..=1_000).find(|_| status(rule, look) == Status::Fail)
    }

    /// What a rule says, with its note.
    pub(crate) fn said(rule: &mut impl Judge, look: &Look) -> (Status, String) {
        let mut note = Note::new();
        rule.listen(look);
        let status = rule.judge(look, &mut note);
        (status, note.into_text())
    }

    /// What a rule says.
    pub(crate) fn status(rule: &mut impl Judge, look: &Look) -> Status {
        said(rule, look).0
    }

    #[test]
    fn the_catalog_is_complete_and_sane() {
        for entry in RULES {
            let rule = Rule::new(entry.name);
            assert!(!entry.about.is_empty() && !entry.missing.is_empty() && !entry.cost.is_empty(), "{}", entry.name);
            for parameter in entry.parameters {
                let mut again = rule.clone();
                assert_eq!(again.set(parameter.name, parameter.usual), Ok(()), "{}.{}", entry.name, parameter.name);
                assert_eq!(again, rule);
            }
            let wants = |name: &str| entry.parameters.iter().any(|p| p.name == name);
            assert_eq!(wants("alpha"), matches!(entry.alpha, Alpha::PerLook | Alpha::PerStage), "{}", entry.name);
            assert_eq!(wants("run_length"), entry.alpha == Alpha::RunLength, "{}", entry.name);
            assert_eq!(entry.alpha == Alpha::Inner, entry.of != Of::Nothing, "{}", entry.name);
        }
        assert!(Rule::named("coin_toss").is_none());
    }

    #[test]
    fn too_few_outcomes_never_pass() {
        for entry in RULES {
            let of = if entry.of == Of::Several { vec![Rule::new("threshold")] } else { Rule::new(entry.name).of };
            let mut state = State::new(&Rule::new(entry.name).made_of(of));
            for bad in [0, 3] {
                let look = Look { enough: false, ..share(bad, 3, 0.5) };
                assert_ne!(status(&mut state, &look), Status::Pass, "{}", entry.name);
            }
        }
    }
}
