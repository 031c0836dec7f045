//! How evidence is weighed: one file per rule.
//!
//! To add a rule: copy a file, add it to `policy::Rule`, and follow the compiler.

mod binomial;
mod consecutive;
mod exceedance;
mod m_of_n;
mod mann_kendall;
mod poisson_ratio;
mod threshold;
mod zero_tolerance;

pub use binomial::{round_p, upper_tail};

use crate::policy::Rule;
use crate::verdict::Status;

/// What a rule looks at in a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Whether the reading is within the limit.
    pub within: bool,
    /// Bad outcomes, all outcomes and the share that is allowed, where the check is about a share.
    pub share: Option<Share>,
    /// Whether there are as many outcomes as the gate asks for.
    pub enough: bool,
    /// Events of both arms, where the rule compares them.
    pub arms: Option<Arms>,
    /// The points of a slope, where the rule looks for a trend.
    pub trend: Option<Trend>,
}

/// Events and the subject-time in which they came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Events {
    /// How many.
    pub events: u64,
    /// Subjects x seconds.
    pub exposure: f64,
}

/// Events of two arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arms {
    /// Of the arm under judgement.
    pub canary: Events,
    /// Of stable.
    pub stable: Events,
    /// What the rates may stand in: the multiple of stable's that is allowed.
    pub ratio: f64,
}

/// A series in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// Its values; long series averaged in blocks.
    pub points: Vec<f64>,
    /// Whether it has to climb, rather than must not.
    pub climb: bool,
}

/// Outcomes on the wrong side of a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// On the wrong side.
    pub bad: u64,
    /// In all.
    pub all: u64,
    /// The share of them that is allowed, 0..=1.
    pub allowed: f64,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Pass, fail or inconclusive.
    pub status: Status,
    /// What a person wants to know beside; may be empty.
    pub note: String,
}

impl Answer {
    fn new(status: Status, note: impl Into<String>) -> Answer {
        Answer { status, note: note.into() }
    }
}

/// A rule at work. It may remember earlier looks of the same stage.
pub trait Judge {
    /// Weighs the evidence of a round.
    fn judge(&mut self, look: &Look) -> Answer;
}

/// The rules by name, with what they do: `gatecrash list rules`.
pub const RULES: &[(&str, &str)] = &[
    ("threshold", threshold::ABOUT),
    ("consecutive", consecutive::ABOUT),
    ("m_of_n", m_of_n::ABOUT),
    ("zero_tolerance", zero_tolerance::ABOUT),
    ("exceedance", exceedance::ABOUT),
    ("poisson_ratio", poisson_ratio::ABOUT),
    ("mann_kendall", mann_kendall::ABOUT),
];

impl Rule {
    /// A rule with its defaults: 3 consecutive, 3 of 5, alpha 1 %.
    pub fn named(name: &str) -> Option<Rule> {
        Some(match name {
            "threshold" => Rule::Threshold,
            "consecutive" => Rule::Consecutive { times: 3 },
            "m_of_n" => Rule::MOfN { m: 3, n: 5 },
            "zero_tolerance" => Rule::ZeroTolerance,
            "exceedance" => Rule::Exceedance { alpha: 0.01 },
            "poisson_ratio" => Rule::PoissonRatio { alpha: 0.01 },
            "mann_kendall" => Rule::MannKendall { alpha: 0.01 },
            _ => return None,
        })
    }

    /// What is wrong with the rule's parameters, if anything.
    pub fn mistake(&self) -> Option<&'static str> {
        match *self {
            Rule::Consecutive { times: 0 } => Some("`consecutive` counts at least 1 round"),
            Rule::MOfN { m, n } if m == 0 || m > n => Some("`m_of_n` needs 1 <= m <= n"),
            Rule::Exceedance { alpha } if !is_chance(alpha) => Some("`exceedance` needs 0 < alpha < 1"),
            Rule::PoissonRatio { alpha } if !is_chance(alpha) => Some("`poisson_ratio` needs 0 < alpha < 1"),
            Rule::MannKendall { alpha } if !is_chance(alpha) => Some("`mann_kendall` needs 0 < alpha < 1"),
            _ => None,
        }
    }
}

fn is_chance(alpha: f64) -> bool {
    alpha > 0.0 && alpha < 1.0
}

/// A rule with its memory.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// See [`Rule::Threshold`].
    Threshold(threshold::Threshold),
    /// See [`Rule::Consecutive`].
    Consecutive(consecutive::Consecutive),
    /// See [`Rule::MOfN`].
    MOfN(m_of_n::MOfN),
    /// See [`Rule::ZeroTolerance`].
    ZeroTolerance(zero_tolerance::ZeroTolerance),
    /// See [`Rule::Exceedance`].
    Exceedance(exceedance::Exceedance),
    /// See [`Rule::PoissonRatio`].
    PoissonRatio(poisson_ratio::PoissonRatio),
    /// See [`Rule::MannKendall`].
    MannKendall(mann_kendall::MannKendall),
}

impl State {
    /// A rule that has seen nothing yet.
    pub fn new(rule: &Rule) -> State {
        match *rule {
            Rule::Threshold => State::Threshold(threshold::Threshold),
            Rule::Consecutive { times } => State::Consecutive(consecutive::Consecutive::new(times)),
            Rule::MOfN { m, n } => State::MOfN(m_of_n::MOfN::new(m, n)),
            Rule::ZeroTolerance => State::ZeroTolerance(zero_tolerance::ZeroTolerance),
            Rule::Exceedance { alpha } => State::Exceedance(exceedance::Exceedance { alpha }),
            Rule::PoissonRatio { alpha } => State::PoissonRatio(poisson_ratio::PoissonRatio { alpha }),
            Rule::MannKendall { alpha } => State::MannKendall(mann_kendall::MannKendall { alpha }),
        }
    }
}

impl Judge for State {
    /// Too few outcomes are inconclusive whatever the rule, but for an event that nothing can excuse.
    fn judge(&mut self, look: &Look) -> Answer {
        match self {
            State::ZeroTolerance(rule) if look.enough || !look.within => rule.judge(look),
            _ if !look.enough => Answer::new(Status::Inconclusive, ""),
            State::Threshold(rule) => rule.judge(look),
            State::Consecutive(rule) => rule.judge(look),
            State::MOfN(rule) => rule.judge(look),
            State::ZeroTolerance(rule) => rule.judge(look),
            State::Exceedance(rule) => rule.judge(look),
            State::PoissonRatio(rule) => rule.judge(look),
            State::MannKendall(rule) => rule.judge(look),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A look with enough evidence and no share.
    pub(crate) fn look(within: bool) -> Look {
        Look { within, enough: true, ..Look::default() }
    }

    #[test]
    fn every_listed_rule_can_be_named() {
        for (name, about) in RULES {
            let rule = Rule::named(name).unwrap_or_else(|| panic!("{name} is listed"));
            assert_eq!(rule.mistake(), None);
            assert!(!about.is_empty());
        }
        assert_eq!(Rule::named("coin_toss"), None);
    }

    #[test]
    fn too_few_outcomes_never_pass() {
        for (name, _) in RULES {
            let mut state = State::new(&Rule::named(name).expect("it is listed"));
            for within in [true, false] {
                let share = Some(Share { bad: 0, all: 3, allowed: 0.5 });
                let answer = state.judge(&Look { within, share, ..Look::default() });
                assert_ne!(answer.status, Status::Pass, "{name}");
            }
        }
    }
}
