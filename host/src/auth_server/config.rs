//! The auth server's URL, timeout and certificate authorities.

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
    /// Phones give up after some ten seconds, and a short answer takes milliseconds.
    pub const TIMEOUT_MS: u64 = 3_000;

    /// Parses the URL. The error does not repeat it, because it may hold a secret.
    pub fn parse_url(text: &str) -> Result<Uri, String> {
        let wrong = "is not a valid auth server URL; write for example https://auth.example.net/check.php".to_owned();
        let url: Uri = text.parse().map_err(|_| wrong.clone())?;
        let authority = url.authority().filter(|_| matches!(url.scheme_str(), Some("http" | "https"))).ok_or(wrong)?;
        if authority.as_str().contains('@') {
            return Err(
                "contains a user name, which is never sent; the auth server checks the phone's `secret`".to_owned()
            );
        }
        Ok(url)
    }
}
