//! The check grammar: `reduce(metric[segment=value, arm=name]) op limit [per attribute] [over window]`.
//!
//! A parser by hand, since what matters here is the message: every mistake names its place, what was found there
//! and what would be right.

use crate::policy::{Check, Limit, Op, Reading};
use crate::suggest::did_you_mean;
use crate::time::Span;
use crate::units;
use std::fmt;

mod metric;
mod places;

pub use places::{Places, places};

/// Why a text is not a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrammarError {
    /// Where, in bytes from the beginning of the text.
    pub at: usize,
    /// What stands there; empty at the end of the text.
    pub found: String,
    /// What would be right.
    pub message: String,
}

impl fmt::Display for GrammarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found.as_str() {
            "" => write!(f, "the check ends too early: {}", self.message),
            found => write!(f, "at `{found}` (column {}): {}", self.at + 1, self.message),
        }
    }
}

impl std::error::Error for GrammarError {}

/// The reducers by name; quantiles (`p95`) come beside them.
pub const REDUCERS: [&str; 11] = ["count", "total", "rate", "ratio", "share", "mean", "min", "max", "last", "growth", "streak"];

/// Reads a check such as `p95(runs.cancel_to_ack) <= 500ms over 10m`.
pub fn parse(text: &str) -> Result<Check, GrammarError> {
    let mut parser = Parser { text, at: 0 };
    let reading = parser.reading()?;
    let op = parser.op()?;
    let limit = parser.limit()?;
    let per = if parser.keyword("per") { Some(parser.name("an attribute, such as surface")?.to_string()) } else { None };
    let over = if parser.keyword("over") { Some(parser.window()?) } else { None };
    parser.space();
    if parser.at < text.len() {
        return Err(parser.wrong("expected the end, `per attribute` or `over window`, in this order"));
    }
    Ok(Check { reading, op, limit, per, over })
}

