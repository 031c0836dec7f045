//! The latest events of a stream, as bytes to send.

use axum::body::Bytes;
use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who has been away for longer than so many events begins anew.
const FRAMES_MAX: usize = 20_000;
/// Or for so many bytes of them.
const BYTES_MAX: usize = 8 << 20;
/// Of each second of the wall clock there are so many numbers: more than a drill has events, so that those of the next are higher.
const IDS_PER_SECOND: u64 = 10_000;

/// Events with numbers that rise by one.
#[derive(Debug)]
pub struct Ring {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// The number of the next.
    next: u64,
}

/// What comes after an event.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// This, as bytes to send.
    Frame(Bytes),
    /// Nothing yet.
    Nothing,
    /// It is not kept any more, or never was: the number of the last.
    Lost(u64),
}

impl Ring {
    /// An empty one.
    pub fn new(first: u64) -> Ring {
        Ring { frames: VecDeque::new(), bytes: 0, next: first }
    }

    /// One more event, and its data as JSON.
    pub fn push(&mut self, event: &str, data: &str) {
        let frame = Bytes::from(frame(self.next, event, data));
        self.next += 1;
        self.bytes += frame.len();
        self.frames.push_back(frame);
        while self.frames.len() > FRAMES_MAX || self.bytes > BYTES_MAX {
            self.bytes -= self.frames.pop_front().map_or(0, |frame| frame.len());
        }
    }

    /// The number of the last event.
    pub fn last(&self) -> u64 {
        self.next - 1
    }

    /// What comes after the event of this number.
    pub fn after(&self, id: u64) -> After {
        let first = self.next - self.frames.len() as u64;
        match id.checked_add(1) {
            Some(wanted) if wanted == self.next => After::Nothing,
            Some(wanted) if (first..self.next).contains(&wanted) => After::Frame(self.frames[(wanted - first) as usize].clone()),
            _ => After::Lost(self.last()),
        }
    }
}

/// An event as it goes over the wire; JSON has no line breaks.
pub fn frame(id: u64, event: &str, data: &str) -> String {
    format!("id: {id}\nevent: {event}\ndata: {data}\n\n")
}

/// The first number of a drill that begins now.
#[allow(clippy::disallowed_methods, reason = "numbers of events go over the wire and stand in no record")]
pub fn first_id() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() * IDS_PER_SECOND + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_events_go_and_those_who_ask_for_them_hear_of_it() {
        let mut ring = Ring::new(1);
        assert_eq!(ring.after(0), After::Nothing);
        for n in 1..=FRAMES_MAX as u64 + 5 {
            ring.push("log", &n.to_string());
        }
        assert_eq!(ring.after(3), After::Lost(FRAMES_MAX as u64 + 5));
        assert_eq!(ring.after(5), After::Frame(frame(6, "log", "6").into()));
        assert_eq!(ring.after(ring.last()), After::Nothing);
        assert_eq!(ring.after(ring.last() + 1), After::Lost(ring.last()), "a number of another drill");
        assert_eq!(ring.after(u64::MAX), After::Lost(ring.last()));
    }

    #[test]
    fn bytes_are_bounded() {
        let mut ring = Ring::new(1);
        let data = "x".repeat(1 << 20);
        (0..100).for_each(|_| ring.push("state", &data));
        assert!(ring.frames.len() == 7 && ring.bytes <= BYTES_MAX, "{} frames", ring.frames.len());
        assert_eq!(ring.frames.iter().map(Bytes::len).sum::<usize>(), ring.bytes);
    }
}
