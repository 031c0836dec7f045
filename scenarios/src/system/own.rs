//! What a component declares of its own: labels of its requests, marks and amounts of its outcomes.

use crate::error::Read;
use crate::forms::numbers;
use crate::read::{Fields, share};
use crate::world::{Shares, segment, shares};
use crate::yaml::{Node, Value};
use gatecrash_sim::scenario::{ComponentSpec, Scenario, Split};

/// Names that mean something of subjects or of checks, whether or not a scenario uses them.
const RESERVED: &[&str] = &[
    "surface",
    "region",
    "role",
    "tenant",
    "channel",
    "node",
    "internal",
    "environment",
    "arm",
    "probe",
    "session",
    "user",
    "subject",
];

/// All that `where` and segments may name in a scenario: the attributes of its subjects, then the labels of its requests. A label
/// that several components declare has the values of all of them.
pub(crate) fn attributes(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    let mut all = scenario.catalog().attributes;
    for (label, values) in scenario.system.iter().flat_map(|part| &part.labels) {
        add(&mut all, label, values);
    }
    all
}

fn add(attributes: &mut Vec<(String, Vec<String>)>, label: &str, values: &[(String, f64)]) {
    let at = attributes.iter().position(|(name, _)| name == label).unwrap_or_else(|| {
        attributes.push((label.to_string(), Vec::new()));
        attributes.len() - 1
    });
    let known = &mut attributes[at].1;
    for (value, _) in values {
        if !known.contains(value) {
            known.push(value.clone());
        }
    }
}

/// Reads marks, amounts and labels. The names of the first two become signals and knobs beside those of the kind.
pub(super) fn read(mut part: ComponentSpec, fields: &Fields, scenario: &Scenario) -> Read<ComponentSpec> {
    part.labels = fields.or("labels", Vec::new(), |n| labels(n, scenario))?;
    let mut attributes = scenario.catalog().attributes;
    part.labels.iter().for_each(|(label, values)| add(&mut attributes, label, values));
    let mut taken: Vec<String> = part.signals().into_iter().map(|s| s.name).collect();
    taken.extend(part.knobs().into_iter().map(|(name, _)| name));
    let kind = part.spec().name;
    let mut entries = |key: &str| -> Read<Vec<(String, Node)>> {
        let mut list = Vec::new();
        for (key, node) in fields.get(key).map_or(Ok(&[][..]), |n| n.entries("a map of names"))? {
            let name = key.identifier("a mark or an amount")?;
            if taken.contains(&name) {
                return Err(key.problem(format!("`{name}` is a signal or knob of {kind} already; choose another name")));
            }
            taken.push(name.clone());
            list.push((name, node.clone()));
        }
        Ok(list)
    };
    let (marks, amounts) = (entries("marks")?, entries("amounts")?);
    for (name, node) in marks {
        part.marks.push((name, split(&node, share, &attributes)?));
    }
    for (name, node) in amounts {
        part.amounts.push((name, split(&node, numbers, &attributes)?));
    }
    Ok(part)
}

/// `{ op: { put: 40%, get: 60% } }`; what the shares leave has no value.
fn labels(node: &Node, scenario: &Scenario) -> Read<Vec<(String, Shares)>> {
    let subjects = scenario.catalog().attributes;
    let mut labels = Vec::new();
    for (key, values) in node.entries("a map of labels like { op: { put: 40%, get: 60% } }")? {
        let name = key.identifier("a label")?;
        if RESERVED.contains(&name.as_str()) || subjects.iter().any(|(attribute, _)| *attribute == name) {
            return Err(key.problem(format!("`{name}` is an attribute of subjects; choose another name for the label")));
        }
        let shares = shares(values, &name)?;
        if shares.is_empty() {
            return Err(
                values.problem(format!("the label `{name}` needs values with their shares, like {{ put: 40%, get: 60% }}"))
            );
        }
        labels.push((name, shares));
    }
    Ok(labels)
}

/// A parameter for everyone, or `{ base: 1%, surface: { ios: 2% } }`.
fn split<T>(node: &Node, read: fn(&Node) -> Read<T>, attributes: &[(String, Vec<String>)]) -> Read<Split<T>> {
    let Value::Map(entries) = &node.value else { return Ok(Split { base: read(node)?, by: Vec::new() }) };
    let Some((_, base)) = entries.iter().find(|(key, _)| key.name == "base") else {
        return Err(node.problem("a parameter by segment needs the key `base`, for those whom no segment names"));
    };
    let mut by = Vec::new();
    for (key, values) in entries.iter().filter(|(key, _)| key.name != "base") {
        for (value, parameter) in values.entries("a map of values with their parameters")? {
            let text = Node::new(value.at, Value::Text(value.name.clone()));
            let (attribute, value) = segment(&(key.clone(), text), attributes)?;
            by.push((attribute, value, read(parameter)?));
        }
    }
    Ok(Split { base: read(base)?, by })
}
