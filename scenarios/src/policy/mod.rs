//! Policy files.

pub(crate) mod acts;
pub(crate) mod cohorts;
pub(crate) mod gates;
mod keys;
pub(crate) mod readiness;
pub(crate) mod rollback;
pub(crate) mod rules;
pub(crate) mod stages;

use crate::error::{Read, suggestion};
use crate::read::{line, name, positive_span, share, shortened};
use crate::source::Source;
use crate::yaml::{Node, Value};
use gatecrash_policies::policy::{Cohort, Measure, Policy, SharedAlpha, Split};

pub(crate) use keys::{known, usual};

pub(crate) const KEYS: &[&str] =
    &["policy", "about", "owner", "round", "alpha", "readiness", "gates", "stages", "measure", "rollback"];
pub(crate) const ALPHA: &[&str] = &["total", "split"];
pub(crate) const MEASURE: &[&str] = &["gate", "at", "from"];

/// Reads a policy.
pub(crate) fn read(tree: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<Policy> {
    if let Value::Map(entries) = &tree.value
        && let Some((key, _)) = entries.iter().find(|(k, _)| matches!(k.name.as_str(), "scenario" | "suite" | "family"))
    {
        return Err(key.problem(format!("this is a {} file; a policy begins with `policy: name`", key.name)));
    }
    let fields = tree.fields("a policy", KEYS)?;
    let policy_name = name(fields.need("policy")?)?;
    let gates = fields.read("gates", |n| gates::read(n, source))?.unwrap_or_default();
    let names: Vec<&str> = gates.iter().map(|gate| gate.name.as_str()).collect();
    let stages = stages::read(fields.need("stages")?, &names)?;
    let readiness = fields.read("readiness", readiness::read)?;
    if let Some(readiness) = &readiness {
        readiness::keeps(readiness, &stages, fields.need("stages")?)?;
    }
    let measures = fields.or("measure", Vec::new(), |n| measures(n, &names))?;
    let rollback = fields.read("rollback", |n| rollback::read(n, &names, source))?.unwrap_or_default();
    for (i, gate) in gates.iter().enumerate() {
        let judged = stages.iter().any(|s| s.gates.contains(&i)) || rollback.validate.gates.contains(&i);
        if !judged && !measures.iter().any(|m| m.gate == i) {
            warnings.push(format!("the gate `{}` is judged in no stage", gate.name));
        }
    }
    let last = stages.last().map(|s| &s.cohort);
    if let Some(Cohort::Share(share)) = last
        && *share < 1.0
    {
        warnings.push(format!("the last stage is {}%: the rollout finishes before everyone is on the canary", share * 100.0));
    }
    Ok(Policy {
        name: policy_name,
        about: fields.or("about", String::new(), line)?,
        owner: fields.or("owner", String::new(), line)?,
        alpha: fields.read("alpha", alpha)?,
        readiness,
        measures,
        round: positive_span(fields.need("round")?)?,
        gates,
        stages,
        rollback,
    })
}

/// `5%`, or `{ total: 5%, split: spending }`.
fn alpha(node: &Node) -> Read<SharedAlpha> {
    let chance = |node: &Node| match share(node)? {
        total if total > 0.0 && total < 1.0 => Ok(total),
        _ => Err(node.problem("`total` lies between 0% and 100%, like 5%")),
    };
    if let Value::Text(_) = &node.value {
        return Ok(SharedAlpha { total: chance(node)?, split: Split::default() });
    }
    let fields = node.fields("an alpha that all gates share", ALPHA)?;
    let splits = [("bonferroni", Split::Bonferroni), ("spending", Split::Spending), ("e_value", Split::EValue)];
    let split = fields.or("split", Split::default(), |n| n.word("split", &splits))?;
    Ok(SharedAlpha { total: chance(fields.need("total")?)?, split })
}

/// Index of a gate by its name.
fn gate(node: &Node, gates: &[&str]) -> Read<usize> {
    let name = node.text("the name of a gate")?;
    let found = gates.iter().position(|gate| *gate == name);
    found.ok_or_else(|| node.problem(format!("unknown gate `{}`{}", shortened(name), suggestion(name, gates))))
}

/// Indices of gates by name.
fn named_gates(node: &Node, gates: &[&str]) -> Read<Vec<usize>> {
    let mut list = Vec::new();
    for item in node.list("a list of gates")? {
        match gate(item, gates)? {
            index if list.contains(&index) => return Err(item.problem(format!("`{}` stands here twice", gates[index]))),
            index => list.push(index),
        }
    }
    Ok(list)
}

/// Gates that are read again later: one, or a list of them.
fn measures(node: &Node, gates: &[&str]) -> Read<Vec<Measure>> {
    let items = match &node.value {
        Value::Map(_) => std::slice::from_ref(node),
        _ => node.list("a list of measures like { gate: errors, at: [24h, 72h] }")?,
    };
    items.iter().map(|item| measure(item, gates)).collect()
}

fn measure(node: &Node, gates: &[&str]) -> Read<Measure> {
    let fields = node.fields("a measure", MEASURE)?;
    fields.read("from", |n| n.word("beginning", &[("flip", ())]))?;
    let mut at = Vec::new();
    for node in fields.need("at")?.one_or_more("a duration like 24h, or a list of them,")? {
        let after = positive_span(node)?;
        if at.last().is_some_and(|last| *last >= after) {
            return Err(node.problem(format!("found {} after a later time; the times of a measure rise", node.found())));
        }
        at.push(after);
    }
    if at.is_empty() {
        return Err(fields.problem("a measure needs a time in `at`, like [24h, 72h]"));
    }
    Ok(Measure { gate: gate(fields.need("gate")?, gates)?, at })
}
