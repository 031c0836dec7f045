//! A rule as plain data: which of the catalog, how set, and of what rules it is made.

use super::entry::{Alpha, Entry, Of, Range, Setting, Wants};
use super::{Dispersion, RULES};
use crate::policy::Check;
use crate::suggest::did_you_mean;
use crate::time::Span;
use std::fmt;

/// How evidence is weighed.
#[derive(Clone)]
pub struct Rule {
    entry: &'static Entry,
    /// In the order of the entry's parameters.
    settings: Vec<Setting>,
    /// The rules that it weighs together, where it is made of others.
    pub of: Vec<Rule>,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        (self.name(), &self.settings, &self.of) == (other.name(), &other.settings, &other.of)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.entry.parameters.iter().map(|p| p.name);
        let settings: Vec<_> = names.zip(&self.settings).collect();
        f.debug_struct(self.name()).field("settings", &settings).field("of", &self.of).finish()
    }
}

impl Rule {
    /// A rule of the catalog as it is unless told.
    pub fn named(name: &str) -> Option<Rule> {
        let entry = RULES.iter().find(|entry| entry.name == name)?;
        let settings = entry.parameters.iter().map(|p| p.usual).collect();
        let of = if entry.of == Of::One { vec![Rule::new("threshold")] } else { Vec::new() };
        Some(Rule { entry, settings, of })
    }

    /// As [`Rule::named`], of a name that is known to be in the catalog.
    ///
    /// # Panics
    /// When it is not.
    pub fn new(name: &str) -> Rule {
        Rule::named(name).unwrap_or_else(|| panic!("there is no rule `{name}`"))
    }

    /// The rule with a number set, for rules that are written in code.
    ///
    /// # Panics
    /// When there is no such parameter, or the number is out of its range.
    pub fn with(mut self, parameter: &str, number: f64) -> Rule {
        self.set(parameter, Setting::Number(number)).unwrap_or_else(|message| panic!("{message}"));
        self
    }

    /// The rule, made of these.
    pub fn made_of(mut self, of: Vec<Rule>) -> Rule {
        self.of = of;
        self
    }

    /// Its name in the catalog.
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// What the catalog says of it.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// Sets a parameter; an error says what is wrong and what would be right.
    pub fn set(&mut self, parameter: &str, setting: Setting) -> Result<(), String> {
        let Some(at) = self.entry.parameters.iter().position(|p| p.name == parameter) else {
            let near = did_you_mean(parameter, self.entry.parameters.iter().map(|p| p.name));
            return Err(format!("the rule {} has no parameter `{parameter}`{near}", self.name()));
        };
        self.settings[at] = self.entry.parameters[at].range.admit(setting).map_err(|takes| format!("`{parameter}` {takes}"))?;
        Ok(())
    }

    /// What a parameter is set to.
    pub fn get(&self, parameter: &str) -> Option<Setting> {
        let at = self.entry.parameters.iter().position(|p| p.name == parameter)?;
        self.settings.get(at).copied()
    }

    /// A parameter that is a number. Rules ask for their own.
    pub(super) fn number(&self, parameter: &str) -> f64 {
        match self.get(parameter) {
            Some(Setting::Number(number)) => number,
            other => unreachable!("{} has the number {parameter}: {other:?}", self.name()),
        }
    }

    /// A parameter that is a whole number.
    pub(super) fn whole(&self, parameter: &str) -> u32 {
        self.number(parameter) as u32
    }

    /// A parameter that is a duration.
    pub(super) fn span(&self, parameter: &str) -> Span {
        match self.get(parameter) {
            Some(Setting::Span(span)) => span,
            other => unreachable!("{} has the duration {parameter}: {other:?}", self.name()),
        }
    }

