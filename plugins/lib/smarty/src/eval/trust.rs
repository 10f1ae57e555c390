//! Untrusted text in the document: printed values, and output that is captured into a variable.

use super::Evaluator;
use crate::php::{Str, Value};

impl Evaluator<'_> {
    pub(super) fn print_untrusted(&mut self, value: &Str) {
        let start = self.out.len();
        (self.render.untrusted)(value, &mut self.out, self.trust.kept);
        self.trust.kept = self.out.len();
        if self.trust.captures > 0 {
            self.trust.printed.push((start..self.out.len(), value.clone()));
        }
    }

    /// Appends a value to `out`, which is printed at the current position. The last tag in `out` determines the context
    /// of the value.
    pub(super) fn print_untrusted_after(&mut self, value: &Str, out: &mut Vec<u8>) {
        let tag = out.iter().rposition(|&byte| byte == b'<').unwrap_or(out.len());
        let start = self.out.len();
        self.out.extend_from_slice(&out[tag..]);
        let begin = self.out.len() - start;
        self.print_untrusted(value);
        let printed = self.take_output(start);
        out.extend_from_slice(&printed[begin..]);
    }

    /// Starts captured output, which [`Evaluator::captured`] ends.
    pub(super) fn capture_output(&mut self) -> usize {
        self.trust.captures += 1;
        self.out.len()
    }

    /// Removes the output since `start` from the document and returns it as a value. If untrusted values were printed,
    /// the whole is untrusted and will be escaped where it is printed. If the template's own text around them is markup,
    /// they stay escaped for that markup instead, and the whole is trusted.
    pub(super) fn captured(&mut self, start: usize) -> Value {
        self.trust.captures = self.trust.captures.saturating_sub(1);
        let first = self.trust.printed.partition_point(|(range, _)| range.start < start);
        let printed = self.trust.printed.split_off(first);
        let escaped = self.take_output(start);
        if printed.is_empty() {
            return Value::from(escaped);
        }
        let mut text = Vec::with_capacity(escaped.len());
        let mut at = 0;
        for (range, value) in printed {
            let between = &escaped[at..range.start - start];
            if is_markup(between) {
                return Value::from(escaped);
            }
            text.extend_from_slice(between);
            text.extend_from_slice(&value);
            at = range.end - start;
        }
        if is_markup(&escaped[at..]) {
            return Value::from(escaped);
        }
        text.extend_from_slice(&escaped[at..]);
        Value::Str(Str::from(text).untrusted())
    }

    /// Removes the output since `start` from the document, with its escaping.
    pub(super) fn take_output(&mut self, start: usize) -> Vec<u8> {
        self.trust.kept = self.trust.kept.min(start);
        let first = self.trust.printed.partition_point(|(range, _)| range.start < start);
        self.trust.printed.truncate(first);
        self.out.split_off(start.min(self.out.len()))
    }
}

/// True if the template's own text is more than words: escaping would change it, or lines would be joined.
fn is_markup(text: &[u8]) -> bool {
    let special = |byte: &u8| matches!(byte, b'<' | b'>' | b'&' | b'\n' | b'\r');
    let opens = |pair: &[u8]| matches!(pair, b"=\"" | b"='");
    text.iter().any(special) || text.windows(2).any(opens)
}
