//! From CSV rows to stamped requests; what does not fit is counted with its reason, never dropped silently.
#![allow(clippy::disallowed_types, reason = "keys are looked up in the map and never come out in its order")]

use super::clock::{Clock, Format};
use gatecrash_policies::time::Span;
use gatecrash_policies::units;
use std::collections::HashMap;

/// Where the fields stand.
pub(super) struct Columns {
    pub time: usize,
    pub key: Option<usize>,
    pub size: Option<usize>,
    pub outcome: Option<(usize, Vec<Failed>)>,
    pub service: Service,
}

/// Where service times come from.
pub(super) enum Service {
    None,
    /// Seconds, and seconds for each unit of a column: (index, name, factor).
    Model {
        base: f64,
        per: Vec<(usize, String, f64)>,
    },
    /// A column in a unit of so many seconds.
    Measured {
        column: usize,
        unit: f64,
    },
}

/// What counts as failed: a text, or a comparison of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failed {
    Is(String),
    AtLeast(f64),
    Above(f64),
    AtMost(f64),
    Below(f64),
}

impl Failed {
    /// `error`, `500`, `>=500`, `< 200`.
    pub fn parse(text: &str) -> Result<Failed, String> {
        type Make = fn(f64) -> Failed;
        let signs: [(&str, Make); 4] =
            [(">=", Failed::AtLeast), ("<=", Failed::AtMost), (">", Failed::Above), ("<", Failed::Below)];
        for (sign, make) in signs {
            let Some(limit) = text.trim().strip_prefix(sign) else { continue };
            return match units::number(limit.trim()) {
                Some((value, "")) => Ok(make(value)),
                _ => Err(format!("`{text}` compares with no number; write it like \">=500\"")),
            };
        }
        Ok(Failed::Is(text.trim().to_string()))
    }

    fn holds(&self, field: &str) -> bool {
        let number = || field.parse::<f64>().ok();
        match self {
            Failed::Is(text) => field == text,
            Failed::AtLeast(limit) => number().is_some_and(|v| v >= *limit),
            Failed::Above(limit) => number().is_some_and(|v| v > *limit),
            Failed::AtMost(limit) => number().is_some_and(|v| v <= *limit),
            Failed::Below(limit) => number().is_some_and(|v| v < *limit),
        }
    }
}

/// A request with its stamp.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamped {
    /// Nanoseconds since 1970.
    pub time: i64,
    /// The index of the key, or of the row where there are no keys.
    pub key: u32,
    pub service: Option<Span>,
    pub failed: bool,
    /// In thousandths.
    pub size: Option<u64>,
}

/// All that a file holds.
pub(super) struct Rows {
    pub rows: Vec<Stamped>,
    /// A hash of each key, in order of first appearance; none where there is no key column.
    pub keys: Option<Vec<u64>>,
    /// Rows in the file, without the header.
    pub read: u64,
    /// Rows left out: (reason, line of the first, rows).
    pub dropped: Vec<(String, u64, u64)>,
}

/// What is wrong with the file as a whole.
pub(super) enum Trouble {
    /// Its times are naive and no zone was given; an example.
    NeedsZone(String),
    /// Its times are in no known format; an example.
    UnknownFormat(String),
    /// In words.
    Other(String),
}

/// Thirty million rows are a gigabyte in memory.
const ROWS_MAX: usize = 30_000_000;

/// A row with a text in quotes may span lines, but not as many as this: then a quote was left open and swallows rows.
const LINES_MAX: u64 = 100;

/// Different reasons that are told apart; the rest is "other reasons".
const REASONS_MAX: usize = 10;

