//! `GET /api/state`: how things are.

use super::door::Known;
use super::office::Office;
use crate::hub::View;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::json;
use std::sync::Arc;

/// Who asks, and what they may see.
pub async fn get(State(office): State<Arc<Office>>, known: Known) -> impl IntoResponse {
    let caller = known.caller;
    let mut body = format!(r#"{{"role":{},"who":{},"#, json!(caller.role), json!(caller.who)).into_bytes();
    body.extend_from_slice(&office.hub.snapshot(View::of(caller.sees_the_truth())));
    body.extend_from_slice(b"}\n");
    ([(header::CONTENT_TYPE, "application/json")], body)
}
