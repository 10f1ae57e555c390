//! Parses escapes: a backslash and the characters after it.

use super::class::{Class, ClassItem};
use super::error::{PatternError, fail, unavailable};
use super::parse::PatternParser;
use super::syntax::{Assert, Node};
use super::unicode;

impl PatternParser<'_> {
    /// Parses an escape outside of a class, after its backslash.
    pub(super) fn escape(&mut self) -> Result<Node, PatternError> {
        let utf8 = self.options.utf8;
        if let Some(node) = self.assertion() {
            return Ok(node);
        }
        if let Some((item, negated)) = self.shorthand()? {
            return Ok(Node::Class(Class::of(item, negated, utf8)));
        }
        match self.peek() {
            Some(b'1'..=b'9') => {
                let start = self.at;
                let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
                let number: usize = self.text[start..start + digits]
                    .iter()
                    .fold(0_usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
                if number < 10 || number < self.groups {
                    self.at += digits;
                    return Ok(Node::BackReference(number, self.options.caseless));
                }
            }
            Some(b'k' | b'g') => {
                self.at += 1;
                return self.reference();
            }
            Some(b'R') => {
                self.at += 1;
                let crlf = Node::Concat(vec![Node::Char(13, false), Node::Char(10, false)]);
                let one = Node::Class(Class::of(ClassItem::Vertical, false, utf8));
                return Ok(Node::Atomic(Box::new(Node::Alternate(vec![crlf, one]))));
            }
            Some(b'K') => {
                self.at += 1;
                return Ok(Node::Keep);
            }
            _ => {}
        }
        Ok(Node::Char(self.escaped_char(false)?, self.options.caseless))
    }

    fn assertion(&mut self) -> Option<Node> {
        let assert = match self.peek()? {
            b'b' => Assert::WordBoundary,
            b'B' => Assert::NoWordBoundary,
            b'A' => Assert::Start,
            b'z' => Assert::End,
            b'Z' => Assert::EndOrNewline,
            b'G' => Assert::SearchStart,
            _ => return None,
        };
        self.at += 1;
        Some(Node::Assert(assert))
    }

    /// `\k<name>`, `\g{2}`, `\g2`, `\g{-1}`.
    fn reference(&mut self) -> Result<Node, PatternError> {
        let close = match self.peek() {
            Some(b'<') => Some(b'>'),
            Some(b'{') => Some(b'}'),
            Some(b'\'') => Some(b'\''),
            _ => None,
        };
        self.at += usize::from(close.is_some());
        let back = self.accept(b"-");
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 4 {
            let Some(close) = close else {
                return fail("a reference needs a name or number");
            };
            let name = self.name(close)?;
            return self.named_reference(&name);
        }
        let number = self.rest()[..digits].iter().fold(0, |n, d| n * 10 + usize::from(d - b'0'));
        self.at += digits;
        if close.is_some_and(|close| !self.accept(&[close])) {
            return fail("a reference is not closed");
        }
        let number = if back { self.groups.checked_sub(number) } else { Some(number) };
        match number {
            Some(number) if number > 0 => Ok(Node::BackReference(number, self.options.caseless)),
            _ => fail("reference to non-existent subpattern"),
        }
    }

    /// `\d`, `\W`, `\pL` …: the set, and whether it is negated.
    pub(super) fn shorthand(&mut self) -> Result<Option<(ClassItem, bool)>, PatternError> {
        let Some(letter) = self.peek() else {
            return Ok(None);
        };
        let item = match letter {
            b'd' | b'D' => ClassItem::Digit,
            b'w' | b'W' => ClassItem::Word,
            b's' | b'S' => ClassItem::Space,
            b'h' | b'H' => ClassItem::Horizontal,
            b'v' | b'V' => ClassItem::Vertical,
            b'N' => ClassItem::Newline,
            b'p' | b'P' => {
                self.at += 1;
                return self.property(letter == b'P').map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some((item, letter.is_ascii_uppercase())))
    }

    fn property(&mut self, negated: bool) -> Result<(ClassItem, bool), PatternError> {
        let mut negated = negated;
        let name = if self.accept(b"{") {
            negated ^= self.accept(b"^");
            let Some(end) = self.rest().iter().position(|b| *b == b'}') else {
                return fail("malformed \\P or \\p sequence");
            };
            let name = String::from_utf8_lossy(&self.rest()[..end]).into_owned();
            self.at += end + 1;
            name
        } else {
            let letter = self.next_char()?;
            char::from_u32(letter).map(String::from).unwrap_or_default()
        };
        match unicode::property(&name) {
            Some(test) => Ok((ClassItem::Property(test), negated)),
            None => unavailable(format!("unknown property name after \\P or \\p: {name}")),
        }
    }

    fn digits(&mut self, radix: u32, max: usize) -> u32 {
        let is_digit = |b: &u8| char::from(*b).is_digit(radix);
        let count = self.rest().iter().take(max).take_while(|b| is_digit(b)).count();
        let value = self.rest()[..count].iter().filter_map(|b| char::from(*b).to_digit(radix));
        let value = value.fold(0_u32, |n, d| n.saturating_mul(radix).saturating_add(d));
        self.at += count;
        value
    }

    /// Parses an escape that stands for one character.
    pub(super) fn escaped_char(&mut self, in_class: bool) -> Result<u32, PatternError> {
        let c = self.next_char()?;
        Ok(match u8::try_from(c).unwrap_or(0) {
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'f' => 12,
            b'a' => 7,
            b'e' => 27,
            b'b' if in_class => 8,
            b'c' => {
                let letter = self.next_char()?;
                u32::from(u8::try_from(letter).unwrap_or(0).to_ascii_uppercase() ^ 64)
            }
            b'x' if self.accept(b"{") => {
                let code = self.digits(16, 8);
                let limit = if self.options.utf8 { 0x10_ffff } else { 0xff };
                if !self.accept(b"}") || code > limit {
                    return fail("character code point value in \\x{} or \\o{} is too large");
                }
                code
            }
            b'x' => self.digits(16, 2),
            b'0' => self.digits(8, 2),
            b'1'..=b'7' => {
                self.at -= 1;
                self.digits(8, 3) & 0xff
            }
            b if b.is_ascii_alphanumeric() => {
                return fail(format!("unrecognized character follows \\: {}", char::from(b)));
            }
            _ => c,
        })
    }
}
