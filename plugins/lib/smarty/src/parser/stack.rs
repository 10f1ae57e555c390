//! The stack of open tags, innermost last.

use super::open::{Open, OpenKind};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::limits;
use crate::program::{Block, Stmt};

impl Parser<'_> {
    pub(super) fn open(&self) -> &Open {
        // The template itself is at the bottom and never removed.
        &self.opens[self.opens.len() - 1]
    }

    pub(super) fn push_open(&mut self, kind: OpenKind) -> ParseResult<()> {
        if self.opens.len() > limits::BLOCK_NESTING {
            let max = limits::BLOCK_NESTING;
            return Err(Problem::limit(format!("nesting of tags exceeds {max}")));
        }
        self.opens.push(Open::new(kind, self.tag_start));
        Ok(())
    }

    /// Adds a statement to the innermost open tag.
    pub(super) fn emit(&mut self, stmt: Stmt) {
        let at = self.tag_start;
        if let Some(open) = self.opens.last_mut() {
            open.stmts.push((stmt, at));
        }
    }

    /// Removes the innermost open tag for the closing tag `closing`. The caller has checked that they match, or reports
    /// the difference with [`Parser::mismatch`].
    pub(super) fn pop_open(&mut self, closing: &str) -> ParseResult<(OpenKind, Block)> {
        let open = self.open();
        if open.kind.is_template() {
            return Err(Problem::syntax(format!("{closing} without an opening tag")));
        }
        if open.kind.is_value() {
            return Err(Problem::syntax(format!("{closing} without an opening tag within this string")));
        }
        match self.opens.pop() {
            Some(open) => {
                // From here on `tag_start` is the opening tag, but an error belongs to the closing one.
                self.problem_at.set(Some(self.tag_start));
                self.tag_start = open.at;
                let body = self.b.block(&open.stmts);
                Ok((open.kind, body))
            }
            None => Err(Problem::syntax(format!("{closing} without an opening tag"))),
        }
    }

    /// The error of closing one tag while another is open.
    pub(super) fn mismatch(&self, open: &OpenKind, closing: &str) -> Problem {
        let name = open.name();
        Problem::syntax(format!("unexpected {closing}: close {{{name}}} first with {{/{name}}}"))
    }
}
