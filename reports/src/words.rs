//! Numbers and names as people read them.

use crate::stats::{Rate, Summary};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::Expect;
use std::fmt;

/// What stands where there is no number.
pub const NOTHING: &str = "-";

/// `rollback` or `promote`.
pub fn expect(expect: Expect) -> &'static str {
    match expect {
        Expect::Rollback => "rollback",
        Expect::Promote => "promote",
    }
}

/// The same in JSON.
pub(crate) fn expect_name<S: serde::Serializer>(value: &Expect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(expect(*value))
}

/// A factor on the wobble: `off`, `1x`, `2x`.
pub fn wobble(factor: f64) -> String {
    if factor == 0.0 { "off".to_string() } else { format!("{factor}x") }
}

/// A factor on the wobble in a sentence: `with wobble off`, `as stated`, `doubled`, `at 3x`.
pub fn wobble_said(factor: f64) -> String {
    match factor {
        0.0 => "with wobble off".to_string(),
        1.0 => "as stated".to_string(),
        2.0 => "doubled".to_string(),
        other => format!("at {other}x"),
    }
}

/// What follows the name of a scenario whose wobble is not as stated: `, wobble 2x`.
pub fn wobble_of(factor: f64) -> String {
    if factor == 1.0 { String::new() } else { format!(", wobble {}", wobble(factor)) }
}

/// A fraction as a percentage: `97%`, `0.4%`; never 0% or 100% unless it is exactly that.
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    match percent {
        p if p == 0.0 || p == 100.0 => format!("{p:.0}%"),
        p if p < 0.1 => "<0.1%".to_string(),
        p if p > 99.9 => ">99.9%".to_string(),
        p if !(1.0..=99.0).contains(&p) => format!("{p:.1}%"),
        p => format!("{p:.0}%"),
    }
}

/// `97% [92, 99]`: with the 95 % interval in whole percent, or in tenths where a whole one would claim certainty.
pub fn rate(rate: Option<Rate>) -> String {
    rate.map_or(NOTHING.to_string(), |r| {
        let (low, high) = r.interval();
        format!("{} [{}, {}]", percent(r.value()), bound(low, f64::floor), bound(high, f64::ceil))
    })
}

/// `0.3% [0.1, 0.9]`: as [`rate`], in tenths below a tenth and above nine, for what is held against limits there.
pub fn fine_rate(rate: Option<Rate>) -> String {
    let tenths = |fraction: f64, outwards: fn(f64) -> f64| match fraction * 100.0 {
        p if (10.0..=90.0).contains(&p) => format!("{p:.0}"),
        p => (outwards(p * 10.0) / 10.0).to_string(),
    };
    rate.map_or(NOTHING.to_string(), |r| {
        let (value, (low, high)) = (r.value(), r.interval());
        let is_sure = !(0.001..=0.999).contains(&value);
        let value = if is_sure { percent(value) } else { format!("{}%", tenths(value, f64::round)) };
        format!("{value} [{}, {}]", tenths(low, f64::floor), tenths(high, f64::ceil))
    })
}

/// An end of an interval, in percent. Near none, tenths are rounded outwards; only what is exactly all reads `100`.
fn bound(fraction: f64, outwards: fn(f64) -> f64) -> String {
    const EXACT: f64 = 1e-9;
    let percent = fraction * 100.0;
    let is_end = !(EXACT..=100.0 - EXACT).contains(&percent);
    match percent {
        p if p < 0.5 && !is_end => (outwards(p * 10.0) / 10.0).to_string(),
        p if p > 99.5 && !is_end => format!("{:.1}", (p * 10.0).floor() / 10.0),
        p => format!("{p:.0}"),
    }
}

/// A length of time to about three digits: `250ms`, `4.5s`, `45s`, `12m 30s`, `1h 5m`, `2d 3h`.
pub fn seconds(seconds: f64) -> String {
    let coarse = match seconds {
        s if s < 1.0 => (s * 1e3).round() * 1e3,
        s if s < 10.0 => return format!("{}s", (s * 10.0).round() / 10.0),
        s if s < 3_600.0 => s.round() * 1e6,
        s => (s / 60.0).round() * 60e6,
    };
    if coarse == 0.0 && seconds > 0.0 { "<1ms".to_string() } else { Span(coarse as u64).to_string() }
}

