//! What a gate would have read if every sample had arrived at once.

use super::Points;
use gatecrash_policies::hist::Hist;
use gatecrash_policies::policy::{Check, Metric, Op, Reading};
use gatecrash_policies::sample::{Arm, Catalog, Sample, Series, SignalKind};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Verdict;
use gatecrash_sim::trial::Detail;

/// A point of the truth rests on at least so many scrapes and (where there are that many) outcomes: fewer than 20 make
/// ratios and quantiles jump.
const SCRAPES_MIN: usize = 5;
const OUTCOMES_MIN: u64 = 20;
/// More points than a picture is wide would not be seen.
const POINTS_MAX: usize = 600;

/// (lost, all) scrapes of the canary while it had subjects.
pub fn lost_of_canary(detail: &Detail) -> (usize, usize) {
    let canary = detail.samples.iter().zip(&detail.lost).filter(|(s, _)| s.arm == Arm::Canary && on_it(s));
    canary.fold((0, 0), |(lost, all), (_, l)| (lost + usize::from(*l), all + 1))
}

fn on_it(sample: &Sample) -> bool {
    sample.subjects.first().is_none_or(|n| *n > 0)
}

/// The truth of a gate's metric at the stamps of the scrapes until `end`: on the canary until the withdrawal, on its former
/// subjects afterwards. Where a check holds per segment: that of the segment that is closest to failing.
pub fn of(check: &Check, detail: &Detail, verdicts: &[(Time, &Verdict)], withdrawn: Time, end: Time) -> Points {
    let mut points = of_arm(check, detail, verdicts, |s| s.arm == Arm::Canary && s.stamp <= withdrawn.min(end));
    points.extend(of_arm(check, detail, verdicts, |s| s.arm == Arm::Former && withdrawn < s.stamp && s.stamp <= end));
    points
}

fn of_arm(check: &Check, detail: &Detail, verdicts: &[(Time, &Verdict)], wanted: impl Fn(&Sample) -> bool) -> Points {
    let samples: Vec<&Sample> = detail.samples.iter().filter(|s| wanted(s) && on_it(s)).collect();
    let stride = samples.len().div_ceil(POINTS_MAX).max(1);
    let parts = parts(check, &detail.catalog);
    let worst = |values: &mut dyn Iterator<Item = f64>| match check.op {
        Op::AtLeast | Op::Above => values.reduce(f64::min),
        Op::AtMost | Op::Below | Op::Equal => values.reduce(f64::max),
    };
    let value = |last: usize| {
        let readers = parts.iter().map(|part| Reader { catalog: &detail.catalog, part: *part });
        worst(&mut readers.filter_map(|reader| reader.at(check, &samples[..=last], verdicts)))
    };
    let chosen = (0..samples.len()).filter(|i| i % stride == 0 || i + 1 == samples.len());
    chosen.filter_map(|i| Some((samples[i].stamp, value(i)?))).collect()
}

/// The parts of each sample that the check reads: everybody, or each segment of its attribute.
fn parts(check: &Check, catalog: &Catalog) -> Vec<u16> {
    let Some(attribute) = &check.per else { return vec![0] };
    let segments = catalog.segments.iter().enumerate().filter(|(_, s)| s.attribute == *attribute);
    segments.map(|(i, _)| i as u16 + 1).collect()
}

/// Reads one part of samples.
struct Reader<'a> {
    catalog: &'a Catalog,
    part: u16,
}

