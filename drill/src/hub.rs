//! What is new, handed from the engine's thread to all who watch.
//!
//! The engine publishes; nobody waits for anybody. Events are written once per stream, as the bytes that go over the wire, and kept in a
//! [`Ring`]: a watcher is a place in it ([`Reader`]). There are two streams, numbered apart, so that gaps tell operators nothing of what
//! the facilitator saw.

mod curve;
mod reader;
mod ring;
mod stream;
mod switchboard;

pub use reader::Reader;
pub use switchboard::Switch;

use crate::desk::Publication;
use crate::state::State;
use axum::body::Bytes;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use stream::Stream;
use switchboard::Switchboard;
use tokio::sync::watch;
use tokio::time::Instant;

/// While nothing but the time moves, watchers hear of it so often.
const CLOCK_EVERY: Duration = Duration::from_millis(500);

/// Whose eyes something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Operators and observers.
    Public = 0,
    /// The facilitator: all of it.
    Full = 1,
}

impl View {
    /// That of somebody who does or does not see what truly happens.
    pub fn of(sees_the_truth: bool) -> View {
        if sees_the_truth { View::Full } else { View::Public }
    }
}

/// Where all that watchers get is kept. Shared as an `Arc`.
#[derive(Debug)]
pub struct Hub {
    inside: Mutex<Inside>,
    news: watch::Sender<bool>,
    watchers: AtomicUsize,
    slow: AtomicU64,
    refusals: AtomicU64,
    /// When somebody last asked for anything.
    visited: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Inside {
    streams: [Stream; 2],
    switches: Switchboard,
    over: bool,
    metrics: Bytes,
    report: Option<(Bytes, Bytes)>,
    record: Option<Bytes>,
}

/// What the drill leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The after-action report as HTML.
    Html,
    /// The same as Markdown.
    Markdown,
    /// The record.
    Record,
}

impl Hub {
    /// An empty one. Its events are numbered from the wall clock on: who comes back to another drill at the same address, with the number
    /// of an event of the one before, is told to begin anew rather than to go on in the middle.
    pub fn new() -> Arc<Hub> {
        Arc::new(Hub::numbered_from(ring::first_id()))
    }

    fn numbered_from(first: u64) -> Hub {
        let inside = Inside {
            streams: [Stream::new(first), Stream::new(first)],
            switches: Switchboard::default(),
            over: false,
            metrics: Bytes::new(),
            report: None,
            record: None,
        };
        Hub {
            inside: Mutex::new(inside),
            news: watch::Sender::new(false),
            watchers: AtomicUsize::new(0),
            slow: AtomicU64::new(0),
            refusals: AtomicU64::new(0),
            visited: Mutex::new(None),
        }
    }

    /// Something is new. An event `state` where anything but the clock changed, else an event `clock` where that changed; then the lines,
    /// then the points. How often the state may change is the engine's to choose.
    pub fn publish(&self, publication: Publication) {
        self.inside().take(publication);
        self.news.send_modify(|_| ());
    }

    /// Somebody has asked for something.
    pub fn visit(&self) {
        *self.visited.lock().expect("nobody panics while holding it") = Some(Instant::now());
    }

    /// How long nobody has asked for anything, watchers aside; `None` where nobody ever did.
    pub fn idle_for(&self) -> Option<Duration> {
        let last = *self.visited.lock().expect("nobody panics while holding it");
        last.map(|last| if self.watchers() > 0 { Duration::ZERO } else { last.elapsed() })
    }

    /// No more will be new: watchers get what there is, and an event `end`.
    pub fn close(&self) {
        self.news.send_replace(true);
    }

    /// The newest state with charts and log, as the members `event`, `state`, `charts` and `log` of a JSON object, without its braces.
    pub fn snapshot(&self, view: View) -> Bytes {
        self.inside().streams[view as usize].snapshot()
    }

    /// Whether a switch is on: as the drill has it, or as somebody turned it since.
    pub fn is_on(&self, switch: Switch) -> bool {
        self.inside().switches.is_on(switch)
    }

    /// Somebody turns a switch by hand.
    pub fn turn(&self, switch: Switch, on: bool) {
        self.inside().switches.turn(switch, on);
    }

    /// What `/metrics` answers.
    pub fn metrics(&self) -> Bytes {
        self.inside().metrics.clone()
    }

    /// Report or record: once the drill is over, and before that for who sees the truth, if it is there already.
    pub fn leaving(&self, what: Leaving, view: View) -> Option<Bytes> {
        let inside = self.inside();
        let allowed = inside.over || view == View::Full;
        let report = |pick: fn(&(Bytes, Bytes)) -> &Bytes| inside.report.as_ref().map(pick).cloned();
        allowed.then(|| match what {
            Leaving::Html => report(|(html, _)| html),
            Leaving::Markdown => report(|(_, markdown)| markdown),
            Leaving::Record => inside.record.clone(),
        })?
    }

    /// How many watch now.
    pub fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    /// How many were dropped because they did not read what they asked for.
    pub fn slow_dropped(&self) -> u64 {
        self.slow.load(Ordering::Relaxed)
    }

    /// One more was dropped for not reading.
    pub fn count_slow(&self) {
        self.slow.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests were refused at the door.
    pub fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// One more was refused.
    pub fn count_refusal(&self) {
        self.refusals.fetch_add(1, Ordering::Relaxed);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("nothing panics while it is held")
    }
}

impl Inside {
    fn take(&mut self, publication: Publication) {
        let Publication { state, lines, points, metrics, report, record } = publication;
        self.switches.publish(state.switches);
        self.over = state.over.is_some();
        self.metrics = metrics.into();
        self.report = report.map(|(html, markdown)| (html.into(), markdown.into())).or(self.report.take());
        self.record = record.map(Bytes::from).or(self.record.take());
        let now = Instant::now();
        let public = State { truth: None, ..state.clone() };
        for (view, state) in [(View::Public, public), (View::Full, state)] {
            let stream = &mut self.streams[view as usize];
            stream.state(state, now);
            let seen = lines.iter().filter(|(_, secret)| !secret || view == View::Full);
            seen.for_each(|(line, _)| stream.line(line));
            points.iter().for_each(|points| stream.points(points));
        }
    }
}

#[cfg(test)]
mod tests;
