//! Text between tags: which newlines stay.
//!
//! Tags become `<?php … ?>`, and PHP swallows a newline directly behind `?>`. Tags that print write a newline
//! of their own there, so the template's stays; tags that only control do not, so it goes.

use super::{Parser, strip};
use crate::program::Stmt;

/// Text that is not yet written, and what will happen to its first newline.
#[derive(Clone, Debug, Default)]
pub(super) struct Output {
    pub strip: bool,
    /// The last code ended in `?>`: a newline that follows is lost.
    swallow: bool,
    pending: Vec<u8>,
    /// The pending text is to be stripped.
    pending_strip: bool,
    /// Nothing has been written to the file yet.
    first: bool,
}

impl Output {
    /// That of a file. Its code follows a `?>`, so a newline at its beginning is lost as well.
    pub(super) fn of_file() -> Output {
        Output { first: true, ..Output::default() }
    }
}

/// What the code of a tag ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// `?>`: a newline behind the tag is lost.
    Swallows,
    /// `?>` and a newline, or plain text: a newline behind the tag stays.
    Keeps,
}

impl Parser<'_> {
    /// Adds text of the template. Text around a tag without code is one piece to `{strip}`.
    pub(super) fn add_text(&mut self, text: &[u8], strip: bool) {
        if self.output.pending_strip != strip {
            self.flush();
            self.output.pending_strip = strip;
        }
        self.output.pending.extend_from_slice(text);
    }

    /// Writes the pending text, because code follows.
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
            // Whether it stays is known at the end: see `first_newline`.
            self.first_newline = Some(self.b.text_len());
        }
        self.output.swallow = false;
        self.raw(text);
    }

    /// A text statement as it is.
    pub(super) fn raw(&mut self, text: &[u8]) {
        if !text.is_empty() {
            let stmt = self.b.text(text);
            self.emit(stmt);
        }
    }

    /// Adds a statement that stands for a tag's code.
    pub(super) fn code(&mut self, stmt: Stmt, tail: Tail) {
        self.flush();
        self.output.first = false;
        self.emit(stmt);
        self.tail(tail);
    }

    /// Notes that a tag's code ends here; its text is written already.
    pub(super) fn tail(&mut self, tail: Tail) {
        self.output.first = false;
        self.output.swallow = tail == Tail::Swallows;
    }

    /// Plain text that a tag stands for (`{ldelim}`).
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.flush();
        self.write(text);
    }

    /// Starts text of its own: a function's, a block's or a string's. The state to go back to is returned.
    pub(super) fn detach(&mut self) -> Output {
        let strip = self.output.strip;
        let inner = Output { strip, ..Output::default() };
        std::mem::replace(&mut self.output, inner)
    }

    /// Goes back to the text around; `{strip}` reaches across.
    pub(super) fn attach(&mut self, outer: Output) {
        let strip = self.output.strip;
        self.output = Output { strip, ..outer };
    }
}
