//! The difference between the expected file of a case and what was rendered.

use super::shown::visible;
use similar::TextDiff;
use std::time::Duration;

/// Lines of context around a difference.
const CONTEXT_LINES: usize = 3;
/// After this time a larger difference than necessary is shown.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A unified diff of two files of any bytes; empty if they are the same.
pub fn unified(expected: &[u8], actual: &[u8]) -> String {
    let (expected, actual) = (visible(expected), visible(actual));
    let diff = TextDiff::configure().timeout(TIMEOUT).diff_lines(&expected, &actual);
    diff.unified_diff().context_radius(CONTEXT_LINES).header("expected", "actual").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_has_context_and_shows_control_characters() {
        let diff = unified(b"a\nb\nc\n", b"a\nb\r\nc\n");
        assert!(diff.contains(" a\n-b\n+b\\u{d}\n c\n"), "{diff}");
        assert_eq!(unified(b"a\n", b"a\n"), "");
    }
}
