//! What telemetry brings: one scrape of one arm.

use crate::hist::Hist;
use crate::time::{Span, Time};

/// Which side of the rollout a number is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// Served by what runs today.
    Stable,
    /// Served by what is being rolled out.
    Canary,
    /// Subjects that have been on the canary and are not any more, wherever they are served now (so they count under
    /// [`Arm::Stable`] as well). What the recovery check reads.
    Former,
}

impl Arm {
    /// Every arm, in the order of their indices.
    pub const ALL: [Arm; 3] = [Arm::Stable, Arm::Canary, Arm::Former];

    /// `stable`, `canary` or `former`.
    pub fn name(self) -> &'static str {
        ["stable", "canary", "former"][self as usize]
    }
}

/// How the samples of a signal are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// Counts outcomes; a sample holds the increase since the last scrape.
    Counter,
    /// A level; a sample holds the last, largest and mean level since the last scrape.
    Gauge,
    /// A level in microseconds: how old the oldest of something is.
    Age,
    /// A duration per outcome, in microseconds; a sample holds the outcomes since the last scrape.
    Durations,
    /// A plain number per outcome, in thousandths; a sample holds the outcomes since the last scrape.
    Amounts,
}

impl SignalKind {
    /// Whether samples hold levels of it.
    pub fn is_level(self) -> bool {
        matches!(self, SignalKind::Gauge | SignalKind::Age)
    }
}

/// One signal of one component: what `runs.latency` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The instance, `runs`.
    pub component: String,
    /// Its kind, `calls`. A check may name the kind instead, and means all components of it.
    pub kind: String,
    /// The signal, `latency`.
    pub name: String,
    /// How to read it.
    pub reads: SignalKind,
}

/// A part of the subjects: those whose `attribute` has this `value` (`surface` = `ios`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// `surface`, `tenant`, `region`, `role`, `internal`.
    pub attribute: String,
    /// `ios`.
    pub value: String,
}

/// All that can be measured in one system: the signals, and the segments that somebody reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// In the order of their ids.
    pub signals: Vec<Signal>,
    /// In the order of their ids.
    pub segments: Vec<Segment>,
    /// The names of `attribute` that the subjects have, with their values; what `segments` may be drawn from.
    pub attributes: Vec<(String, Vec<String>)>,
    /// The names of all kinds of component that the world knows, whether or not this system has one: a gate on a kind that
    /// is absent is not applicable, a gate on an unknown name is a mistake.
    pub kinds: Vec<String>,
}

impl Catalog {
    /// The ids of the signals that `component.name` means: one, or several when `component` is a kind, or none.
    pub fn find(&self, component: &str, name: &str) -> Vec<u16> {
        let ids = |f: &dyn Fn(&Signal) -> bool| {
            self.signals.iter().enumerate().filter(|(_, s)| f(s) && s.name == name).map(|(i, _)| i as u16).collect::<Vec<_>>()
        };
        let exact = ids(&|s| s.component == component);
        if exact.is_empty() { ids(&|s| s.kind == component) } else { exact }
    }

    /// The index of a segment, if somebody reads it.
    pub fn segment(&self, attribute: &str, value: &str) -> Option<usize> {
        self.segments.iter().position(|s| s.attribute == attribute && s.value == value)
    }
}

/// A number's address inside a sample: signal and part (0 is everybody, 1 + i is segment i).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// The signal's id.
    pub signal: u16,
    /// 0 for everybody, 1 + i for `Catalog::segments[i]`.
    pub part: u16,
}

/// A level between two scrapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// At the scrape.
    pub last: u64,
    /// The highest since the scrape before.
    pub max: u64,
    /// The level integrated over the span (level x microseconds): divide by the sample's span for the mean.
    pub area: u128,
}

/// One scrape of one arm. What is not listed was zero: the scrape itself did happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Whose.
    pub arm: Arm,
    /// When it was read.
    pub stamp: Time,
    /// When it became visible to gates; never before `stamp`.
    pub arrived: Time,
    /// The time it covers: (stamp - span, stamp].
    pub span: Span,
    /// How many subjects the arm had at the scrape, in all and by segment (index as in `Series::part`).
    pub subjects: Vec<u32>,
    /// Increases that are not zero, by series.
    pub counters: Vec<(Series, u64)>,
    /// Levels, by series.
    pub gauges: Vec<(Series, Level)>,
    /// Outcomes with a number, by series, where there were any.
    pub hists: Vec<(Series, Hist)>,
}

fn look_up<T>(list: &[(Series, T)], series: Series) -> Option<&T> {
    list.binary_search_by_key(&series, |(s, _)| *s).ok().map(|i| &list[i].1)
}

impl Sample {
    /// The increase of a counter.
    pub fn counter(&self, series: Series) -> u64 {
        look_up(&self.counters, series).copied().unwrap_or(0)
    }

    /// The level of a gauge, if the arm has one.
    pub fn gauge(&self, series: Series) -> Option<Level> {
        look_up(&self.gauges, series).copied()
    }

    /// The outcomes of a signal, if there were any.
    pub fn hist(&self, series: Series) -> Option<&Hist> {
        look_up(&self.hists, series)
    }
}
