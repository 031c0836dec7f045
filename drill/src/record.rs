//! The record of a drill: a file of JSON lines that plays again.
//!
//! ```text
//! {"schema":"gatecrash.drill/v1","lines":"0000000057","reached_us":"0000001800000000","seal":"..","gatecrash":"0.1.0","plan":{..}}
//! {"n":1,"t_us":0,"event":{..},"link":".."}
//! ```
//!
//! Every line's `link` is a digest of the line before and of what the line says; the head counts the lines, says how far the drill had
//! come, and seals both. Lines are only ever added, each in one write, and the head is rewritten in place, which has always the same
//! length: whoever kills the process loses nothing that was written, and whoever cuts lines off or changes them is found out. A digest
//! is no signature: it guards against accidents and edits, not against somebody who works it out anew.

use crate::event::{Event, Moment};
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The schema of the head.
pub const SCHEMA: &str = "gatecrash.drill/v1";

/// A record that is being written.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    path: PathBuf,
    link: String,
    lines: u64,
    reached_us: u64,
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The version of gatecrash that made it.
    pub version: String,
    /// What the drill was set up with.
    pub plan: Plan,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// How far the drill had come, in simulated microseconds.
    pub reached_us: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    lines: String,
    reached_us: String,
    seal: String,
    gatecrash: String,
    plan: Plan,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    n: u64,
    t_us: u64,
    event: Event,
    link: String,
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of a text in hexadecimal, as [`crate::plan::Text::digest`] has it.
pub fn digest_of(text: &str) -> String {
    digest(&[text])
}

/// The first link: of what the drill was set up with, and by which version.
fn first_link(version: &str, plan: &Plan) -> String {
    digest(&[SCHEMA, version, &json(plan)])
}

fn next_link(link: &str, n: u64, moment: &Moment) -> String {
    digest(&[link, &n.to_string(), &json(moment)])
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data is JSON")
}

impl Recorder {
    /// Begins a file. It must not be there yet: a record is never written over.
    ///
    /// # Errors
    /// As the system says.
    pub fn create(path: &Path, plan: &Plan) -> io::Result<Recorder> {
        let file = File::options().write(true).create_new(true).open(path)?;
        let version = env!("CARGO_PKG_VERSION");
        let rest = format!(r#","gatecrash":{},"plan":{}}}"#, json(&version), json(plan));
        let mut recorder = Recorder { file, path: path.into(), link: first_link(version, plan), lines: 0, reached_us: 0 };
        let head = format!("{}{rest}\n", recorder.head());
        recorder.file.write_all(head.as_bytes())?;
        Ok(recorder)
    }

    /// All that was written so far.
    ///
    /// # Errors
    /// As the system says.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        std::fs::read(&self.path)
    }

    /// The part of the head that changes, always as long.
    fn head(&self) -> String {
        let (lines, reached) = (format!("{:010}", self.lines), format!("{:016}", self.reached_us));
        let seal = digest(&[&self.link, &lines, &reached]);
        format!(r#"{{"schema":"{SCHEMA}","lines":"{lines}","reached_us":"{reached}","seal":"{seal}""#)
    }

    /// Adds what has happened, and that the drill has come so far.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, moments: &[Moment], reached_us: u64) -> io::Result<()> {
        let mut text = String::new();
        for moment in moments {
            self.lines += 1;
            self.link = next_link(&self.link, self.lines, moment);
            let Moment { t_us, event } = moment.clone();
            text.push_str(&json(&Row { n: self.lines, t_us, event, link: self.link.clone() }));
            text.push('\n');
        }
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(text.as_bytes())?;
        self.reached_us = reached_us.max(self.reached_us);
        let head = self.head();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(head.as_bytes())
    }

    /// Makes what was written last beyond a loss of power.
    ///
    /// # Errors
    /// As the system says.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}line {line}: {message}", if file.is_empty() { String::new() } else { format!("{file}: ") })]
pub struct Damaged {
    /// The file, as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What was found, and what to do.
    pub message: String,
}

impl Record {
    /// Opens a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(path: &str) -> Result<Record, Damaged> {
        let fail = |error: io::Error| Damaged { file: path.into(), line: 1, message: format!("it cannot be read: {error}") };
        let mut text = Vec::new();
        File::open(path).map_err(fail)?.read_to_end(&mut text).map_err(fail)?;
        Record::read(&text).map_err(|damaged| Damaged { file: path.into(), ..damaged })
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(bytes: &[u8]) -> Result<Record, Damaged> {
        let fail = |line: usize, message: String| Damaged { file: String::new(), line, message };
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            fail(line, "this is no text: the record was altered, or it is no record of a drill".into())
        })?;
        let mut lines = text.split_inclusive('\n');
        let first = lines.next().ok_or_else(|| fail(1, "the file is empty; name the record of a drill".into()))?;
        let head: Head = serde_json::from_str(first).map_err(|error| {
            fail(1, format!("this is no head of a record ({error}); name a file that `gatecrash drill --record` wrote"))
        })?;
        if head.schema != SCHEMA {
            return Err(fail(1, format!("the schema is `{}`, and this version reads `{SCHEMA}`", head.schema)));
        }
        let number =
            |text: &str| text.parse::<u64>().map_err(|_| fail(1, format!("`{text}` is no number: the head was altered")));
        let (counted, reached_us) = (number(&head.lines)?, number(&head.reached_us)?);
        let mut link = first_link(&head.gatecrash, &head.plan);
        let mut sealed = (counted == 0).then(|| link.clone());
        let mut moments = Vec::new();
        for (i, line) in lines.enumerate() {
            let (moment, next) = row(line, i as u64 + 1, &link).map_err(|message| fail(i + 2, message))?;
            moments.push(moment);
            link = next;
            if moments.len() as u64 == counted {
                sealed = Some(link.clone());
            }
        }
        let Some(sealed) = sealed else {
            let found = moments.len();
            let message = format!("the file is truncated: its head counts {counted} lines behind it, and there are {found}");
            return Err(fail(found + 2, message));
        };
        if digest(&[&sealed, &head.lines, &head.reached_us]) != head.seal {
            return Err(fail(1, "the head was altered: its seal does not fit what it says".into()));
        }
        let reached_us = moments.last().map_or(0, |last| last.t_us).max(reached_us);
        Ok(Record { version: head.gatecrash, plan: head.plan, moments, reached_us })
    }

    /// Whether the drill came to its end: a process that was killed leaves a record without.
    pub fn is_ended(&self) -> bool {
        matches!(self.moments.last(), Some(Moment { event: Event::End { .. }, .. }))
    }
}

