//! `connections`.

use super::{lognormal, pool};
use crate::error::Read;
use crate::forms::{backoff, durations, numbers};
use crate::read::{Fields, limited, multiple, positive_rate, positive_span, rate, share, small, span};
use gatecrash_policies::time::Span;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{Backoff, Connections};

pub(super) const KEYS: &[&str] = &[
    "accept_rate",
    "backoff",
    "replay",
    "replay_slots",
    "stale_cost",
    "drop",
    "connect_timeout",
    "auth_errors",
    "stale_cursor",
    "messages",
    "consumer_speed",
    "buffer",
    "message_lag",
    "duplicate_message",
    "drain",
    "pool",
];

pub(super) fn read(fields: &Fields) -> Read<Connections> {
    Ok(Connections {
        accept_rate: positive_rate(fields.need("accept_rate")?)?,
        pool: pool(fields)?,
        backoff: fields.or("backoff", Backoff::FullJitter { base: Span::from_secs(1), cap: Span::from_secs(30) }, backoff)?,
        replay: fields.or("replay", Dist::ZERO, durations)?,
        replay_slots: fields.or("replay_slots", None, limited(1))?,
        stale_cost: fields.or("stale_cost", 1.0, multiple)?,
        drop: fields.or("drop", 0.0, rate)?,
        connect_timeout: fields.read("connect_timeout", positive_span)?,
        auth_errors: fields.or("auth_errors", 0.0, share)?,
        stale_cursor: fields.or("stale_cursor", 0.0, share)?,
        messages: fields.or("messages", 0.0, rate)?,
        consumer_speed: fields.or("consumer_speed", Dist::Constant(4.0), numbers)?,
        buffer: fields.or("buffer", 1_000, small(1, 1_000_000_000))?,
        message_lag: fields.or("message_lag", lognormal(0.080, 0.300), durations)?,
        duplicate_message: fields.or("duplicate_message", 0.0, share)?,
        drain: fields.or("drain", Span::from_secs(60), span)?,
    })
}
