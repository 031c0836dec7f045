//! What a stage does when it begins, and what a step of the playbook does.

use super::cohorts;
use crate::bends;
use crate::error::Read;
use crate::read::{Fields, identifier, name, small};
use crate::yaml::Node;
use gatecrash_policies::policy::Act;

pub(crate) const ENTER: &[&str] = &["set", "in", "restart", "probe", "count"];

/// Requests that a probe may send.
const PROBES_MAX: u32 = 10_000;

/// Reads `enter`.
pub(super) fn enter(node: &Node) -> Read<Vec<Act>> {
    let mut acts = Vec::new();
    for item in node.list("a list of acts like { restart: gateway }")? {
        let fields = item.fields("an act", ENTER)?;
        let given: Vec<&str> = ["set", "restart", "probe"].into_iter().filter(|key| fields.get(key).is_some()).collect();
        let [what] = given.as_slice() else {
            return Err(item.problem(match given.len() {
                0 => "an act does something: `set`, `restart` or `probe`".to_string(),
                _ => format!("{} stand in one act; make them acts of their own", given.join(" and ")),
            }));
        };
        for (key, goes_with) in [("in", "set"), ("count", "probe")] {
            if let Some(node) = fields.get(key).filter(|_| *what != goes_with) {
                return Err(node.problem(format!("`{key}` goes with `{goes_with}`, not with `{what}`")));
            }
        }
        acts.extend(match *what {
            "set" => bent(fields.need("set")?, environments(&fields)?, true)?,
            "restart" => vec![Act::Restart(name(fields.need("restart")?)?)],
            _ => {
                let count = fields.or("count", 1, small(1, PROBES_MAX))?;
                vec![Act::Probe { name: name(fields.need("probe")?)?, count }]
            }
        });
    }
    Ok(acts)
}

/// What a step of the playbook does.
pub(super) fn step(fields: &Fields) -> Read<Vec<Act>> {
    let mut acts = Vec::new();
    let cohort = fields.read("cohort", cohorts::read)?;
    if let (None, None, Some(node)) = (&cohort, fields.get("bend"), fields.get("in")) {
        return Err(node.problem("`in` goes with `cohort` or `bend`: it says where they change"));
    }
    if let (None, Some(node)) = (&cohort, fields.get("only")) {
        return Err(node.problem("`only` goes with `cohort`: it says for whom the cohort changes"));
    }
    let environments = environments(fields)?;
    if let Some(cohort) = cohort {
        acts.push(Act::Cohort { cohort, environments: environments.clone(), only: fields.read("only", name)? });
    }
    if let Some(node) = fields.get("bend") {
        acts.extend(bent(node, environments, false)?);
    }
    if let Some(component) = fields.read("restart", name)? {
        acts.push(Act::Restart(component));
    }
    if acts.is_empty() {
        return Err(fields.problem("a step does something: `cohort`, `bend` or `restart`"));
    }
    Ok(acts)
}

/// `in: production`, or a list of environments; all when there is none.
fn environments(fields: &Fields) -> Read<Vec<String>> {
    let environment = |n: &Node| n.parse("the name of an environment", |t| identifier(t, "an environment"));
    fields.or("in", Vec::new(), |n| n.one_or_more("an environment or a list of them")?.iter().map(environment).collect())
}

/// An act for each knob of a map.
fn bent(node: &Node, environments: Vec<String>, canary_only: bool) -> Read<Vec<Act>> {
    let entries = node.entries("a map of knobs like { runs.latency: 2x }")?;
    if entries.is_empty() {
        return Err(node.problem("names no knob; write it like { runs.latency: 2x }"));
    }
    let act = |(key, value): &(crate::yaml::Key, Node)| {
        let (component, knob) = bends::split(key)?;
        Ok(Act::Bend { component, knob, by: bends::size_of_any(value)?, environments: environments.clone(), canary_only })
    };
    entries.iter().map(act).collect()
}
