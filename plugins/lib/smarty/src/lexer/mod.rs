//! Splits source text into tokens.
//!
//! Smarty's lexer is a state machine with a stack of five states. Each has an ordered list of patterns, of which the
//! first match wins; white space belongs to some tokens and separates others. The order of the patterns decides the
//! meaning of a template (`foo-bar` is a subtraction, ` x =` an attribute), so each state here tries them in that
//! order.

mod body;
mod quoted;
mod scan;
mod tag;
mod text;
mod token;

pub(crate) use token::{Kind, Token};

use crate::error::Problem;
use crate::source::offset;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Outside of tags.
    Text,
    /// At the brace that opens a tag.
    Tag,
    /// Inside a tag.
    Body,
    /// Between `{literal}` and `{/literal}`.
    Literal,
    /// Inside a double-quoted string.
    Quoted,
}

/// The result of one state at the cursor.
enum Scanned {
    /// A token that ends at this offset.
    Token(Kind, usize),
    /// Nothing to emit up to this offset (a comment).
    Skip(usize),
    /// Another state continues at the same offset.
    Again,
}

/// A position where no token can start, or a missing end.
pub(crate) struct LexError {
    pub at: u32,
    pub problem: Problem,
}

struct Lexer<'s> {
    src: &'s [u8],
    at: usize,
    states: Vec<Mode>,
    /// `{literal}` within `{literal}`.
    literals: u32,
}

/// Splits normalized text into tokens. On an error, returns the tokens before it as well, since an earlier error of the
/// parser is the better message.
pub(crate) fn tokens(src: &[u8]) -> (Vec<Token>, Option<LexError>) {
    let mut lexer = Lexer { src, at: 0, states: vec![Mode::Text], literals: 0 };
    let mut tokens = Vec::with_capacity(src.len() / 8);
    while lexer.at < src.len() {
        match lexer.step() {
            Ok(Scanned::Token(kind, end)) => {
                let start = offset(lexer.at);
                tokens.push(Token { kind, start, end: offset(end) });
                lexer.at = end;
            }
            Ok(Scanned::Skip(end)) => lexer.at = end,
            Ok(Scanned::Again) => {}
            Err(problem) => {
                let at = offset(lexer.at);
                return (tokens, Some(LexError { at, problem }));
            }
        }
    }
    (tokens, None)
}

impl Lexer<'_> {
    fn step(&mut self) -> Result<Scanned, Problem> {
        match self.states.last().copied().unwrap_or(Mode::Text) {
            Mode::Text => self.text(),
            Mode::Tag => Ok(self.tag()),
            Mode::Body => Ok(self.body()),
            Mode::Literal => self.literal(),
            Mode::Quoted => Ok(self.quoted()),
        }
    }

    fn push(&mut self, state: Mode) {
        self.states.push(state);
    }

    fn pop(&mut self) {
        self.states.pop();
    }

    /// Replaces the current state and keeps those below.
    fn become_state(&mut self, state: Mode) {
        self.pop();
        self.push(state);
    }

    /// The state from which the current one was entered.
    fn below(&self) -> Option<Mode> {
        self.states.iter().rev().nth(1).copied()
    }
}
