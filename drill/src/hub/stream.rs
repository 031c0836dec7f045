//! One of the two streams of events, and what somebody who comes now needs to catch up with it.

use super::CLOCK_EVERY;
use super::curve::Curve;
use super::ring::{Ring, frame};
use crate::state::{Chart, Clock, Line, Points, State};
use axum::body::Bytes;
use serde::Serialize;
use std::collections::VecDeque;
use tokio::time::Instant;

/// So many lines of the log are told to somebody who comes now.
const LINES: usize = 500;

/// A stream.
#[derive(Debug)]
pub struct Stream {
    /// Its events.
    pub ring: Ring,
    state: State,
    /// When the clock was last told, and how it stood.
    told: Option<(Instant, Clock)>,
    lines: VecDeque<String>,
    curves: Vec<Curve>,
    /// What [`Stream::snapshot`] answers, until something is new.
    snapshot: Option<Bytes>,
}

impl Stream {
    /// A stream without events.
    pub fn new(first: u64) -> Stream {
        let (lines, curves) = (VecDeque::new(), Vec::new());
        Stream { ring: Ring::new(first), state: State::default(), told: None, lines, curves, snapshot: None }
    }

    /// How things are now.
    pub fn state(&mut self, state: State, now: Instant) {
        let clock = state.clock.clone();
        let before = std::mem::replace(&mut self.state, state);
        let same = State { clock: clock.clone(), ..before } == self.state;
        self.snapshot = None;
        if !same || self.told.is_none() {
            self.ring.push("state", &json(&self.state));
        } else if self.is_worth_telling(&clock, now) {
            self.ring.push("clock", &json(&clock));
        } else {
            return;
        }
        self.told = Some((now, clock));
    }

    /// Whether watchers are to hear that nothing but the clock moved: at most twice a second, but at once of another pace.
    fn is_worth_telling(&self, clock: &Clock, now: Instant) -> bool {
        self.told.as_ref().is_some_and(|(when, told)| {
            let paced = Clock { t_s: told.t_s, behind_s: told.behind_s, ..clock.clone() };
            paced != *told || (clock != told && now - *when >= CLOCK_EVERY)
        })
    }

    /// Where somebody begins who comes now: the number of the last event, and the state as an event, where there is one.
    pub fn here(&self) -> (u64, Option<Bytes>) {
        let last = self.ring.last();
        (last, self.told.as_ref().map(|_| frame(last, "state", &json(&self.state)).into()))
    }

    /// A line of the log.
    pub fn line(&mut self, line: &Line) {
        let line = json(line);
        self.ring.push("log", &line);
        self.lines.push_back(line);
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
    }

    /// What a round read.
    pub fn points(&mut self, points: &Points) {
        self.ring.push("points", &json(points));
        for point in &points.points {
            if self.curves.len() <= point.gate {
                self.curves.resize_with(point.gate + 1, Curve::new);
            }
            self.curves[point.gate].push(points.t_s, point);
        }
    }

    /// See [`super::Hub::snapshot`].
    pub fn snapshot(&mut self) -> Bytes {
        if self.snapshot.is_none() {
            let charts: Vec<Chart> = self.curves.iter().enumerate().map(|(gate, curve)| curve.chart(gate)).collect();
            let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
            let (event, state, charts, log) = (self.ring.last(), json(&self.state), json(&charts), lines.join(","));
            self.snapshot = Some(format!(r#""event":{event},"state":{state},"charts":{charts},"log":[{log}]"#).into());
        }
        self.snapshot.clone().unwrap_or_default()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers, text and lists are JSON")
}
