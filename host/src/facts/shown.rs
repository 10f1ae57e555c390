//! Paths as people read them.

use std::fmt::{Display, Formatter, Result, Write};
use std::path::Path;

/// A path in a log, a message or on a terminal: one line, whatever is in its names. Whoever may name a file could write
/// lines of the log otherwise.
pub struct Shown<'a>(pub &'a Path);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        self.0.to_string_lossy().chars().try_for_each(|c| f.write_char(shown(c)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_line_and_else_as_it_is() {
        assert_eq!(Shown(Path::new("/a\nb\u{1b}[0m/ü {$mac}.cfg")).to_string(), "/a\u{fffd}b\u{fffd}[0m/ü {$mac}.cfg");
    }
}
