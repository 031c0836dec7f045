//! Checks and numbers as text: exact for files (`Display`), rounded for people ([`Unit::show`]).

use crate::policy::{Check, Limit, Metric, Op, Reading, Scope};
use crate::sample::Arm;
use crate::time::Span;
use std::fmt;

/// In what a reading is expressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    #[default]
    Plain,
    /// Seconds.
    Seconds,
    /// A fraction, shown in percent.
    Share,
    /// Per second.
    PerSecond,
}

/// Four significant digits, no trailing zeros.
fn tidy(value: f64) -> String {
    if value == 0.0 || !value.is_finite() || value.abs() >= 1e4 {
        return format!("{value:.0}");
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

impl Unit {
    /// The number as people read it: `812ms`, `3.2%`, `36/h`, `12`.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Plain => tidy(value),
            Unit::Seconds if value < 0.0 => format!("-{}", Span::from_secs_f64(-value)),
            Unit::Seconds => Span::from_secs_f64(value).to_string(),
            Unit::Share => format!("{}%", tidy(value * 100.0)),
            Unit::PerSecond => match value.abs() {
                v if v == 0.0 || v >= 1.0 => format!("{}/s", tidy(value)),
                v if v >= 1.0 / 60.0 => format!("{}/m", tidy(value * 60.0)),
                _ => format!("{}/h", tidy(value * 3_600.0)),
            },
        }
    }
}

impl Op {
    /// As in a check.
    pub fn symbol(self) -> &'static str {
        match self {
            Op::AtMost => "<=",
            Op::AtLeast => ">=",
            Op::Below => "<",
            Op::Above => ">",
            Op::Equal => "==",
        }
    }

    /// What holds when this does not.
    pub fn opposite(self) -> &'static str {
        match self {
            Op::AtMost => ">",
            Op::AtLeast => "<",
            Op::Below => ">=",
            Op::Above => "<=",
            Op::Equal => "!=",
        }
    }

    /// Whether `value op limit`.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Op::AtMost => value <= limit,
            Op::AtLeast => value >= limit,
            Op::Below => value < limit,
            Op::Above => value > limit,
            Op::Equal => value == limit,
        }
    }
}

impl Scope {
    /// Every one, in the order of their names in messages.
    pub const ALL: [Scope; 4] = [Scope::Canary, Scope::Stable, Scope::Former, Scope::All];

    /// `canary`, `stable`, `former` or `all`.
    pub fn name(self) -> &'static str {
        ["canary", "stable", "former", "all"][self as usize]
    }

    /// Whether samples of this arm belong to it.
    pub fn holds(self, arm: Arm) -> bool {
        match self {
            Scope::Canary => arm == Arm::Canary,
            Scope::Stable => arm == Arm::Stable,
            Scope::Former => arm == Arm::Former,
            Scope::All => arm != Arm::Former,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.component, self.signal)?;
        match (&self.segment, self.arm) {
            (None, None) => Ok(()),
            (Some((attribute, value)), None) => write!(f, "[{attribute}={value}]"),
            (None, Some(arm)) => write!(f, "[arm={}]", arm.name()),
            (Some((attribute, value)), Some(arm)) => write!(f, "[{attribute}={value}, arm={}]", arm.name()),
        }
    }
}

/// The shortest percentage that reads back as exactly `value`, without its sign.
fn percent(value: f64) -> Option<String> {
    (0..=12).map(|digits| format!("{:.digits$}", value * 100.0)).find(|text| reads_as(text, value))
}

fn reads_as(text: &str, value: f64) -> bool {
    text.parse::<f64>().is_ok_and(|v| v / 100.0 == value)
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Count(m) => write!(f, "count({m})"),
            Reading::Total(m) => write!(f, "total({m})"),
            Reading::Rate(m) => write!(f, "rate({m})"),
            Reading::Ratio(a, b) => write!(f, "ratio({a} / {b})"),
            Reading::Share(m, op, value) => write!(f, "share({m} {} {value})", op.symbol()),
            Reading::Mean(m) => write!(f, "mean({m})"),
            Reading::Min(m) => write!(f, "min({m})"),
            Reading::Max(m) => write!(f, "max({m})"),
            Reading::Last(m) => write!(f, "last({m})"),
            Reading::Quantile(q, m) => match percent(*q) {
                Some(percent) => write!(f, "p{percent}({m})"),
                None => write!(f, "p{}({m})", q * 100.0),
            },
            Reading::Growth(inner) => match &**inner {
                Reading::Last(m) => write!(f, "growth({m})"),
                other => write!(f, "growth({other})"),
            },
            Reading::Streak(m) => write!(f, "streak({m})"),
        }
    }
}

/// A limit so that it reads back exactly: percent and per hour where that is exact, plain seconds otherwise.
fn exact(reading: &Reading, value: f64) -> String {
    match reading {
        Reading::Ratio(..) | Reading::Share(..) => percent(value).map_or_else(|| value.to_string(), |p| format!("{p}%")),
        Reading::Rate(_) | Reading::Growth(_) => {
            let hourly = (value * 3_600.0).round();
            if value != value.round() && hourly / 3_600.0 == value { format!("{hourly}/h") } else { format!("{value}/s") }
        }
        _ => value.to_string(),
    }
}

