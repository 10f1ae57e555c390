//! PHP's regular expressions (PCRE), matched by backtracking with a bound on the steps.
//!
//! No crate fits: PHP matches bytes unless `u` is given, templates use features that linear-time engines leave out
//! (look-around, back-references, possessive quantifiers), and Unicode tables for `\p` would double the size of a
//! plugin. Patterns with recursion, conditions, verbs, or scripts in `\p` are refused.
//!
//! Source: pcre2pattern(3).

mod class;
mod compile;
mod error;
mod matcher;
mod options;
mod parse;
mod parse_class;
mod parse_escape;
mod syntax;
mod unicode;

pub use class::posix;
pub use error::PatternError;
pub use matcher::{Captures, Exhausted};
pub use unicode::{is_letter, is_space, is_word};

use compile::RegexProgram;
use error::fail;
use options::RegexOptions;

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    program: RegexProgram,
    options: RegexOptions,
    /// The number of groups, the whole match included.
    pub groups: usize,
    /// The named groups and their numbers, ordered by number.
    pub names: Vec<(Vec<u8>, usize)>,
}

impl Regex {
    /// Compiles a pattern in PHP's form: delimiters, then modifiers.
    ///
    /// # Errors
    /// PCRE's error, or an unsupported feature.
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
        Regex::new(&text[1..end], RegexOptions::of(&text[end + 1..])?)
    }

    /// Compiles a pattern without delimiters.
    ///
    /// # Errors
    /// As [`Regex::delimited`].
    fn new(pattern: &[u8], options: RegexOptions) -> Result<Regex, PatternError> {
        let parsed = parse::parse(pattern, options)?;
        let program = compile::compile(&parsed.node, parsed.groups)?;
        Ok(Regex { program, options, groups: parsed.groups, names: parsed.names })
    }

    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.options.utf8
    }

    /// Finds the first match at or after `start`; `steps` is the rest of the budget. For a UTF-8 pattern the subject
    /// must be valid UTF-8 and `start` a character boundary.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn find_at(&self, subject: &[u8], start: usize, steps: &mut usize) -> Result<Option<Captures>, Exhausted> {
        matcher::find(&self.program, self.options, subject, start, self.groups, steps)
    }

    /// Finds a match that starts exactly at `start` and is not empty.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn nonempty_at(&self, subject: &[u8], start: usize, steps: &mut usize) -> Result<Option<Captures>, Exhausted> {
        matcher::nonempty_at(&self.program, self.options, subject, start, self.groups, steps)
    }
}

/// The end of the pattern: paired delimiters may nest, and a backslash hides the next byte.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, subject: &str) -> Option<String> {
        let regex = Regex::delimited(pattern.as_bytes()).unwrap();
        let captures = regex.find_at(subject.as_bytes(), 0, &mut 1_000_000).unwrap()?;
        captures[0].map(|(from, to)| subject[from..to].to_owned())
    }

    #[test]
    fn first_matching_alternative_wins() {
        assert_eq!(found("/a|ab|abc/", "abc").as_deref(), Some("a"));
        assert_eq!(found("/(?:a|ab)(?:c|bcd)/", "abcd").as_deref(), Some("abcd"));
    }

    #[test]
    fn look_around_references_and_possessives_match() {
        assert_eq!(found("/(?<=\\$)\\d+(?!\\d|€)/u", "12 $345").as_deref(), Some("345"));
        assert_eq!(found("/(\\w)\\1/", "abccd").as_deref(), Some("cc"));
        assert_eq!(found("/a++ab/", "aaab"), None);
        assert_eq!(found("/(?<x>b)\\k<x>/", "abb").as_deref(), Some("bb"));
        assert_eq!(found("/(?>a|ab)c/", "abc"), None);
    }

    #[test]
    fn loop_that_matches_nothing_ends() {
        assert_eq!(found("/(a*)*b/", "aab").as_deref(), Some("aab"));
        assert_eq!(found("/(a|b?)+?c/", "abc").as_deref(), Some("abc"));
    }

    #[test]
    fn dot_without_u_matches_a_byte() {
        let regex = Regex::delimited(b"/^.$/").unwrap();
        assert_eq!(regex.find_at("é".as_bytes(), 0, &mut 1000).unwrap(), None);
        assert_eq!(found("/^.$/u", "é").as_deref(), Some("é"));
    }

    #[test]
    fn unsupported_pattern_is_refused() {
        for pattern in
            ["/(?R)/", "/(?(1)a|b)/", "/(*UTF8)a/", "/\\p{Greek}/u", "/(?<=a+)b/", "/a/e", "a", "/(a/", "/[a/", "/*a/"]
        {
            assert!(Regex::delimited(pattern.as_bytes()).is_err(), "{pattern}");
        }
    }

    #[test]
    fn deep_or_large_pattern_is_refused() {
        let deep = format!("/{}{}/", "(".repeat(1000), ")".repeat(1000));
        assert!(Regex::delimited(deep.as_bytes()).is_err());
        assert!(Regex::delimited(b"/((a{1000}){1000}){1000}/").is_err());
    }
}
