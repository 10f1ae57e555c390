//! Texts that clients sent, cleaned and cut.

use crate::facts::is_control;
use std::sync::Arc;

/// The text without control characters, and cut.
pub fn cut(text: &str, chars_max: usize) -> String {
    if is_plain(text, chars_max) {
        return text.to_owned();
    }
    let clean = |letter| if is_control(letter) { '?' } else { letter };
    let mut kept: String = text.chars().take(chars_max).map(clean).collect();
    if text.chars().nth(chars_max).is_some() {
        kept.push('…');
    }
    kept
}

/// As [`cut`], for a line that shares its texts with the statement that writes it.
pub fn shared(text: &str, chars_max: usize) -> Arc<str> {
    if is_plain(text, chars_max) { Arc::from(text) } else { cut(text, chars_max).into() }
}

/// Whether nothing has to be changed, for nearly all texts.
fn is_plain(text: &str, chars_max: usize) -> bool {
    text.len() <= chars_max && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_texts_are_cut_and_cleaned() {
        assert_eq!(cut("a\u{1b}[2J\n\u{202e}b", 20), "a?[2J??b");
        assert_eq!(cut("abcdef", 3), "abc…");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!((&*shared("abc", 3), &*shared("abcd\n", 4), &*shared("a\n", 3)), ("abc", "abcd…", "a?"));
    }
}