    /// A parameter that is a word.
    pub(super) fn word(&self, parameter: &str) -> &'static str {
        match self.get(parameter) {
            Some(Setting::Word(word)) => word,
            other => unreachable!("{} has the word {parameter}: {other:?}", self.name()),
        }
    }

    /// The parameter `overdispersion`.
    pub(super) fn dispersion(&self) -> Dispersion {
        match self.get("overdispersion") {
            Some(Setting::Number(factor)) => Dispersion::Fixed(factor),
            Some(Setting::Word("none")) => Dispersion::Fixed(1.0),
            _ => Dispersion::Estimated,
        }
    }

    /// What it and the rules in it are shown.
    pub fn wants(&self) -> Wants {
        self.of.iter().fold(self.entry.wants, |wants, rule| wants.and(rule.wants()))
    }

    /// Whether it can weigh such a check; if not, why.
    pub fn fits(&self, check: &Check) -> Result<(), String> {
        self.mistake().map_or(Ok(()), Err)?;
        (self.entry.fits)(check).map_err(|takes| format!("the rule `{}` {takes}", self.name()))?;
        self.of.iter().try_for_each(|rule| rule.fits(check))
    }

    /// What does not go together among its settings, if anything.
    pub fn mistake(&self) -> Option<String> {
        if self.entry.of == Of::Several && self.of.is_empty() {
            return Some(format!("`{}` holds at least one rule", self.name()));
        }
        (self.entry.mistake)(self)
    }

    /// Gives the rule this chance of a false alarm in a stage, divided among the rules in it such that they keep to it together.
    /// What promises nothing, and what promises something per look, stays as it is: see [`super::Look::alpha`].
    pub fn promise(&mut self, alpha: f64) {
        if self.entry.alpha == Alpha::PerStage {
            self.set("alpha", Setting::Number(alpha)).expect("a part of an alpha is one");
        }
        let part = alpha * self.part();
        self.of.iter_mut().for_each(|rule| rule.promise(part));
    }

    /// Of the chance that the whole may fail, what each of the rules in it may have. That k of n fail has at most the chance of
    /// the sum over k (Markov).
    pub(super) fn part(&self) -> f64 {
        match self.name() {
            "any" => 1.0 / self.of.len().max(1) as f64,
            "k_of_n" => self.number("k") / self.of.len().max(1) as f64,
            _ => 1.0,
        }
    }

    /// An upper bound of the chance of a false alarm of such a check in a stage of so many looks; `None`: nothing is promised.
    pub fn risk(&self, check: &Check, looks: u64) -> Option<f64> {
        let mut inner = self.of.iter().map(|rule| rule.risk(check, looks));
        let looks = looks as f64;
        match self.entry.alpha {
            Alpha::None => None,
            // What stable's reading makes of the limit is an estimate, and the rule takes it for exact.
            Alpha::PerLook | Alpha::PerStage | Alpha::RunLength if check.limit.is_relative() && !self.entry.wants.arms => None,
            Alpha::Never => Some(0.0),
            Alpha::PerLook => Some(looks * self.number("alpha")),
            Alpha::PerStage => Some(self.number("alpha")),
            Alpha::RunLength => Some(looks / self.number("run_length")),
            // All of them fail no oftener than one of them.
            Alpha::Inner if self.name() == "all" => inner.flatten().reduce(f64::min),
            Alpha::Inner => inner.try_fold(0.0, |sum, risk| Some(sum + risk?)).map(|sum| match self.name() {
                "k_of_n" => sum / self.number("k"),
                _ => sum,
            }),
        }
    }
}

impl Range {
    /// The setting if it is within the range; otherwise what it takes.
    fn admit(self, setting: Setting) -> Result<Setting, String> {
        match (self, setting) {
            (Range::Share, Setting::Number(n)) if n > 0.0 && n < 1.0 => Ok(setting),
            (Range::Number(min, max) | Range::NumberOr(min, max, _), Setting::Number(n)) if (min..=max).contains(&n) => {
                Ok(setting)
            }
            (Range::Whole(min, max), Setting::Number(n)) if n.fract() == 0.0 && n >= f64::from(min) && n <= f64::from(max) => {
                Ok(setting)
            }
            (Range::Span(min, max), Setting::Span(span)) if (min..=max).contains(&span) => Ok(setting),
            (Range::Words(words) | Range::NumberOr(_, _, words), Setting::Word(word)) if words.contains(&word) => Ok(setting),
            _ => Err(self.takes()),
        }
    }

    /// What belongs there, for messages.
    pub fn takes(self) -> String {
        match self {
            Range::Share => format!("lies {self}, like 1%"),
            Range::Whole(..) => format!("is a whole number, {self}"),
            Range::Span(..) => format!("is a duration, {self}"),
            Range::Number(..) => format!("is a number, {self}"),
            Range::Words(_) | Range::NumberOr(..) => format!("is one of {self}"),
        }
    }
}
