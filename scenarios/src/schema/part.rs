//! What schemas are made of: maps as tables of keys, values by name.
//!
//! What a value is, is said by the name of a part: `duration` is that part, `stage[]` a list of them, `gate_name+` one or a list,
//! `gate{}` a map of them under names of the user's.

use serde_json::{Map, Value, json};

/// A key, the part that its value is, and what it says.
pub(super) type Row = (&'static str, &'static str, &'static str);

/// A part by its name.
pub(super) type Part = (String, Value);

/// A part.
pub(super) fn part(name: &str, schema: Value) -> Part {
    (name.to_string(), schema)
}

/// A map with these keys and no others, as `Node::fields` reads it; one that needs none may be left empty. The keys are the
/// reader's own, and each has its row.
pub(super) fn map(about: &str, keys: &[&str], required: &[&str], rows: &[Row]) -> Value {
    assert_eq!(keys.len(), rows.len(), "every key has a row: {keys:?}");
    let property = |key: &&str| {
        let row = rows.iter().find(|(name, _, _)| name == key);
        let (_, of, says) = row.unwrap_or_else(|| panic!("the key `{key}` has a row"));
        (key.to_string(), told(says, value(of)))
    };
    closed(about, required, keys.iter().map(property).collect())
}

/// A map with these properties and no others.
pub(super) fn closed(about: &str, required: &[&str], properties: Map<String, Value>) -> Value {
    let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    let mut map = json!({ "description": about, "type": kind, "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        map["required"] = json!(required);
    }
    map
}

/// A map with exactly one of these keys, as `Node::choice` reads it.
pub(super) fn choice(about: &str, properties: Map<String, Value>) -> Value {
    json!({
        "description": about, "type": "object", "properties": properties, "additionalProperties": false,
        "minProperties": 1, "maxProperties": 1,
    })
}

/// The schema with another description.
pub(super) fn told(about: &str, mut schema: Value) -> Value {
    schema["description"] = json!(about);
    schema
}

/// What the name of a part means.
pub(super) fn value(of: &str) -> Value {
    let one = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    if let Some(item) = of.strip_suffix("[]") {
        return json!({ "type": ["array", "null"], "items": value(item) });
    }
    if let Some(item) = of.strip_suffix('+') {
        return json!({ "anyOf": [value(item), { "type": ["array", "null"], "items": value(item) }] });
    }
    match of.strip_suffix("{}") {
        Some(item) => {
            json!({ "type": ["object", "null"], "propertyNames": { "pattern": NAME }, "additionalProperties": value(item) })
        }
        None => one(of),
    }
}

/// Names of the user's.
pub(super) const NAME: &str = r"^[\p{Alphabetic}\p{N}_\-]{1,80}$";

/// One of some words, each with what it means.
pub(super) fn words(about: &str, words: &[(&str, &str)]) -> Value {
    let word = |(word, says): &(&str, &str)| json!({ "const": word, "description": says });
    json!({ "description": about, "oneOf": words.iter().map(word).collect::<Vec<_>>() })
}

/// One of some words.
pub(super) fn enumerated(about: &str, words: &[&str]) -> Value {
    json!({ "description": about, "enum": words })
}

/// Text of this form, whole; what YAML reads as a number of these types is fine as well.
pub(super) fn text(about: &str, also: &[&str], form: &str, examples: &[&str]) -> Value {
    let mut types = vec!["string"];
    types.extend(also);
    let mut schema = json!({ "description": about, "type": types, "pattern": format!(r"^\s*(?:{form})\s*$") });
    // Editors show it in place of the pattern; to others it means nothing.
    schema["patternErrorMessage"] = json!(format!("This does not fit here. {about}"));
    if !examples.is_empty() {
        schema["examples"] = json!(examples);
    }
    schema
}
