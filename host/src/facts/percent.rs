//! Percent-encoding for URLs (RFC 3986, section 2.1).

use std::fmt::Write;

/// Encodes all bytes except letters, digits, `.`, `-`, `_`, and those in `kept`.
pub fn percent_encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
