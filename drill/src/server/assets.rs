//! The page and what belongs to it.

pub use crate::page::FILES;

use crate::page::File;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// The answer to whoever asks for a file.
pub fn give(file: &File) -> Response {
    ([(header::CONTENT_TYPE, file.kind)], file.text).into_response()
}
