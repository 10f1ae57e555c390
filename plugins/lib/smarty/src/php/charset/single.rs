//! Sets of one byte a character.

/// ASCII, and 128 more characters.
#[derive(Debug)]
pub struct Single {
    /// The characters of the bytes 0x80 to 0xff; U+FFFD for unused bytes.
    pub upper: &'static str,
    /// Characters that are written as other bytes than they are read from.
    pub written: &'static [(char, u8)],
}

impl Single {
    #[must_use]
    pub fn char(&self, byte: u8) -> Option<char> {
        let Some(at) = byte.checked_sub(0x80) else {
            return Some(char::from(byte));
        };
        self.upper.chars().nth(usize::from(at)).filter(|c| *c != char::REPLACEMENT_CHARACTER)
    }

    #[must_use]
    pub fn byte(&self, c: char) -> u8 {
        if let Some((_, byte)) = self.written.iter().find(|(known, _)| *known == c) {
            return *byte;
        }
        if c.is_ascii() {
            return c as u8;
        }
        let known = c != char::REPLACEMENT_CHARACTER;
        let at = self.upper.chars().position(|upper| upper == c && known).and_then(|at| u8::try_from(at).ok());
        at.map_or(b'?', |at| 0x80 + at)
    }
}
