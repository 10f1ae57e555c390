//! A JSON answer.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A value as JSON. No cache keeps it: it may hold secrets, and is old at once.
pub struct Answer<T>(pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        // Serialization of these plain types cannot fail.
        let text = serde_json::to_string(&self.0).unwrap_or_default();
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text).into_response()
    }
}
