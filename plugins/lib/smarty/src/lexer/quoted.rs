//! The inside of a double-quoted string.

use super::{Kind, Lexer, Mode, Scanned};

impl Lexer<'_> {
    pub(super) fn quoted(&mut self) -> Scanned {
        let at = self.at;
        match self.byte(at) {
            Some(b'{') => return self.quoted_brace(),
            Some(b'"') => {
                self.pop();
                return Scanned::Token(Kind::Quote, at + 1);
            }
            Some(b'`') if self.is(at + 1, b'$') => {
                self.push(Mode::Body);
                return Scanned::Token(Kind::Backtick, at + 1);
            }
            Some(b'$') => {
                return match self.name(at + 1) {
                    Some(end) => Scanned::Token(Kind::DollarId, end),
                    None => Scanned::Token(Kind::Text, at + 1),
                };
            }
            _ => {}
        }
        // An unclosed string is text to the end; the parser then reports the missing quote.
        let end = self.quoted_text().unwrap_or(self.src.len());
        Scanned::Token(Kind::Text, end)
    }

    fn quoted_brace(&mut self) -> Scanned {
        let at = self.at;
        if let Some(end) = self.spaced_braces() {
            return Scanned::Token(Kind::Text, end);
        }
        let literal = self.literal_tag(at, false).or_else(|| self.literal_tag(at, true));
        if let Some(end) = literal {
            return Scanned::Token(Kind::Text, end);
        }
        if self.is(at + 1, b'/') || self.name(at + 1).is_some() {
            self.push(Mode::Tag);
            return Scanned::Again;
        }
        self.push(Mode::Body);
        Scanned::Token(Kind::Ldel, at + 1)
    }

    /// The text up to the next special character of a string; a backslash hides the next byte.
    fn quoted_text(&self) -> Option<usize> {
        let mut end = self.at;
        loop {
            match self.byte(end)? {
                b'{' | b'$' | b'"' => return Some(end),
                b'`' if self.is(end + 1, b'$') => return Some(end),
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
    }
}
