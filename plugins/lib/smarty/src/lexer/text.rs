//! Text outside of tags, comments, and literal text.

use memchr::{memchr, memmem};

use super::{Kind, Lexer, Mode, Scanned};
use crate::error::Problem;

impl Lexer<'_> {
    pub(super) fn text(&mut self) -> Result<Scanned, Problem> {
        let at = self.at;
        if !self.is(at, b'{') {
            let rest = &self.src[at..];
            let len = memchr(b'{', rest).unwrap_or(rest.len());
            return Ok(Scanned::Token(Kind::Text, at + len));
        }
        if self.is(at + 1, b'}') {
            return Ok(Scanned::Token(Kind::Text, at + 2));
        }
        if self.is(at + 1, b'*') {
            return self.comment();
        }
        if let Some(end) = self.spaced_braces() {
            return Ok(Scanned::Token(Kind::Text, end));
        }
        if let Some(end) = self.literal_tag(at, false) {
            self.push(Mode::Literal);
            return Ok(Scanned::Token(Kind::LiteralStart, end));
        }
        if let Some(end) = self.literal_tag(at, true) {
            self.push(Mode::Literal);
            return Ok(Scanned::Token(Kind::LiteralEnd, end));
        }
        self.push(Mode::Tag);
        Ok(Scanned::Again)
    }

    /// Braces followed by white space, which are plain text (`auto_literal`).
    pub(super) fn spaced_braces(&self) -> Option<usize> {
        let mut end = self.at;
        while self.is(end, b'{') {
            end += 1;
        }
        self.spaces1(end)
    }

    fn comment(&self) -> Result<Scanned, Problem> {
        // The search starts at the brace, so that `{*}` is a whole comment.
        let Some(found) = memmem::find(&self.src[self.at..], b"*}") else {
            return Err(Problem::syntax("this comment is never closed: expected \"*}\""));
        };
        let end = self.at + found + 2;
        let end = if self.is(end, b'\n') { end + 1 } else { end };
        Ok(Scanned::Skip(end))
    }

    pub(super) fn literal(&mut self) -> Result<Scanned, Problem> {
        let at = self.at;
        if let Some(end) = self.literal_tag(at, false) {
            self.literals += 1;
            return Ok(Scanned::Token(Kind::Literal, end));
        }
        if let Some(end) = self.literal_tag(at, true) {
            if self.literals > 0 {
                self.literals -= 1;
                return Ok(Scanned::Token(Kind::Literal, end));
            }
            self.pop();
            return Ok(Scanned::Token(Kind::LiteralEnd, end));
        }
        match self.next_literal_tag() {
            Some(end) => Ok(Scanned::Token(Kind::Literal, end)),
            None => Err(Problem::syntax("this {literal} is never closed: expected \"{/literal}\"")),
        }
    }

    /// The next `{literal}` or `{/literal}` without white space inside: Smarty finds only those after text.
    fn next_literal_tag(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            at += memchr(b'{', self.src.get(at..)?)?;
            let name = if self.is(at + 1, b'/') { at + 2 } else { at + 1 };
            if self.word(name, "literal}").is_some() {
                return Some(at);
            }
            at += 1;
        }
    }
}