impl Reader<'_> {
    /// The reading at the last of `samples`.
    fn at(&self, check: &Check, samples: &[&Sample], verdicts: &[(Time, &Verdict)]) -> Option<f64> {
        let now = samples.last()?.stamp;
        match &check.reading {
            Reading::Count(m) | Reading::Total(m) => {
                let from = window_start(check.over, now, verdicts);
                let window = &samples[samples.partition_point(|s| s.stamp <= from)..];
                Some(self.count(m, window) as f64)
            }
            Reading::Rate(m) => {
                let window = self.recent(samples, check.over, |s| self.count(m, s));
                let time: f64 = window.iter().map(|s| s.span.seconds()).sum();
                (time > 0.0).then(|| self.count(m, window) as f64 / time)
            }
            Reading::Ratio(a, b) => {
                let window = self.recent(samples, check.over, |s| self.count(b, s));
                let of = self.count(b, window);
                (of > 0).then(|| self.count(a, window) as f64 / of as f64)
            }
            Reading::Share(m, op, value) => {
                let hist = self.recent_hist(m, samples, check.over);
                let limit = (value * self.unit(m)) as u64;
                let above = hist.above(limit) as f64 / hist.count() as f64;
                (hist.count() > 0).then_some(if matches!(op, Op::Above | Op::AtLeast) { above } else { 1.0 - above })
            }
            Reading::Quantile(q, m) => Some(self.recent_hist(m, samples, check.over).quantile(*q)? as f64 / self.unit(m)),
            Reading::Mean(m) | Reading::Min(m) | Reading::Max(m) | Reading::Last(m) => {
                self.level(&check.reading, m, samples, check.over)
            }
            Reading::Growth(_) | Reading::Streak(_) => None,
        }
    }

    fn level(&self, reading: &Reading, m: &Metric, samples: &[&Sample], over: Option<Span>) -> Option<f64> {
        if self.reads(m).is_some_and(SignalKind::is_level) {
            let sample = samples.last()?;
            let levels: Vec<_> = self.series(m).into_iter().filter_map(|s| sample.gauge(s)).collect();
            let sum = |f: &dyn Fn(&gatecrash_policies::sample::Level) -> f64| {
                (!levels.is_empty()).then(|| levels.iter().map(f).sum::<f64>())
            };
            let level = match reading {
                Reading::Mean(_) if sample.span > Span::ZERO => sum(&|l| l.area as f64 / sample.span.0 as f64),
                Reading::Max(_) => sum(&|l| l.max as f64),
                _ => sum(&|l| l.last as f64),
            };
            return Some(level? / self.unit(m));
        }
        let hist = self.recent_hist(m, samples, over);
        let value = match reading {
            Reading::Mean(_) => hist.mean(),
            Reading::Min(_) => hist.min().map(|v| v as f64),
            Reading::Max(_) => hist.max().map(|v| v as f64),
            _ => return Some(self.count(m, &samples[samples.len() - 1..]) as f64),
        };
        Some(value? / self.unit(m))
    }

    /// The latest samples that hold enough to read, but not more than the gate's own window.
    fn recent<'s, 'a>(
        &self,
        samples: &'s [&'a Sample],
        over: Option<Span>,
        outcomes: impl Fn(&[&Sample]) -> u64,
    ) -> &'s [&'a Sample] {
        let now = samples.last().map_or(Time::ZERO, |s| s.stamp);
        let (mut first, mut n) = (samples.len(), 0);
        while first > 0 {
            let taken = samples.len() - first;
            let too_old = over.is_some_and(|over| now.since(samples[first - 1].stamp) >= over);
            if taken >= SCRAPES_MIN && (n >= OUTCOMES_MIN || too_old) {
                break;
            }
            first -= 1;
            n += outcomes(&samples[first..=first]);
        }
        &samples[first..]
    }

    fn recent_hist(&self, m: &Metric, samples: &[&Sample], over: Option<Span>) -> Hist {
        let mut all = Hist::default();
        for sample in self.recent(samples, over, |s| self.count(m, s)) {
            self.series(m).into_iter().filter_map(|s| sample.hist(s)).for_each(|h| all.merge(h));
        }
        all
    }

    fn count(&self, m: &Metric, samples: &[&Sample]) -> u64 {
        let series = self.series(m);
        let one = |sample: &Sample, s: Series| sample.hist(s).map_or_else(|| sample.counter(s), Hist::count);
        samples.iter().map(|sample| series.iter().map(|s| one(sample, *s)).sum::<u64>()).sum()
    }

    fn series(&self, m: &Metric) -> Vec<Series> {
        let own = m.segment.as_ref().and_then(|(a, v)| self.catalog.segment(a, v)).map(|i| i as u16 + 1);
        let part = own.unwrap_or(self.part);
        self.catalog.find(&m.component, &m.signal).into_iter().map(|signal| Series { signal, part }).collect()
    }

    /// How the signal of a metric is to be read.
    fn reads(&self, m: &Metric) -> Option<SignalKind> {
        let id = *self.catalog.find(&m.component, &m.signal).first()?;
        Some(self.catalog.signals[usize::from(id)].reads)
    }

    /// How many of the samples' units make one of the reading's.
    fn unit(&self, m: &Metric) -> f64 {
        match self.reads(m) {
            Some(SignalKind::Durations | SignalKind::Age) => 1e6,
            Some(SignalKind::Amounts) => 1e3,
            Some(SignalKind::Counter | SignalKind::Gauge) | None => 1.0,
        }
    }
}

/// Where a count begins (exclusive): the gate's window, or the beginning of the stage as its latest verdict has it.
fn window_start(over: Option<Span>, now: Time, verdicts: &[(Time, &Verdict)]) -> Time {
    if let Some(over) = over {
        return now - over;
    }
    let next = verdicts.partition_point(|(at, _)| *at < now).min(verdicts.len().saturating_sub(1));
    verdicts.get(next).map_or(Time::ZERO, |(_, v)| v.evidence.window.0)
}
