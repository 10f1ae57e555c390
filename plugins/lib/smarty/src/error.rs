//! What goes wrong in a template, and where.

use std::fmt;

use crate::php::{PhpError, PhpErrorKind};
use crate::source;

/// Why a template cannot be parsed or rendered.
///
/// [`Display`](fmt::Display) gives one line, `name:line:column: message`, fit for a log; [`Error::report`]
/// adds the source line with a mark under the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// The template's name as it was given to `parse`.
    pub template: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in bytes.
    pub column: u32,
    /// The source line. Faults of a render come without it, since a parsed template no longer holds its
    /// source; [`Error::with_source`] adds it.
    pub excerpt: String,
    /// What is wrong, in one line; what was expected is part of it.
    pub message: String,
}

/// The sort of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Not in the language: Smarty does not compile it either.
    Syntax,
    /// An operation on values that PHP answers with a fatal error, or Smarty with a user error.
    Fault,
    /// More than a limit allows.
    Limit,
    /// In Smarty's language, but not possible here on purpose: reading other files, running code.
    Refused,
    /// An included or extended file does not exist.
    NotFound,
}

impl ErrorKind {
    /// A lower-case word for logs and tests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Syntax => "syntax",
            ErrorKind::Fault => "fault",
            ErrorKind::Limit => "limit",
            ErrorKind::Refused => "refused",
            ErrorKind::NotFound => "not found",
        }
    }
}

impl Error {
    /// The same error with the line of `source` it points to.
    #[must_use]
    pub fn with_source(mut self, source: &[u8]) -> Error {
        self.excerpt = source::line_of(source, self.line);
        self
    }

    /// Several lines: the message, the source line, and a mark under the column.
    #[must_use]
    pub fn report(&self) -> String {
        if self.excerpt.is_empty() {
            return self.to_string();
        }
        let gutter = self.line.to_string();
        let before = self.excerpt.char_indices();
        let marked = before.take_while(|(at, _)| *at + 1 < self.column as usize);
        let blanks: String = marked.map(|(_, c)| if c == '\t' { c } else { ' ' }).collect();
        let margin = " ".repeat(gutter.len());
        format!("{self}\n{gutter} | {}\n{margin} | {blanks}^", self.excerpt)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { template, line, column, message, .. } = self;
        write!(f, "{template}:{line}:{column}: {message}")
    }
}

impl std::error::Error for Error {}

/// A fault before it is known where: the parser and the evaluator add the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub kind: ErrorKind,
    pub message: String,
}

impl Problem {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Problem {
        Problem { kind, message: message.into() }
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Problem {
        Problem::new(ErrorKind::Syntax, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Problem {
        Problem::new(ErrorKind::Refused, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Problem {
        Problem::new(ErrorKind::Limit, message)
    }

    pub(crate) fn fault(message: impl Into<String>) -> Problem {
        Problem::new(ErrorKind::Fault, message)
    }
}

impl From<PhpError> for Problem {
    fn from(fault: PhpError) -> Problem {
        let kind = match fault.kind {
            PhpErrorKind::Limit => ErrorKind::Limit,
            _ => ErrorKind::Fault,
        };
        Problem::new(kind, fault.message)
    }
}
