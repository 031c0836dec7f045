//! Rules, from their catalog.

use super::part::{Part, choice, closed, enumerated, part, text, told, value, words};
use crate::policy::rules::keys;
use gatecrash_policies::rules::{Entry, Of, Parameter, RULES, Range};
use serde_json::{Map, Value, json};

/// `threshold`, `{ exceedance: { alpha: 1% } }`, or several together: `{ any: [threshold, exceedance] }`.
pub(super) fn parts() -> Vec<Part> {
    let plain: Vec<(&str, &str)> =
        RULES.iter().filter(|entry| entry.of != Of::Several).map(|entry| (entry.name, entry.about)).collect();
    let settings: Map<String, Value> =
        RULES.iter().map(|entry| (entry.name.to_string(), told(entry.about, settings(entry)))).collect();
    let rule = json!({
        "description": "How evidence is weighed: a rule by its name, or with settings: { exceedance: { alpha: 1% } }.",
        "anyOf": [words("A rule with its usual settings.", &plain), choice("A rule with settings.", settings)],
    });
    vec![part("rule", rule)]
}

/// What may stand behind a rule's name.
fn settings(entry: &Entry) -> Value {
    let property = |key: &&str| {
        let parameter = entry.parameters.iter().find(|parameter| parameter.name == *key);
        (key.to_string(), parameter.map_or_else(|| made_of(key), setting))
    };
    let required: &[&str] = if entry.of == Of::Several { &["of"] } else { &[] };
    let map = closed(entry.about, required, keys(entry).iter().map(property).collect());
    match entry {
        Entry { of: Of::Several, parameters: [], .. } => json!({ "anyOf": [rules(), map] }),
        // `consecutive: 4`: the one parameter that there is.
        Entry { parameters: [only], .. } => json!({ "anyOf": [setting(only), map] }),
        _ => map,
    }
}

/// `rule` or `of`.
fn made_of(key: &str) -> Value {
    if key == "of" { rules() } else { told("The rule inside. `threshold` unless told.", value("rule")) }
}

fn rules() -> Value {
    json!({ "description": "The rules that are weighed together.", "type": "array", "items": value("rule"), "minItems": 1 })
}

fn setting(parameter: &Parameter) -> Value {
    let number = || text("A number.", &["number"], r"\+?[0-9._]+x?", &[]);
    let schema = match parameter.range {
        Range::Share => value("share"),
        Range::Number(..) => number(),
        Range::Whole(..) => value("count"),
        Range::Span(..) => value("duration"),
        Range::Words(words) => enumerated("One of these words.", words),
        Range::NumberOr(_, _, words) => json!({ "anyOf": [enumerated("One of these words.", words), number()] }),
    };
    told(&format!("{} ({})", parameter.about, parameter.range), schema)
}
