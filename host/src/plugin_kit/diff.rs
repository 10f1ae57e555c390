//! The difference between two files, such as the expected one of a case and what was rendered.

use super::shown::visible;
use similar::TextDiff;
use std::time::Duration;

/// Lines of context around a difference.
const CONTEXT_LINES: usize = 3;
/// After this time a larger difference than necessary is shown.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A unified diff of two files of any bytes, each with its name; empty if they are the same.
pub fn unified(before: (&str, &[u8]), after: (&str, &[u8])) -> String {
    let (old, new) = (visible(before.1), visible(after.1));
    let diff = TextDiff::configure().timeout(TIMEOUT).diff_lines(&old, &new);
    diff.unified_diff().context_radius(CONTEXT_LINES).header(before.0, after.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_has_context_and_shows_control_characters() {
        let diff = unified(("old", b"a\nb\nc\n"), ("new", b"a\nb\r\nc\n"));
        assert!(diff.contains("--- old\n+++ new\n") && diff.contains(" a\n-b\n+b\\u{d}\n c\n"), "{diff}");
        assert_eq!(unified(("old", b"a\n"), ("new", b"a\n")), "");
    }
}
