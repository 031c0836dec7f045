//! Scalars: the units of our files. YAML reads some of them as numbers or booleans, so those are allowed where they are meant.

use super::part::{NAME, Part, closed, part, text, value, words};
use crate::forms;
use gatecrash_policies::check::REDUCERS;
use serde_json::{Value, json};

const NUMBER: &str = r"[0-9._]+";
const UNIT: &str = "(?:ns|us|ms|s|min|m|h|d)";

fn duration() -> String {
    format!(r"(?:\+?{NUMBER}\s*{UNIT}\s*)+")
}

/// Parts of every kind of file.
pub(super) fn parts() -> Vec<Part> {
    let mut all = vec![
        part("name", json!({ "type": ["string", "number", "boolean"], "pattern": NAME })),
        part("line", json!({ "type": ["string", "number", "boolean"] })),
        part("path", json!({ "type": "string" })),
        part("column", json!({ "type": ["string", "number", "boolean"] })),
        part("flag", json!({ "enum": [true, false, "yes", "no", "true", "false", "on", "off"] })),
        part("gate_name", json!({ "description": "The name of a gate.", "type": ["string", "number", "boolean"] })),
        part("component_name", json!({ "description": "The name of a component.", "type": ["string", "number", "boolean"] })),
    ];
    all.extend(units());
    all.extend(made_of_units());
    all
}

fn units() -> Vec<Part> {
    let rate = format!(r"\+?{NUMBER}\s*/\s*{UNIT}");
    let mut share = text("A share: 5%, or 0.05.", &["number"], &format!(r"\+?{NUMBER}\s*%?"), &["5%"]);
    (share["minimum"], share["maximum"]) = (json!(0), json!(1));
    let switch = json!({
        "description": "`on`, `off`, or a share between them.",
        "anyOf": [{ "enum": ["on", "off", "true", "false", true, false] }, value("share")],
    });
    vec![
        part("duration", text("A duration: 250ms, 5s, 1h 30m, 7d.", &[], &duration(), &["5s", "1h 30m"])),
        part("share", share),
        part("switch", switch),
        part("rate", text("A rate: 14.4/s, 90/m, 36/h.", &[], &rate, &["5/s"])),
        part("multiple", text("A multiple: 2x, 0.5x.", &[], &format!(r"\+?{NUMBER}x"), &["2x"])),
        part("count", text("A whole number; underscores may group digits.", &["integer"], r"\+?[0-9_]+", &[])),
        part("number", text("A number.", &["number"], &format!(r"\+?{NUMBER}"), &[])),
        part("limited", text("A whole number, or `unlimited`.", &["integer"], r"unlimited|\+?[0-9_]+", &[])),
    ]
}

fn made_of_units() -> Vec<Part> {
    let forms = forms::NAMES.join("|");
    let form = format!(r"(?:{forms})\s*\([\s\S]*\)");
    let durations = format!("{form}|{}", duration());
    let numbers = format!(r"{form}|\+?{NUMBER}");
    let backoffs = format!(r"none|(?:{})\s*\([\s\S]*\)|{}", forms::BACKOFFS[1..].join("|"), duration());
    let size = format!(r"[+\-]?{NUMBER}\s*(?:x|%|/\s*{UNIT})?|[+\-]?{}|on|off|true|false|interrupt|collect", duration());
    vec![
        part(
            "durations",
            text(
                "A duration, or a distribution of them.",
                &[],
                &durations,
                &["lognormal(median=2s p95=9s)", "exp(mean=1s)", "20s"],
            ),
        ),
        part("numbers", text("A number, or a distribution of them.", &["number"], &numbers, &["geometric(mean=3)", "2"])),
        part("backoff", text("How long to wait before another attempt.", &[], &backoffs, &["full_jitter(base=500ms cap=20s)"])),
        part(
            "size",
            text(
                "How a knob is bent: by a multiple (6x), by more or less (+2%, +200ms, -10/s), or to a value (5%, 2s, 500/s, on, off).",
                &["number", "boolean"],
                &size,
                &["2x", "+2%"],
            ),
        ),
        part("check", check()),
        part("bends", bends()),
        part("segment", segment()),
        part("shares", told_shares()),
        part("hours", text("Working hours.", &[], r"always|(?:weekdays|daily) .+-.+", &["weekdays 09:00-18:00", "always"])),
        part("moment", text("A moment of the week.", &[], r"[A-Za-z]+day(?: [0-9:\s]+)?", &["monday 10:00"])),
        part(
            "arm",
            words("On which arm.", &[("canary", "the new"), ("stable", "the old"), ("both", "whatever the rollout does")]),
        ),
    ]
}

/// `reduce(metric) op limit [per attribute] [over window]`.
fn check() -> Value {
    let reducers = REDUCERS.join("|");
    let about = format!(
        "reduce(component.signal[segment=value]) op limit [per attribute] [over window]. Reducers: {}, and quantiles such as p95. \
         A limit is a number with its unit, `1.5x stable`, `stable + 2%`, or one for each segment: {{ web: 1s, ios: 3s }}.",
        REDUCERS.join(", ")
    );
    let form = format!(r"(?:{reducers}|p[0-9][0-9._]*)\s*\([\s\S]+\)\s*(?:<=|>=|==|<|>)\s*[^\s=][\s\S]*");
    text(&about, &[], &form, &["p95(runs.latency) <= 2s over 10m", "ratio(runs.errors / runs.outcomes) <= 1.5x stable over 15m"])
}

/// Knobs of kinds and of the world by name, and those of the user's components by their form.
fn bends() -> Value {
    let knobs = gatecrash_sim::catalog::KINDS.iter().chain(&gatecrash_sim::catalog::WORLD);
    let known = knobs.flat_map(|part| part.knobs.iter().map(move |knob| (format!("{}.{}", part.name, knob.name), knob.about)));
    let property = |(knob, about): (String, &str)| (knob, super::part::told(about, value("size")));
    let mut map = closed("component.knob with its size: { runs.latency: 2x }.", &[], known.map(property).collect());
    map["type"] = json!("object");
    map["patternProperties"] = json!({ r"^[^.]+\.[\s\S]+$": value("size") });
    map["minProperties"] = json!(1);
    map
}

fn segment() -> Value {
    json!({
        "description": "One segment: { surface: ios }.", "type": "object", "minProperties": 1, "maxProperties": 1,
        "additionalProperties": { "type": ["string", "number", "boolean"] },
    })
}

fn told_shares() -> Value {
    super::part::told("Values with their shares, 100% together at most: { web: 60%, ios: 40% }.", value("share{}"))
}
