//! The options of a pattern.

use super::error::{PatternError, fail};

/// The options given by the letters after the closing delimiter.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegexOptions {
    pub caseless: bool,
    pub multiline: bool,
    pub dot_all: bool,
    pub extended: bool,
    pub anchored: bool,
    pub dollar_end_only: bool,
    pub ungreedy: bool,
    pub utf8: bool,
}

impl RegexOptions {
    /// The options of the letters after the closing delimiter.
    pub fn of(letters: &[u8]) -> Result<RegexOptions, PatternError> {
        let mut options = RegexOptions::default();
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
}
