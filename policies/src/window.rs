//! A window: the points of one reading and one arm (or both) whose stamps lie in (from, to].
//!
//! Each arrived sample is taken in once, and leaves once. Sums are kept as they come and go, in whole numbers, so that they are
//! exactly those of the points present.

use crate::hist::cell_top;
use crate::reading::{Point, Reduce, Source, arm_bit, slope};
use crate::sample::Sample;
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// So many samples in a row without an outcome may be suspicious.
const STILL: u32 = 8;
/// So many samples in a row of one level.
const STILL_LEVELS: u32 = 60;
/// None where ten were to be expected: a chance of 1 in 20,000.
const EXPECTED: f64 = 10.0;

/// What a reading sees of one arm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    source: Source,
    over: Option<Span>,
    /// Stamps at or before this are never seen.
    floor: Time,
    /// Samples that cover time before the floor are left out as well: a recovery must not be blamed for the harm before it.
    whole: bool,
    /// By stamp, each stamp once.
    points: VecDeque<Point>,
    sums: Sums,
    /// (cell, count) by cell, where a quantile is wanted.
    cells: Vec<(u16, u64)>,
    /// The newest stamp that was ever taken in.
    newest: Option<Time>,
    /// How many of the newest points are alike, and since when.
    alike: (u32, Time),
    /// The newest stamp of a sample that was left out because the arm had nobody and nothing in it.
    vacant: Option<Time>,
}

/// Sums over the points of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Events.
    pub events: u64,
    /// Outcomes.
    pub outcomes: u64,
    /// Sums of outcomes, or areas of levels.
    pub sum: u128,
    /// Microseconds covered.
    pub span: u64,
    /// Microseconds covered by points with a value.
    pub span_valued: u64,
    /// Subjects x microseconds.
    pub subject_time: u128,
}

impl Sums {
    fn add(&mut self, p: &Point) {
        self.events += p.events;
        self.outcomes += p.outcomes;
        self.sum += p.sum;
        self.span += p.span;
        self.span_valued += if p.valued { p.span } else { 0 };
        self.subject_time += u128::from(p.subjects) * u128::from(p.span);
    }

    fn remove(&mut self, p: &Point) {
        self.events -= p.events;
        self.outcomes -= p.outcomes;
        self.sum -= p.sum;
        self.span -= p.span;
        self.span_valued -= if p.valued { p.span } else { 0 };
        self.subject_time -= u128::from(p.subjects) * u128::from(p.span);
    }
}

impl Window {
    /// An empty window of length `over`, or one that begins at `floor`.
    pub fn new(source: Source, over: Option<Span>) -> Window {
        Window {
            source,
            over,
            floor: Time::ZERO,
            whole: false,
            points: VecDeque::new(),
            sums: Sums::default(),
            cells: Vec::new(),
            newest: None,
            alike: (0, Time::ZERO),
            vacant: None,
        }
    }

    /// The same reading with nothing in it, of samples that lie wholly after `floor`.
    pub fn afresh(&self, floor: Time) -> Window {
        Window { floor, whole: true, ..Window::new(self.source.clone(), self.over) }
    }

    /// Whether both read the same over the same time.
    pub fn reads_like(&self, other: &Window) -> bool {
        self.source == other.source && self.over == other.over
    }

    /// A stage took effect: a window without a length begins again.
    pub fn stage_began(&mut self, at: Time) {
        if self.over.is_none() {
            self.floor = at;
        }
    }

