//! What the signals read: the increase since the last scrape, by arm and segment, and the truth of the whole trial.

use crate::setup::Setup;
use crate::trial::{TrueSignal, TrueValue};
use gatecrash_policies::hist::Hist;
use gatecrash_policies::sample::{Arm, Level, Series};
use gatecrash_policies::time::{Span, Time};

/// A level and its past since the last scrape and since the warm-up.
#[derive(Clone, Copy, Debug, Default)]
struct Gauge {
    level: u64,
    max: u64,
    area: u128,
    since: Time,
    true_area: u128,
    true_max: u64,
}

/// Who wants to know about a signal. Most signals of most trials concern nobody, and cost next to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Some objective is about it.
    pub judged: bool,
    /// Some gate reads it, or the truth is asked for.
    pub read: bool,
}

/// All signals of one world.
#[derive(Clone, Debug)]
pub struct Meters {
    /// Everybody and each segment.
    parts: usize,
    /// Index (3 * signal + arm) * parts + part.
    counters: Vec<u64>,
    /// Index as in `counters`; empty for counters and gauges.
    values: Vec<Vec<u64>>,
    /// Index 2 * signal + arm.
    gauges: Vec<Gauge>,
    /// Per arm, whether anything happened since the last scrape, watched or not.
    touched: [bool; 2],
    /// Per signal, whether somebody reads its samples.
    watched: Vec<bool>,
    /// Per signal.
    interests: Vec<Interest>,
    /// Index 2 * signal + arm, when the truth is asked for.
    truth: Vec<TrueValue>,
    warmup: Time,
    /// The bit of the segment whose outcomes are in no sample.
    hidden: Option<u8>,
}

impl Meters {
    /// All at zero. `watched`: whether samples are taken at all; `truth`: whether the signals of the whole trial are wanted.
    pub fn new(setup: &Setup, watched: bool, truth: bool) -> Meters {
        let watched: Vec<bool> = setup.watched.iter().map(|own| *own && watched).collect();
        let signals = setup.catalog.signals.len();
        let parts = 1 + setup.catalog.segments.len();
        Meters {
            parts,
            counters: vec![0; 3 * signals * parts],
            values: vec![Vec::new(); 3 * signals * parts],
            gauges: vec![Gauge::default(); 2 * signals],
            touched: [false; 2],
            interests: watched
                .iter()
                .zip(&setup.objectives_of)
                .map(|(watched, objectives)| Interest { judged: !objectives.is_empty(), read: *watched || truth })
                .collect(),
            watched,
            truth: if truth { vec![TrueValue::default(); 2 * signals] } else { Vec::new() },
            warmup: Time::ZERO + setup.scenario.warmup,
            hidden: setup.hidden,
        }
    }

    #[inline]
    fn slot(&self, signal: u16, arm: Arm) -> usize {
        (3 * usize::from(signal) + arm as usize) * self.parts
    }

    /// Whether anything happened on an arm since the last call.
    pub fn take_touched(&mut self, arm: Arm) -> bool {
        std::mem::take(&mut self.touched[arm as usize])
    }

    /// Whether samples tell the segments of an outcome apart.
    #[inline]
    pub fn is_split(&self) -> bool {
        self.parts > 1 || self.hidden.is_some()
    }

    /// Something happens on an arm. Who wants to know about this signal.
    #[inline]
    pub fn touch(&mut self, signal: u16, arm: Arm) -> Interest {
        self.touched[arm as usize] = true;
        self.interest(signal)
    }

    /// Who wants to know about a signal.
    #[inline]
    pub fn interest(&self, signal: u16) -> Interest {
        self.interests[usize::from(signal)]
    }

    /// Whether samples tell of an outcome.
    #[inline]
    fn tells(&self, signal: u16, segments: u128) -> bool {
        self.watched[usize::from(signal)] && self.hidden.is_none_or(|bit| segments >> bit & 1 == 0)
    }

    /// Counts `n` outcomes of a subject that is in `segments`.
    #[inline]
    pub fn count(&mut self, now: Time, signal: u16, arm: Arm, former: bool, segments: u128, n: u64) {
        if self.tells(signal, segments) {
            self.count_for(signal, arm, segments, n);
            if former {
                self.count_for(signal, Arm::Former, segments, n);
            }
        }
        if !self.truth.is_empty() && now >= self.warmup {
            self.truth[2 * usize::from(signal) + arm as usize].count += n;
        }
    }

    #[inline]
    fn count_for(&mut self, signal: u16, arm: Arm, segments: u128, n: u64) {
        let slot = self.slot(signal, arm);
        self.counters[slot] += n;
        for part in 1..self.parts {
            if segments >> (part - 1) & 1 == 1 {
                self.counters[slot + part] += n;
            }
        }
    }

