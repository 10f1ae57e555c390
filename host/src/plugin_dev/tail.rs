//! The end of what a build prints.

use crate::plugin_kit::visible;

/// Bytes of a build's output that are shown: some hundred errors of a compiler. What comes last says most.
const BYTES_MAX: usize = 64 << 10;

#[derive(Default)]
pub struct Tail {
    bytes: Vec<u8>,
    left_out: usize,
}

impl Tail {
    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Not at each part: the rest would be moved each time.
        if self.bytes.len() > 2 * BYTES_MAX {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let beyond = self.bytes.len().saturating_sub(BYTES_MAX);
        self.bytes.drain(..beyond);
        self.left_out += beyond;
    }

    /// The last line.
    pub fn last_line(&self) -> &[u8] {
        let trimmed = self.bytes.trim_ascii_end();
        let start = trimmed.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        &trimmed[start..]
    }

    /// Whole lines for a terminal, with control characters as escapes.
    pub fn into_text(mut self) -> String {
        self.cut();
        if self.left_out > 0 {
            let partial = self.bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            self.bytes.drain(..partial);
            self.left_out += partial;
        }
        let text = visible(&self.bytes);
        match self.left_out {
            0 => text,
            bytes => format!("(the first {bytes} bytes of the output are left out)\n{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_output_is_cut_at_a_line_and_says_so() {
        let mut tail = Tail::default();
        let line = format!("{}\n", "x".repeat(99));
        (0..3_000).for_each(|_| tail.take(line.as_bytes()));
        tail.take(b"error\x1b[0m: last\n");
        assert_eq!(tail.last_line(), b"error\x1b[0m: last");
        assert!(tail.bytes.len() <= 2 * BYTES_MAX);
        let text = tail.into_text();
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with("(the first ") && rest.len() <= BYTES_MAX + 16, "{first}");
        assert!(rest.starts_with(&line) && rest.ends_with("error\\u{1b}[0m: last\n"));
    }

    #[test]
    fn short_output_is_whole() {
        let mut tail = Tail::default();
        tail.take(b"one\ntwo");
        assert_eq!(tail.last_line(), b"two");
        assert_eq!(tail.into_text(), "one\ntwo");
        assert_eq!(Tail::default().last_line(), b"");
    }
}