    /// What the window reads.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Takes a sample in, unless its arm has one of this stamp already or it is too old. Samples of two arms with one stamp make
    /// one point. Whether it was taken.
    pub fn take(&mut self, sample: &Sample) -> bool {
        let begins = if self.whole { sample.stamp - sample.span } else { sample.stamp };
        let before = if self.whole { begins < self.floor } else { begins <= self.floor };
        if before || sample.stamp <= self.floor {
            return false;
        }
        let place = self.points.partition_point(|p| p.stamp < sample.stamp);
        let there = self.points.get(place).filter(|p| p.stamp == sample.stamp).map(|p| p.arms);
        if there.is_some_and(|arms| arms & arm_bit(sample.arm) != 0) {
            return false;
        }
        let point = self.source.point(sample);
        self.newest = self.newest.max(Some(sample.stamp));
        self.add_cells(&point);
        if there.is_some() {
            let joined = &mut self.points[place];
            self.sums.remove(joined);
            self.source.join(joined, point);
            self.sums.add(joined);
        } else {
            self.sums.add(&point);
            if place == self.points.len() {
                self.compare(&point);
            }
            self.points.insert(place, point);
        }
        true
    }

    fn add_cells(&mut self, point: &Point) {
        for &(cell, n) in point.hist.iter().flat_map(|h| h.raw_cells()) {
            match self.cells.binary_search_by_key(&cell, |c| c.0) {
                Ok(i) => self.cells[i].1 += u64::from(n),
                Err(i) => self.cells.insert(i, (cell, u64::from(n))),
            }
        }
    }

    /// As `take`, but leaves samples out in which the arm had nobody: stable after everyone has left it, with what its last
    /// connections still do, must not push out what it was before.
    pub fn take_stable(&mut self, sample: &Sample) -> bool {
        let vacant = self.source.point(sample).subjects == 0;
        if vacant {
            self.vacant = self.vacant.max(Some(sample.stamp));
        }
        !vacant && self.take(sample)
    }

    /// Where the window begins (exclusive) when it ends at `to`.
    pub fn from(&self, to: Time) -> Time {
        self.over.map_or(self.floor, |over| self.floor.max(to - over))
    }

    /// Lets go of what is too old for a window that ends at `to`. `to` must not go back.
    pub fn slide(&mut self, to: Time) {
        let from = self.from(to);
        while self.points.front().is_some_and(|p| p.stamp <= from) {
            let point = self.points.pop_front().expect("there is a front");
            self.sums.remove(&point);
            for &(cell, n) in point.hist.iter().flat_map(|h| h.raw_cells()) {
                let i = self.cells.binary_search_by_key(&cell, |c| c.0).expect("the point's cells were added with it");
                self.cells[i].1 -= u64::from(n);
            }
        }
        self.cells.retain(|c| c.1 > 0);
    }

    /// The newest stamp that ever arrived for this arm, in the window or not.
    pub fn newest(&self) -> Option<Time> {
        self.newest
    }

    /// Whether the arm, as last seen, had nobody and nothing in it.
    pub fn vacant(&self) -> bool {
        self.vacant > self.newest
    }

    /// How long the newest samples have been exactly alike, where that is suspicious: a level above zero that does not move for
    /// [`STILL_LEVELS`] samples, or no outcome in [`STILL`] samples or more where at least [`EXPECTED`] were to be expected. A frozen
    /// exporter looks like this.
    pub fn still(&self) -> Option<Span> {
        let newest = self.points.back()?;
        let (alike, since) = self.alike;
        let still = newest.stamp.since(since);
        let is_suspect = if self.source.reads.is_level() {
            alike >= STILL_LEVELS && newest.last > 0
        } else {
            let moving = self.sums.span.saturating_sub(still.0);
            let expected = self.sums.outcomes as f64 * still.0 as f64 / moving.max(1) as f64;
            let lived = self.points.len() >= alike as usize + STILL as usize; // a burst at the beginning is no rate
            lived && alike >= STILL && newest.outcomes == 0 && expected >= EXPECTED
        };
        is_suspect.then_some(still)
    }

    /// Notes whether the newest point is like the one before it.
    fn compare(&mut self, point: &Point) {
        let numbers = |p: &Point| (p.events, p.outcomes, p.sum, p.low, p.high, p.last);
        let same = |p: &Point| numbers(p) == numbers(point);
        let goes_on = point.subjects > 0 && self.points.back().is_some_and(same);
        self.alike = if goes_on { (self.alike.0 + 1, self.alike.1) } else { (1, point.stamp) };
    }

