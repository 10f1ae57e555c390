//! A request to a service, and its answer.

use super::url::FileUrl;
use axum::http::{HeaderMap, Method, StatusCode};

/// A request. There is no `Debug`: headers and body may hold a secret.
pub struct Call {
    pub method: Method,
    pub url: FileUrl,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// An answer of any status. There is no `Debug`: it may hold a secret.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}
