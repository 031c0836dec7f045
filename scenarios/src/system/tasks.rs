//! `tasks`.

use super::component_name;
use crate::error::Read;
use crate::forms::durations;
use crate::read::{Fields, positive_span, rate, share, small, switch};
use gatecrash_policies::time::Span;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::Tasks;

pub(super) const KEYS: &[&str] = &[
    "after",
    "targets",
    "claim",
    "work",
    "eta",
    "sla",
    "sweep",
    "cap",
    "record_only",
    "cap_kept",
    "replay",
    "idempotency",
    "disorder",
    "order_check",
    "shared_claim",
    "foreign_claim",
    "assignee_check",
    "rewrite",
    "publish",
    "publish_gates",
    "unpublish_gates",
    "pipeline_failure",
];

/// Unless told, a sweep looks every five minutes and sends three messages at most, and whatever may be careless is not.
pub(super) fn read(fields: &Fields) -> Read<Tasks> {
    Ok(Tasks {
        after: fields.read("after", component_name)?,
        targets: fields.or("targets", 1, small(1, 1_000))?,
        claim: fields.or("claim", Dist::ZERO, durations)?,
        work: durations(fields.need("work")?)?,
        eta: fields.or("eta", Span::from_secs(900), positive_span)?,
        sla: fields.or("sla", Span::from_secs(3_600), positive_span)?,
        sweep: fields.or("sweep", Span::from_secs(300), positive_span)?,
        cap: fields.or("cap", 3, small(0, 1_000_000))?,
        record_only: fields.or("record_only", 0.0, switch)?,
        cap_kept: fields.or("cap_kept", 1.0, switch)?,
        replay: fields.or("replay", 0.0, share)?,
        idempotency: fields.or("idempotency", 1.0, switch)?,
        disorder: fields.or("disorder", 0.0, share)?,
        order_check: fields.or("order_check", 1.0, switch)?,
        shared_claim: fields.or("shared_claim", 0.0, switch)?,
        foreign_claim: fields.or("foreign_claim", 0.0, share)?,
        assignee_check: fields.or("assignee_check", 1.0, switch)?,
        rewrite: fields.or("rewrite", 0.0, share)?,
        publish: fields.or("publish", 0.0, rate)?,
        publish_gates: fields.or("publish_gates", 6, small(1, 100))?,
        unpublish_gates: fields.or("unpublish_gates", 4, small(1, 100))?,
        pipeline_failure: fields.or("pipeline_failure", 0.0, share)?,
    })
}
