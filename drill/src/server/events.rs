//! `GET /api/events`: what is new, as it comes.

use super::answer::Wrong;
use super::door::Known;
use super::office::Office;
use crate::hub::{Reader, View};
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// Browsers come back after so many milliseconds.
const HELLO: &[u8] = b"retry: 1000\n\n";

/// The stream of events of the caller's view.
pub async fn get(
    State(office): State<Arc<Office>>,
    known: Known,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    let after = after(&headers, &query)?;
    let view = View::of(known.caller.sees_the_truth());
    let reader = Reader::new(office.hub.clone(), view, after, office.limits.ping);
    let begin = (Some(Bytes::from_static(HELLO)), reader);
    let events = stream::unfold(begin, |(hello, mut reader)| async {
        let frame = if hello.is_some() { hello } else { reader.next().await };
        frame.map(|frame| (Ok::<_, Infallible>(frame), (None, reader)))
    });
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response())
}

/// After which event to go on: a browser that comes back says so in the header, which is newer than the address.
fn after(headers: &HeaderMap, query: &BTreeMap<String, String>) -> Result<Option<u64>, Wrong> {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?").to_string());
    let Some(id) = last.or_else(|| query.get("after").cloned()) else { return Ok(None) };
    let wrong = |_| Wrong::bad(format!("`{}` is no number of an event; take that of `event` in /api/state", id.escape_debug()));
    id.trim().parse().map(Some).map_err(wrong)
}
