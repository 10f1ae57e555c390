//! Where the auth server is, and how long it is waited for.

use axum::http::Uri;
use std::path::PathBuf;
use std::time::Duration;

/// The URL may hold a secret, so there is no `Debug`.
#[derive(Clone)]
pub struct Config {
    pub url: Uri,
    pub timeout: Duration,
    /// Certificate authorities to trust instead of the system's.
    pub authority: Option<PathBuf>,
}

impl Config {
    /// Phones give up after some ten seconds, and a word is answered in milliseconds.
    pub const TIMEOUT_MS: u64 = 3_000;

    /// Reads the URL. What is wrong is said without repeating it.
    pub fn parse_url(text: &str) -> Result<Uri, String> {
        let wrong = "is no URL of an auth server; write for instance https://auth.example.net/check.php".to_owned();
        let url: Uri = text.parse().map_err(|_| wrong.clone())?;
        let authority = url.authority().filter(|_| matches!(url.scheme_str(), Some("http" | "https"))).ok_or(wrong)?;
        if authority.as_str().contains('@') {
            return Err("has a user in it, which is not sent; the auth server checks the phone's `secret`".to_owned());
        }
        Ok(url)
    }
}
