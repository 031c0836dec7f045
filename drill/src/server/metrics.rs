//! `GET /metrics`: for Prometheus.

use super::door::Known;
use super::office::Office;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The exposition.
pub async fn get(State(office): State<Arc<Office>>, _: Known) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], office.hub.metrics())
}
