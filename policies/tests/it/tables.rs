//! Every rule against published numbers: a file of entries, `GATECRASH_TABLES=FILE`, or the one beside the project.
//!
//! An entry names a quantity of a rule, its parameters, the value and its tolerance. What computes it here is the code that judges
//! in a trial; only the distributions of run lengths and looks are worked out around it.

mod detectors;
mod ranks;
mod samples;
mod sequential;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One number, or several, of one rule.
pub struct Entry<'a> {
    pub rule: &'a str,
    pub params: &'a Value,
    /// The words that tell which quantity is meant; may be empty.
    pub quantity: &'a str,
}

impl Entry<'_> {
    /// A number among the parameters.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.params.get(name)?.as_f64()
    }

    /// A whole number among the parameters.
    pub fn whole(&self, name: &str) -> Option<u64> {
        self.number(name).filter(|n| *n >= 0.0 && n.fract() == 0.0).map(|n| n as u64)
    }

    /// Text among the parameters; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A list of numbers among the parameters.
    pub fn list(&self, name: &str) -> Option<Vec<f64>> {
        numbers(self.params.get(name)?)
    }
}

/// A number, or a list of them.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(items) => items.iter().map(Value::as_f64).collect(),
        Value::Bool(flag) => Some(vec![f64::from(u8::from(*flag))]),
        other => other.as_f64().map(|n| vec![n]),
    }
}

/// What the project's own code says; `None`: it has no such rule or quantity.
fn own(entry: &Entry) -> Option<Vec<f64>> {
    samples::value(entry).or_else(|| ranks::value(entry)).or_else(|| detectors::value(entry)).or_else(|| sequential::value(entry))
}

fn off(own: &[f64], published: &[f64], tolerance: &[f64]) -> bool {
    let allowed = |i: usize| tolerance.get(i).or(tolerance.first()).copied().unwrap_or(0.0);
    let far = |(i, (a, b)): (usize, (&f64, &f64))| {
        let near = (a - b).abs() <= allowed(i) + 1e-12 * b.abs();
        !near // What is not a number is off.
    };
    own.len() != published.len() || own.iter().zip(published).enumerate().any(far)
}

#[test]
fn published_numbers() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/validation/tables.json");
    let named = std::env::var("GATECRASH_TABLES");
    let file = named.as_deref().unwrap_or(beside);
    // Tests run in the crate's folder; whoever names a file is likely to be in the project's.
    let from_project = || std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file));
    let text = match std::fs::read_to_string(file).or_else(|_| from_project()) {
        Ok(text) => text,
        Err(_) if named.is_err() => return eprintln!("skipped: no tables; set GATECRASH_TABLES to a file of them"),
        Err(error) => panic!("GATECRASH_TABLES={file}: {error}"),
    };
    let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let entries = file.get("entries").and_then(Value::as_array).expect("a map with a list of `entries`");
    let (mut reproduced, mut wrong) = (0, Vec::new());
    let mut not_covered: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        let word = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let params = &entry["params"];
        let quantity = params.get("quantity").and_then(Value::as_str).unwrap_or_default();
        let tolerance = numbers(&entry["tolerance"]).unwrap_or_default();
        let published = numbers(&entry["value"]);
        match published.and_then(|expect| Some((own(&Entry { rule: word("rule"), params, quantity })?, expect))) {
            None => *not_covered.entry(word("group")).or_default() += 1,
            Some((own, expect)) if off(&own, &expect, &tolerance) => {
                wrong.push(format!("{}: {own:?}, published {expect:?} to {tolerance:?}: {params}", word("id")));
            }
            Some(_) => reproduced += 1,
        }
    }
    let missing: usize = not_covered.values().sum();
    println!("tables: {reproduced} reproduced, {} off, {missing} not covered", wrong.len());
    not_covered.iter().for_each(|(group, n)| println!("not covered: {group} ({n})"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
