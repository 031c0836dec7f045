//! Answers that say that something is wrong.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What was found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The status.
    pub status: StatusCode,
    /// In words.
    pub text: String,
}

impl Wrong {
    /// Something is wrong.
    pub fn new(status: StatusCode, text: impl Into<String>) -> Wrong {
        Wrong { status, text: text.into() }
    }

    /// A request that makes no sense.
    pub fn bad(text: impl Into<String>) -> Wrong {
        Wrong::new(StatusCode::BAD_REQUEST, text)
    }

    /// As a page shows it.
    pub fn plain(self) -> Response {
        (self.status, plain(self.text)).into_response()
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        json_of(self.status, &json!({ "ok": false, "error": self.text }))
    }
}

/// JSON with a status.
pub fn json_of(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

/// A line of text.
pub fn plain(text: impl std::fmt::Display) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{text}\n"))
}
