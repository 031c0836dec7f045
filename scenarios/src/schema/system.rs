//! The parts of a system: the keys of each kind of component.

mod rows;

use super::part::{Part, Row, choice, enumerated, map, part, told, value, words};
use crate::system::{RETRY, calls, keys_of};
use gatecrash_sim::catalog::{KINDS, KindSpec};
use serde_json::{Map, Value, json};

/// What every kind may declare of its own.
const OWN: [Row; 3] = [
    ("marks", "mark{}", "Attributes of outcomes with their probability: each is a signal and a knob. { untraced: 0.1% }"),
    (
        "amounts",
        "amount{}",
        "Numbers of outcomes with their distribution: each is a signal and a knob. { hops: geometric(mean=3) }",
    ),
    ("labels", "label{}", "Attributes of requests: { op: { put: 40%, get: 60% } }."),
];

/// Components and what stands in them.
pub(super) fn parts() -> Vec<Part> {
    let kinds: Map<String, Value> = KINDS.iter().map(|kind| (kind.name.to_string(), component(kind))).collect();
    let mut all = vec![part("component", choice("A part of the system: its kind, and what that takes.", kinds))];
    all.extend(call_parts());
    all.extend(own_parts());
    all
}

fn component(kind: &KindSpec) -> Value {
    let (required, rows) = rows::of(kind.name);
    let rows: Vec<Row> = rows.iter().chain(&OWN).copied().collect();
    map(kind.about, &keys_of(kind.name), required, &rows)
}

fn call_parts() -> Vec<Part> {
    let retry = map(
        "What is done about a failure.",
        RETRY,
        RETRY,
        &[
            ("attempts", "count", "Attempts in all, the first included."),
            ("backoff", "backoff", "The wait before each of the others."),
        ],
    );
    let dependency = map(
        "What the component calls in turn.",
        calls::DEPENDENCY,
        &[],
        &[
            ("latency", "durations", "What it adds to the time in a server."),
            ("errors", "share", "Probability that it fails."),
            ("fallback", "switch", "Probability that the fallback then answers."),
            ("drops", "flag", "Where nothing answers: whether the request is dropped without a word, instead of failing."),
            ("unsafe_end", "share", "Probability that a request whose dependency failed does what it should not."),
        ],
    );
    let hops = map(
        "Calls to tools, one after another.",
        calls::HOPS,
        &["count", "latency"],
        &[
            ("count", "numbers", "How many."),
            ("latency", "durations", "What each adds to the time in a server."),
            ("duplicate_read", "share", "Probability that one reads what another has read."),
        ],
    );
    let mode = json!({
        "description": "How much of the mode `interrupt` is on: 1 cancels, 0 (`collect`) lets everything run to its end.",
        "anyOf": [enumerated("All or nothing.", &["interrupt", "collect"]), value("share")],
    });
    let pool = [("shared", "both arms compete for the same servers"), ("per_arm", "servers are split by exposure")];
    vec![
        part("retry", retry),
        part("dependency", dependency),
        part("hops", hops),
        part("mode", mode),
        part("pool", words("Whether the arms compete.", &pool)),
        part("steps", told("The steps of a case, in order, with their probability per turn.", value("share{}"))),
    ]
}

fn own_parts() -> Vec<Part> {
    vec![part("mark", split("share")), part("amount", split("numbers")), part("label", value("shares"))]
}

/// A parameter for everyone, or by segment.
fn split(of: &str) -> Value {
    let by_segment = json!({
        "description": "By segment: { base: 1%, surface: { ios: 2% } }.", "type": "object", "required": ["base"],
        "properties": { "base": value(of) },
        "additionalProperties": { "type": ["object", "null"], "additionalProperties": value(of) },
    });
    json!({ "anyOf": [value(of), by_segment] })
}
