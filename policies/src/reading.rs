//! What a check takes from a sample, and how a window of such points becomes one number.

use crate::hist::Hist;
use crate::maths::theil_sen;
use crate::policy::Op;
use crate::sample::{Arm, Sample, Series, SignalKind};
use crate::time::Time;

/// How points become a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reduce {
    /// Sum of events.
    Count,
    /// Events per second of the time that the samples cover.
    Rate,
    /// Events over outcomes.
    Ratio,
    /// Outcomes beyond a value, in the samples' own unit, over outcomes.
    Share(Op, u64),
    /// Mean of outcomes, or of a level over time.
    Mean,
    /// Smallest.
    Min,
    /// Largest; of a level that counts a run itself, too.
    Max,
    /// Longest run that a scrape saw, or none: what a component counts as numbers.
    Streak,
    /// The newest sample's level or increase.
    Last,
    /// A quantile of outcomes.
    Quantile(f64),
    /// Theil-Sen slope of levels or increments.
    Growth,
    /// Theil-Sen slope of the running sum of increments.
    GrowthOfTotal,
}

/// Which numbers of a sample a reading takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    /// How they are reduced.
    pub reduce: Reduce,
    /// How the series are to be read; all of one kind.
    pub reads: SignalKind,
    /// What is read; several when the metric names a kind.
    pub series: Vec<Series>,
    /// What is divided by, or counted as outcomes. Empty: every sample counts as one.
    pub outcomes: Vec<Series>,
    /// The kind of `outcomes`.
    pub outcomes_read: SignalKind,
}

/// What is kept of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// The sample's stamp.
    pub stamp: Time,
    /// Whose samples it is made of, a bit for each.
    pub arms: u8,
    /// The time it covers, in microseconds.
    pub span: u64,
    /// Subjects of the part that is read.
    pub subjects: u32,
    /// Events.
    pub events: u64,
    /// Outcomes that `min_samples` counts.
    pub outcomes: u64,
    /// Sum of outcomes, or a level's area.
    pub sum: u128,
    /// The smallest outcome or level.
    pub low: u64,
    /// The largest outcome or level.
    pub high: u64,
    /// The level at the scrape, or its increase.
    pub last: u64,
    /// Whether `low`, `high`, `last` and `sum` mean anything: no outcome has no size.
    pub valued: bool,
    /// All outcomes, where a quantile is wanted.
    pub hist: Option<Box<Hist>>,
}

/// How many outcomes a sample has of a counter or of numbers.
fn counted(sample: &Sample, reads: SignalKind, series: &[Series]) -> u64 {
    match reads {
        SignalKind::Counter => series.iter().map(|s| sample.counter(*s)).sum(),
        _ => series.iter().filter_map(|s| sample.hist(*s)).map(Hist::count).sum(),
    }
}

impl Source {
    /// The unit of the samples in the unit of checks: seconds of microseconds, ones of thousandths.
    pub fn scale(&self) -> f64 {
        match self.reads {
            SignalKind::Durations | SignalKind::Age => 1e6,
            SignalKind::Amounts => 1e3,
            SignalKind::Counter | SignalKind::Gauge => 1.0,
        }
    }

    /// Takes what is needed from a sample.
    pub fn point(&self, sample: &Sample) -> Point {
        let part = self.series.first().map_or(0, |s| usize::from(s.part));
        let mut point = Point {
            stamp: sample.stamp,
            arms: arm_bit(sample.arm),
            span: sample.span.0,
            subjects: sample.subjects.get(part).copied().unwrap_or(0),
            events: 0,
            outcomes: 1,
            sum: 0,
            low: u64::MAX,
            high: 0,
            last: 0,
            valued: false,
            hist: None,
        };
        match self.reads {
            SignalKind::Counter => self.take_counters(sample, &mut point),
            SignalKind::Gauge | SignalKind::Age => self.take_levels(sample, &mut point),
            SignalKind::Durations | SignalKind::Amounts => self.take_hists(sample, &mut point),
        }
        if !self.outcomes.is_empty() {
            point.outcomes = counted(sample, self.outcomes_read, &self.outcomes);
        }
        point
    }

    fn take_counters(&self, sample: &Sample, point: &mut Point) {
        point.events = counted(sample, self.reads, &self.series);
        point.last = point.events;
        point.valued = true;
    }

    fn take_levels(&self, sample: &Sample, point: &mut Point) {
        for level in self.series.iter().filter_map(|s| sample.gauge(*s)) {
            point.valued = true;
            point.last += level.last;
            point.sum += level.area;
            point.high = point.high.max(level.max);
        }
        point.low = point.last;
        point.outcomes = u64::from(point.valued);
    }

