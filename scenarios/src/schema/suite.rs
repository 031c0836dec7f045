//! Suite files: what is played, and what is expected of it.

use super::Scored;
use super::part::{Part, map, part, text};
use crate::suite::{CASE, KEYS, SAYS, TRIALS};
use serde_json::{Value, json};

/// The file as a whole.
pub(super) fn file() -> Value {
    map(
        "A suite: scenarios, policies, and what is expected of them.",
        KEYS,
        &["suite", "cases"],
        &[
            ("suite", "name", "The suite's name."),
            ("about", "line", "What it is for, in a line."),
            ("seed", "count", "The seed of the first trial. 1 unless told."),
            ("trials", "trials", "How many trials it takes to know."),
            ("cases", "case[]", "What is played."),
        ],
    )
}

/// The parts of suite files.
pub(super) fn parts(scores: &[Scored]) -> Vec<Part> {
    let mut case = map(
        "Plays of which the same is expected, every combination of what is listed; or a drill that is played again.",
        CASE,
        &["scenario", "expect"],
        &[
            ("name", "name", "Its name."),
            ("about", "line", "What it is for, in a line."),
            ("scenario", "played+", "A built-in scenario, or a path from here; or a list."),
            ("policy", "played+", "A built-in policy, or a path from here; or a list. The scenario's own unless told."),
            ("severity", "multiple+", "A factor on all faults, or a list. 1x unless told."),
            ("wobble", "multiple+", "A factor on the wobble, or a list. 1x unless told."),
            ("with", "replaced", "What is replaced in the scenario's file, by path: { faults.0.by: 3x }."),
            ("matrix", "varied", "Lists of what is replaced, of which every combination is played: { faults.0.by: [2x, 3x] }."),
            ("trials", "trials", "How many trials it takes to know in this case."),
            (
                "replay",
                "played",
                "The record or the script of a drill, which is played again: a path from here. In place of a scenario.",
            ),
            (
                "expect",
                "expectation+",
                "What is expected of each play. Of a record, unless told, that it comes out as it was recorded.",
            ),
        ],
    );
    let played = case.as_object_mut().and_then(|case| case.remove("required")).expect("a case needs something");
    case["oneOf"] = json!([{ "required": played, "not": { "required": ["replay"] } }, drill()]);
    let trials = map(
        "Looks come at min, twice min, four times min, and so on until max.",
        TRIALS,
        &[],
        &[("min", "count", "Before the first look. 200 unless told."), ("max", "count", "Before the last. 3_200 unless told.")],
    );
    vec![
        part("case", case),
        part("trials", trials),
        part("played", json!({ "type": ["string", "number", "boolean"] })),
        part("replaced", json!({ "type": ["object", "null"] })),
        part("varied", json!({ "type": ["object", "null"], "additionalProperties": { "type": "array", "minItems": 1 } })),
        part("expectation", expectation(scores)),
    ]
}

/// The form of a case that plays a drill again: without what the drill's file says.
fn drill() -> Value {
    let others: Vec<Value> = SAYS.iter().map(|key| json!({ "required": [key] })).collect();
    json!({ "required": ["replay"], "not": { "anyOf": others } })
}

/// `MEASURE[.STATISTIC] OP LIMIT`.
fn expectation(scores: &[Scored]) -> Value {
    let names = |is_share| -> Vec<&str> { scores.iter().filter(|s| s.is_share == is_share).map(|s| s.name).collect() };
    let (shares, numbers) = (names(true), names(false));
    let forms = format!(
        r"(?:(?:{})|caught_by\s*\([^()]+\)|as_recorded|(?:{})\.(?:p50|p95|mean|max)|smallest_severity\.at_(?:80|95))\s*(?:<=|>=|<|>)\s*[^\s=].*",
        shares.join("|"),
        numbers.join("|").replace('.', r"\.")
    );
    let about = format!(
        "A score, an operator and a limit. Shares: {}, caught_by(GATE), and of a drill's record as_recorded. Numbers, each with .p50, .p95, .mean or .max: {}. \
         And smallest_severity.at_80 or .at_95.",
        shares.join(", "),
        numbers.join(", ")
    );
    text(&about, &[], &forms, &["detection_rate >= 99%", "time_to_detect.p95 <= 45m", "caught_by(errors) >= 90%"])
}
