//! Texts that clients sent, cleaned and cut.

use crate::facts::is_control;

/// The text without control characters, and cut.
pub fn cut(text: &str, chars_max: usize) -> String {
    let clean = |letter| if is_control(letter) { '?' } else { letter };
    let mut kept: String = text.chars().take(chars_max).map(clean).collect();
    if text.chars().nth(chars_max).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_texts_are_cut_and_cleaned() {
        assert_eq!(cut("a\u{1b}[2J\n\u{202e}b", 20), "a?[2J??b");
        assert_eq!(cut("abcdef", 3), "abc…");
        assert_eq!(cut("äöü", 3), "äöü");
    }
}
