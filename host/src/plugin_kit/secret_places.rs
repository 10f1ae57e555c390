//! Where a text contains secrets that the text itself names: the passwords of URLs, and values such as `token=…`.

use crate::facts::is_secret;
use std::ops::Range;

/// What ends a value in a query, in a list of parameters or in a line.
const ENDS: [char; 6] = ['&', ';', ',', ' ', '\n', '#'];

/// The ranges, in their order.
pub fn named_secrets(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = text.match_indices("://").filter_map(|(at, _)| password(text, at + 3)).collect();
    for (at, _) in text.match_indices('=') {
        let name = text[..at].rsplit(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter))).next();
        let end = text[at + 1..].find(ENDS).map_or(text.len(), |end| at + 1 + end);
        let value = text[at + 1..end].trim_end_matches('\r');
        let quoted = value.trim_matches(['"', '\'']);
        let start = at + 1 + (value.len() - value.trim_start_matches(['"', '\'']).len());
        if name.is_some_and(is_secret) && !quoted.is_empty() {
            found.push(start..start + quoted.len());
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|next, before| next.start < before.end);
    found
}

/// The password in `user:password@host/`, else the user in its place. The text begins behind the scheme.
fn password(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let end = rest.find(|letter: char| "/?#\"'<>".contains(letter) || letter.is_whitespace()).unwrap_or(rest.len());
    let (account, _) = rest[..end].rsplit_once('@')?;
    let password = account.find(':').map_or(0, |colon| colon + 1);
    Some(start + password..start + account.len()).filter(|range| !range.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_its_secrets() {
        let expected: [(&str, &[&str]); 8] = [
            ("https://ada:s3cret@pbx.example.net/x", &["s3cret"]),
            ("from https://a:one@x/ or ftp://two@y", &["one", "two"]),
            ("https://pbx.example.net/x@y", &[]),
            ("https://x/?token=t0k&user=a", &["t0k"]),
            ("https://a:p1@x/f?api_key=k1&password=", &["p1", "k1"]),
            ("user=101;password=\"s3cret\"", &["s3cret"]),
            ("label=Front desk", &[]),
            ("http_password=x y", &["x"]),
        ];
        for (text, secrets) in expected {
            let found: Vec<_> = named_secrets(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, secrets, "{text}");
        }
    }
}
