//! Paths as people read them, without control characters.

use std::fmt::{Display, Formatter, Result, Write};
use std::path::Path;

/// A path in a log, a message or on a terminal, always in one line: otherwise a file name could inject log lines.
pub struct DisplayPath<'a>(pub &'a Path);

impl Display for DisplayPath<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let shown = |c: char| if is_control(c) { '\u{fffd}' } else { c };
        self.0.to_string_lossy().chars().try_for_each(|c| f.write_char(shown(c)))
    }
}

/// Whether it changes how the text around it is shown: Unicode's line separators and the marks that turn the direction
/// of writing do, beside the control characters proper.
pub fn is_control(c: char) -> bool {
    let separates_or_turns =
        matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || separates_or_turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_path_is_one_line_and_otherwise_unchanged() {
        assert_eq!(DisplayPath(Path::new("/a\u{2028}b\u{202e}c")).to_string(), "/a\u{fffd}b\u{fffd}c");
        assert_eq!(
            DisplayPath(Path::new("/a\nb\u{1b}[0m/ü {$mac}.cfg")).to_string(),
            "/a\u{fffd}b\u{fffd}[0m/ü {$mac}.cfg"
        );
    }
}