    /// Whether no sample is in the window.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points, by stamp.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter()
    }

    /// The point of this stamp.
    pub fn at(&self, stamp: Time) -> Option<&Point> {
        self.points.binary_search_by_key(&stamp, |p| p.stamp).ok().map(|i| &self.points[i])
    }

    /// How many outcomes lie in each cell, where a quantile is read.
    pub fn cells(&self) -> &[(u16, u64)] {
        &self.cells
    }

    /// Sums over the window.
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The mean number of subjects over the time that the window covers.
    pub fn subjects(&self) -> f64 {
        if self.sums.span == 0 { 0.0 } else { self.sums.subject_time as f64 / self.sums.span as f64 }
    }

    /// Events per subject and second.
    pub fn per_subject(&self) -> Option<f64> {
        (self.sums.subject_time > 0).then(|| self.sums.events as f64 / (self.sums.subject_time as f64 / 1e6))
    }

    /// The reading, in the unit of checks; `None` when there is nothing to read.
    pub fn value(&self) -> Option<f64> {
        let sums = &self.sums;
        let valued = || self.points.iter().filter(|p| p.valued);
        let scale = self.source.scale();
        let value = match self.source.reduce {
            Reduce::Count => (!self.is_empty()).then_some(sums.events as f64),
            Reduce::Rate => (sums.span > 0).then(|| sums.events as f64 / (sums.span as f64 / 1e6)),
            Reduce::Ratio | Reduce::Share(..) => (sums.outcomes > 0).then(|| sums.events as f64 / sums.outcomes as f64),
            Reduce::Mean => {
                let over = if self.source.reads.is_level() { sums.span_valued } else { sums.outcomes };
                (over > 0).then(|| sums.sum as f64 / over as f64)
            }
            Reduce::Min => valued().map(|p| p.low).min().map(|v| v as f64),
            Reduce::Max | Reduce::Streak => valued().map(|p| p.high).max().map(|v| v as f64),
            Reduce::Last => valued().next_back().map(|p| p.last as f64),
            Reduce::Quantile(q) => self.quantile(q).map(|v| v as f64),
            Reduce::Growth | Reduce::GrowthOfTotal => slope(&self.series()),
        };
        // Counts are in ones even where the signal is a duration.
        match self.source.reduce {
            Reduce::Mean | Reduce::Min | Reduce::Max | Reduce::Streak => value.map(|v| v / scale),
            Reduce::Last | Reduce::Quantile(_) | Reduce::Growth => value.map(|v| v / scale),
            _ => value,
        }
    }

    /// The levels or increments of which a slope is taken, or their running sum, in the samples' unit.
    pub fn series(&self) -> Vec<(Time, f64)> {
        let mut total = 0.0;
        let sums = self.source.reduce == Reduce::GrowthOfTotal;
        let valued = self.points.iter().filter(|p| p.valued);
        let point = |p: &Point| {
            let last = p.last as f64;
            total += last;
            (p.stamp, if sums { total } else { last })
        };
        valued.map(point).collect()
    }

    /// The value of rank `ceil(q n)` to within a cell, in the samples' unit: as `Hist::quantile` of all outcomes together.
    fn quantile(&self, q: f64) -> Option<u64> {
        let n: u64 = self.sums.outcomes;
        let rank = ((q * n as f64).ceil() as u64).clamp(1, n.max(1));
        let mut seen = 0;
        for &(cell, count) in &self.cells {
            seen += count;
            if seen >= rank {
                let low = self.points.iter().filter(|p| p.valued).map(|p| p.low).min()?;
                let high = self.points.iter().filter(|p| p.valued).map(|p| p.high).max()?;
                return Some(cell_top(cell).clamp(low, high));
            }
        }
        None
    }

    /// Of the outcomes behind a quantile, how many lie in cells above that of `limit` (in the samples' unit).
    pub fn above(&self, limit: u64) -> u64 {
        let own = crate::hist::cell_of(limit);
        self.cells.iter().filter(|(cell, _)| *cell > own).map(|(_, n)| n).sum()
    }
}
