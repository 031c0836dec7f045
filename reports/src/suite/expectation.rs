//! What a suite expects of a score: `detection_rate >= 99%`, `time_to_detect.p95 <= 45m`, `caught_by(errors) >= 90%`.

use crate::measure::{Measure, SPECS, Unit};
use crate::words;
use gatecrash_policies::policy::Op;
use gatecrash_policies::suggest::did_you_mean;
use gatecrash_policies::units;
use gatecrash_sim::scenario::Expect;
use std::fmt;

/// An expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// As it was written.
    pub text: String,
    /// What is measured.
    pub subject: Subject,
    /// Which number of it over many trials.
    pub stat: Stat,
    /// How it is compared; never [`Op::Equal`].
    pub op: Op,
    /// With what: a share, microseconds, a count, or a multiple.
    pub limit: f64,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A score of each trial.
    Measure(Measure),
    /// Whether this gate fired first.
    CaughtBy(String),
    /// The least of the sizes of the faults at which this share of breaches is caught, in percent, at it and at all larger ones.
    SmallestSeverity(u32),
    /// Whether a drill comes out again as its record says.
    AsRecorded,
}

/// What is expected of every record of a drill, whatever else is.
pub const AS_RECORDED: &str = "as_recorded >= 100%";

/// A number of many trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    /// How often it happened.
    Share,
    /// The median.
    P50,
    /// The 95 % quantile.
    P95,
    /// The mean.
    Mean,
    /// The largest of all trials that are played.
    Max,
}

impl Stat {
    /// As suites call it.
    pub fn name(self) -> &'static str {
        match self {
            Stat::Share => "share",
            Stat::P50 => "p50",
            Stat::P95 => "p95",
            Stat::Mean => "mean",
            Stat::Max => "max",
        }
    }
}

/// Those that values have.
const STATS: [Stat; 4] = [Stat::P50, Stat::P95, Stat::Mean, Stat::Max];

/// Why a text is no expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where, in bytes from the beginning of the text.
    pub at: usize,
    /// What was found and what would be right.
    pub message: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

type Parsed<T> = Result<T, Unreadable>;

fn unreadable<T>(at: usize, message: impl Into<String>) -> Parsed<T> {
    Err(Unreadable { at, message: message.into() })
}

/// Reads an expectation.
pub fn parse(text: &str) -> Parsed<Expectation> {
    let (at, op, width) = operator(text)?;
    let name = text[..at].trim_end();
    let limit_at = at + width + (text[at + width..].len() - text[at + width..].trim_start().len());
    let (subject, stat) = subject(name)?;
    let limit = limit(&subject, text[limit_at..].trim()).map_err(|message| Unreadable { at: limit_at, message })?;
    Ok(Expectation { text: text.trim().to_string(), subject, stat, op, limit })
}

/// What an expectation is of: `time_to_detect.p95` of `time_to_detect.p95 <= 45m`.
pub fn stem(text: &str) -> &str {
    text.split(['<', '>']).next().unwrap_or(text).trim_end()
}

/// Where the comparison stands, and how long it is.
fn operator(text: &str) -> Parsed<(usize, Op, usize)> {
    let Some(at) = text.find(['<', '>', '=', '!']) else {
        return unreadable(text.trim_end().len(), "there is no comparison; write it like detection_rate >= 99%");
    };
    let rest = &text[at..];
    match () {
        _ if rest.starts_with("<=") => Ok((at, Op::AtMost, 2)),
        _ if rest.starts_with(">=") => Ok((at, Op::AtLeast, 2)),
        _ if rest.starts_with('<') => Ok((at, Op::Below, 1)),
        _ if rest.starts_with('>') => Ok((at, Op::Above, 1)),
        _ => unreadable(at, "trials cannot show that a score is exactly so much; compare by <=, >=, < or >"),
    }
}

fn subject(name: &str) -> Parsed<(Subject, Stat)> {
    if let Some(rest) = name.strip_prefix("caught_by") {
        return match rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map(str::trim) {
            Some(gate) if !gate.is_empty() => Ok((Subject::CaughtBy(gate.to_string()), Stat::Share)),
            _ => unreadable("caught_by".len(), "which gate? Write it like caught_by(errors) >= 90%"),
        };
    }
    if let Some(rest) = name.strip_prefix("smallest_severity") {
        return match rest {
            ".at_80" => Ok((Subject::SmallestSeverity(80), Stat::Share)),
            ".at_95" => Ok((Subject::SmallestSeverity(95), Stat::Share)),
            _ => unreadable(
                "smallest_severity".len(),
                "write smallest_severity.at_80 or smallest_severity.at_95, like smallest_severity.at_95 <= 2x",
            ),
        };
    }
    if name == "as_recorded" {
        return Ok((Subject::AsRecorded, Stat::Share));
    }
    if let Some(measure) = Measure::named(name) {
        return match measure.spec().unit {
            Unit::Share => Ok((Subject::Measure(measure), Stat::Share)),
            _ => unreadable(name.len(), format!("which number of `{name}`? Write {name}.p50, .p95, .mean or .max")),
        };
    }
    let Some((head, stat)) = name.rsplit_once('.') else { return unreadable(0, unknown(name)) };
    let Some(measure) = Measure::named(head) else { return unreadable(0, unknown(name)) };
    if measure.spec().unit == Unit::Share {
        return unreadable(head.len(), format!("`{head}` is a share by itself; write it without .{stat}"));
    }
    match STATS.into_iter().find(|known| known.name() == stat) {
        Some(stat) => Ok((Subject::Measure(measure), stat)),
        None => unreadable(head.len() + 1, format!("`{stat}` is not a number of many trials; there are p50, p95, mean and max")),
    }
}

