//! Errors of parsing and rendering, with their position.

use std::fmt;

use crate::php::{PhpError, PhpErrorKind};
use crate::source;

/// An error of parsing or rendering a template.
///
/// [`Display`](fmt::Display) gives one line for a log, `name:line:column: message`; [`Error::report`] adds the source
/// line with a mark under the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The name of the template, as given to `parse`.
    pub template: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1 in bytes.
    pub column: u32,
    /// The source line. It is empty in errors of a render, since a parsed template holds no source;
    /// [`Error::with_source`] adds it.
    pub excerpt: String,
    /// The cause, in one line, with the expected input or the remedy where there is one.
    pub message: String,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The template is not in the language: Smarty does not compile it either.
    Syntax,
    /// An operation that PHP stops with a fatal error, or Smarty with a user error.
    Fault,
    /// A limit is exceeded: see [`crate::limits`].
    Limit,
    /// The template uses a feature of Smarty that this crate leaves out on purpose, such as reading other files.
    Refused,
    /// An included or extended file does not exist.
    NotFound,
}

impl ErrorKind {
    /// The kind as a lower-case word for logs and tests.
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
    /// The same error with the line of `source` that it refers to.
    #[must_use]
    pub fn with_source(mut self, source: &[u8]) -> Error {
        self.excerpt = source::line_of(source, self.line);
        self
    }

    /// The error in several lines: the message, the source line, and a mark under the column.
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

/// An error before its position is known; the parser and the evaluator add the position.
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

    pub(crate) fn unknown_tag(name: &str) -> Problem {
        Problem::syntax(format!("unknown tag {{{name}}}"))
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
    fn from(error: PhpError) -> Problem {
        let kind = match error.kind {
            PhpErrorKind::Limit => ErrorKind::Limit,
            _ => ErrorKind::Fault,
        };
        Problem::new(kind, error.message)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem::new(error.kind, error.message)
    }
}
