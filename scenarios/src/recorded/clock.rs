//! Stamps of recorded rows: formats, zones, and how fine the clock was.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

/// How a column writes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `2026-11-21T08:13:27.5+01:00`.
    Rfc3339,
    /// `2023-11-16 18:17:03.9799600`: without a zone.
    Naive,
    /// A number since 1970, of which so many make a second.
    Unix(i64),
}

impl Format {
    /// What files call them.
    pub const NAMES: &'static [(&'static str, Format)] = &[
        ("rfc3339", Format::Rfc3339),
        ("naive", Format::Naive),
        ("unix_s", Format::Unix(1)),
        ("unix_ms", Format::Unix(1_000)),
        ("unix_us", Format::Unix(1_000_000)),
        ("unix_ns", Format::Unix(1_000_000_000)),
    ];

    /// The name that files use.
    pub fn name(self) -> &'static str {
        Format::NAMES.iter().find(|(_, f)| *f == self).map_or("unix", |(name, _)| name)
    }

    /// The format of an example, by its looks; numbers by their magnitude (seconds until the year 5138).
    pub fn of(text: &str) -> Option<Format> {
        if let Some(value) = decimal(text) {
            return Some(match value.0.unsigned_abs() {
                0..100_000_000_000 => Format::Unix(1),
                100_000_000_000..100_000_000_000_000 => Format::Unix(1_000),
                100_000_000_000_000..100_000_000_000_000_000 => Format::Unix(1_000_000),
                _ => Format::Unix(1_000_000_000),
            });
        }
        if text.parse::<Timestamp>().is_ok() {
            return Some(Format::Rfc3339);
        }
        text.parse::<civil::DateTime>().is_ok().then_some(Format::Naive)
    }
}

/// A format with the zone that it needs.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// The format, once it is known.
    pub format: Option<Format>,
    /// The zone of naive times.
    pub zone: Option<TimeZone>,
}

impl Clock {
    /// Nanoseconds since 1970.
    pub fn read(&self, text: &str) -> Option<i64> {
        let nanoseconds = |t: Timestamp| i64::try_from(t.as_nanosecond()).ok();
        match self.format? {
            Format::Rfc3339 => nanoseconds(text.parse().ok()?),
            Format::Naive => {
                let time: civil::DateTime = text.parse().ok()?;
                nanoseconds(self.zone.as_ref()?.to_ambiguous_timestamp(time).compatible().ok()?)
            }
            Format::Unix(per_second) => {
                let (whole, billionths) = decimal(text)?;
                let factor = 1_000_000_000 / per_second;
                whole.checked_mul(factor)?.checked_add(billionths / per_second)
            }
        }
    }
}

/// The milliseconds since 1970 of a moment such as `2026-11-21T08:13:27Z`, which names its zone.
///
/// # Errors
/// What is wrong with it.
pub fn unix_ms(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no moment from 1970 on; write it with its zone, like 2026-11-21T08:00:00Z");
    let moment: Timestamp = text.trim().parse().map_err(|_| wrong())?;
    u64::try_from(moment.as_millisecond()).map_err(|_| wrong())
}

/// The same the other way round, in UTC and whole seconds.
pub fn moment(unix_ms: u64) -> String {
    let moment = i64::try_from(unix_ms / 1_000).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.unwrap_or(Timestamp::MAX).to_string()
}

/// A decimal number as its whole part and its billionths; no exponent.
fn decimal(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let billionths: i64 = format!("{:0<9.9}", fraction).parse().ok()?;
    Some((whole.parse().ok()?, billionths))
}

/// `UTC`, `Z`, `+01:00`, or a name of the bundled time zone database.
pub(super) fn zone(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    if matches!(text, "UTC" | "utc" | "Z") {
        return Some(TimeZone::UTC);
    }
    if let Some(rest) = text.strip_prefix(['+', '-']) {
        let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if !(0..=25).contains(&hours) || !(0..60).contains(&minutes) {
            return None;
        }
        let sign = if text.starts_with('-') { -1 } else { 1 };
        return Some(TimeZone::fixed(Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()?));
    }
    TimeZone::get(text).ok()
}

