//! What a drill leaves behind: `GET /report`, `/report.md` and `/record`.

use super::answer::Wrong;
use super::door::Known;
use super::office::Office;
use crate::hub::{Leaving, View};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The report is one file: its styles and scripts stand in it, and it asks nobody for anything.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NOT_THERE: &str =
    "not there: reports and records are to be had once the drill is over, a record if it was begun with `--record`";

/// The report as a page.
pub async fn html(State(office): State<Arc<Office>>, known: Known) -> Response {
    let page = give(&office, &known, Leaving::Html, "text/html; charset=utf-8");
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], page).into_response()
}

/// The report as text.
pub async fn markdown(State(office): State<Arc<Office>>, known: Known) -> Response {
    give(&office, &known, Leaving::Markdown, "text/markdown; charset=utf-8")
}

/// The record.
pub async fn record(State(office): State<Arc<Office>>, known: Known) -> Response {
    give(&office, &known, Leaving::Record, "application/octet-stream")
}

fn give(office: &Office, known: &Known, what: Leaving, kind: &'static str) -> Response {
    match office.hub.leaving(what, View::of(known.caller.sees_the_truth())) {
        Some(bytes) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => Wrong::new(StatusCode::CONFLICT, NOT_THERE).plain(),
    }
}
