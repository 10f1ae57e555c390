//! Determines the kind of a tag from its beginning.

use super::{Kind, Lexer, Mode, Scanned};

impl Lexer<'_> {
    /// Reads the token at the opening brace of a tag.
    pub(super) fn tag(&mut self) -> Scanned {
        if let Some((kind, end)) = self.opening_word() {
            self.become_state(Mode::Body);
            return Scanned::Token(kind, end);
        }
        if let Some((kind, end)) = self.whole_tag() {
            self.pop();
            return Scanned::Token(kind, end);
        }
        self.become_state(Mode::Body);
        if self.is(self.at + 1, b'/') {
            return Scanned::Token(Kind::LdelSlash, self.at + 2);
        }
        Scanned::Token(Kind::Ldel, self.at + 1)
    }

    /// Tags with their own grammar.
    fn opening_word(&self) -> Option<(Kind, usize)> {
        let at = self.at + 1;
        for word in ["if", "elseif", "else if", "while"] {
            if let Some(end) = self.word_spaces(at, word) {
                return Some((Kind::LdelIf, end));
            }
        }
        if let Some(end) = self.word_spaces(at, "for") {
            return Some((Kind::LdelFor, end));
        }
        if let Some(end) = self.word(at, "foreach")
            && self.byte(end).is_none_or(super::scan::is_space)
        {
            return Some((Kind::LdelForeach, end));
        }
        if let Some(end) = self.word_spaces(at, "setfilter") {
            return Some((Kind::LdelSetfilter, end));
        }
        let end = self.word_spaces(at, "make_nocache")?;
        Some((Kind::LdelMakeNocache, end))
    }

    /// Tags that are one token, braces included.
    fn whole_tag(&self) -> Option<(Kind, usize)> {
        let at = self.at + 1;
        match self.byte(at)? {
            b'$' => self.whole_variable(at),
            b'/' => {
                let end = self.closing(self.name(at + 1)?)?;
                Some((Kind::CloseTag, end))
            }
            _ => {
                let end = self.name_nocache(at)?;
                Some((Kind::SimpleTag, end))
            }
        }
    }

    fn whole_variable(&self, at: usize) -> Option<(Kind, usize)> {
        for last in ["child", "parent"] {
            let end = self.word(at, "$smarty.block.");
            let end = end.and_then(|end| self.closing(self.word(end, last)?));
            if let Some(end) = end {
                return Some((Kind::BlockChildParent, end));
            }
        }
        let end = self.name_nocache(at + 1)?;
        // Within a tag or a string, `{$x}` is an expression in braces.
        (self.below() == Some(Mode::Text)).then_some((Kind::SimpleOutput, end))
    }

    /// `name`, an optional ` nocache`, and the closing brace.
    fn name_nocache(&self, at: usize) -> Option<usize> {
        let name = self.name(at)?;
        let option = self.spaces1(name).and_then(|end| self.word(end, "nocache"));
        let with_option = option.and_then(|end| self.closing(end));
        with_option.or_else(|| self.closing(name))
    }
}
