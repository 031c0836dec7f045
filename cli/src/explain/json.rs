//! `gatecrash.explain/v1`: times in seconds, shares and chances in 0..=1.

use super::Said;
use gatecrash_policies::time::Time;
use gatecrash_reports::words;
use gatecrash_scenarios::forecast::{BendForecast, Catch, FaultForecast, GateForecast, Judged, StageForecast};
use gatecrash_sim::scenario::Side;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, Write};

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    scenario: &'a str,
    policy: &'a str,
    expect: &'static str,
    severity: f64,
    horizon_s: f64,
    faults: Vec<Value>,
    stages: Vec<Value>,
    earliest_catch: Option<Value>,
    notes: &'a [String],
}

pub fn write(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    let forecast = said.forecast;
    let json = Json {
        schema: "gatecrash.explain/v1",
        scenario: &said.scenario.name,
        policy: &said.policy.name,
        expect: words::expect(said.scenario.expect),
        severity: said.scenario.severity,
        horizon_s: said.scenario.horizon.seconds(),
        faults: forecast.faults.iter().map(fault).collect(),
        stages: forecast.stages.iter().map(stage).collect(),
        earliest_catch: forecast.earliest_catch.as_ref().map(catch),
        notes: &forecast.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

/// To six digits, so that what is worked out in floating point reads alike everywhere.
fn digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn at(time: Option<Time>) -> Option<f64> {
    time.map(Time::seconds)
}

fn fault(fault: &FaultForecast) -> Value {
    let bend = |bend: &BendForecast| json!({ "knob": bend.knob, "by": bend.by, "before": bend.before, "after": bend.after });
    json!({
        "fault": fault.fault,
        "bends": fault.bends.iter().map(bend).collect::<Vec<_>>(),
        "begin_s": at(fault.begin),
        "when": fault.when,
        "lasting_s": fault.lasting.map(|lasting| lasting.seconds()),
        "on": match fault.on { Side::Canary => "canary", Side::Stable => "stable", Side::Both => "both" },
        "whom": fault.whom,
        "share": digits(fault.share),
        "shape": fault.shape,
        "trouble": fault.trouble,
    })
}

fn stage(stage: &StageForecast) -> Value {
    json!({
        "stage": stage.stage,
        "cohort": stage.cohort,
        "begin_s": stage.begin.seconds(),
        "end_s": stage.end.seconds(),
        "exposed": digits(stage.exposed),
        "subjects": digits(stage.subjects),
        "canary_requests": digits(stage.canary_requests),
        "stable_requests": digits(stage.stable_requests),
        "canary_rate": digits(stage.canary_rate),
        "gates": stage.gates.iter().map(gate).collect::<Vec<_>>(),
    })
}

fn gate(gate: &GateForecast) -> Value {
    let (judged, why) = match &gate.judged {
        Judged::At(at) => (Some(at.seconds()), None),
        Judged::Never(why) => (None, Some(("never", why))),
        Judged::Unknown(why) => (None, Some(("unknown", why))),
    };
    json!({
        "gate": gate.gate,
        "outcomes": gate.outcomes.map(digits),
        "min_samples": gate.min_samples,
        "readable_s": gate.readable.seconds(),
        "judged_s": judged,
        "not_judged": why.map(|(kind, why)| json!({ "kind": kind, "reason": why })),
        "chance_to_judge": gate.chance_to_judge.map(digits),
        "never_full": gate.never_full,
        "power": {
            "at_1x": gate.power.at_1x.map(digits),
            "at_2x": gate.power.at_2x.map(digits),
            "shows": gate.power.shows.map(digits),
            "reason": (!gate.power.reason.is_empty()).then_some(&gate.power.reason),
        },
    })
}

fn catch(catch: &Catch) -> Value {
    json!({
        "gate": catch.gate,
        "stage": catch.stage,
        "fault": catch.fault,
        "since_s": catch.since.seconds(),
        "at_s": catch.at.seconds(),
        "expected_s": at(catch.expected),
        "direct": catch.direct,
    })
}