    /// Records an outcome's number.
    #[inline]
    pub fn value(&mut self, now: Time, signal: u16, arm: Arm, former: bool, segments: u128, value: u64) {
        if self.tells(signal, segments) {
            self.value_for(signal, arm, segments, value);
            if former {
                self.value_for(signal, Arm::Former, segments, value);
            }
        }
        if !self.truth.is_empty() && now >= self.warmup {
            let truth = &mut self.truth[2 * usize::from(signal) + arm as usize];
            truth.count += 1;
            truth.hist.add(value);
        }
    }

    #[inline]
    fn value_for(&mut self, signal: u16, arm: Arm, segments: u128, value: u64) {
        let slot = self.slot(signal, arm);
        self.values[slot].push(value);
        for part in 1..self.parts {
            if segments >> (part - 1) & 1 == 1 {
                self.values[slot + part].push(value);
            }
        }
    }

    /// Raises or lowers a level.
    #[inline]
    pub fn shift(&mut self, now: Time, signal: u16, arm: Arm, by: i64) {
        if !self.interest(signal).read {
            return;
        }
        let index = 2 * usize::from(signal) + arm as usize;
        self.integrate(now, index);
        let gauge = &mut self.gauges[index];
        gauge.level = gauge.level.checked_add_signed(by).expect("no level goes below zero");
        gauge.max = gauge.max.max(gauge.level);
        if now >= self.warmup {
            gauge.true_max = gauge.true_max.max(gauge.level);
        }
    }

    /// Sets a level.
    pub fn set(&mut self, now: Time, signal: u16, arm: Arm, level: u64) {
        let by = level as i64 - self.gauges[2 * usize::from(signal) + arm as usize].level as i64;
        self.shift(now, signal, arm, by);
    }

    fn integrate(&mut self, now: Time, index: usize) {
        let gauge = &mut self.gauges[index];
        gauge.area += u128::from(gauge.level) * u128::from(now.since(gauge.since).0);
        if now > self.warmup {
            gauge.true_area += u128::from(gauge.level) * u128::from(now.since(gauge.since.max(self.warmup)).0);
        }
        gauge.since = now;
    }

    /// The increases of an arm since the last call, in order of series; they start afresh.
    pub fn take_counters(&mut self, setup: &Setup, arm: Arm) -> Vec<(Series, u64)> {
        let mut taken = Vec::new();
        for signal in (0..setup.catalog.signals.len() as u16).filter(|signal| setup.watched[usize::from(*signal)]) {
            let slot = self.slot(signal, arm);
            for part in 0..self.parts {
                let n = std::mem::take(&mut self.counters[slot + part]);
                if n > 0 {
                    taken.push((Series { signal, part: part as u16 }, n));
                }
            }
        }
        taken
    }

    /// The numbers of an arm since the last call, in order of series; they start afresh.
    pub fn take_values(&mut self, setup: &Setup, arm: Arm) -> Vec<(Series, Hist)> {
        let mut taken = Vec::new();
        for signal in (0..setup.catalog.signals.len() as u16).filter(|signal| setup.watched[usize::from(*signal)]) {
            let slot = self.slot(signal, arm);
            for part in 0..self.parts {
                let values = &mut self.values[slot + part];
                if !values.is_empty() {
                    taken.push((Series { signal, part: part as u16 }, Hist::of(values)));
                    values.clear();
                }
            }
        }
        taken
    }

    /// The levels of an arm since the last call, in order of series; they start afresh from where they stand. An arm that does
    /// not exist has only those that are not zero.
    pub fn take_levels(&mut self, setup: &Setup, arm: Arm, now: Time, exists: bool) -> Vec<(Series, Level)> {
        let mut taken = Vec::new();
        for (signal, spec) in setup.catalog.signals.iter().enumerate() {
            if arm == Arm::Former || !spec.reads.is_level() {
                continue;
            }
            let index = 2 * signal + arm as usize;
            self.integrate(now, index);
            let gauge = &mut self.gauges[index];
            if self.watched[signal] && (exists || gauge.max > 0) {
                let level = Level { last: gauge.level, max: gauge.max, area: gauge.area };
                taken.push((Series { signal: signal as u16, part: 0 }, level));
            }
            gauge.max = gauge.level;
            gauge.area = 0;
        }
        taken
    }

    /// The truth of every signal from the warm-up to now.
    pub fn truth(&mut self, setup: &Setup, now: Time) -> Vec<TrueSignal> {
        let measured: Span = now.since(self.warmup);
        let mut signals = Vec::new();
        for (signal, spec) in setup.catalog.signals.iter().enumerate() {
            let arms = [0, 1].map(|arm| {
                let index = 2 * signal + arm;
                self.integrate(now, index);
                let gauge = self.gauges[index];
                let mut value = self.truth.get(index).cloned().unwrap_or_default();
                value.area = (gauge.true_area, measured.0);
                value.max = gauge.true_max;
                value
            });
            signals.push(TrueSignal { name: format!("{}.{}", spec.component, spec.name), reads: spec.reads, arms });
        }
        signals
    }
}