/// One line: what it says, and its link.
fn row(line: &str, n: u64, link: &str) -> Result<(Moment, String), String> {
    let Some(line) = line.strip_suffix('\n') else {
        return Err("the file is truncated: this line breaks off".into());
    };
    let row: Row =
        serde_json::from_str(line).map_err(|error| format!("this is no line of a record ({error}): it was altered"))?;
    if json(&row) != line {
        return Err("it is not as it was written: the record was altered".into());
    }
    let moment = Moment { t_us: row.t_us, event: row.event };
    let next = next_link(link, row.n, &moment);
    if row.n != n {
        return Err(format!("it has the number {}, and {n} comes next: lines were taken out or moved", row.n));
    }
    if next != row.link {
        return Err("it was altered, or a line before it was: its link does not fit what it says".into());
    }
    Ok((moment, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Mode, Text};

    fn plan() -> Plan {
        let text = |name: &str| Text { name: name.into(), text: None, digest: digest_of(name) };
        Plan {
            scenario: text("healthy-day"),
            with: Vec::new(),
            policy: text("run-control"),
            seed: 7,
            surprise: false,
            mode: Mode::Manual,
            start_us: 0,
            speed: Some(60.0),
            approve_within_us: 900_000_000,
            stop_if: Vec::new(),
            held: "2026-11-22".into(),
        }
    }

    fn moments(n: u64) -> Vec<Moment> {
        let line = |i| Event::Log { kind: "note".into(), text: format!("line {i}: 50% \u{e9}"), hidden: false };
        (0..n).map(|i| Moment { t_us: i * 1_000, event: line(i) }).collect()
    }

    /// The bytes of a record with so many lines, each written by itself.
    fn written(n: u64) -> Vec<u8> {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        std::fs::remove_file(&path).unwrap();
        let mut recorder = Recorder::create(&path, &plan()).unwrap();
        for moment in moments(n) {
            recorder.add(std::slice::from_ref(&moment), moment.t_us + 500).unwrap();
        }
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        for n in [0, 1, 30] {
            let record = Record::read(&written(n)).unwrap();
            assert_eq!(record.plan, plan());
            assert_eq!(record.moments, moments(n));
            assert_eq!(record.reached_us, n.checked_sub(1).map_or(0, |last| last * 1_000 + 500));
            assert!(!record.is_ended());
        }
    }

    #[test]
    fn no_record_is_written_over() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(Recorder::create(file.path(), &plan()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn whatever_is_cut_off_is_missed() {
        let whole = written(12);
        for length in 0..whole.len() {
            let damaged = Record::read(&whole[..length]).unwrap_err();
            assert!(!damaged.message.is_empty(), "{length} of {} bytes", whole.len());
        }
        let short = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').unwrap() + 1;
        let damaged = Record::read(&whole[..short]).unwrap_err();
        assert!(damaged.to_string().contains("truncated: its head counts 12 lines behind it, and there are 11"), "{damaged}");
    }

    #[test]
    fn whatever_is_altered_is_found() {
        let whole = written(4);
        for at in 0..whole.len() {
            for flip in [1, 32] {
                let mut bytes = whole.clone();
                bytes[at] ^= flip;
                assert!(Record::read(&bytes).is_err(), "byte {at} flipped by {flip}");
            }
        }
        let text = String::from_utf8(whole).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let without = [&lines[..2], &lines[3..]].concat().concat();
        assert!(Record::read(without.as_bytes()).unwrap_err().message.contains("lines were taken out"));
    }

    #[test]
    fn killed_between_a_line_and_the_head_it_is_still_whole() {
        let (before, after) = (written(5), written(6));
        let head = before.iter().position(|b| *b == b'\n').unwrap();
        let mut killed = after.clone();
        killed[..head].copy_from_slice(&before[..head]);
        assert_eq!(Record::read(&killed).unwrap().moments, moments(6), "the line that was written counts");
    }
}
