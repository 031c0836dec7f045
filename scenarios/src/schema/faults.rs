//! What goes wrong.

use super::part::{Part, choice, map, part, value, words};
use crate::faults::{KEYS, ONSET, PULSE, SHAPES};
use gatecrash_sim::presets::PRESETS;
use serde_json::{Value, json};

/// Faults, when they begin and how they move in time.
pub(super) fn parts() -> Vec<Part> {
    let presets: Vec<(&str, &str)> = PRESETS.iter().map(|preset| (preset.name, preset.about)).collect();
    let onset = map(
        "So long after a stage has begun: then it is the rollout's doing.",
        ONSET,
        &["stage"],
        &[("stage", "line", "The stage of the policy."), ("after", "duration", "How long after its beginning.")],
    );
    vec![
        part("fault", fault()),
        part("preset", words("A named fault: see `gatecrash list faults`.", &presets)),
        part("onset", json!({ "anyOf": [value("duration"), onset] })),
        part("shape", shape()),
    ]
}

fn fault() -> Value {
    let mut map = map(
        "A fault: a preset by name, or knobs that are bent.",
        KEYS,
        &["at"],
        &[
            ("fault", "preset", "A named fault."),
            ("bend", "bends", "Or any knobs with their sizes: { runs.error_rate: +2% }."),
            ("by", "size", "With `fault`: how much its first knob is bent."),
            ("at", "onset", "When it begins: 30m, or { stage: canary, after: 10m }."),
            ("for", "duration", "How long it lasts; for good unless told."),
            ("on", "arm", "On which arm. `canary` unless the preset says otherwise."),
            ("shape", "shape", "How it moves in time. `step` unless told."),
            ("where", "segment", "For whom alone: { surface: ios }."),
            ("component", "component_name", "With `fault`: which component alone."),
        ],
    );
    map["oneOf"] = json!([{ "required": ["fault"] }, { "required": ["bend"] }]);
    map
}

fn shape() -> Value {
    let form = |name: &&str| {
        let schema = match *name {
            "ramp" => super::part::told("It grows to its size in this time, and stays.", value("duration")),
            "leak" => super::part::told("It grows by its size in this time, again and again.", value("duration")),
            "above" => super::part::told("It is there while at least this share of subjects is exposed.", value("share")),
            _ => pulse(),
        };
        (name.to_string(), schema)
    };
    let plain = words("At once, or ever more.", &[("step", "at once"), ("leak", "ever more, by its size each half hour")]);
    json!({ "anyOf": [plain, choice("With its time or share.", SHAPES.iter().map(form).collect())] })
}

fn pulse() -> Value {
    map(
        "It comes and goes.",
        PULSE,
        PULSE,
        &[("every", "duration", "From one to the next."), ("for", "duration", "How long each lasts.")],
    )
}