/// Reads all rows.
pub(super) fn read<R: std::io::Read>(mut reader: csv::Reader<R>, columns: &Columns, mut clock: Clock) -> Result<Rows, Trouble> {
    let mut all = Rows { rows: Vec::new(), keys: columns.key.map(|_| Vec::new()), read: 0, dropped: Vec::new() };
    let mut known: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut record = csv::ByteRecord::new();
    let mut example = None;
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(Trouble::Other(format!("cannot be read to the end: {error}"))),
        }
        let line = record.position().map_or(line, csv::Position::line);
        all.read += 1;
        if reader.position().line().saturating_sub(line) > LINES_MAX {
            return Err(Trouble::Other(format!(
                "the row at line {line} goes on for more than {LINES_MAX} lines; a quote in it is not closed"
            )));
        }
        if all.rows.len() >= ROWS_MAX {
            return Err(Trouble::Other("more than 30 million rows; cut the file".into()));
        }
        if clock.format.is_none()
            && let Some(text) = field(&record, columns.time).filter(|t| !t.is_empty())
        {
            clock.format = Format::of(text);
            example.get_or_insert_with(|| crate::read::shortened(text));
        }
        if clock.format == Some(Format::Naive) && clock.zone.is_none() {
            let text = field(&record, columns.time).unwrap_or_default();
            return Err(Trouble::NeedsZone(crate::read::shortened(text)));
        }
        match request(&record, columns, &clock) {
            Err(reason) => all.drop(reason, line),
            Ok(mut stamped) => {
                stamped.key = match (&mut all.keys, columns.key) {
                    (Some(keys), Some(column)) => intern(&mut known, keys, record.get(column).unwrap_or_default()),
                    _ => all.rows.len() as u32,
                };
                all.rows.push(stamped);
            }
        }
    }
    match example {
        Some(example) if clock.format.is_none() => Err(Trouble::UnknownFormat(example)),
        _ => all.enough().map_err(Trouble::Other),
    }
}

impl Rows {
    fn drop(&mut self, reason: String, line: u64) {
        let full = self.dropped.len() >= REASONS_MAX;
        if let Some(entry) = self.dropped.iter_mut().find(|(r, _, _)| *r == reason) {
            entry.2 += 1;
        } else if full && let Some(last) = self.dropped.last_mut() {
            last.0 = "other reasons".into();
            last.2 += 1;
        } else {
            self.dropped.push((reason, line, 1));
        }
    }

    /// Refuses a file of which more than half does not fit, or nothing is left.
    fn enough(self) -> Result<Rows, String> {
        let lost: u64 = self.dropped.iter().map(|(_, _, rows)| rows).sum();
        if let Some((reason, line, _)) = self.dropped.iter().max_by_key(|(_, line, rows)| (*rows, std::cmp::Reverse(*line)))
            && lost * 2 > self.read
        {
            return Err(format!("{lost} of {} rows do not fit; first at line {line}: {reason}", self.read));
        }
        if self.rows.is_empty() { Err("there are no rows below the header".into()) } else { Ok(self) }
    }
}

fn field(record: &csv::ByteRecord, column: usize) -> Option<&str> {
    std::str::from_utf8(record.get(column)?).ok().map(str::trim)
}

/// The request of a row, or why it is none.
fn request(record: &csv::ByteRecord, columns: &Columns, clock: &Clock) -> Result<Stamped, String> {
    let text = field(record, columns.time).ok_or("the row ends before its time, or it is not UTF-8")?;
    let time = match (text, clock.format) {
        ("", _) => return Err("the time is empty".into()),
        (text, format) => clock.read(text).ok_or_else(|| format!("the time is not {}", format.map_or("known", Format::name)))?,
    };
    if columns.key.is_some_and(|column| record.get(column).is_none_or(<[u8]>::is_empty)) {
        return Err("the key is empty".into());
    }
    let number = |column: usize, name: &str| match field(record, column).map(str::parse::<f64>) {
        Some(Ok(value)) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err(format!("`{name}` is not a number of zero or more")),
    };
    let service = match &columns.service {
        Service::None => None,
        Service::Measured { column, unit } => Some(number(*column, "service")? * unit),
        Service::Model { base, per } => {
            let mut total = *base;
            for (column, name, factor) in per {
                total += factor * number(*column, name)?;
            }
            Some(total)
        }
    };
    let failed = match &columns.outcome {
        None => false,
        Some((column, matches)) => {
            let text = field(record, *column).ok_or("the row ends before its outcome, or it is not UTF-8")?;
            matches.iter().any(|m| m.holds(text))
        }
    };
    let size = columns.size.map(|column| number(column, "size")).transpose()?;
    let size = size.map(|size| (size * 1e3 + 0.5) as u64);
    Ok(Stamped { time, key: 0, service: service.map(Span::from_secs_f64), failed, size })
}

fn intern(known: &mut HashMap<Vec<u8>, u32>, keys: &mut Vec<u64>, key: &[u8]) -> u32 {
    if let Some(index) = known.get(key) {
        return *index;
    }
    let index = keys.len() as u32;
    known.insert(key.to_vec(), index);
    keys.push(hash(key));
    index
}

/// FNV-1a with a last scrambling (of SplitMix64), so that short keys differ in their upper bits too. Part of the contract:
/// the hash decides who is in a cohort.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut x =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
