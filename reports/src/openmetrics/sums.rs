//! What the samples of a series add up to: samples hold increases since the scrape before, monitoring systems read running totals.

use gatecrash_policies::sample::{Sample, Series, SignalKind};

/// Limits of the buckets of durations, in microseconds: 1 ms to 1 h.
const DURATIONS: &[u64] = &[
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
    900_000_000,
    3_600_000_000,
];

/// Limits of the buckets of amounts, in thousandths: 0 to a million.
const AMOUNTS: &[u64] = &[
    0,
    1_000,
    2_000,
    3_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];

/// What the samples of one series of one arm came to so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Sum {
    /// Outcomes.
    Counter(u64),
    /// The level at the newest scrape, in seconds where it is an age; `None` where the arm has none.
    Level(Option<f64>),
    /// Outcomes by size.
    Numbers(Numbers),
}

/// Outcomes by size.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The buckets' limits, in the samples' unit.
    limits: &'static [u64],
    /// How many of the samples' units make one.
    scale: f64,
    /// By bucket: outcomes within its limit, those of the buckets before included.
    within: Vec<u64>,
    count: u64,
    sum: u128,
}

impl Sum {
    /// Of no sample.
    pub fn new(reads: SignalKind) -> Sum {
        let numbers = |limits: &'static [u64], scale| Numbers { limits, scale, within: vec![0; limits.len()], count: 0, sum: 0 };
        match reads {
            SignalKind::Counter => Sum::Counter(0),
            SignalKind::Gauge | SignalKind::Age => Sum::Level(None),
            SignalKind::Durations => Sum::Numbers(numbers(DURATIONS, 1e6)),
            SignalKind::Amounts => Sum::Numbers(numbers(AMOUNTS, 1e3)),
        }
    }

    /// Adds a sample's. `is_newest`: no sample that was taken later came before; others say nothing of levels.
    pub fn take(&mut self, sample: &Sample, series: Series, reads: SignalKind, is_newest: bool) {
        match self {
            Sum::Counter(n) => *n += sample.counter(series),
            Sum::Numbers(numbers) => numbers.take(sample, series),
            Sum::Level(level) if is_newest => {
                let unit = if reads == SignalKind::Age { 1e6 } else { 1.0 };
                *level = sample.gauge(series).map(|level| level.last as f64 / unit);
            }
            Sum::Level(_) => {}
        }
    }

    /// The outcomes, of a counter.
    pub fn counter(&self) -> Option<u64> {
        if let Sum::Counter(n) = self { Some(*n) } else { None }
    }

    /// The level, where the arm has one.
    pub fn level(&self) -> Option<f64> {
        if let Sum::Level(level) = self { *level } else { None }
    }

    /// The outcomes by size.
    pub fn numbers(self) -> Option<Numbers> {
        if let Sum::Numbers(numbers) = self { Some(numbers) } else { None }
    }
}

impl Numbers {
    fn take(&mut self, sample: &Sample, series: Series) {
        let Some(hist) = sample.hist(series) else { return };
        for (within, limit) in self.within.iter_mut().zip(self.limits) {
            *within += hist.count() - hist.above(*limit);
        }
        self.count += hist.count();
        self.sum += hist.sum();
    }

    /// Each bucket's limit, in seconds or plain, with the outcomes within it. Values are known to within 0.8 %, and count as within
    /// a limit that close.
    pub fn within(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.limits.iter().zip(&self.within).map(|(limit, n)| (*limit as f64 / self.scale, *n))
    }

    /// Outcomes.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of all sizes, in seconds or plain.
    pub fn sum(&self) -> f64 {
        self.sum as f64 / self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::hist::Hist;
    use gatecrash_policies::sample::{Arm, Level};
    use gatecrash_policies::time::{Span, Time};

    const HERE: Series = Series { signal: 0, part: 0 };

    fn sample(level: u64, values: &mut [u64]) -> Sample {
        Sample {
            arm: Arm::Canary,
            stamp: Time(1),
            arrived: Time(1),
            span: Span(1),
            subjects: vec![1],
            counters: vec![(HERE, 3)],
            gauges: vec![(HERE, Level { last: level, max: level, area: 0 })],
            hists: vec![(HERE, Hist::of(values))],
        }
    }

    fn of(reads: SignalKind, samples: &[Sample]) -> Sum {
        let mut sum = Sum::new(reads);
        samples.iter().for_each(|sample| sum.take(sample, HERE, reads, true));
        sum
    }

    #[test]
    fn increases_add_up_and_levels_do_not() {
        let both = [sample(5_000_000, &mut []), sample(7_000_000, &mut [])];
        assert_eq!(of(SignalKind::Counter, &both), Sum::Counter(6));
        assert_eq!(of(SignalKind::Gauge, &both), Sum::Level(Some(7e6)));
        assert_eq!(of(SignalKind::Age, &both), Sum::Level(Some(7.0)));
        let mut late = of(SignalKind::Gauge, &both[1..]);
        late.take(&both[0], HERE, SignalKind::Gauge, false);
        assert_eq!(late, Sum::Level(Some(7e6)), "what was taken before is no news");
    }

    #[test]
    fn outcomes_fall_into_buckets() {
        let both = [sample(0, &mut [900, 40_000, 7_200_000_000]), sample(0, &mut [40_000])];
        let Sum::Numbers(numbers) = of(SignalKind::Durations, &both) else { panic!("durations are numbers") };
        let within = |limit: f64| numbers.within().find(|(l, _)| *l == limit).map(|(_, n)| n);
        assert_eq!([0.001, 0.025, 0.05, 3_600.0].map(within), [Some(1), Some(1), Some(3), Some(3)]);
        assert_eq!((numbers.count(), numbers.sum()), (4, 7_200.080_9));
    }

    #[test]
    fn limits_rise() {
        assert!([DURATIONS, AMOUNTS].iter().all(|limits| limits.is_sorted_by(|a, b| a < b)));
    }
}