/// Steps that clocks have, in nanoseconds, the coarsest first.
const STEPS: [i64; 11] = [
    60_000_000_000,
    30_000_000_000,
    15_000_000_000,
    10_000_000_000,
    5_000_000_000,
    3_000_000_000,
    2_000_000_000,
    1_000_000_000,
    100_000_000,
    10_000_000,
    1_000_000,
];

/// The step in nanoseconds of which all distances between times are multiples, if there are times enough to tell.
pub(super) fn step(times: impl Iterator<Item = i64>) -> Option<i64> {
    let mut first = None;
    let (mut count, mut common) = (0, 0);
    for time in times {
        count += 1;
        common = gcd(common, (time - *first.get_or_insert(time)).unsigned_abs());
    }
    if count < 20 || common == 0 {
        return None;
    }
    STEPS.into_iter().find(|step| common % step.unsigned_abs() == 0)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone_name: &str) -> Option<i64> {
        Clock { format: Format::of(text), zone: zone(zone_name) }.read(text)
    }

    #[test]
    fn every_format_is_recognised_and_read() {
        const SECOND: i64 = 1_700_158_623;
        for (text, format, nanoseconds) in [
            ("2023-11-16T18:17:03Z", Format::Rfc3339, SECOND * 1_000_000_000),
            ("2023-11-16T19:17:03.5+01:00", Format::Rfc3339, SECOND * 1_000_000_000 + 500_000_000),
            ("2023-11-16 18:17:03.9799600", Format::Naive, SECOND * 1_000_000_000 + 979_960_000),
            ("2023-11-16T18:17:03", Format::Naive, SECOND * 1_000_000_000),
            ("1700158623", Format::Unix(1), SECOND * 1_000_000_000),
            ("1700158623.25", Format::Unix(1), SECOND * 1_000_000_000 + 250_000_000),
            ("1700158623123", Format::Unix(1_000), SECOND * 1_000_000_000 + 123_000_000),
            ("1700158623123456", Format::Unix(1_000_000), SECOND * 1_000_000_000 + 123_456_000),
            ("1700158623123456789", Format::Unix(1_000_000_000), SECOND * 1_000_000_000 + 123_456_789),
        ] {
            assert_eq!(Format::of(text), Some(format), "{text}");
            assert_eq!(read(text, "UTC"), Some(nanoseconds), "{text}");
        }
        for wrong in ["", "yesterday", "1e9", "-5", "99999999999999999999", "12:00", "NaN"] {
            assert_eq!(Format::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_name_their_zone() {
        assert_eq!(unix_ms("1970-01-01T00:00:01.5Z"), Ok(1_500));
        assert_eq!(unix_ms("2024-01-01T01:00:00+01:00"), Ok(1_704_067_200_000));
        assert_eq!(moment(1_704_067_200_999), "2024-01-01T00:00:00Z");
        for wrong in
            ["", "yesterday", "2024-01-01", "2024-01-01T00:00:00", "1969-12-31T23:59:59Z", "1704067200", "99999-01-01T00:00:00Z"]
        {
            assert!(unix_ms(wrong).is_err_and(|message| message.contains("with its zone")), "{wrong}");
        }
    }

    #[test]
    fn zones_move_naive_times() {
        let utc = read("2023-11-16 18:00:00", "UTC").unwrap();
        assert_eq!(utc - read("2023-11-16 18:00:00", "Europe/Berlin").unwrap(), 3_600_000_000_000);
        assert_eq!(utc - read("2023-11-16 18:00:00", "-08:00").unwrap(), -8 * 3_600_000_000_000);
        assert!(zone("Europe/Berln").is_none() && zone("+99:00").is_none());
    }

    #[test]
    fn the_step_of_the_clock_is_found() {
        let every = |step: i64| (0..50).map(move |i| 7 + (i * i % 13) * step);
        assert_eq!(step(every(1_000_000_000)), Some(1_000_000_000));
        assert_eq!(step(every(60_000_000_000)), Some(60_000_000_000));
        assert_eq!(step(every(3_000_000_000)), Some(3_000_000_000));
        assert_eq!(step(every(1_000)), None);
        assert_eq!(step(every(1_000_000_000).take(5)), None, "too few to tell");
        assert_eq!(step((0..50).map(|_| 5)), None, "one moment has no step");
    }
}
