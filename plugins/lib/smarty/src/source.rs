//! Source text and positions in it.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// The text as Smarty reads it: `\r
/// ` and `\r` become `
/// `, and a byte-order mark at the start is dropped.
pub(crate) fn normalize(source: &[u8]) -> Cow<'_, [u8]> {
    let source = source.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(source);
    if memchr(b'\r', source).is_none() {
        return Cow::Borrowed(source);
    }
    let mut text = Vec::with_capacity(source.len());
    let mut bytes = source.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            text.push(b'\n');
        } else {
            text.push(byte);
        }
    }
    Cow::Owned(text)
}

/// The starts of the lines, from which an offset becomes a position after the text is gone.
#[derive(Debug)]
pub(crate) struct LineIndex {
    /// Offset of the first byte of the second, third … line.
    starts: Box<[u32]>,
}

/// A position in a source file; line and column count from 1, and columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub line: u32,
    pub column: u32,
}

impl LineIndex {
    pub(crate) fn new(text: &[u8]) -> LineIndex {
        let starts = memchr_iter(b'\n', text).map(|at| offset(at + 1)).collect();
        LineIndex { starts }
    }

    pub(crate) fn position(&self, at: u32) -> Position {
        let line = self.starts.partition_point(|&start| start <= at);
        let start = match line {
            0 => 0,
            n => self.starts[n - 1],
        };
        Position { line: offset(line) + 1, column: at - start + 1 }
    }
}

/// Line `line` (from 1) of a text, truncated to 200 characters; empty if it does not exist.
pub(crate) fn line_of(source: &[u8], line: u32) -> String {
    let text = normalize(source);
    let wanted = text.split(|&b| b == b'\n').nth(line.saturating_sub(1) as usize);
    let wanted = String::from_utf8_lossy(wanted.unwrap_or_default());
    wanted.chars().take(200).collect()
}

/// An offset in a source, which [`crate::limits::SOURCE_BYTES`] keeps far below 2³².
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl LineIndex {
    pub(crate) fn size(&self) -> usize {
        size_of_val(&*self.starts)
    }
}