/// Every unit of a span, none dropped.
fn exact_span(span: Span) -> String {
    const UNITS: [(u64, &str); 6] =
        [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"), (1, "us")];
    let mut rest = span.0;
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        if rest >= size {
            parts.push(format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if parts.is_empty() { "0s".into() } else { parts.join(" ") }
}

/// As in a policy file: [`crate::check::parse`] reads it back exactly. Durations stand in plain seconds, since a check alone
/// does not know that its metric is one.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.reading, self.op.symbol())?;
        match &self.limit {
            Limit::Absolute(value) => f.write_str(&exact(&self.reading, *value))?,
            Limit::TimesStable(factor) => write!(f, "{factor}x stable")?,
            Limit::StablePlus(value) => {
                let sign = if value.is_sign_negative() { '-' } else { '+' };
                write!(f, "stable {sign} {}", exact(&self.reading, value.abs()))?;
            }
            Limit::PerSegment(limits) => {
                let shown: Vec<_> = limits.iter().map(|(v, l)| format!("{v}: {}", exact(&self.reading, *l))).collect();
                write!(f, "{{ {} }}", shown.join(", "))?;
            }
        }
        if let Some(per) = &self.per {
            write!(f, " per {per}")?;
        }
        match self.over {
            Some(over) => write!(f, " over {}", exact_span(over)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!(Unit::Plain.show(1_234_567.0), "1234567");
        assert_eq!(Unit::Plain.show(2.34567), "2.346");
        assert_eq!(Unit::Seconds.show(0.812), "812ms");
        assert_eq!(Unit::Share.show(0.05), "5%");
        assert_eq!(Unit::Share.show(0.00123), "0.123%");
        assert_eq!(Unit::PerSecond.show(0.01), "36/h");
        assert_eq!(Unit::PerSecond.show(0.0), "0/s");
    }

    #[test]
    fn a_check_reads_as_it_was_written_where_that_is_exact() {
        for text in [
            "ratio(runs.errors / runs.outcomes) <= 2% over 10m",
            "rate(sockets.evicted) <= 10/h over 1h",
            "p99.9(runs.latency[surface=ios]) <= 0.5",
            "count(runs.errors) == 0 per surface over 1d 2h 3m 4s",
            "growth(total(runs.errors)) > 0/s over 6h",
            "ratio(a.b / a.c) <= stable - 2%",
            "rate(runs.errors[op=put, arm=stable]) <= 36/h over 1h",
            "max(runs.queue[arm=all]) <= 20",
            "share(runs.hops > 12) <= { web: 1%, ios: 3% } per surface",
        ] {
            assert_eq!(parse(text).map(|c| c.to_string()), Ok(text.to_string()));
        }
    }

    fn metric() -> impl Strategy<Value = Metric> {
        let name = "[a-z][a-z0-9_]{0,8}";
        let attribute = name.prop_filter("`arm` is no attribute", |name| name != "arm");
        let segment = prop::option::of((attribute, "[a-z0-9_-]{1,8}"));
        let arm = prop::option::of(prop::sample::select(Scope::ALL.to_vec()));
        (name, name, segment, arm).prop_map(|(component, signal, segment, arm)| Metric { component, signal, segment, arm })
    }

    fn op() -> impl Strategy<Value = Op> {
        prop::sample::select(vec![Op::AtMost, Op::AtLeast, Op::Below, Op::Above, Op::Equal])
    }

    /// A number that a person could have written: plain, in percent, or per hour.
    fn number() -> impl Strategy<Value = f64> {
        (0u32..2_000_000, 0u32..4, 0usize..3)
            .prop_map(|(digits, places, unit)| f64::from(digits) / 10f64.powi(places as i32) / [1.0, 100.0, 3_600.0][unit])
    }

    fn reading() -> impl Strategy<Value = Reading> {
        prop_oneof![
            metric().prop_map(Reading::Count),
            metric().prop_map(Reading::Total),
            metric().prop_map(Reading::Rate),
            (metric(), metric()).prop_map(|(a, b)| Reading::Ratio(a, b)),
            (metric(), op(), number()).prop_map(|(m, op, v)| Reading::Share(m, op, v)),
            metric().prop_map(Reading::Mean),
            metric().prop_map(Reading::Min),
            metric().prop_map(Reading::Max),
            metric().prop_map(Reading::Last),
            (1u32..10_000, metric()).prop_map(|(q, m)| Reading::Quantile(f64::from(q) / 100.0 / 100.0, m)),
            metric().prop_map(|m| Reading::Growth(Box::new(Reading::Last(m)))),
            metric().prop_map(|m| Reading::Growth(Box::new(Reading::Total(m)))),
            metric().prop_map(Reading::Streak),
        ]
    }

    fn limit() -> impl Strategy<Value = Limit> {
        let segments = prop::collection::btree_map("[a-z]{1,6}", number(), 1..4);
        prop_oneof![
            number().prop_map(Limit::Absolute),
            number().prop_map(Limit::TimesStable),
            (number(), any::<bool>()).prop_map(|(v, less)| Limit::StablePlus(if less { -v } else { v })),
            segments.prop_map(|map| Limit::PerSegment(map.into_iter().collect())),
        ]
    }

    proptest! {
        #[test]
        fn a_check_reads_back_exactly(
            (reading, op, limit) in (reading(), op(), limit()),
            per in prop::option::of("[a-z]{1,8}"),
            over in prop::option::of((1u64..10_000_000_000_000).prop_map(Span)),
        ) {
            let check = Check { reading, op, limit, per, over };
            prop_assert_eq!(parse(&check.to_string()), Ok(check));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-z0-9.%/(){}<=>+ :,\\-\u{e9}]{0,40}") {
            let _ = parse(&text);
        }
    }
}
