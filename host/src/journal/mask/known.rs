//! The places of known secrets in a text, in the forms in which templates write them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fmt::Write;
use std::ops::Range;

/// A shorter text occurs everywhere, and hiding it would tell where. The value's name hides it.
const CHARS_MIN: usize = 4;

/// Where these secrets stand, in the order of their places.
pub fn find(text: &str, secrets: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for secret in secrets.iter().filter(|secret| secret.chars().count() >= CHARS_MIN) {
        let mut forms = forms(secret);
        forms.sort();
        forms.dedup();
        for form in forms {
            found.extend(text.match_indices(&form).map(|(at, form)| at..at + form.len()));
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// The secret as it is, and escaped for XML, JSON and URLs, and in Base64. Every secret has the same forms in this order.
pub fn forms(secret: &str) -> Vec<String> {
    let escaped = |quote: &str, apostrophe: &str| {
        let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', quote).replace('\'', apostrophe)
    };
    let encoded = |is_kept: fn(u8) -> bool, upper: bool| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            let _ = match (is_kept(byte), upper) {
                (true, _) => write!(text, "{}", char::from(byte)),
                (false, true) => write!(text, "%{byte:02X}"),
                (false, false) => write!(text, "%{byte:02x}"),
            };
            text
        })
    };
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    vec![
        secret.to_owned(),
        escaped("&quot;", "&#039;"),
        escaped("&quot;", "&#39;"),
        escaped("&quot;", "&apos;"),
        escaped("\"", "'"),
        secret.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/"),
        secret.replace('\\', "\\\\").replace('"', "\\\""),
        encoded(unreserved, true),
        encoded(unreserved, false),
        BASE64_STANDARD.encode(secret),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_found_in_each_form() {
        let secret = "a&b\"c/d".to_owned();
        for text in
            ["x a&b\"c/d y", "x a&amp;b&quot;c/d y", "x a%26b%22c%2Fd y", "x a%26b%22c%2fd y", "x YSZiImMvZA== y"]
        {
            let found = find(text, std::slice::from_ref(&secret));
            assert_eq!((found.len(), found.first().cloned()), (1, Some(2..text.len() - 2)), "{text}");
        }
        assert!(find("1 12 123", &["12".to_owned()]).is_empty());
    }
}
