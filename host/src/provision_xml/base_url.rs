//! URLs of provisioning servers.

use axum::http::Uri;

/// What Zoiper replaces by the name and the password.
pub const USER: &str = "[user]";
pub const PASS: &str = "[pass]";

/// The server's own parameters for them.
const QUERY: &str = "username=[user]&password=[pass]";

/// Why a text is no URL that Zoiper can request.
pub fn fault(url: &str) -> Option<&'static str> {
    // Brackets have no place in a URL, but Zoiper replaces them.
    let filled = url.replace(USER, "user").replace(PASS, "pass");
    let Ok(uri) = filled.parse::<Uri>() else {
        return Some("is no URL; write https://, the host and the path, and blanks as %20");
    };
    match uri.scheme_str() {
        _ if url.contains(|character: char| !character.is_ascii_graphic()) => {
            Some("has a character that no URL has; write it as %XX")
        }
        Some("http" | "https") if uri.host().is_some_and(|host| !host.is_empty()) => None,
        _ => Some("does not begin with https:// or http:// and a host; write one"),
    }
}

pub fn is_encrypted(url: &str) -> bool {
    url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

pub fn has_placeholder(url: &str) -> bool {
    url.contains(USER) || url.contains(PASS)
}

/// The URL with the parameters for name and password, unless it has placeholders.
pub fn with_placeholders(url: &str) -> String {
    let joint = match url.rsplit_once('?') {
        _ if has_placeholder(url) => return url.to_owned(),
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{url}{joint}{QUERY}")
}
