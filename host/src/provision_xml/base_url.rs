//! URLs of provisioning servers.

use std::cell::Cell;
use url::{SyntaxViolation, Url};

/// What Zoiper replaces by the name and the password.
pub const USER: &str = "[user]";
pub const PASS: &str = "[pass]";

/// The server's own parameters for them.
const QUERY: &str = "username=[user]&password=[pass]";

const SCHEMES: [&str; 2] = ["https://", "http://"];

const UNKNOWN_CHARACTER: &str = "has a character that no URL has; write it as %XX";

/// Why a text is no URL that Zoiper can request.
pub fn fault(url: &str) -> Option<String> {
    if !SCHEMES.iter().any(|scheme| begins_with(url, scheme)) {
        return Some("does not begin with https:// or http:// and a host; write one".to_owned());
    }
    if url.contains(|character: char| !character.is_ascii_graphic()) {
        return Some(UNKNOWN_CHARACTER.to_owned());
    }
    if url.contains('#') {
        return Some("has a fragment (#), which no server receives; remove it, or write # as %23".to_owned());
    }
    // Brackets have no place in a URL, but Zoiper replaces them.
    let filled = url.replace(USER, "user").replace(PASS, "pass");
    let violation = Cell::new(None);
    let note = |found| {
        // FusionPBX's users know URLs with credentials, and Zoiper can request them.
        if found != SyntaxViolation::EmbeddedCredentials {
            violation.set(Some(found));
        }
    };
    let parsed = Url::options().syntax_violation_callback(Some(&note)).parse(&filled);
    match (parsed, violation.get()) {
        (Err(error), _) => Some(format!("is no URL ({error}); correct it")),
        (Ok(_), Some(SyntaxViolation::PercentDecode)) => {
            Some("has a % without two hexadecimal digits after it; write a percent sign as %25".to_owned())
        }
        (Ok(_), Some(SyntaxViolation::NonUrlCodePoint)) => Some(UNKNOWN_CHARACTER.to_owned()),
        (Ok(_), Some(other)) => Some(format!("is no URL ({other}); correct it")),
        (Ok(_), None) => None,
    }
}

fn begins_with(url: &str, scheme: &str) -> bool {
    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

pub fn is_encrypted(url: &str) -> bool {
    begins_with(url, "https://")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_zoiper_can_request_have_no_fault() {
        for url in [
            "https://pbx.example.net",
            "HTTP://pbx.example.net:8080/provision/",
            "https://ada:s3cret@192.0.2.1/",
            "https://[2001:db8::1]:65535/a%20b?c=%2F&d",
            "https://pbx.example.net/[user]/?username=[user]&password=[pass]",
        ] {
            assert_eq!(fault(url), None, "{url}");
        }
    }

    #[test]
    fn fault_names_what_is_wrong_with_a_url() {
        for (url, part) in [
            ("pbx.example.net", "does not begin with"),
            ("ftp://pbx.example.net/", "does not begin with"),
            ("https:/pbx.example.net/", "does not begin with"),
            ("https://", "empty host"),
            ("https:///provision/", "expected //"),
            ("https://:8080/", "empty host"),
            ("https://pbx.example.net:99999/", "invalid port number"),
            ("https://pbx.example.net:80a/", "invalid port number"),
            ("https://pbx.example.net/%zz", "a % without two"),
            ("https://pbx.example.net/?a=%2", "a % without two"),
            ("https://pbx.example.net/a b", "a character that no URL has"),
            ("https://pbx.example.net/ä", "a character that no URL has"),
            ("https://pbx.example.net/{user}", "a character that no URL has"),
            ("https://pbx.example.net/#top", "has a fragment"),
            ("https://pbx.example.net\\provision", "backslash"),
        ] {
            let found = fault(url).unwrap_or_default();
            assert!(found.contains(part), "{url}: {found}");
        }
    }

    #[test]
    fn parameters_are_added_once_and_before_nothing() {
        for (url, expected) in [
            ("https://a/", "https://a/?username=[user]&password=[pass]"),
            ("https://a/?", "https://a/?username=[user]&password=[pass]"),
            ("https://a/?b=1", "https://a/?b=1&username=[user]&password=[pass]"),
            ("https://a/[user]", "https://a/[user]"),
        ] {
            assert_eq!(with_placeholders(url), expected);
        }
    }
}
