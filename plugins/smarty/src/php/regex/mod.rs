//! PHP's regular expressions (PCRE), matched by backtracking with a bound on the steps.
//!
//! A crate would not do: PHP matches bytes unless `u` is given, templates use what linear-time engines leave out
//! (look-around, back-references, possessive quantifiers), and Unicode tables for `\p` would double the size of a
//! plugin. Absent: recursion, conditions, verbs, scripts in `\p`; a pattern with one is refused.
//!
//! Source: pcre2pattern(3).

mod class;
mod compile;
mod matcher;
mod parse;
mod parse_class;
mod parse_escape;
mod syntax;
mod unicode;

pub use matcher::{Captures, Exhausted};
pub use unicode::{is_letter, is_space, is_word};

use compile::Program;

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    program: Program,
    options: Options,
    /// Number of groups, the whole match included.
    pub groups: usize,
    /// Named groups and their numbers, in order of number.
    pub names: Vec<(Vec<u8>, usize)>,
}

/// The letters after the closing delimiter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub caseless: bool,
    pub multiline: bool,
    pub dot_all: bool,
    pub extended: bool,
    pub anchored: bool,
    pub dollar_end_only: bool,
    pub ungreedy: bool,
    pub utf8: bool,
}

/// Why a pattern was not compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub String);

fn fail<T>(why: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError(why.into()))
}

impl Regex {
    /// Compiles a pattern as PHP writes it: delimiters, then modifiers.
    ///
    /// # Errors
    /// What PCRE would say, or that a feature is not available.
    pub fn delimited(text: &[u8]) -> Result<Regex, PatternError> {
        let text = text.trim_ascii_start();
        let Some(&open) = text.first() else {
            return fail("Empty regular expression");
        };
        if open.is_ascii_alphanumeric() || open == b'\\' || open == 0 {
            return fail("Delimiter must not be alphanumeric, backslash, or NUL");
        }
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            same => same,
        };
        let Some(end) = closing(text, open, close) else {
            return fail(format!("No ending delimiter '{}' found", char::from(close)));
        };
        Regex::new(&text[1..end], options(&text[end + 1..])?)
    }

    /// Compiles a bare pattern.
    ///
    /// # Errors
    /// As [`Regex::delimited`].
    pub fn new(pattern: &[u8], options: Options) -> Result<Regex, PatternError> {
        let parsed = parse::parse(pattern, options)?;
        let program = compile::compile(&parsed.node, parsed.groups)?;
        Ok(Regex {
            program,
            options,
            groups: parsed.groups,
            names: parsed.names,
        })
    }

    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.options.utf8
    }

    /// The first match at or after `start`; `steps` is what is left of the budget. A subject for a UTF-8
    /// pattern must be valid UTF-8, and `start` a boundary.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn find_at(
        &self,
        subject: &[u8],
        start: usize,
        steps: &mut usize,
    ) -> Result<Option<Captures>, Exhausted> {
        matcher::find(
            &self.program,
            self.options,
            subject,
            start,
            self.groups,
            steps,
        )
    }

    /// A match that begins exactly at `start` and is not empty, if there is one.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn nonempty_at(
        &self,
        subject: &[u8],
        start: usize,
        steps: &mut usize,
    ) -> Result<Option<Captures>, Exhausted> {
        matcher::nonempty_at(
            &self.program,
            self.options,
            subject,
            start,
            self.groups,
            steps,
        )
    }
}

/// Where the pattern ends: paired delimiters may nest, a backslash hides the next byte.
fn closing(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 1;
    let mut at = 1;
    while at < text.len() {
        let b = text[at];
        if b == b'\\' {
            at += 1;
        } else if b == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        } else if b == open {
            depth += 1;
        }
        at += 1;
    }
    None
}

fn options(letters: &[u8]) -> Result<Options, PatternError> {
    let mut options = Options::default();
    for &letter in letters {
        match letter {
            b'i' => options.caseless = true,
            b'm' => options.multiline = true,
            b's' => options.dot_all = true,
            b'x' => options.extended = true,
            b'A' => options.anchored = true,
            b'D' => options.dollar_end_only = true,
            b'U' => options.ungreedy = true,
            b'u' => options.utf8 = true,
            b'S' | b'X' | b'J' | b' ' | b'\n' | b'\r' => {}
            other => return fail(format!("Unknown modifier '{}'", char::from(other))),
        }
    }
    Ok(options)
}