    fn take_hists(&self, sample: &Sample, point: &mut Point) {
        point.outcomes = 0;
        for hist in self.series.iter().filter_map(|s| sample.hist(*s)) {
            point.outcomes += hist.count();
            point.sum += hist.sum();
            point.low = point.low.min(hist.min().unwrap_or(u64::MAX));
            point.high = point.high.max(hist.max().unwrap_or(0));
            point.events += match self.reduce {
                Reduce::Share(op, value) => beyond(hist, op, value),
                _ => hist.count(),
            };
            if let Reduce::Quantile(_) = self.reduce {
                point.hist.get_or_insert_default().merge(hist);
            }
        }
        point.valued = point.outcomes > 0;
        if self.reduce == Reduce::Streak {
            // No number is no run: what counts is that somebody looked.
            point.outcomes = 1;
            point.valued = true;
        }
    }

    /// The reading of one point alone, in the unit of checks; slopes have none.
    pub fn value_of(&self, point: &Point) -> Option<f64> {
        let level = self.reads.is_level();
        let over = |n: u64| (n > 0).then_some(n as f64);
        let sized = |value: u64| point.valued.then(|| value as f64 / self.scale());
        match self.reduce {
            Reduce::Count => Some(point.events as f64),
            Reduce::Rate => over(point.span).map(|span| point.events as f64 / (span / 1e6)),
            Reduce::Ratio | Reduce::Share(..) => over(point.outcomes).map(|all| point.events as f64 / all),
            Reduce::Mean if level => over(point.span).filter(|_| point.valued).map(|span| point.sum as f64 / span / self.scale()),
            Reduce::Mean => over(point.outcomes).map(|all| point.sum as f64 / all / self.scale()),
            Reduce::Min => sized(point.low),
            Reduce::Max | Reduce::Streak => sized(point.high),
            Reduce::Last => sized(point.last),
            Reduce::Quantile(q) => point.hist.as_ref()?.quantile(q).map(|value| value as f64 / self.scale()),
            Reduce::Growth | Reduce::GrowthOfTotal => None,
        }
    }

    /// Whether every sample counts as one outcome.
    fn counts_scrapes(&self) -> bool {
        let sized = matches!(self.reads, SignalKind::Durations | SignalKind::Amounts);
        self.reduce == Reduce::Streak || (self.outcomes.is_empty() && !sized)
    }

    /// Adds another arm's point of the same scrape, as several series of one sample are added.
    pub fn join(&self, point: &mut Point, other: Point) {
        point.arms |= other.arms;
        point.span = point.span.max(other.span);
        point.subjects += other.subjects;
        point.events += other.events;
        point.outcomes = if self.counts_scrapes() { point.outcomes.max(other.outcomes) } else { point.outcomes + other.outcomes };
        point.sum += other.sum;
        point.last += other.last;
        point.low = if self.reads.is_level() { point.last } else { point.low.min(other.low) };
        point.high = point.high.max(other.high);
        point.valued |= other.valued;
        if let Some(hist) = other.hist {
            point.hist.get_or_insert_default().merge(&hist);
        }
    }
}

/// The bit of an arm in [`Point::arms`].
pub(crate) fn arm_bit(arm: Arm) -> u8 {
    1 << arm as u8
}

/// How many values stand in relation `op` to `value`. The histogram knows them to within a cell.
fn beyond(hist: &Hist, op: Op, value: u64) -> u64 {
    let at_least = |v: u64| if v == 0 { hist.count() } else { hist.above(v - 1) };
    match op {
        Op::Above => hist.above(value),
        Op::AtMost => hist.count() - hist.above(value),
        Op::AtLeast => at_least(value),
        Op::Below => hist.count() - at_least(value),
        Op::Equal => at_least(value).saturating_sub(hist.above(value)),
    }
}

/// More points than this are averaged in blocks before a slope is taken, since pairs grow as the square.
const SLOPE_POINTS_MAX: usize = 60;

/// Points averaged in blocks: (seconds, value). Few points stay as they are.
pub(crate) fn blocks(points: &[(Time, f64)]) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(SLOPE_POINTS_MAX).max(1);
    points.chunks(size).map(block_mean).collect()
}

/// The Theil-Sen slope per second. `None` of fewer than two points.
pub(crate) fn slope(points: &[(Time, f64)]) -> Option<f64> {
    theil_sen::slope(&blocks(points))
}

fn block_mean(block: &[(Time, f64)]) -> (f64, f64) {
    let n = block.len() as f64;
    (block.iter().map(|(t, _)| t.seconds()).sum::<f64>() / n, block.iter().map(|(_, v)| v).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_is_its_slope_whatever_the_number_of_points() {
        for n in [2, 3, 59, 61, 500] {
            let line: Vec<_> = (0..n).map(|i| (Time(i * 15_000_000), 7.0 + 0.5 * 15.0 * i as f64)).collect();
            let slope = slope(&line).expect("there are two points");
            assert!((slope - 0.5).abs() < 1e-9, "{n}: {slope}");
        }
        assert_eq!(slope(&[(Time(1), 1.0)]), None);
    }

    #[test]
    fn one_outlier_does_not_move_the_slope() {
        let mut flat: Vec<_> = (0..21).map(|i| (Time(i * 1_000_000), 3.0)).collect();
        flat[20].1 = 1e9;
        assert_eq!(slope(&flat), Some(0.0));
    }
}
