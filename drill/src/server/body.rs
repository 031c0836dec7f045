//! What comes with a request.

use super::answer::Wrong;
use super::office::Office;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

/// All of it, if it is small and comes soon.
///
/// # Errors
/// It is too large, too slow, or breaks off.
pub async fn read(office: &Office, request: Request) -> Result<Bytes, Wrong> {
    let read = tokio::time::timeout(office.limits.body, Bytes::from_request(request, &())).await;
    let late = |_| Wrong::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time; send it at once");
    read.map_err(late)?.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let most = office.limits.body_bytes;
            Wrong::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {most} bytes; say it in fewer words"))
        }
        status => Wrong::new(status, "the body broke off; send it again"),
    })
}
