//! Values of arguments: rates, sizes, spans.

use gatecrash_policies::time::Span;
use gatecrash_reports::measure::{Measure, SPECS};

/// `1%`, or `0.01`.
pub fn rate(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a rate from 0% to 100%; write it like 1%");
    let fraction = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.trim().parse(),
    };
    fraction.ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(wrong)
}

pub fn span(text: &str) -> Result<Span, String> {
    gatecrash_policies::units::span(text)
}

/// A number of requests.
pub fn amount(text: &str) -> Result<f64, String> {
    let number = text.replace('_', "").parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| format!("`{text}` is not a number of requests; write it like 250"))
}

/// `1.5x`, or `1.5`.
pub fn severity(text: &str) -> Result<f64, String> {
    multiple(text, 1_000.0).ok_or_else(|| format!("`{text}` is not a size from 0x to 1000x; write it like 1.5x"))
}

/// `2x`, or `2`. At ten times the usual drifts a log-sd is 3, the most that a scenario may state.
pub fn wobble(text: &str) -> Result<f64, String> {
    multiple(text, 10.0).ok_or_else(|| format!("`{text}` is not a multiple from 0x (no wobble) to 10x; write it like 2x"))
}

/// `2%`, or `time_to_detect=10%`.
pub fn tolerance(text: &str) -> Result<(Option<Measure>, f64), String> {
    let (measure, part) = text.split_once('=').map_or((None, text), |(measure, part)| (Some(measure), part));
    let names: Vec<&str> = SPECS.iter().map(|spec| spec.name).collect();
    let named = |name: &str| {
        Measure::named(name.trim()).ok_or_else(|| format!("no score is called `{name}`; there are: {}", names.join(", ")))
    };
    let measure = measure.map(named).transpose()?;
    let number = part.trim().strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
    let part = number.filter(|percent| (0.0..=1_000.0).contains(percent));
    let wrong = || format!("`{text}` is no tolerance from 0% to 1000%; write it like 2%, or time_to_detect=10%");
    Ok((measure, part.ok_or_else(wrong)? / 100.0))
}

fn multiple(text: &str, most: f64) -> Option<f64> {
    let digits = text.trim().strip_suffix('x').unwrap_or(text.trim());
    digits.parse().ok().filter(|factor| (0.0..=most).contains(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_multiples() {
        assert_eq!(severity("1.5x"), Ok(1.5));
        assert_eq!(severity("0"), Ok(0.0));
        for wrong in ["", "x", "-1x", "nan", "inf", "2y", "1e9x"] {
            assert!(severity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tolerances_are_of_all_scores_or_of_one() {
        assert_eq!(tolerance("2%"), Ok((None, 0.02)));
        assert_eq!(tolerance("time_to_detect=10 %"), Ok((Some(Measure::TimeToDetect), 0.1)));
        for wrong in ["", "2", "-1%", "nan%", "2%=missed", "mised=1%", "missed="] {
            assert!(tolerance(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn wobbles_are_multiples() {
        assert_eq!(["0", "1x", "1", " 2.5x"].map(wobble), [Ok(0.0), Ok(1.0), Ok(1.0), Ok(2.5)]);
        for wrong in ["", "x", "-1x", "nan", "inf", "11x", "2y"] {
            assert!(wobble(wrong).is_err(), "{wrong}");
        }
    }
}
