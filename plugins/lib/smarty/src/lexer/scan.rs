//! The small patterns that make up tokens. Each returns the offset after its match.

use super::Lexer;

/// White space as PCRE's `\s` defines it without the `u` flag.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Lexer<'_> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.src.get(at).copied()
    }

    pub(super) fn is(&self, at: usize, byte: u8) -> bool {
        self.byte(at) == Some(byte)
    }

    /// `\s*`
    pub(super) fn spaces(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(is_space) {
            at += 1;
        }
        at
    }

    /// `\s+`
    pub(super) fn spaces1(&self, at: usize) -> Option<usize> {
        let end = self.spaces(at);
        (end > at).then_some(end)
    }

    /// `[0-9]*[a-zA-Z_]\w*`
    pub(super) fn name(&self, mut at: usize) -> Option<usize> {
        while self.byte(at).is_some_and(|b| b.is_ascii_digit()) {
            at += 1;
        }
        let first = self.byte(at)?;
        if !first.is_ascii_alphabetic() && first != b'_' {
            return None;
        }
        while self.byte(at).is_some_and(is_word) {
            at += 1;
        }
        Some(at)
    }

    /// `\s*}`
    pub(super) fn closing(&self, at: usize) -> Option<usize> {
        let at = self.spaces(at);
        self.is(at, b'}').then_some(at + 1)
    }

    /// `word`, in any case, whatever follows.
    pub(super) fn word(&self, at: usize, word: &str) -> Option<usize> {
        let end = at + word.len();
        let found = self.src.get(at..end)?;
        found.eq_ignore_ascii_case(word.as_bytes()).then_some(end)
    }

    /// `word\s+`
    pub(super) fn word_spaces(&self, at: usize, word: &str) -> Option<usize> {
        self.spaces1(self.word(at, word)?)
    }

    /// `\{literal\s*\}`, or the closing tag with `slash`.
    pub(super) fn literal_tag(&self, at: usize, slash: bool) -> Option<usize> {
        let open = if slash { "{/literal" } else { "{literal" };
        self.closing(self.word(at, open)?)
    }
}
