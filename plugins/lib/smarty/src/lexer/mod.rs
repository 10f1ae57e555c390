//! Source text to tokens.
//!
//! Smarty's lexer is a machine of five states on a stack, each with an ordered list of patterns of which the
//! first that matches wins; white space belongs to some tokens and separates others. The order of the
//! patterns decides what a template means (`foo-bar` is a subtraction, ` x =` an attribute), so each state
//! here tries them in that order.

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

/// What a state made of the text at the cursor.
enum Scanned {
    /// A token that ends at this offset.
    Token(Kind, usize),
    /// Nothing to report up to this offset (a comment).
    Skip(usize),
    /// Another state takes over at the same place.
    Again,
}

/// A place that no token can start at, or an end that is missing.
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

/// Splits normalized text into tokens. A text that cannot be split gives the tokens before the fault and the
/// fault: what the parser finds wrong earlier is the better message.
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

    /// Replaces the state without leaving the one below.
    fn become_state(&mut self, state: Mode) {
        self.pop();
        self.push(state);
    }

    /// The state that the current one was entered from.
    fn below(&self) -> Option<Mode> {
        self.states.iter().rev().nth(1).copied()
    }
}
