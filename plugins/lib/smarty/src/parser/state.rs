//! What is known of the file so far, and the way through its tokens.

use std::cell::Cell;

use super::flat::Modifier;
use super::open::{Open, OpenKind};
use super::output::Output;
use super::properties::Properties;
use crate::error::Problem;
use crate::lexer::{Kind, LexError, Token};
use crate::limits;
use crate::php::Function;
use crate::program::Builder;
use crate::source;

pub(super) type ParseResult<T> = Result<T, Problem>;

pub(super) struct Parser<'s> {
    pub(super) src: &'s [u8],
    pub(super) tokens: &'s [Token],
    pub(super) broken: Option<LexError>,
    pub(super) at: usize,
    /// The start of the current tag.
    pub(super) tag_start: u32,
    /// The position of a problem, if it is not the whole tag.
    pub(super) problem_at: Cell<Option<u32>>,
    pub(super) b: Builder,
    /// Functions of the caller, which the file may call besides those of the language.
    pub(super) extra: &'s [&'static Function],
    pub(super) opens: Vec<Open>,
    pub(super) output: Output,
    /// The offset in the text buffer of a newline at the beginning of the file.
    pub(super) first_newline: Option<u32>,
    /// Smarty starts the code of the file with a list of plugins, so that its first newline stays.
    pub(super) loads_plugin: bool,
    pub(super) properties: Properties,
    /// The names of the `{function}`s so far, which are tags from there on.
    pub(super) functions: Vec<Vec<u8>>,
    pub(super) filters: Vec<Vec<Modifier>>,
    /// The file has a `{setfilter}` so far.
    pub(super) sets_filter: bool,
    /// The tag is within a second pair of braces.
    pub(super) doubled: bool,
    pub(super) nesting: usize,
}

impl<'s> Parser<'s> {
    pub(super) fn new(
        src: &'s [u8],
        tokens: &'s [Token],
        broken: Option<LexError>,
        extra: &'s [&'static Function],
    ) -> Parser<'s> {
        Parser {
            src,
            tokens,
            broken,
            at: 0,
            tag_start: 0,
            problem_at: Cell::new(None),
            b: Builder::default(),
            extra,
            opens: vec![Open::new(OpenKind::Template, 0)],
            output: Output::of_file(),
            first_newline: None,
            loads_plugin: false,
            properties: Properties::scan(src),
            functions: Vec::new(),
            filters: Vec::new(),
            sets_filter: false,
            doubled: false,
            nesting: 0,
        }
    }

    /// The caller's function of this name, which is in lower case.
    pub(super) fn extra(&self, name: &[u8]) -> Option<&'static Function> {
        self.extra.iter().copied().find(|function| function.name.as_bytes() == name)
    }

    pub(super) fn kind(&self) -> Kind {
        self.peek(0)
    }

    pub(super) fn peek(&self, ahead: usize) -> Kind {
        self.tokens.get(self.at + ahead).map_or(Kind::End, |token| token.kind)
    }

    /// Returns the token at the cursor and advances; at the end, an empty token.
    pub(super) fn next(&mut self) -> Token {
        let end = source::offset(self.src.len());
        let none = Token { kind: Kind::End, start: end, end };
        let token = self.tokens.get(self.at).copied().unwrap_or(none);
        self.at += 1;
        token
    }

    pub(super) fn eat(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn expect(&mut self, kind: Kind) -> ParseResult<Token> {
        if self.kind() == kind {
            return Ok(self.next());
        }
        Err(self.unexpected(kind.describe()))
    }

    pub(super) fn slice(&self, token: Token) -> &'s [u8] {
        &self.src[token.start as usize..token.end as usize]
    }

    /// The text of a token without the white space around it.
    pub(super) fn word(&self, token: Token) -> &'s [u8] {
        self.slice(token).trim_ascii()
    }

    pub(super) fn unexpected(&self, expected: &str) -> Problem {
        if self.kind() == Kind::End
            && let Some(broken) = &self.broken
        {
            self.problem_at.set(Some(broken.at));
            return broken.problem.clone();
        }
        let end = source::offset(self.src.len());
        let at = self.tokens.get(self.at).map_or(end, |token| token.start);
        self.problem_at.set(Some(at));
        let found = match self.tokens.get(self.at) {
            None => "the end of the file".to_owned(),
            Some(&token) => format!("\"{}\"", excerpt(self.slice(token))),
        };
        Problem::syntax(format!("unexpected {found}: expected {expected}"))
    }

    /// The position that an error names: the unexpected token, or the tag.
    pub(super) fn problem_offset(&self) -> u32 {
        self.problem_at.get().unwrap_or(self.tag_start)
    }

    /// Enters one level of nested expressions; [`Parser::leave`] ends it.
    pub(super) fn enter(&mut self) -> ParseResult<()> {
        self.nesting += 1;
        if self.nesting > limits::EXPRESSION_NESTING {
            let max = limits::EXPRESSION_NESTING;
            return Err(Problem::limit(format!("nesting of expressions exceeds {max}")));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.nesting -= 1;
    }
}

/// The text of a token for a message: short, on one line.
fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.split('\n').next().unwrap_or_default();
    text.chars().take(40).collect()
}
