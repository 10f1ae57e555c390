//! Parses sets in brackets.

use super::class::{Class, ClassItem, posix};
use super::error::{PatternError, fail};
use super::parse::PatternParser;

impl PatternParser<'_> {
    pub(super) fn class(&mut self) -> Result<Class, PatternError> {
        let mut class = Class {
            items: Vec::new(),
            negated: self.accept(b"^"),
            caseless: self.options.caseless,
            utf8: self.options.utf8,
        };
        let mut first = true;
        loop {
            let Some(byte) = self.peek() else {
                return fail("missing terminating ] for character class");
            };
            if byte == b']' && !first {
                self.at += 1;
                return Ok(class);
            }
            first = false;
            if let Some(item) = self.posix_class()? {
                class.items.push(item);
                continue;
            }
            let Some(low) = self.class_char(&mut class)? else {
                continue;
            };
            let is_range = matches!(self.rest(), [b'-', next, ..] if *next != b']');
            if !is_range {
                class.items.push((ClassItem::Range(low, low), false));
                continue;
            }
            self.at += 1;
            match self.class_char(&mut class)? {
                Some(high) if high < low => return fail("range out of order in character class"),
                Some(high) => class.items.push((ClassItem::Range(low, high), false)),
                // `[a-\d]`: the hyphen is literal.
                None => class.items.extend([(ClassItem::Range(low, low), false), (ClassItem::Range(45, 45), false)]),
            }
        }
    }

    fn posix_class(&mut self) -> Result<Option<(ClassItem, bool)>, PatternError> {
        let rest = self.rest();
        let Some(inside) = rest.strip_prefix(b"[:") else {
            return Ok(None);
        };
        let Some(end) = inside.windows(2).position(|w| w == b":]") else {
            return Ok(None);
        };
        let (negated, name) = match &inside[..end] {
            [b'^', name @ ..] => (true, name),
            name => (false, name),
        };
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Ok(None);
        }
        let Some(item) = posix(name).map(ClassItem::Posix) else {
            return fail("unknown POSIX class name");
        };
        self.at += end + 4;
        Ok(Some((item, negated)))
    }

    /// Parses one character of a class; a set like `\d` is added to the class directly.
    fn class_char(&mut self, class: &mut Class) -> Result<Option<u32>, PatternError> {
        if !self.accept(b"\\") {
            return self.next_char().map(Some);
        }
        if self.accept(b"E") {
            return Ok(None);
        }
        if let Some(item) = self.shorthand()? {
            class.items.push(item);
            return Ok(None);
        }
        self.escaped_char(true).map(Some)
    }
}
