//! `effects`.

use super::{component_name, lognormal, retry};
use crate::error::Read;
use crate::forms::durations;
use crate::read::{Fields, flag, positive_span, share, span, switch};
use gatecrash_policies::time::Span;
use gatecrash_sim::scenario::{Backoff, Effects, Retry};

pub(super) const KEYS: &[&str] = &[
    "after",
    "probability",
    "idempotency",
    "timeout",
    "commit",
    "retry",
    "errors",
    "timeout_after_commit",
    "dedupe_window",
    "reconcile",
    "durability",
    "bypass",
    "untraced",
    "settle",
    "suppress",
    "stop_on_unknown",
    "after_failure",
    "keeps",
];

pub(super) fn read(fields: &Fields) -> Read<Effects> {
    let patient = Retry { attempts: 3, backoff: Backoff::FullJitter { base: Span(200_000), cap: Span::from_secs(5) } };
    Ok(Effects {
        after: component_name(fields.need("after")?)?,
        probability: fields.or("probability", 1.0, share)?,
        commit: fields.or("commit", lognormal(0.080, 0.300), durations)?,
        timeout: fields.or("timeout", Span::from_secs(5), positive_span)?,
        retry: fields.or("retry", patient, retry)?,
        errors: fields.or("errors", 0.0, share)?,
        timeout_after_commit: fields.or("timeout_after_commit", 0.0, share)?,
        idempotency: fields.or("idempotency", 1.0, switch)?,
        dedupe_window: fields.or("dedupe_window", Span::from_secs(86_400), span)?,
        reconcile: fields.read("reconcile", durations)?,
        durability: fields.or("durability", 1.0, share)?,
        bypass: fields.or("bypass", 0.0, share)?,
        untraced: fields.or("untraced", 0.0, share)?,
        settle: fields.read("settle", positive_span)?,
        suppress: fields.or("suppress", 0.0, share)?,
        stop_on_unknown: fields.or("stop_on_unknown", 1.0, switch)?,
        after_failure: fields.or("after_failure", 0.0, share)?,
        keeps: fields.or("keeps", false, flag)?,
    })
}
