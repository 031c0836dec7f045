//! What somebody claims to be ready, and what is true.

use crate::error::Read;
use crate::read::{flag, span};
use crate::yaml::{Node, Value};
use gatecrash_policies::time::Time;
use gatecrash_sim::scenario::Fact;

pub(crate) const ITEM: &[&str] = &["claimed", "true"];

/// Reads `readiness`: for each item when it is ticked, and whether it holds.
pub(super) fn read(node: &Node) -> Read<Vec<Fact>> {
    let fact = |(key, node): &(crate::yaml::Key, Node)| fact(key.identifier("an item")?, node);
    node.entries("a map of items like { rollback_plan: yes }")?.iter().map(fact).collect()
}

fn fact(item: String, node: &Node) -> Read<Fact> {
    if !matches!(node.value, Value::Map(_)) {
        let ready = flag(node)?;
        return Ok(Fact { item, claimed: ready.then_some(Time::ZERO), is_true: ready });
    }
    let fields = node.fields("an item", ITEM)?;
    Ok(Fact { item, claimed: claimed(fields.need("claimed")?)?, is_true: fields.or("true", true, flag)? })
}

/// `yes` from the beginning, `6h` after it, or `never`.
fn claimed(node: &Node) -> Read<Option<Time>> {
    match node.text("a time like 6h, yes or never,")? {
        "yes" | "true" | "on" => Ok(Some(Time::ZERO)),
        "never" | "no" | "false" | "off" => Ok(None),
        _ => span(node).map(|after| Some(Time::ZERO + after)),
    }
}
