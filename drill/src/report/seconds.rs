//! Times as JSON has them: in seconds since the beginning of the rollout.

use gatecrash_policies::time::{Span, Time};
use serde::Serializer;

/// A moment.
pub fn at<S: Serializer>(at: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.seconds())
}

/// A moment that need not have come.
pub fn maybe<S: Serializer>(at: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_f64(at.seconds()),
        None => serializer.serialize_none(),
    }
}

/// A length of time.
pub fn span<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.seconds())
}

/// A length of time that there need not be.
pub fn maybe_span<S: Serializer>(span: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
    match span {
        Some(span) => serializer.serialize_f64(span.seconds()),
        None => serializer.serialize_none(),
    }
}
