//! From stamped rows to a trace that starts at zero: sorted, spread, scaled and repeated.

use super::clock;
use super::rows::{Rows, Stamped, hash};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::{ReadReport, Recorded, Row};

/// Ten million subjects, thirty million rows: see `rows.rs`.
const SUBJECTS_MAX: u64 = 10_000_000;
const ROWS_MAX: u64 = 30_000_000;

const SECOND: i64 = 1_000_000_000;

/// Makes a trace of the rows of a file. Rows keep the file's order where their times are equal.
pub(super) fn build(read: Rows, file: &str, speed: f64, repeat: u32, warnings: &mut Vec<String>) -> Result<Recorded, String> {
    let Rows { mut rows, keys, read, dropped } = read;
    let used = rows.len() as u64;
    let subjects = keys.as_ref().map_or(used * u64::from(repeat), |k| k.len() as u64);
    if subjects > SUBJECTS_MAX || used * u64::from(repeat) > ROWS_MAX {
        return Err(format!("{subjects} subjects and {} requests; 10 and 30 million are the most", used * u64::from(repeat)));
    }
    let out_of_order = rows.windows(2).filter(|pair| pair[1].time < pair[0].time).count() as u64;
    rows.sort_by_key(|row| row.time);
    let first = rows[0].time;
    let span = rows.last().expect("rows were counted").time.checked_sub(first);
    if span.is_none_or(|s| s > 3_650 * 86_400 * SECOND) {
        return Err("its times span more than ten years; look at the first and the last of them".into());
    }
    let step = clock::step(rows.iter().map(|row| row.time));
    if let Some(step) = step.filter(|step| *step >= SECOND) {
        spread(&mut rows, step);
        let tick = Span(step.unsigned_abs() / 1_000);
        warnings.push(format!("`{file}`: all times are multiples of {tick}; rows are spread within the {tick} of their stamp"));
    }
    for (reason, line, count) in &dropped {
        warnings.push(format!("`{file}`: {count} of {read} rows left out, first at line {line}: {reason}"));
    }
    if out_of_order > 0 {
        warnings.push(format!("`{file}`: {out_of_order} rows are earlier than the row before them; they were sorted"));
    }
    let report = ReadReport {
        file: file.to_string(),
        read,
        used,
        not_played: 0, // the horizon is known when the whole scenario has been read
        dropped,
        out_of_order,
        quantised: step.map(|step| Span(step.unsigned_abs() / 1_000)),
    };
    let (rows, keys) = played(&rows, keys, speed, repeat);
    Ok(Recorded { subjects: keys.len() as u32, rows, keys, report })
}

/// Spreads rows with one stamp over the step that follows it: uniformly by a hash of their number, in the file's order.
fn spread(rows: &mut [Stamped], step: i64) {
    for tick in rows.chunk_by_mut(|a, b| a.time == b.time) {
        let stamp = tick[0].time.unsigned_abs();
        let within = |i: usize| {
            let bits = hash(&[stamp.to_le_bytes(), (i as u64).to_le_bytes()].concat());
            ((u128::from(bits) * step.unsigned_abs() as u128) >> 64) as i64
        };
        let mut offsets: Vec<i64> = (0..tick.len()).map(within).collect();
        offsets.sort_unstable();
        tick.iter_mut().zip(offsets).for_each(|(row, offset)| row.time += offset);
    }
}

/// The rows from time zero on, `repeat` times over with a mean interarrival between them, and the hashes of their subjects.
fn played(rows: &[Stamped], keys: Option<Vec<u64>>, speed: f64, repeat: u32) -> (Vec<Row>, Vec<u64>) {
    let first = rows[0].time;
    let length = (rows.last().expect("a trace has rows").time - first) as f64;
    let gap = if rows.len() > 1 { length / (rows.len() - 1) as f64 } else { SECOND as f64 };
    let own = keys.is_none();
    let mut all = Vec::with_capacity(rows.len() * repeat as usize);
    for round in 0..repeat {
        let offset = f64::from(round) * (length + gap.max(1_000.0));
        for row in rows {
            let microseconds = (offset + (row.time - first) as f64) / 1_000.0 / speed;
            all.push(Row {
                at: Time((microseconds + 0.5) as u64),
                subject: if own { all.len() as u32 } else { row.key },
                service: row.service,
                failed: row.failed,
                size: row.size,
            });
        }
    }
    let keys = keys.unwrap_or_else(|| (0..all.len() as u64).map(|row| hash(&row.to_le_bytes())).collect());
    (all, keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(times: &[i64]) -> Rows {
        let stamped = |(i, time): (usize, &i64)| Stamped { time: *time, key: i as u32, service: None, failed: false, size: None };
        Rows { rows: times.iter().enumerate().map(stamped).collect(), keys: None, read: times.len() as u64, dropped: vec![] }
    }

    #[test]
    fn a_trace_starts_at_zero_and_is_scaled_and_repeated() {
        let mut warnings = Vec::new();
        let trace = build(rows(&[3 * SECOND, SECOND, 5 * SECOND]), "t.csv", 2.0, 2, &mut warnings).unwrap();
        let at: Vec<u64> = trace.rows.iter().map(|r| r.at.0 / 1_000).collect();
        assert_eq!(at, [0, 1_000, 2_000, 3_000, 4_000, 5_000]);
        assert_eq!((trace.report.out_of_order, trace.subjects, trace.keys.len()), (1, 6, 6));
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn coarse_stamps_are_spread_within_their_step() {
        let times: Vec<i64> = (0..100).map(|i| i / 10 * SECOND).collect();
        let mut warnings = Vec::new();
        let trace = build(rows(&times), "t.csv", 1.0, 1, &mut warnings).unwrap();
        assert_eq!(trace.report.quantised, Some(Span::from_secs(1)));
        assert!(trace.rows.is_sorted_by_key(|r| r.at));
        let moments: std::collections::BTreeSet<_> = trace.rows.iter().map(|r| r.at).collect();
        assert_eq!(moments.len(), 100);
        assert!(trace.rows.last().unwrap().at.0 < 10_000_000 && warnings[0].contains("spread"));
    }

    #[test]
    fn absurd_times_are_refused() {
        assert!(build(rows(&[i64::MIN, i64::MAX]), "t.csv", 1.0, 1, &mut Vec::new()).unwrap_err().contains("ten years"));
    }
}
