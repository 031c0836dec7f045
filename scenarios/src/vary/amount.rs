//! Numbers with units as people write them, in exact arithmetic: `225ms`, `1.25%`, `36/h`, `1.4x stable`, `stable + 2%`.

use gatecrash_policies::units;
use std::fmt;

/// Parts of one in a number: twelve decimals are kept.
pub(super) const ONE: i128 = 1_000_000_000_000;

/// Larger numbers are nobody's limit, and would not add up.
const DIGITS_MAX: usize = 15;

/// The longest time that a file may speak of, in parts of [`ONE`] of a second.
const LONGEST: i128 = 1_000_000_000_000 * ONE;

/// A number and its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// In parts of [`ONE`] of the unit; of seconds where it is a time.
    pub number: i128,
    pub unit: Unit,
    pub form: Form,
    /// Whether a time was written in days, and may be so again.
    pub days: bool,
}

/// What the number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Plain,
    Percent,
    /// `2x`
    Times,
    /// `5m`
    Time,
    /// `36/h`: the unit behind the stroke.
    Per(&'static str),
}

/// What stands around the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Bare,
    /// `1.5x stable`
    TimesStable,
    /// `stable + 2%`
    StablePlus,
    /// `5% of tenants`
    OfTenants,
    /// `2 business days`
    BusinessDays,
}

/// What an amount means, however it is written: equal for `60m` and `1h`, and for `5%` and `0.05`.
pub(super) type Meaning = (Form, bool, i128, i128);

/// Units of time, longest first, in parts of [`ONE`] of a second.
pub(super) const TIMES: [(&str, i128); 7] = [
    ("d", 86_400 * ONE),
    ("h", 3_600 * ONE),
    ("m", 60 * ONE),
    ("s", ONE),
    ("ms", ONE / 1_000),
    ("us", ONE / 1_000_000),
    ("ns", ONE / 1_000_000_000),
];

impl Unit {
    /// What an amount of it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Plain => "a plain number",
            Unit::Percent => "a share in percent",
            Unit::Times => "a multiple",
            Unit::Time => "a duration",
            Unit::Per(_) => "a rate",
        }
    }
}

impl Amount {
    /// The amount that all of the text is.
    pub fn read(text: &str) -> Option<Amount> {
        let (amount, rest) = Amount::leading(text)?;
        rest.trim().is_empty().then_some(amount)
    }

    /// The amount at the beginning of a text, and what follows it.
    pub fn leading(text: &str) -> Option<(Amount, &str)> {
        let text = text.trim_start();
        let Some(rest) = text.strip_prefix("stable") else { return standing_alone(text) };
        let rest = rest.trim_start();
        let sign = if rest.starts_with('-') { -1 } else { 1 };
        let (amount, rest) = standing_alone(rest.strip_prefix(['+', '-'])?.trim_start())?;
        let plus = Amount { number: sign * amount.number, form: Form::StablePlus, ..amount };
        (amount.form == Form::Bare && amount.number >= 0).then_some((plus, rest))
    }

    /// The same with another number.
    pub fn with(self, number: i128) -> Amount {
        Amount { number, ..self }
    }

