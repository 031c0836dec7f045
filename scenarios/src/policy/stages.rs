//! Stages: who meets the canary, for how long, under which gates, and what is done beside.

use super::{acts, cohorts, named_gates};
use crate::error::Read;
use crate::read::{flag, line, positive_span, shortened, span};
use crate::yaml::Node;
use gatecrash_policies::policy::{Review, Stage};
use gatecrash_policies::time::Span;
use gatecrash_policies::units;

pub(crate) const KEYS: &[&str] = &["name", "cohort", "soak", "gates", "enter", "review"];

pub(crate) const REVIEW: &[&str] = &["every", "before_next", "by"];

/// Ten years of working days.
const DAYS_MAX: u64 = 2_600;

/// Reads `stages`.
pub(super) fn read(node: &Node, gates: &[&str]) -> Read<Vec<Stage>> {
    let mut stages: Vec<Stage> = Vec::new();
    for item in node.list("a list of stages")? {
        let fields = item.fields("a stage", KEYS)?;
        let name_node = fields.need("name")?;
        let (soak, business_days) = soak(fields.need("soak")?)?;
        let stage = Stage {
            name: name_node.parse("the name of a stage", stage_name)?,
            cohort: cohorts::read(fields.need("cohort")?)?,
            soak,
            business_days,
            gates: fields.or("gates", (0..gates.len()).collect(), |n| named_gates(n, gates))?,
            enter: fields.or("enter", Vec::new(), acts::enter)?,
            review: fields.read("review", review)?,
        };
        if stages.iter().any(|other| other.name == stage.name) {
            return Err(name_node.problem(format!("a second stage is called `{}`; choose another name", stage.name)));
        }
        if let Some(before) = stages.iter().rev().find(|s| cohorts::shrinks(&s.cohort, &stage.cohort)) {
            let message = format!("`{}` is smaller than `{}` before it; stages grow", stage.name, before.name);
            return Err(fields.need("cohort")?.problem(message));
        }
        stages.push(stage);
    }
    if stages.is_empty() {
        return Err(node.problem("a policy needs at least one stage, like { name: canary, cohort: 5%, soak: 10m }"));
    }
    Ok(stages)
}

/// The name of a stage: letters, digits, `-`, `_`, `%` and `.`, at most 80 of them.
fn stage_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || "-_%.".contains(c);
    if text.is_empty() || text.chars().count() > 80 || !text.chars().all(fits) {
        return Err(format!("`{}` cannot name a stage; names are letters, digits, -, _, % and .", shortened(text)));
    }
    Ok(text.to_string())
}

/// A duration, or whole business days.
fn soak(node: &Node) -> Read<(Span, u32)> {
    let text = node.text("a duration like 10m, or 1 business day,")?.trim();
    let Some(days) = text.strip_suffix("business days").or_else(|| text.strip_suffix("business day")) else {
        return Ok((span(node)?, 0));
    };
    match units::count(days) {
        Ok(days @ 1..=DAYS_MAX) => Ok((Span::ZERO, days as u32)),
        Ok(_) => Err(node.problem(format!("found {}; between 1 and {DAYS_MAX} business days are served", node.found()))),
        Err(_) => Err(node.problem(format!("found {}; business days are whole ones, like 1 business day", node.found()))),
    }
}

fn review(node: &Node) -> Read<Review> {
    let fields = node.fields("a review", REVIEW)?;
    let review = Review {
        every: fields.read("every", positive_span)?,
        before_next: fields.or("before_next", false, flag)?,
        by: fields.or("by", String::new(), line)?,
    };
    if review.every.is_none() && !review.before_next {
        return Err(fields.problem("a review needs a time: `every: 7d`, `before_next: true`, or both"));
    }
    Ok(review)
}
