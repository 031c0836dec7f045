//! What a case lists, and every combination of it.

use super::{PLAYS_MAX, Play};
use crate::change::Change;
use crate::error::{Read, suggestion};
use crate::library::{policy_names, scenario_names};
use crate::read::{Fields, shortened};
use crate::source::{Source, is_path};
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::units;
use std::sync::Arc;

/// Sizes of faults beyond this are not meant; nor is a wobble ten times what services do.
const SEVERITY_MAX: f64 = 1_000.0;
const WOBBLE_MAX: f64 = 10.0;

/// Every combination of the scenarios, policies, sizes and changes of a case; what was written last turns fastest.
pub(super) fn plays(fields: &Fields, source: &Arc<Source>) -> Read<Vec<Play>> {
    let scenario = |node: &Node| named(node, source, "scenario", scenario_names);
    let policy = |node: &Node| named(node, source, "policy", policy_names);
    let scenarios = listed(fields.need("scenario")?, "a scenario's name or path", &scenario)?;
    let policies = match fields.get("policy") {
        Some(node) => listed(node, "a policy's name or path", &policy)?.into_iter().map(Some).collect(),
        None => vec![None],
    };
    let one = || vec![1.0];
    let severities = fields.read("severity", |node| listed(node, "a size like 1.5x", &multiple(SEVERITY_MAX)))?;
    let wobbles = fields.read("wobble", |node| listed(node, "a multiple like 2x", &multiple(WOBBLE_MAX)))?;
    let with = changes(fields, source)?;
    let mut plays = Vec::new();
    for scenario in scenarios {
        for policy in &policies {
            for severity in severities.clone().unwrap_or_else(one) {
                for wobble in wobbles.clone().unwrap_or_else(one) {
                    let play = |with: &Vec<Change>| {
                        let (scenario, policy) = (scenario.clone(), policy.clone());
                        Play { scenario, policy, severity, wobble, with: with.clone() }
                    };
                    plays.extend(with.iter().map(play));
                }
            }
        }
    }
    match plays.len() {
        n if n > PLAYS_MAX => Err(fields.problem(format!("{n} combinations are too many for a case; the most is {PLAYS_MAX}"))),
        _ => Ok(plays),
    }
}

/// One, or a list of at least one.
fn listed<T>(node: &Node, what: &str, read: &dyn Fn(&Node) -> Read<T>) -> Read<Vec<T>> {
    match node.one_or_more(&format!("{what}, or a list of them,"))? {
        [] => Err(node.problem(format!("nothing is listed here; {what} belongs here"))),
        items => items.iter().map(read).collect(),
    }
}

/// A built-in name, or a path as seen from here.
fn named(node: &Node, source: &Source, what: &str, known: fn() -> Vec<&'static str>) -> Read<String> {
    let text = node.text("a name or a path")?;
    if is_path(text) {
        let path = source.folder.as_ref().map(|folder| folder.join(text).to_string_lossy().into_owned());
        return Ok(path.unwrap_or_else(|| text.to_string()));
    }
    let names = known();
    if names.contains(&text) {
        return Ok(text.to_string());
    }
    let hint = suggestion(text, &names);
    let message = format!("no built-in {what} `{}`{hint} (a file is named by its path, like ./mine.yaml)", shortened(text));
    Err(node.problem(message))
}

fn multiple(most: f64) -> impl Fn(&Node) -> Read<f64> {
    move |node| match node.parse("a multiple like 2x", units::multiple)? {
        factor if (0.0..=most).contains(&factor) => Ok(factor),
        _ => Err(node.problem(format!("found {}; a multiple from 0x to {most}x belongs here", node.found()))),
    }
}

/// Every combination of the changes of `matrix`, each behind those of `with`.
fn changes(fields: &Fields, source: &Arc<Source>) -> Read<Vec<Vec<Change>>> {
    let what = "a map of paths like { faults.0.by: 3x }";
    let with = fields.get("with").map_or(Ok(&[][..]), |node| node.entries(what))?;
    let change = |(path, value): &(Key, Node)| Change::in_file(path, value, source);
    let mut all: Vec<Vec<Change>> = vec![with.iter().map(change).collect()];
    for (path, values) in fields.get("matrix").map_or(Ok(&[][..]), |node| node.entries("a map of paths and lists"))? {
        if with.iter().any(|(other, _)| other.name == path.name) {
            return Err(path.problem(format!("`{}` stands in `with` too; keep one of them", shortened(&path.name))));
        }
        let values = match &values.value {
            Value::List(values) if !values.is_empty() => values,
            _ => return Err(values.problem(format!("found {}; a list of values belongs here, like [2x, 3x]", values.found()))),
        };
        if all.len() * values.len() > PLAYS_MAX {
            return Err(path.problem(format!("these are over {PLAYS_MAX} combinations, the most of a case")));
        }
        let with_one = |before: &Vec<Change>| -> Vec<Vec<Change>> {
            let add = |value: &Node| before.iter().cloned().chain([Change::in_file(path, value, source)]).collect();
            values.iter().map(add).collect()
        };
        all = all.iter().flat_map(with_one).collect();
    }
    Ok(all)
}