fn unknown(name: &str) -> String {
    let names = SPECS.iter().map(|spec| spec.name).chain(["caught_by", "smallest_severity", "as_recorded"]);
    let near = did_you_mean(name.split(['.', '(']).next().unwrap_or(name), names.clone());
    match (name, near.as_str()) {
        ("", _) => "the name of a score is missing; write it like detection_rate >= 99%".to_string(),
        (_, "") => format!("`{name}` is not a score; there are {}", names.collect::<Vec<_>>().join(", ")),
        _ => format!("`{name}` is not a score{near}"),
    }
}

fn limit(subject: &Subject, text: &str) -> Result<f64, String> {
    let unit = match subject {
        Subject::CaughtBy(_) | Subject::AsRecorded => Unit::Share,
        Subject::SmallestSeverity(_) => {
            return units::multiple(text)
                .ok()
                .filter(|x| *x > 0.0)
                .ok_or_else(|| format!("`{text}` is not a size; write it like 2x"));
        }
        Subject::Measure(measure) => measure.spec().unit,
    };
    match unit {
        Unit::Share => units::share(text),
        Unit::Time => units::span(text).map(|span| span.0 as f64),
        Unit::Count => {
            let number = units::number(text).filter(|(value, rest)| rest.is_empty() && *value >= 0.0);
            number.map(|(value, _)| value).ok_or_else(|| format!("`{text}` is not a number; write it like 1_000"))
        }
    }
}

impl Expectation {
    /// What its numbers are of.
    pub fn unit(&self) -> Unit {
        match &self.subject {
            Subject::Measure(measure) => measure.spec().unit,
            _ => Unit::Share,
        }
    }

    /// Why it says nothing of a scenario of which this is expected, and of a policy with these gates and with or without budgets.
    pub fn is_senseless(&self, expect: Expect, gates: &[&str], budget: bool) -> Option<String> {
        let of = |what: &str| format!("{what} is of scenarios that expect a rollback, and this one expects a promotion");
        match &self.subject {
            Subject::Measure(measure) if !measure.is_of(expect) => Some(match expect {
                Expect::Promote => of(&format!("`{}`", measure.name())),
                Expect::Rollback => {
                    format!("`{}` is of scenarios that expect a promotion, and this one expects a rollback", measure.name())
                }
            }),
            Subject::Measure(Measure::WithinBudget) if !budget => {
                Some("the policy has no budget; give it one, like rollback.budget: { withdraw_within: 1h }".to_string())
            }
            Subject::SmallestSeverity(_) if expect == Expect::Promote => Some(of("`smallest_severity`")),
            Subject::CaughtBy(gate) if !gates.contains(&gate.as_str()) => {
                let near = did_you_mean(gate, gates.iter().copied());
                let near = if near.is_empty() { format!("; there are {}", gates.join(", ")) } else { near };
                Some(format!("the policy has no gate `{gate}`{near}"))
            }
            _ => None,
        }
    }

    /// The number as reports show it.
    pub fn shown(&self, number: f64) -> String {
        match self.unit() {
            _ if number.is_infinite() => if number > 0.0 { "no bound" } else { "none" }.to_string(),
            Unit::Share => share_shown(number),
            Unit::Time => words::seconds(number / 1e6),
            Unit::Count => words::amount(number),
        }
    }
}

/// To a tenth of a percent; never 0% or 100% unless it is.
fn share_shown(share: f64) -> String {
    let tenths = (share * 1_000.0).round() / 10.0;
    match tenths {
        t if (t == 0.0 || t == 100.0) && share != 0.0 && share != 1.0 => words::percent(share),
        t => format!("{t}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_read() {
        let read = |text: &str| {
            let e = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            (e.subject, e.stat, e.op, e.limit)
        };
        let of = |measure| Subject::Measure(measure);
        assert_eq!(read("detection_rate >= 99%"), (of(Measure::DetectionRate), Stat::Share, Op::AtLeast, 0.99));
        assert_eq!(read("time_to_detect.p95<=45m"), (of(Measure::TimeToDetect), Stat::P95, Op::AtMost, 2_700e6));
        assert_eq!(read("gaps.drain.mean < 5s"), (of(Measure::GapDrain), Stat::Mean, Op::Below, 5e6));
        assert_eq!(read("exposed_requests.max <= 1_000"), (of(Measure::ExposedRequests), Stat::Max, Op::AtMost, 1_000.0));
        assert_eq!(read("caught_by( no-errors ) > 0.9"), (Subject::CaughtBy("no-errors".into()), Stat::Share, Op::Above, 0.9));
        assert_eq!(read("smallest_severity.at_95 <= 2x"), (Subject::SmallestSeverity(95), Stat::Share, Op::AtMost, 2.0));
    }

    #[test]
    fn what_cannot_be_read_is_explained_where_it_stands() {
        let wrong = [
            ("detection_rate", 14, "no comparison"),
            ("missed == 0%", 7, "cannot show"),
            ("detektion_rate >= 9%", 0, "did you mean `detection_rate`?"),
            ("time_to_detect >= 9m", 14, "which number"),
            ("time_to_detect.p59 <= 9m", 15, "there are p50, p95"),
            ("missed.mean <= 9%", 6, "a share by itself"),
            ("missed <= 9m", 10, "is not a share"),
            ("recovery.p50 <= 9%", 16, "is not a duration"),
            ("caught_by >= 9%", 9, "which gate"),
            ("smallest_severity <= 2x", 17, "at_80"),
            ("harmed.max <= -1", 14, "is not a number"),
            (">= 1", 0, "is missing"),
            ("as_recorded >= 9m", 15, "is not a share"),
        ];
        for (text, at, says) in wrong {
            let error = parse(text).expect_err(text);
            assert!(error.at == at && error.message.contains(says), "{text}: {error:?}");
        }
    }
}
