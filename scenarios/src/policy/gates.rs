//! Gates and how they weigh evidence.

use super::rules::rule;
use crate::checks;
use crate::error::Read;
use crate::read::{name, whole};
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_policies::policy::{Gate, Needs, OnFail, Rule, Unmet};

pub(crate) const KEYS: &[&str] = &["check", "rule", "min_samples", "on_fail", "needs", "unmet", "row"];

/// Outcomes that no stage of a trial could hold more of.
pub(crate) const SAMPLES_MAX: u64 = 1_000_000_000;

/// Reads `gates`.
pub(super) fn read(node: &Node, source: &Source) -> Read<Vec<Gate>> {
    let mut gates = Vec::new();
    for (key, node) in node.entries("a map of gates")? {
        let own_name = key.identifier("a gate")?;
        let fields = node.fields("a gate", KEYS)?;
        let needs = fields.read("needs", |n| checks::check(n, source))?;
        let words = [("skip", Unmet::Skip), ("wait", Unmet::Wait), ("insufficient", Unmet::Insufficient)];
        let unmet = fields.read("unmet", |n| n.word("answer", &words))?;
        if let (None, Some(_)) = (&needs, unmet) {
            return Err(fields.need("unmet")?.problem("`unmet` goes with `needs`; say what is needed"));
        }
        let actions = [("rollback", OnFail::Rollback), ("hold", OnFail::Hold), ("stop", OnFail::Stop)];
        gates.push(Gate {
            name: own_name,
            row: fields.or("row", String::new(), name)?,
            check: checks::check(fields.need("check")?, source)?,
            rule: fields.or("rule", Rule::new("threshold"), rule)?,
            min_samples: fields.or("min_samples", 1, whole(1, SAMPLES_MAX))?,
            on_fail: fields.or("on_fail", OnFail::Rollback, |n| n.word("action", &actions))?,
            needs: needs.map(|check| Needs { check, unmet: unmet.unwrap_or_default() }),
        });
    }
    Ok(gates)
}
