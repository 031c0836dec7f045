//! Numbers with units, as users write them: one parser for every file and for the check grammar.
//!
//! Underscores may group digits (`10_000`). Every function takes the whole text and says, when it does not
//! fit, what was found and what would be right.

use crate::time::Span;

/// A length of time: `250ms`, `5s`, `1m`, `4h`, `7d`, `1h 30m`, `0.05ms`; `us` and `ns` too. Rounded to microseconds.
pub fn span(text: &str) -> Result<Span, String> {
    Ok(Span::from_secs_f64(seconds(text)?))
}

/// A length of time in seconds, unrounded: for factors such as `0.05ms` per token.
pub fn seconds(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a duration; write it like 250ms, 5s, 1h 30m or 7d");
    let mut total = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (value, tail) = number(rest).ok_or_else(wrong)?;
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let unit = unit_seconds(&tail[..end]).ok_or_else(wrong)?;
        if value < 0.0 {
            return Err(format!("`{text}` is negative; a duration is zero or more"));
        }
        total += value * unit;
        rest = tail[end..].trim_start();
    }
    if total > 1e12 {
        return Err(format!("`{text}` is longer than any trial"));
    }
    Ok(total)
}

/// How many seconds a unit of time has.
pub(crate) fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    })
}

/// A share from 0 to 1: `5%`, `0.1%`, or a plain fraction `0.05`.
pub fn share(text: &str) -> Result<f64, String> {
    let value = fraction(text)?;
    match value {
        v if v < 0.0 => Err(format!("`{text}` is negative; a share lies between 0% and 100%")),
        v if v > 1.0 => Err(format!("`{text}` is over 100%; a share lies between 0% and 100%")),
        v => Ok(v),
    }
}

/// A fraction that may be negative or above one: `+2%`, `-0.5%`, `0.05`.
pub fn fraction(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a share; write it like 5% or 0.05");
    let (value, rest) = number(text.trim()).ok_or_else(wrong)?;
    match rest.trim() {
        "%" => Ok(value / 100.0),
        "" => Ok(value),
        _ => Err(wrong()),
    }
}

/// Events per second: `14.4/s`, `90/m`, `36/h`, `2/d`.
pub fn rate(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a rate; write it like 14.4/s, 90/m or 36/h");
    let (value, rest) = number(text.trim()).ok_or_else(wrong)?;
    let unit = rest.trim().strip_prefix('/').and_then(|u| unit_seconds(u.trim())).ok_or_else(wrong)?;
    if value < 0.0 {
        return Err(format!("`{text}` is negative; a rate is zero or more"));
    }
    Ok(value / unit)
}

/// A multiple: `6x`, `0.5x`.
pub fn multiple(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a multiple; write it like 6x or 0.5x");
    match number(text.trim()).ok_or_else(wrong)? {
        (value, "x") if value >= 0.0 => Ok(value),
        _ => Err(wrong()),
    }
}

/// A whole number: `2000`, `10_000`.
pub fn count(text: &str) -> Result<u64, String> {
    text.trim().replace('_', "").parse().map_err(|_| format!("`{text}` is not a whole number; write it like 2_000"))
}

/// The leading decimal number of `text` and what follows it. A sign, underscores and a fraction are allowed, exponents and
/// `inf` are not.
pub fn number(text: &str) -> Option<(f64, &str)> {
    let end = text
        .char_indices()
        .find(|&(i, c)| !(c.is_ascii_digit() || c == '.' || c == '_' || (i == 0 && (c == '+' || c == '-'))))
        .map_or(text.len(), |(i, _)| i);
    let digits = text[..end].replace('_', "");
    let value: f64 = digits.parse().ok()?;
    value.is_finite().then_some((value, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_read() {
        assert_eq!(span("1h 30m"), Ok(Span::from_secs(5_400)));
        assert_eq!(span("250ms"), Ok(Span(250_000)));
        assert_eq!(span("400000s"), Ok(Span::from_secs(400_000)));
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(fraction("+2%"), Ok(0.02));
        assert_eq!(rate("36/h"), Ok(0.01));
        assert_eq!(multiple("0.5x"), Ok(0.5));
        assert_eq!(count("10_000"), Ok(10_000));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for wrong in ["", "5", "5 parsecs", "s", "-3s", "1e3s", "nan s"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(share("120%").unwrap_err().contains("over 100%"));
        assert!(rate("5").is_err());
        assert!(multiple("6").is_err());
    }
}
