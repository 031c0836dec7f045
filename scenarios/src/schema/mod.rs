//! JSON Schemas of our files, from the same keys and catalogs that the readers use.
//!
//! They are for editors: they complete keys and words, show what each means, and mark what a reader would refuse as far as that
//! can be told from one place. What depends on another part of the file is for the readers to say.

mod cohorts;
mod faults;
mod part;
mod policy;
mod rules;
mod scenario;
mod suite;
mod system;
#[cfg(test)]
mod tests;
mod traffic;
mod values;

use part::Part;
use serde_json::{Map, Value, json};

/// The kinds of file that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaOf<'a> {
    /// Rollout policies.
    Policy,
    /// Scenarios.
    Scenario,
    /// Suites, which expect something of these scores.
    Suite(&'a [Scored<'a>]),
}

/// A score that suites may expect something of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored<'a> {
    /// How suites call it.
    pub name: &'a str,
    /// What it is, in a line.
    pub about: &'a str,
    /// Whether it is a share of trials, rather than a number of each, of which a statistic is expected.
    pub is_share: bool,
}

/// The JSON Schema (draft 2020-12) of a kind of file. It stands alone: nothing in it refers to another.
pub fn schema(of: SchemaOf) -> Value {
    let (title, mut root) = match of {
        SchemaOf::Policy => ("gatecrash policy", policy::file()),
        SchemaOf::Scenario => ("gatecrash scenario", scenario::file()),
        SchemaOf::Suite(_) => ("gatecrash suite", suite::file()),
    };
    root["$defs"] = Value::Object(needed(&root, parts(of)));
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!(title);
    root["type"] = json!("object");
    root
}

fn parts(of: SchemaOf) -> Vec<Part> {
    let scores = if let SchemaOf::Suite(scores) = of { scores } else { &[] };
    [
        values::parts(),
        cohorts::parts(),
        rules::parts(),
        policy::parts(),
        scenario::parts(),
        traffic::parts(),
        system::parts(),
        faults::parts(),
        suite::parts(scores),
    ]
    .concat()
}

/// The parts that a schema refers to, and those that these refer to.
fn needed(root: &Value, all: Vec<Part>) -> Map<String, Value> {
    let mut open = references(root);
    let mut found = Map::new();
    while let Some(name) = open.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let (_, schema) = all.iter().find(|(part, _)| *part == name).unwrap_or_else(|| panic!("there is a part `{name}`"));
        open.extend(references(schema));
        found.insert(name, schema.clone());
    }
    found
}

/// The names of the parts that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/")).map(str::to_string);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
