//! Our trees as JSON, in each of the ways in which a YAML reader may take a plain scalar.

use crate::yaml::{Node, Value};
use serde_json::{Map, Value as Json, json};

/// How scalars are taken.
#[derive(Clone, Copy, Debug)]
pub enum Scalars {
    /// YAML 1.2: numbers, `true`, `false`.
    Core,
    /// YAML 1.1: also `on`, `off`, `yes`, `no` and `10_000`.
    Old,
    /// All as text, as if they were quoted.
    Text,
}

/// All ways.
pub const WAYS: [Scalars; 3] = [Scalars::Core, Scalars::Old, Scalars::Text];

/// The tree as JSON.
pub fn json(node: &Node, scalars: Scalars) -> Json {
    match &node.value {
        Value::Empty => Json::Null,
        Value::Text(text) => scalar(text, scalars),
        Value::List(items) => items.iter().map(|item| json(item, scalars)).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.name.clone(), json(value, scalars))).collect::<Map<_, _>>())
        }
    }
}

fn scalar(text: &str, scalars: Scalars) -> Json {
    let grouped = text.replace('_', "");
    match (scalars, text) {
        (Scalars::Text, _) => json!(text),
        (Scalars::Old, "on" | "yes") => json!(true),
        (Scalars::Old, "off" | "no") => json!(false),
        (_, "true") => json!(true),
        (_, "false") => json!(false),
        (Scalars::Old, _) => number(&grouped).unwrap_or_else(|| json!(text)),
        (Scalars::Core, _) => number(text).unwrap_or_else(|| json!(text)),
    }
}

/// The number that a plain scalar is, if it is one.
fn number(text: &str) -> Option<Json> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let whole = text.parse::<i64>().ok().map(|n| json!(n));
    whole.or_else(|| text.parse::<f64>().ok().map(|n| json!(n)))
}
