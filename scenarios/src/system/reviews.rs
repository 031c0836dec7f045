//! `reviews`.

use super::component_name;
use crate::error::Read;
use crate::forms::durations;
use crate::read::{Fields, positive_span, share, small, switch};
use crate::world;
use gatecrash_sim::scenario::Reviews;

pub(super) const KEYS: &[&str] = &[
    "after",
    "probability",
    "reviewers",
    "review",
    "approve",
    "hours",
    "expiry",
    "fallback",
    "session",
    "session_visible",
    "reinit",
    "reinit_checked",
    "reinit_linked",
    "revoked",
    "revocation_honoured",
];

/// Unless told, every run needs an approval and gets it, and whatever may be careless is not.
pub(super) fn read(fields: &Fields) -> Read<Reviews> {
    Ok(Reviews {
        after: component_name(fields.need("after")?)?,
        probability: fields.or("probability", 1.0, share)?,
        reviewers: fields.or("reviewers", 1, small(1, 100_000))?,
        review: durations(fields.need("review")?)?,
        approve: fields.or("approve", 1.0, share)?,
        hours: fields.or("hours", None, world::hours)?,
        expiry: fields.read("expiry", positive_span)?,
        fallback: fields.or("fallback", 1.0, switch)?,
        session: fields.read("session", durations)?,
        session_visible: fields.or("session_visible", 1.0, switch)?,
        reinit: fields.or("reinit", 1.0, switch)?,
        reinit_checked: fields.or("reinit_checked", 1.0, switch)?,
        reinit_linked: fields.or("reinit_linked", 1.0, switch)?,
        revoked: fields.or("revoked", 0.0, share)?,
        revocation_honoured: fields.or("revocation_honoured", 1.0, switch)?,
    })
}