type Parsed<T> = Result<T, GrammarError>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// An error at the next token.
    fn wrong(&mut self, message: impl Into<String>) -> GrammarError {
        self.space();
        self.wrong_at(self.at, message)
    }

    fn wrong_at(&self, at: usize, message: impl Into<String>) -> GrammarError {
        let rest = &self.text[at..];
        let word = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let end = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        GrammarError { at, found: rest[..end].to_string(), message: message.into() }
    }

    /// Takes `token` if it is next.
    fn take(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes a whole word if it is next.
    fn keyword(&mut self, word: &str) -> bool {
        self.space();
        let found = self.rest().strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_name));
        if found {
            self.at += word.len();
        }
        found
    }

    fn expect(&mut self, token: &str, context: &str) -> Parsed<()> {
        if self.take(token) { Ok(()) } else { Err(self.wrong(format!("expected `{token}` {context}"))) }
    }

    fn name(&mut self, what: &str) -> Parsed<&'a str> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong(format!("expected {what}")));
        }
        self.at += end;
        Ok(&rest[..end])
    }

    fn reading(&mut self) -> Parsed<Reading> {
        self.space();
        let start = self.at;
        let name = self.name("a reading such as count(runs.errors) or p95(runs.latency)")?;
        if REDUCERS.contains(&name) {
            self.expect("(", &format!("after `{name}`"))?;
            let reading = self.reduced(name)?;
            self.expect(")", "after the metric")?;
            return Ok(reading);
        }
        let Some(quantile) = self.quantile(start) else {
            let known = REDUCERS.into_iter().chain(["p50", "p95", "p99"]);
            let near = did_you_mean(name, known);
            let message = format!("expected one of {}, or a quantile such as p95{near}", REDUCERS.join(", "));
            return Err(self.wrong_at(start, message));
        };
        self.expect("(", "after the quantile")?;
        let metric = self.metric()?;
        self.expect(")", "after the metric")?;
        Ok(Reading::Quantile(quantile, metric))
    }

    /// `p95` or `p99.9` at `start`, as 0..1.
    fn quantile(&mut self, start: usize) -> Option<f64> {
        let digits = self.text[start..].strip_prefix('p')?;
        let (value, rest) = units::number(digits)?;
        self.at = self.text.len() - rest.len();
        (value > 0.0 && value < 100.0 && digits.starts_with(|c: char| c.is_ascii_digit())).then_some(value / 100.0)
    }

    /// What stands in the parentheses of a reducer.
    fn reduced(&mut self, name: &str) -> Parsed<Reading> {
        if name == "growth" {
            let total = self.keyword("total");
            if total {
                self.expect("(", "after `total`")?;
            }
            let metric = self.metric()?;
            if total {
                self.expect(")", "after the metric")?;
            }
            return Ok(Reading::Growth(Box::new(if total { Reading::Total(metric) } else { Reading::Last(metric) })));
        }
        let metric = self.metric()?;
        Ok(match name {
            "count" => Reading::Count(metric),
            "total" => Reading::Total(metric),
            "rate" => Reading::Rate(metric),
            "ratio" => {
                self.expect("/", "and the metric to divide by: ratio(a.b / c.d)")?;
                Reading::Ratio(metric, self.metric()?)
            }
            "share" => {
                let op = self.op()?;
                Reading::Share(metric, op, self.number()?)
            }
            "mean" => Reading::Mean(metric),
            "min" => Reading::Min(metric),
            "max" => Reading::Max(metric),
            "last" => Reading::Last(metric),
            _ => Reading::Streak(metric),
        })
    }

    fn op(&mut self) -> Parsed<Op> {
        // The longer ones first: `<` begins `<=`.
        let ops = [("<=", Op::AtMost), (">=", Op::AtLeast), ("==", Op::Equal), ("<", Op::Below), (">", Op::Above)];
        let found = ops.into_iter().find(|(token, _)| self.take(token));
        found.map(|(_, op)| op).ok_or_else(|| self.wrong("expected one of <=, >=, <, >, =="))
    }

    fn limit(&mut self) -> Parsed<Limit> {
        if self.take("{") {
            return self.per_segment();
        }
        if self.keyword("stable") {
            let sign = if self.take("+") {
                1.0
            } else if self.take("-") {
                -1.0
            } else {
                return Err(self.wrong("expected + or - after `stable`; for the same as stable write `1x stable`"));
            };
            return Ok(Limit::StablePlus(sign * self.number()?));
        }
        self.space();
        if let Some((factor, rest)) = units::number(self.rest())
            && let Some(rest) = rest.strip_prefix('x')
            && !rest.starts_with(is_name)
        {
            if factor < 0.0 {
                return Err(self.wrong("a multiple of stable is zero or more"));
            }
            self.at = self.text.len() - rest.len();
            return if self.keyword("stable") { Ok(Limit::TimesStable(factor)) } else { Err(self.wrong("expected `stable`")) };
        }
        Ok(Limit::Absolute(self.number()?))
    }

    fn per_segment(&mut self) -> Parsed<Limit> {
        let mut limits: Vec<(String, f64)> = Vec::new();
        loop {
            self.space();
            let start = self.at;
            let value = self.name("a segment's name, as in { web: 1s, ios: 3s }")?.to_string();
            if limits.iter().any(|(v, _)| *v == value) {
                return Err(self.wrong_at(start, format!("`{value}` has a limit already")));
            }
            self.expect(":", "and the segment's limit")?;
            limits.push((value, self.number()?));
            if self.take("}") {
                return Ok(Limit::PerSegment(limits));
            }
            self.expect(",", "or `}` after a segment's limit")?;
        }
    }

    /// A number with a unit: seconds of a duration, a fraction of a percentage, per second of a rate, or plain.
    fn number(&mut self) -> Parsed<f64> {
        self.space();
        let (value, rest) = units::number(self.rest())
            .ok_or_else(|| self.wrong("expected a number, with a unit if it has one: 500ms, 2%, 36/h, 20"))?;
        self.at = self.text.len() - rest.len();
        // A unit stands right after its number: a word after a space is the next part of the check.
        if self.rest().starts_with('%') {
            self.at += 1;
            return Ok(value / 100.0);
        }
        if self.rest().starts_with('/') {
            self.at += 1;
            return Ok(value / self.time_unit()?);
        }
        if !self.rest().starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Ok(value);
        }
        let mut seconds = value * self.time_unit()?;
        // `1h 30m` goes on as long as digits follow.
        loop {
            self.space();
            match units::number(self.rest()) {
                Some((more, rest)) if more >= 0.0 && !self.rest().starts_with('+') => {
                    self.at = self.text.len() - rest.len();
                    seconds += more * self.time_unit()?;
                }
                _ => return Ok(seconds),
            }
        }
    }

    fn time_unit(&mut self) -> Parsed<f64> {
        self.space();
        let start = self.at;
        let unit = self.name("a unit of time: ms, s, m, h or d")?;
        units::unit_seconds(unit).ok_or_else(|| self.wrong_at(start, "expected a unit: ms, s, m, h, d, or % or none"))
    }

    fn window(&mut self) -> Parsed<Span> {
        self.space();
        let start = self.at;
        if !self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.wrong("expected a window such as 10m"));
        }
        let text = self.rest();
        let end = text.find(|c: char| !(is_name(c) || c == '.' || c == ' ')).unwrap_or(text.len());
        let span = units::span(&text[..end]).map_err(|message| self.wrong_at(start, message))?;
        if span == Span::ZERO {
            return Err(self.wrong_at(start, "a window is longer than nothing"));
        }
        self.at += end;
        Ok(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Metric;

    fn metric(component: &str, signal: &str) -> Metric {
        Metric { component: component.into(), signal: signal.into(), segment: None, arm: None }
    }

    #[test]
    fn the_parts_of_a_check() {
        let check = parse("p95(runs.cancel_to_ack) <= 500ms over 4h").expect("it is a check");
        assert_eq!(check.reading, Reading::Quantile(0.95, metric("runs", "cancel_to_ack")));
        assert_eq!((check.op, check.limit), (Op::AtMost, Limit::Absolute(0.5)));
        assert_eq!((check.per, check.over), (None, Some(Span::from_secs(4 * 3_600))));
        let check = parse("p99.9( sockets.lag[surface=ios] )<{web:1s,ios:3s} per surface over 1h 30m").expect("it is a check");
        assert_eq!(check.limit, Limit::PerSegment(vec![("web".into(), 1.0), ("ios".into(), 3.0)]));
        assert_eq!((check.per.as_deref(), check.over), (Some("surface"), Some(Span::from_secs(5_400))));
    }

    #[test]
    fn limits_with_every_unit() {
        let limit = |text: &str| parse(&format!("rate(a.b) <= {text} over 10m")).map(|c| c.limit).expect("it is a check");
        assert_eq!(limit("36/h"), Limit::Absolute(0.01));
        assert_eq!(limit("1h 30m"), Limit::Absolute(5_400.0));
        assert_eq!(limit("2%"), Limit::Absolute(0.02));
        assert_eq!(limit("10_000"), Limit::Absolute(10_000.0));
        assert_eq!(limit("1.5x stable"), Limit::TimesStable(1.5));
        assert_eq!(limit("stable + 2%"), Limit::StablePlus(0.02));
        assert_eq!(limit("stable - 200ms"), Limit::StablePlus(-0.2));
    }

    #[test]
    fn growth_reads_increments_or_their_sum() {
        let reading = |text: &str| parse(text).map(|c| c.reading).expect("it is a check");
        let inner = |reading| Reading::Growth(Box::new(reading));
        assert_eq!(reading("growth(a.b) <= 0/h"), inner(Reading::Last(metric("a", "b"))));
        assert_eq!(reading("growth(total(a.b)) > 0/h"), inner(Reading::Total(metric("a", "b"))));
    }

    #[test]
    fn mistakes_are_placed_and_explained() {
        let table = [
            ("cuont(a.b) == 0", 0, "did you mean `count`?"),
            ("frequency(a.b) == 0", 0, "expected one of count, total, rate"),
            ("count(ab) == 0", 8, "a metric is component.signal"),
            ("count(a.b) = 0", 11, "expected one of <=, >="),
            ("count(a.b) <= ", 14, "expected a number"),
            ("count(a.b) <= 5 parsecs", 16, "expected the end"),
            ("p95(a.b) <= 5parsecs", 13, "expected a unit"),
            ("p100(a.b) <= 5", 0, "a quantile such as p95"),
            ("rate(a.b) <= 2x steady", 16, "expected `stable`"),
            ("rate(a.b) <= stable", 19, "write `1x stable`"),
            ("ratio(a.b) <= 2%", 9, "to divide by"),
            ("count(a.b) == 0 over 0s", 21, "longer than nothing"),
            ("count(a.b) == 0 over soon", 21, "a window such as 10m"),
            ("count(a.b) == 0 over 5m per surface", 24, ""),
            ("p95(a.b) <= { web: 1s, web: 2s }", 23, "a limit already"),
            ("", 0, "a reading such as"),
            ("count(\u{e9}.b) == 0", 6, "a metric such as"),
        ];
        for (text, at, message) in table {
            let error = parse(text).expect_err(text);
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(error.at == at || message.is_empty(), "{text}: at {} {error}", error.at);
        }
    }
}
