//! The parts of a text that must not be shown.

use std::ops::Range;

/// What stands in place of a part that is hidden.
const HIDDEN: &str = "(hidden)";

/// Bytes of a text, each shown or hidden.
pub struct Hidden<'a> {
    pub text: &'a str,
    is_hidden: Vec<bool>,
}

impl<'a> Hidden<'a> {
    pub fn of(text: &'a str) -> Self {
        Self { text, is_hidden: vec![false; text.len()] }
    }

    /// Hides a range of bytes.
    pub fn hide(&mut self, range: Range<usize>) {
        let end = range.end.min(self.text.len());
        self.is_hidden[range.start.min(end)..end].fill(true);
    }

    /// Hides a range without the white space around it.
    pub fn hide_trimmed(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let start = range.start + (text.len() - text.trim_start().len());
        self.hide(start..start + text.trim().len());
    }

    /// The lines of the text, with each hidden part replaced.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            lines.push(self.shown(start..start + line.trim_end_matches(['\n', '\r']).len()));
            start += line.len();
        }
        lines
    }

    fn shown(&self, range: Range<usize>) -> String {
        let (mut shown, mut is_in_hidden) = (String::new(), false);
        for (at, letter) in self.text[range.clone()].char_indices() {
            let is_hidden = self.is_hidden[range.start + at];
            match (is_hidden, is_in_hidden) {
                (true, false) => shown.push_str(HIDDEN),
                (true, true) => {}
                // A terminal would obey it.
                (false, _) if letter.is_control() && letter != '\t' => shown.push('?'),
                (false, _) => shown.push(letter),
            }
            is_in_hidden = is_hidden;
        }
        shown
    }
}