    /// What it means, to be compared with others.
    pub fn meaning(self) -> Option<Meaning> {
        let (above, below) = match self.unit {
            Unit::Plain | Unit::Times | Unit::Time => (1, 1),
            Unit::Percent => (1, 100),
            Unit::Per(unit) => match size(unit)? {
                size if size >= ONE => (1, size / ONE),
                size => (ONE / size, 1),
            },
        };
        let (number, below) = (self.number.checked_mul(above)?, below);
        let shared = gcd(number.unsigned_abs(), below as u128).max(1) as i128;
        Some((self.form, self.unit == Unit::Times, number / shared, below / shared))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The length of a unit of time.
fn size(unit: &str) -> Option<i128> {
    let unit = if unit == "min" { "m" } else { unit };
    TIMES.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size)
}

/// A number with its unit and what may follow: ` stable`, ` of tenants`, ` business days`.
fn standing_alone(text: &str) -> Option<(Amount, &str)> {
    let (number, rest) = decimal(text)?;
    let bare = Amount { number, unit: Unit::Plain, form: Form::Bare, days: false };
    if let Some(rest) = rest.strip_prefix('%') {
        let share = Amount { unit: Unit::Percent, ..bare };
        return Some(match rest.trim_start().strip_prefix("of tenants") {
            Some(rest) => (Amount { form: Form::OfTenants, ..share }, rest),
            None => (share, rest),
        });
    }
    if let Some(rest) = rest.strip_prefix('x').filter(|rest| !rest.starts_with(is_letter)) {
        let times = Amount { unit: Unit::Times, ..bare };
        return Some(match rest.trim_start().strip_prefix("stable") {
            Some(rest) => (Amount { form: Form::TimesStable, ..times }, rest),
            None => (times, rest),
        });
    }
    if let Some((unit, after)) = rest.strip_prefix('/').and_then(unit_of_time) {
        return Some((Amount { unit: Unit::Per(unit), ..bare }, after));
    }
    if unit_of_time(rest).is_some() {
        return time(text);
    }
    let days = ["business days", "business day"].into_iter().find_map(|words| rest.trim_start().strip_prefix(words));
    match days {
        Some(rest) => Some((Amount { form: Form::BusinessDays, ..bare }, rest)),
        None => (!rest.starts_with(is_letter)).then_some((bare, rest)),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `1h 30m`, as long as numbers with units follow.
fn time(text: &str) -> Option<(Amount, &str)> {
    let (mut total, mut days, mut rest) = (0_i128, false, text);
    while !rest.trim_start().starts_with(['+', '-'])
        && let Some((number, tail)) = decimal(rest.trim_start())
        && let Some((unit, after)) = unit_of_time(tail)
    {
        let part = number.checked_mul(size(unit)?)?;
        total = total.checked_add(part / ONE).filter(|total| part % ONE == 0 && *total <= LONGEST)?;
        days |= unit == "d";
        rest = after;
    }
    (total > 0 || rest.len() < text.len()).then_some((Amount { number: total, unit: Unit::Time, form: Form::Bare, days }, rest))
}

/// A unit of time as a whole word.
fn unit_of_time(text: &str) -> Option<(&'static str, &str)> {
    let end = text.find(|c| !is_letter(c)).unwrap_or(text.len());
    let names = TIMES.iter().map(|(name, _)| *name).chain(["min"]);
    let found = names.into_iter().find(|name| *name == &text[..end])?;
    Some((if found == "min" { "m" } else { found }, &text[end..]))
}

/// A decimal number: a sign, digits grouped by underscores, and at most twelve decimals.
fn decimal(text: &str) -> Option<(i128, &str)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let whole_end = digits.find(|c: char| !(c.is_ascii_digit() || c == '_')).unwrap_or(digits.len());
    let (whole, rest) = (digits[..whole_end].replace('_', ""), &digits[whole_end..]);
    let fraction_end = |rest: &str| rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (fraction, rest) = match rest.strip_prefix('.').map(|rest| rest.split_at(fraction_end(rest))) {
        Some((fraction, rest)) if !fraction.is_empty() => (fraction, rest),
        _ => ("", rest),
    };
    let fits = whole.len() <= DIGITS_MAX && fraction.len() <= 12 && !(whole.is_empty() && fraction.is_empty());
    let number: i128 = format!("{whole}{fraction:0<12}").parse().ok().filter(|_| fits)?;
    // The text is one that the reader of files takes for the same number.
    units::number(&text[..text.len() - rest.len()]).map(|_| (sign * number, rest))
}

/// A number without needless zeros.
fn shown(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.abs() / ONE, number.abs() % ONE);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{}", format!("{fraction:012}").trim_end_matches('0'))
}

/// The longest unit in which the time is a whole number, or has one decimal in seconds; days only where days were written.
fn shown_time(number: i128, days: bool) -> String {
    if number == 0 {
        return "0s".to_string();
    }
    let fits = |(name, size): &&(&str, i128)| match *name {
        "d" => days && number % size == 0,
        "s" => number.abs() >= *size && number % (size / 10) == 0,
        _ => number % size == 0,
    };
    let (name, size) = TIMES.iter().find(fits).unwrap_or(&("ns", ONE / 1_000_000_000));
    format!("{}{name}", shown(number * ONE / size))
}

/// As a person would write it; it reads back as the same amount.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = if self.form == Form::StablePlus { self.number.abs() } else { self.number };
        let bare = match self.unit {
            Unit::Plain => shown(number),
            Unit::Percent => format!("{}%", shown(number)),
            Unit::Times => format!("{}x", shown(number)),
            Unit::Time => shown_time(number, self.days),
            Unit::Per(unit) => format!("{}/{unit}", shown(number)),
        };
        match self.form {
            Form::Bare => f.write_str(&bare),
            Form::TimesStable => write!(f, "{bare} stable"),
            Form::StablePlus => write!(f, "stable {} {bare}", if self.number < 0 { '-' } else { '+' }),
            Form::OfTenants => write!(f, "{bare} of tenants"),
            Form::BusinessDays => write!(f, "{bare} business day{}", if number == ONE { "" } else { "s" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        Amount::read(text).map_or_else(|| "none".to_string(), |amount| amount.to_string())
    }

    #[test]
    fn amounts_are_shown_as_people_write_them() {
        for (text, says) in [
            ("225ms", "225ms"),
            ("1.25%", "1.25%"),
            ("120m", "2h"),
            ("90m", "90m"),
            ("1h 30m", "90m"),
            ("1_500ms", "1.5s"),
            ("1250ms", "1250ms"),
            ("24h", "24h"),
            ("7d", "7d"),
            ("36h", "36h"),
            ("0.05ms", "50us"),
            ("0.5ns", "0.5ns"),
            ("0h", "0s"),
            ("10_000", "10000"),
            (".5", "0.5"),
            ("-0.50%", "-0.5%"),
            ("36/h", "36/h"),
            ("90/min", "90/m"),
            ("1.40x  stable", "1.4x stable"),
            ("stable+ 2%", "stable + 2%"),
            ("stable - 200ms", "stable - 200ms"),
            ("5% of tenants", "5% of tenants"),
            ("1 business day", "1 business day"),
            ("2 business days", "2 business days"),
        ] {
            assert_eq!(read(text), says, "{text}");
        }
        for text in
            ["", "x", "threshold", "5parsecs", "1e3", "2xy", "5m and", "1.", "stable", "0.1234567890123", "1_0000_0000_0000_0000"]
        {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    #[test]
    fn what_means_the_same_compares_equal() {
        let meaning = |text: &str| Amount::read(text).and_then(Amount::meaning).unwrap_or_else(|| panic!("{text}"));
        for (a, b) in [("60m", "1h"), ("5%", "0.05"), ("500ms", "0.5"), ("60/h", "1/m"), ("1/ms", "1000/s"), ("36/h", "0.01")] {
            assert_eq!(meaning(a), meaning(b), "{a} {b}");
        }
        for (a, b) in [("1.2x", "1.2x stable"), ("1%", "1% of tenants"), ("2x", "2"), ("stable + 1%", "stable - 1%")] {
            assert_ne!(meaning(a), meaning(b), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_it_was(
            number in 0_i128..10_000_000,
            decimals in 0_u32..6,
            unit in prop::sample::select(vec!["", "%", "x", "ns", "us", "ms", "s", "m", "h", "d", "/h", "/s", "x stable"]),
        ) {
            let text = format!("{}.{:0width$}{unit}", number, 7_i128.pow(decimals) % 1_000, width = 3);
            let amount = Amount::read(&text).unwrap_or_else(|| panic!("{text}"));
            let again = Amount::read(&amount.to_string()).unwrap_or_else(|| panic!("{text}: {amount}"));
            prop_assert_eq!((again.number, again.unit, again.form), (amount.number, amount.unit, amount.form));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9a-z.%/x+ _\u{e9}-]{0,30}") {
            let _ = Amount::read(&text).and_then(Amount::meaning);
        }
    }
}
