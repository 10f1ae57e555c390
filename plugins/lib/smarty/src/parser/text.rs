//! Text between tags, and which newlines stay.
//!
//! Tags become `<?php … ?>`, and PHP swallows a newline directly after `?>`. For a tag that prints, Smarty writes an
//! extra newline there, so the template's newline stays; for a tag that only controls, it does not, so the newline is
//! lost.

use super::output::{Output, Tail};
use super::{Parser, strip};
use crate::program::Stmt;

impl Parser<'_> {
    /// Adds text of the template. `{strip}` sees the text around a tag without code as one piece.
    pub(super) fn add_text(&mut self, text: &[u8], strip: bool) {
        if self.output.pending_strip != strip {
            self.flush();
            self.output.pending_strip = strip;
        }
        self.output.pending.extend_from_slice(text);
    }

    /// Writes the pending text before code.
    pub(super) fn flush(&mut self) {
        if self.output.pending.is_empty() {
            return;
        }
        let pending = std::mem::take(&mut self.output.pending);
        let text = match self.output.pending_strip {
            true => strip::strip(&pending),
            false => pending,
        };
        self.write(&text);
    }

    fn write(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let text = match self.output.swallow {
            true => text.strip_prefix(b"\n").unwrap_or(text),
            false => text,
        };
        if std::mem::take(&mut self.output.first) && text.starts_with(b"\n") {
            // The end of the file decides whether it stays: see `first_newline`.
            self.first_newline = Some(self.b.text_len());
        }
        self.output.swallow = false;
        self.raw(text);
    }

    /// Adds a text statement unchanged.
    pub(super) fn raw(&mut self, text: &[u8]) {
        if !text.is_empty() {
            let stmt = self.b.text(text);
            self.emit(stmt);
        }
    }

    /// Adds the statement of a tag.
    pub(super) fn code(&mut self, stmt: Stmt, tail: Tail) {
        self.flush();
        self.output.first = false;
        self.emit(stmt);
        self.tail(tail);
    }

    /// Records the end of a tag's code, whose text is already written.
    pub(super) fn tail(&mut self, tail: Tail) {
        self.output.first = false;
        self.output.swallow = tail == Tail::Swallows;
    }

    /// Adds the plain text of a tag (`{ldelim}`).
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.flush();
        self.write(text);
    }

    /// Starts the separate text of a function, a block or a string. Returns the outer state for [`Parser::attach`].
    pub(super) fn detach(&mut self) -> Output {
        let strip = self.output.strip;
        let inner = Output { strip, ..Output::default() };
        std::mem::replace(&mut self.output, inner)
    }

    /// Returns to the outer text; the text of `{strip}` continues across.
    pub(super) fn attach(&mut self, outer: Output) {
        let strip = self.output.strip;
        self.output = Output { strip, ..outer };
    }
}
