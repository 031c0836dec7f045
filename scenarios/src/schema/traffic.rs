//! What arrives, made up or recorded.

use super::part::{Part, choice, enumerated, map, part, value};
use crate::recorded::{self, Format};
use crate::traffic::{BURSTY, DIURNAL, FORMS, POISSON, SESSIONS};
use serde_json::{Value, json};

/// The forms of traffic.
pub(super) fn parts() -> Vec<Part> {
    let forms = FORMS.iter().map(|form| (form.to_string(), traffic(form))).collect();
    let mut all = vec![part("traffic", choice("What arrives: one of these.", forms))];
    all.extend(recorded_parts());
    all
}

fn traffic(form: &str) -> Value {
    match form {
        "poisson" => map("At random, at a constant rate.", POISSON, POISSON, &[("rate", "rate", "Requests: 5/s.")]),
        "diurnal" => diurnal(),
        "bursty" => bursty(),
        "sessions" => sessions(),
        _ => trace(),
    }
}

fn diurnal() -> Value {
    map(
        "As the day goes.",
        DIURNAL,
        &["mean", "peak"],
        &[
            ("mean", "rate", "Requests on average."),
            ("peak", "multiple", "How much more at the peak, 1x to 2x."),
            ("period", "duration", "From peak to peak. 24h unless told."),
        ],
    )
}

fn bursty() -> Value {
    map(
        "In bursts.",
        BURSTY,
        BURSTY,
        &[
            ("base", "rate", "Requests between bursts."),
            ("burst", "multiple", "How many times as many in a burst."),
            ("every", "duration", "From burst to burst, on average."),
            ("for", "duration", "How long a burst lasts, on average."),
        ],
    )
}

fn sessions() -> Value {
    map(
        "In sessions of several requests by one subject.",
        SESSIONS,
        SESSIONS,
        &[
            ("rate", "rate", "Sessions that begin."),
            ("requests", "numbers", "Requests of a session."),
            ("think", "durations", "From one request to the next."),
        ],
    )
}

fn trace() -> Value {
    map(
        "Recorded traffic: a CSV file with a header.",
        recorded::KEYS,
        &["file", "time"],
        &[
            ("file", "path", "The file, from here."),
            ("time", "trace_time", "When a request came."),
            ("key", "column", "The column that says who it was; without it each row is a subject of its own."),
            ("size", "column", "The column that says how large it was: gates read it as `size`."),
            ("outcome", "trace_outcome", "Which rows failed: they fail again."),
            ("service", "trace_service", "How long the work took: a model, or a column."),
            ("speed", "multiple", "How much faster it is played. 1x unless told."),
            ("repeat", "count", "How often it is played. Once unless told."),
        ],
    )
}

fn recorded_parts() -> Vec<Part> {
    let formats: Vec<&str> = Format::NAMES.iter().map(|(name, _)| *name).collect();
    let units: Vec<&str> = recorded::UNITS.iter().map(|(name, _)| *name).collect();
    let time = map(
        "A column of times.",
        recorded::TIME,
        &["column"],
        &[
            ("column", "column", "Its name."),
            ("zone", "line", "The zone of naive times: UTC, +01:00, Europe/Berlin."),
            ("format", "trace_format", "How times are written; found by looking unless told."),
        ],
    );
    let outcome = map(
        "A column of outcomes.",
        recorded::OUTCOME,
        recorded::OUTCOME,
        &[("column", "column", "Its name."), ("failed", "line+", "What counts as failed: error, or \">=500\".")],
    );
    let service = map(
        "A model, { base: 120ms, per: { tokens: 12ms } }, or a measurement, { column: took, unit: ms }.",
        recorded::SERVICE,
        &[],
        &[
            ("base", "duration", "What every request takes."),
            ("per", "per_column", "What each unit of a column adds."),
            ("column", "column", "The column of measured times."),
            ("unit", "trace_unit", "Its unit."),
        ],
    );
    vec![
        part("trace_time", json!({ "anyOf": [value("column"), time] })),
        part("trace_outcome", outcome),
        part("trace_service", service),
        part("trace_format", enumerated("How times are written.", &formats)),
        part("trace_unit", enumerated("The unit of measured times.", &units)),
        part("per_column", json!({ "type": ["object", "null"], "additionalProperties": value("duration") })),
    ]
}
