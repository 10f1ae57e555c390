//! The files that pages use. They are a part of the program, so that a page needs nothing from elsewhere.

use super::desk::Desk;
use crate::facts::hex;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// A file, and how browsers get it.
pub struct Asset {
    pub name: &'static str,
    content_type: &'static str,
    text: &'static str,
}

pub const STYLE: Asset =
    Asset { name: "/style.css", content_type: "text/css; charset=utf-8", text: include_str!("assets/style.css") };
pub const SCRIPT: Asset = Asset {
    name: "/refresh.js",
    content_type: "text/javascript; charset=utf-8",
    text: include_str!("assets/refresh.js"),
};
pub const ICON: Asset =
    Asset { name: "/icon.svg", content_type: "image/svg+xml", text: include_str!("assets/icon.svg") };

/// Digits of a file's hash in its URL: enough that another release's file has another URL.
const DIGITS: usize = 12;

/// A year. Another release's file has another URL.
const CACHED: &str = "private, max-age=31536000, immutable";

/// The URL of a file.
pub fn path(desk: &Desk, asset: &Asset) -> String {
    let hash = hex(&Sha256::digest(asset.text));
    format!("{}?{}", desk.path(asset.name), &hash[..DIGITS])
}

/// The answer with a file.
pub fn answer(asset: &Asset) -> Response {
    ([(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, CACHED)], asset.text).into_response()
}
