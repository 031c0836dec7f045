//! What the catalog says of a rule: its parameters, what its alpha means, what it asks of a check.

use super::State;
use super::rule::Rule;
use crate::policy::Check;
use crate::time::Span;
use std::fmt;

/// A rule of the catalog. Its file holds one, beside the judge that it makes.
#[derive(Debug)]
pub struct Entry {
    /// How policies name it.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What its false alarms are counted in.
    pub alpha: Alpha,
    /// What it makes of samples that are missing or late.
    pub missing: &'static str,
    /// What a look costs, as n samples or cells are in the window.
    pub cost: &'static str,
    /// The scenario of the library for which it is the right choice.
    pub right_for: &'static str,
    /// What may be set.
    pub parameters: &'static [Parameter],
    /// What it weighs together, if it is made of other rules.
    pub of: Of,
    /// What it is shown beyond the reading.
    pub wants: Wants,
    /// Whether it can weigh such a check; if not, what it takes.
    pub fits: fn(&Check) -> Result<(), String>,
    /// What does not go together among its settings, if anything.
    pub mistake: fn(&Rule) -> Option<String>,
    /// The judge, with nothing seen.
    pub make: fn(&Rule) -> State,
}

/// What the rule's chance of a false alarm is a chance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// It promises nothing: near the limit it alarms as luck has it.
    None,
    /// It fails only where something happened that must not: never by chance.
    Never,
    /// `alpha` of a single look; every further look has its own.
    PerLook,
    /// `alpha` of a whole stage, however often one looks.
    PerStage,
    /// `run_length`: the mean number of looks between false alarms.
    RunLength,
    /// Whatever the rules that it is made of promise.
    Inner,
}

impl Alpha {
    /// For `gatecrash list rules`.
    pub fn about(self) -> &'static str {
        match self {
            Alpha::None => "no promise",
            Alpha::Never => "never by chance",
            Alpha::PerLook => "alpha per look",
            Alpha::PerStage => "alpha per stage, at every look",
            Alpha::RunLength => "one false alarm in run_length looks",
            Alpha::Inner => "as the rules that it holds",
        }
    }
}

/// Of what rules a rule is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of none.
    Nothing,
    /// Of one, under the key `rule`; `threshold` unless told.
    One,
    /// Of several, under the key `of`.
    Several,
}

/// What a rule is shown beyond the reading itself. What no rule of a gate wants is not worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// [`super::Look::news`] and [`super::Look::fresh`]: what arrived since the last look.
    pub news: bool,
    /// [`super::Look::series`].
    pub series: bool,
    /// Stable, though the limit is a number: [`super::Look::spread`].
    pub spread: bool,
    /// Both arms' counts, to compare: [`super::Look::versus`] and [`super::Look::dispersion`]. Other rules take a limit beside stable
    /// for a number, and promise nothing then, since stable's reading is an estimate.
    pub arms: bool,
}

impl Wants {
    /// Nothing more.
    pub const NOTHING: Wants = Wants { news: false, series: false, spread: false, arms: false };
    /// What arrived since the last look.
    pub const NEWS: Wants = Wants { news: true, ..Wants::NOTHING };
    /// What arrived of both arms.
    pub const ARMS: Wants = Wants { news: true, arms: true, ..Wants::NOTHING };
    /// What arrived, to be standardised.
    pub const SCORES: Wants = Wants { news: true, spread: true, ..Wants::NOTHING };
    /// The series of the readings.
    pub const SERIES: Wants = Wants { series: true, ..Wants::NOTHING };

    /// What either wants.
    pub fn and(self, other: Wants) -> Wants {
        Wants {
            news: self.news || other.news,
            series: self.series || other.series,
            spread: self.spread || other.spread,
            arms: self.arms || other.arms,
        }
    }
}

/// A parameter of a rule.
#[derive(Debug)]
pub struct Parameter {
    /// Its key.
    pub name: &'static str,
    /// What it means, in a few words.
    pub about: &'static str,
    /// What it may be.
    pub range: Range,
    /// What it is unless told.
    pub usual: Setting,
}

/// What a parameter may be; both ends are meant, but for shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// A share strictly between 0 and 1, such as `1%`.
    Share,
    /// A number, such as `0.5`; `2x` is the same as `2`.
    Number(f64, f64),
    /// A whole number.
    Whole(u32, u32),
    /// A duration.
    Span(Span, Span),
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number, or one of these words.
    NumberOr(f64, f64, &'static [&'static str]),
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Share => write!(f, "between 0% and 100%"),
            Range::Number(min, max) => write!(f, "{min} to {max}"),
            Range::Whole(min, max) => write!(f, "{min} to {max}"),
            Range::Span(min, max) => write!(f, "{min} to {max}"),
            Range::Words(words) => write!(f, "{}", words.join(", ")),
            Range::NumberOr(min, max, words) => write!(f, "{}, or {min} to {max}", words.join(", ")),
        }
    }
}

/// What a parameter is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// A share in fractions, a number, a multiple or a whole number.
    Number(f64),
    /// A duration.
    Span(Span),
    /// A word.
    Word(&'static str),
}

/// `alpha`, a share.
pub const fn alpha(usual: f64, about: &'static str) -> Parameter {
    share("alpha", usual, about)
}

/// A share strictly between 0 and 1.
pub const fn share(name: &'static str, usual: f64, about: &'static str) -> Parameter {
    Parameter { name, about, range: Range::Share, usual: Setting::Number(usual) }
}

/// A whole number.
pub const fn whole(name: &'static str, usual: u32, min: u32, max: u32, about: &'static str) -> Parameter {
    Parameter { name, about, range: Range::Whole(min, max), usual: Setting::Number(usual as f64) }
}

/// A number or multiple.
pub const fn number(name: &'static str, usual: f64, min: f64, max: f64, about: &'static str) -> Parameter {
    Parameter { name, about, range: Range::Number(min, max), usual: Setting::Number(usual) }
}

/// A duration, in seconds.
pub const fn span(name: &'static str, usual: u64, min: u64, max: u64, about: &'static str) -> Parameter {
    let range = Range::Span(Span::from_secs(min), Span::from_secs(max));
    Parameter { name, about, range, usual: Setting::Span(Span::from_secs(usual)) }
}

/// One of some words, of which the first is usual.
pub const fn word(name: &'static str, words: &'static [&'static str], about: &'static str) -> Parameter {
    Parameter { name, about, range: Range::Words(words), usual: Setting::Word(words[0]) }
}

/// How rules that compare two arms account for arms that differ by themselves.
pub const OVERDISPERSION: Parameter = Parameter {
    name: "overdispersion",
    about: "how much more the arms differ from window to window than chance makes them: estimated, a factor of the variance, or none",
    range: Range::NumberOr(1.0, 1_000.0, &["auto", "none"]),
    usual: Setting::Word("auto"),
};
