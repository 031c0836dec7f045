//! A trial as JSON lines in order of time: the timeline, every sample as it was taken, every verdict.

use super::TrialReport;
use gatecrash_policies::hist::Hist;
use gatecrash_policies::policy::Policy;
use gatecrash_policies::sample::{Catalog, Level, Sample, Series, SignalKind};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Verdict;
use serde_json::{Map, Value, json};
use std::io;

impl TrialReport<'_> {
    /// Writes one JSON object per line: `{"at_s","type":"timeline|sample|verdict",..}`. Samples stand at their stamp, and say
    /// when they arrived. What was recorded after the trial was over
    /// is there as well. Without the trial's detail there is only the timeline.
    pub fn write_trace(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut lines: Vec<(Time, Value)> = Vec::new();
        let timeline = self.trial.timeline.iter();
        lines.extend(timeline.map(|e| (e.at, json!({ "type": "timeline", "kind": e.kind, "text": e.text }))));
        if let Some(detail) = &self.trial.detail {
            let lost = detail.lost.iter().copied().chain(std::iter::repeat(false));
            lines.extend(detail.samples.iter().zip(lost).map(|(s, lost)| (s.stamp, sample(s, lost, &detail.catalog))));
            lines.extend(detail.verdicts.iter().map(|(at, gate, v)| (*at, verdict(v, *gate, self.policy))));
        }
        // Stable: at the same moment, the timeline comes before the samples, and these before the verdicts.
        lines.sort_by_key(|(at, _)| *at);
        for (at, mut line) in lines {
            line["at_s"] = json!(at.seconds());
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

fn sample(sample: &Sample, lost: bool, catalog: &Catalog) -> Value {
    json!({
        "type": "sample",
        "arm": sample.arm.name(),
        "arrived_s": (!lost).then(|| sample.arrived.seconds()),
        "lost": lost,
        "span_s": sample.span.seconds(),
        "subjects": sample.subjects,
        "counters": named(&sample.counters, catalog, |_, n| json!(n)),
        "gauges": named(&sample.gauges, catalog, |reads, level| gauge(reads, level, sample.span)),
        "numbers": named(&sample.hists, catalog, numbers),
    })
}

/// Levels as they are, ages in seconds.
fn gauge(reads: SignalKind, level: &Level, span: Span) -> Value {
    let mean = (span > Span::ZERO).then(|| level.area as f64 / span.0 as f64);
    if reads == SignalKind::Age {
        let [last, max] = [level.last, level.max].map(|micros| micros as f64 / 1e6);
        return json!({ "last": last, "max": max, "mean": mean.map(|micros| micros / 1e6) });
    }
    json!({ "last": level.last, "max": level.max, "mean": mean })
}

/// Durations in seconds, amounts plain.
fn numbers(reads: SignalKind, hist: &Hist) -> Value {
    let unit = if reads == SignalKind::Durations { 1e6 } else { 1e3 };
    let at = |q| hist.quantile(q).map(|v| v as f64 / unit);
    let (mean, max) = (hist.mean().map(|m| m / unit), hist.max().map(|m| m as f64 / unit));
    json!({ "count": hist.count(), "mean": mean, "p50": at(0.5), "p95": at(0.95), "max": max })
}

/// By the series' names: `runs.latency`, `runs.latency[surface=ios]`.
fn named<T>(list: &[(Series, T)], catalog: &Catalog, value: impl Fn(SignalKind, &T) -> Value) -> Map<String, Value> {
    let named = list.iter().filter_map(|(series, item)| {
        let signal = catalog.signals.get(usize::from(series.signal))?;
        Some((series_name(*series, catalog)?, value(signal.reads, item)))
    });
    named.collect()
}

fn series_name(series: Series, catalog: &Catalog) -> Option<String> {
    let signal = catalog.signals.get(usize::from(series.signal))?;
    let all = format!("{}.{}", signal.component, signal.name);
    let Some(segment) = usize::from(series.part).checked_sub(1) else { return Some(all) };
    let segment = catalog.segments.get(segment)?;
    Some(format!("{all}[{}={}]", segment.attribute, segment.value))
}

fn verdict(verdict: &Verdict, gate: usize, policy: &Policy) -> Value {
    let evidence = &verdict.evidence;
    json!({
        "type": "verdict",
        "gate": policy.gates.get(gate).map(|g| &g.name),
        "status": verdict.status.name(),
        "value": evidence.value,
        "limit": evidence.limit,
        "window_s": [evidence.window.0.seconds(), evidence.window.1.seconds()],
        "samples": evidence.samples,
        "age_s": evidence.age.map(Span::seconds),
        "note": evidence.note,
    })
}
