//! The way back.

use super::gates::SAMPLES_MAX;
use super::{acts, named_gates};
use crate::checks;
use crate::error::Read;
use crate::read::{line, positive_span, span, whole};
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_policies::policy::{Rollback, Step, Validate};
use gatecrash_policies::time::Span;

pub(crate) const KEYS: &[&str] = &["budget", "playbook", "validate"];
pub(crate) const BUDGET: &[&str] = &["withdraw_within", "recover_within"];
pub(crate) const VALIDATE: &[&str] = &["gates", "checks", "clean_for", "min_samples"];
pub(crate) const STEP: &[&str] = &["name", "cohort", "bend", "restart", "in", "only", "takes", "try_for", "when", "unless", "by"];

/// Reads `rollback`.
pub(super) fn read(node: &Node, gates: &[&str], source: &Source) -> Read<Rollback> {
    let fields = node.fields("a rollback", KEYS)?;
    let mut rollback = Rollback::default();
    if let Some(node) = fields.get("budget") {
        let budget = node.fields("a budget", BUDGET)?;
        rollback.withdraw_within = budget.read("withdraw_within", positive_span)?;
        rollback.recover_within = budget.read("recover_within", positive_span)?;
    }
    if let Some(node) = fields.get("playbook") {
        rollback.playbook = node.list("a list of steps")?.iter().map(|item| step(item, gates)).collect::<Read<_>>()?;
    }
    if let Some(node) = fields.get("validate") {
        rollback.validate = validate(node, gates, source)?;
    }
    Ok(rollback)
}

fn validate(node: &Node, gates: &[&str], source: &Source) -> Read<Validate> {
    let fields = node.fields("the validation", VALIDATE)?;
    let default = Validate::default();
    Ok(Validate {
        gates: fields.or("gates", Vec::new(), |n| named_gates(n, gates))?,
        checks: fields
            .or("checks", Vec::new(), |n| n.list("a list of checks")?.iter().map(|i| checks::check(i, source)).collect())?,
        clean_for: fields.or("clean_for", default.clean_for, span)?,
        min_samples: fields.or("min_samples", default.min_samples, whole(1, SAMPLES_MAX))?,
    })
}

fn step(node: &Node, gates: &[&str]) -> Read<Step> {
    let fields = node.fields("a step", STEP)?;
    Ok(Step {
        name: line(fields.need("name")?)?,
        acts: acts::step(&fields)?,
        takes: fields.or("takes", Span::ZERO, span)?,
        try_for: fields.read("try_for", positive_span)?,
        when: fields.or("when", Vec::new(), |n| named_gates(n, gates))?,
        unless: fields.or("unless", Vec::new(), |n| named_gates(n, gates))?,
        by_operator: fields.or("by", false, |n| n.word("actor", &[("operator", true), ("controller", false)]))?,
    })
}
