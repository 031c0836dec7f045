//! Scores and their differences as people read them.

use super::verdict::Found;
use crate::measure::Unit;
use crate::words;

/// A score: `98%`, `12m 30s`, `1,204`.
pub(super) fn level(unit: Unit, number: f64) -> String {
    match unit {
        Unit::Share => words::percent(number),
        Unit::Time => words::seconds(number),
        Unit::Count => words::amount(number),
    }
}

/// The length of a difference: `12 points`, `34s`, `1,204`.
pub(super) fn size(unit: Unit, number: f64) -> String {
    match unit {
        Unit::Share => points(number.abs()),
        _ => level(unit, number.abs()),
    }
}

fn points(fraction: f64) -> String {
    let text = plain_points(fraction);
    let is_one = text == "1";
    format!("{text} point{}", if is_one { "" } else { "s" })
}

/// A fraction in percentage points with at most one decimal; never 0 unless it is.
fn plain_points(fraction: f64) -> String {
    match (fraction.abs() * 1_000.0).round() / 10.0 {
        p if p == 0.0 && fraction != 0.0 => "<0.1".to_string(),
        p => p.to_string(),
    }
}

/// A difference with its sign: `-12 points`, `+34s`.
pub(super) fn signed(unit: Unit, number: f64) -> String {
    format!("{}{}", sign(number), size(unit, number))
}

fn sign(number: f64) -> &'static str {
    match number {
        n if n < 0.0 => "-",
        n if n > 0.0 => "+",
        _ => "",
    }
}

/// The difference with its interval: `-12 points [-16, -8]`, `+34s [+12s, +1m 2s]`.
pub(super) fn change(unit: Unit, found: &Found) -> String {
    let end = |number: f64| match unit {
        Unit::Share => format!("{}{}", sign(number), plain_points(number)),
        _ => signed(unit, number),
    };
    format!("{} [{}, {}]", signed(unit, found.difference), end(found.low), end(found.high))
}

/// The interval of the length of a difference that has a sign: `[8, 16]`.
pub(super) fn span(unit: Unit, found: &Found) -> String {
    let end = |number: f64| if unit == Unit::Share { plain_points(number) } else { size(unit, number) };
    let (least, most) = if found.difference < 0.0 { (-found.high, -found.low) } else { (found.low, found.high) };
    format!("[{}, {}]", end(least), end(most))
}

/// `p < 0.001`, `p = 0.012`.
pub(super) fn p(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_string() } else { format!("p = {:.3}", p.min(1.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_short_and_signed() {
        assert_eq!(
            [0.0, 0.0001, 0.01, 0.123, 1.0].map(|f| size(Unit::Share, f)),
            ["0 points", "<0.1 points", "1 point", "12.3 points", "100 points"]
        );
        assert_eq!([-90.0, 0.0, 0.25].map(|s| signed(Unit::Time, s)), ["-1m 30s", "0s", "+250ms"]);
        assert_eq!([0.0004, 0.0124, 1.0].map(p), ["p < 0.001", "p = 0.012", "p = 1.000"]);
    }
}