/// A moment as a clock since the beginning shows it: `0:20:00`, `14:05:30`, `3d 02:00:00`; rounded to seconds.
pub fn clock(at: Time) -> String {
    let seconds = (at.0 + 500_000) / 1_000_000;
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    if days > 0 { format!("{days}d {hours:02}:{minutes:02}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

/// `12m 30s / 1h 5m`: the median and the 95 % quantile of times.
pub fn p50_p95(times: Option<Summary>) -> String {
    times.map_or(NOTHING.to_string(), |t| format!("{} / {}", seconds(t.p50), seconds(t.p95)))
}

/// A mean count: see [`amount`].
pub fn mean(count: Option<Summary>) -> String {
    count.map_or(NOTHING.to_string(), |c| amount(c.mean))
}

/// Three digits or to the whole: `0.25`, `12.4`, `1,204`, `-3.5`; not for what is infinite.
pub fn amount(number: f64) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    match number.abs() {
        m if m >= 100.0 || m == m.round() => format!("{sign}{}", grouped(m.round() as u64)),
        m if m >= 10.0 => format!("{sign}{m:.1}"),
        m => format!("{sign}{m:.2}"),
    }
}

/// A whole number in groups of three: `1,204,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 trial`, `100 trials`.
pub fn count_of(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Fit for one line of a terminal: control characters, which could move its cursor, become `?`.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Text in Markdown that neither ends a cell nor starts a tag.
pub fn markdown(text: &str) -> String {
    one_line(text).replace('|', "\\|").replace('<', "&lt;")
}

/// Shown as text inside HTML, SVG or other XML, in attributes too; what XML 1.0 knows no character for becomes U+FFFD.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}")?,
                c if c.is_control() && c != '\n' => f.write_str("\u{fffd}")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_do_not_round_to_certainty() {
        let shown = [0.0, 0.0004, 0.004, 0.97, 0.996, 0.99999, 1.0].map(percent);
        assert_eq!(shown, ["0%", "<0.1%", "0.4%", "97%", "99.6%", ">99.9%", "100%"]);
    }

    #[test]
    fn interval_ends_do_not_round_to_certainty() {
        let low = [0.0, 0.0004, 0.004, 0.31, 0.996, 0.9999, 1.0].map(|p| bound(p, f64::floor));
        assert_eq!(low, ["0", "0", "0.4", "31", "99.6", "99.9", "100"]);
        assert_eq!([0.0004, 0.0041].map(|p| bound(p, f64::ceil)), ["0.1", "0.5"]);
    }

    #[test]
    fn rates_show_their_interval() {
        assert_eq!(rate(Rate::of(97, 100)), "97% [92, 99]");
        assert_eq!(rate(None), "-");
        let fine = [(3, 1_000), (1, 5_000), (0, 100), (971, 1_000), (50, 100)].map(|(hits, n)| fine_rate(Rate::of(hits, n)));
        assert_eq!(fine, ["0.3% [0.1, 0.9]", "<0.1% [0, 0.2]", "0% [0, 3.7]", "97.1% [95.8, 98]", "50% [40, 60]"]);
    }

    #[test]
    fn times_are_short() {
        let shown = [0.0, 0.0001, 0.25, 4.52, 45.4, 750.2, 3_929.0, 183_600.0].map(seconds);
        assert_eq!(shown, ["0s", "<1ms", "250ms", "4.5s", "45s", "12m 30s", "1h 5m", "2d 3h"]);
    }

    #[test]
    fn moments_read_as_on_a_clock() {
        let shown = [0, 74 * 60 + 30, 86_400 + 7_200].map(|s| clock(Time(s * 1_000_000)));
        assert_eq!(shown, ["0:00:00", "1:14:30", "1d 02:00:00"]);
    }

    #[test]
    fn names_cannot_break_out() {
        assert_eq!(Escaped("<b a=\"'&\x1b").to_string(), "&lt;b a=&quot;&#39;&amp;\u{fffd}");
        assert_eq!(one_line("a\x1b[2Jb\n"), "a?[2Jb?");
        assert_eq!(grouped(1_204_000), "1,204,000");
    }
}
