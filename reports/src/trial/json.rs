//! `gatecrash.trial/v1`.

use super::TrialReport;
use crate::stats::digits6;
use crate::words;
use gatecrash_policies::sample::SignalKind;
use gatecrash_policies::time::Time;
use gatecrash_sim::scenario::ReadReport;
use gatecrash_sim::trial::{Entry, Instants, TrueSignal, TrueValue};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io;

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    scenario: &'a str,
    policy: &'a str,
    seed: u64,
    expect: &'static str,
    outcome: &'static str,
    reason: &'a str,
    caught_by: &'a [String],
    instants: JsonInstants,
    lucky: bool,
    mitigated: bool,
    premature_validation_s: Option<f64>,
    within_budget: Option<bool>,
    exposed_requests: u64,
    exposed_subjects: u64,
    harmed: u64,
    duplicates_leaked: u64,
    events: u64,
    finished: bool,
    ended_s: f64,
    open_items: &'a [String],
    untrue_items: &'a [String],
    cleanup: Vec<JsonCleanup<'a>>,
    recorded: Option<JsonRecorded<'a>>,
    signals: BTreeMap<&'a str, Map<String, Value>>,
    timeline: Vec<JsonEntry<'a>>,
}

#[derive(Serialize)]
struct JsonCleanup<'a> {
    what: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct JsonInstants {
    harmed_s: Option<f64>,
    shown_s: Option<f64>,
    decided_s: Option<f64>,
    withdrawn_s: Option<f64>,
    clear_s: Option<f64>,
    validated_s: Option<f64>,
}

#[derive(Serialize)]
struct JsonRecorded<'a> {
    file: &'a str,
    read: u64,
    used: u64,
    not_played: u64,
    dropped: Vec<JsonDropped<'a>>,
    out_of_order: u64,
    quantised_s: Option<f64>,
}

#[derive(Serialize)]
struct JsonDropped<'a> {
    reason: &'a str,
    first_line: u64,
    rows: u64,
}

#[derive(Serialize)]
pub(super) struct JsonEntry<'a> {
    at_s: f64,
    kind: &'a str,
    text: &'a str,
}

impl TrialReport<'_> {
    /// Writes `gatecrash.trial/v1`. `signals` is empty when the trial was played without its detail.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.json())?;
        writeln!(out)
    }

    fn json(&self) -> Json<'_> {
        let t = self.trial;
        let signals = t.detail.iter().flat_map(|d| &d.signals);
        Json {
            schema: "gatecrash.trial/v1",
            scenario: &t.scenario,
            policy: &t.policy,
            seed: t.seed,
            expect: words::expect(self.expect),
            outcome: t.outcome.name(),
            reason: &t.reason,
            caught_by: &t.caught_by,
            instants: instants(&t.instants),
            lucky: t.lucky,
            mitigated: t.mitigated,
            premature_validation_s: t.premature_validation.map(Time::seconds),
            within_budget: t.within_budget,
            exposed_requests: t.exposed_requests,
            exposed_subjects: t.exposed_subjects,
            harmed: t.harmed,
            duplicates_leaked: t.duplicates_leaked,
            events: t.events,
            finished: t.finished,
            ended_s: t.ended.seconds(),
            open_items: &t.open_items,
            untrue_items: &t.untrue_items,
            cleanup: t.cleanup.iter().map(|(what, count)| JsonCleanup { what, count: *count }).collect(),
            recorded: self.recorded.map(recorded),
            signals: signals.map(|s| (s.name.as_str(), arms(s))).collect(),
            timeline: t.timeline.iter().map(entry).collect(),
        }
    }
}

pub(super) fn entry(entry: &Entry) -> JsonEntry<'_> {
    JsonEntry { at_s: entry.at.seconds(), kind: entry.kind, text: &entry.text }
}

fn instants(at: &Instants) -> JsonInstants {
    let [harmed_s, shown_s, decided_s, withdrawn_s, clear_s, validated_s] = at.named().map(|(_, t)| t.map(Time::seconds));
    JsonInstants { harmed_s, shown_s, decided_s, withdrawn_s, clear_s, validated_s }
}

fn recorded(report: &ReadReport) -> JsonRecorded<'_> {
    let dropped = report.dropped.iter().map(|(reason, line, rows)| JsonDropped { reason, first_line: *line, rows: *rows });
    JsonRecorded {
        file: &report.file,
        read: report.read,
        used: report.used,
        not_played: report.not_played,
        dropped: dropped.collect(),
        out_of_order: report.out_of_order,
        quantised_s: report.quantised.map(|s| s.seconds()),
    }
}

/// `stable` and `canary`; an arm that never had an outcome is left out, but a counter that counted nothing says 0.
fn arms(signal: &TrueSignal) -> Map<String, Value> {
    let named = ["stable", "canary"].into_iter().zip(&signal.arms);
    named.filter_map(|(arm, value)| Some((arm.to_string(), true_value(signal.reads, value)?))).collect()
}

fn true_value(reads: SignalKind, value: &TrueValue) -> Option<Value> {
    Some(match reads {
        SignalKind::Counter => json!({ "count": value.count }),
        SignalKind::Gauge => {
            let (area, span) = value.area;
            (span > 0).then(|| json!({ "mean": digits6(area as f64 / span as f64), "max": value.max }))?
        }
        SignalKind::Age => {
            let (area, span) = value.area;
            let seconds = |micros: f64| micros / 1e6;
            let mean = || digits6(seconds(area as f64 / span as f64));
            (span > 0).then(|| json!({ "mean": mean(), "max": seconds(value.max as f64) }))?
        }
        SignalKind::Durations => distribution(value, 1e6)?,
        SignalKind::Amounts => distribution(value, 1e3)?,
    })
}

/// `unit` is how many of the histogram's units make one of JSON's. The mean is exact to a double's precision.
fn distribution(value: &TrueValue, unit: f64) -> Option<Value> {
    let hist = &value.hist;
    let at = |q| hist.quantile(q).map(|v| v as f64 / unit);
    let max = hist.max()? as f64 / unit;
    let mean = hist.mean()? / unit;
    Some(json!({ "count": hist.count(), "mean": mean, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": max }))
}
