//! Reads the numbers and words of one piece of a date's text, and skips what stands between them.

use super::super::words;

/// A position in a piece.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub fn new(piece: &'a [u8]) -> Cursor<'a> {
        Cursor { rest: piece }
    }

    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn next_is(&self, set: &[u8]) -> bool {
        self.rest.first().is_some_and(|b| set.contains(b))
    }

    /// True at the end of the piece, which may be the NUL that ends the text.
    pub fn is_done(&self) -> bool {
        matches!(self.rest.first(), None | Some(0))
    }

    pub fn skip_any(&mut self, set: &[u8]) {
        while self.next_is(set) {
            self.rest = &self.rest[1..];
        }
    }

    fn skip_to(&mut self, set: &[u8]) {
        let count = self.rest.iter().take_while(|b| !set.contains(b)).count();
        self.rest = &self.rest[count..];
    }

    pub fn skip_spaces(&mut self) {
        const SPACES: [&[u8]; 4] = [b" ", b"\t", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
        while let Some(space) = SPACES.iter().find(|space| self.rest.starts_with(space)) {
            self.rest = &self.rest[space.len()..];
        }
    }

    /// The next number of at most `max` digits, with the count of its digits; `None` at the end.
    pub fn counted(&mut self, max: usize) -> Option<(i64, usize)> {
        self.skip_to(DIGITS);
        let count = self.rest.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        let value = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some((value, count))
    }

    pub fn number(&mut self, max: usize) -> Option<i64> {
        self.counted(max).map(|(value, _)| value)
    }

    /// A year; one of fewer than four digits belongs to the years 1970 to 2069.
    pub fn year(&mut self) -> Option<i64> {
        let (year, digits) = self.counted(4)?;
        Some(match year {
            _ if digits >= 4 => year,
            0..70 => year + 2000,
            70..100 => year + 1900,
            _ => year,
        })
    }

    /// A number after any count of signs; `None` if there is none, or if it does not fit.
    pub fn signed(&mut self, max: usize) -> Option<i64> {
        self.skip_to(b"+-0123456789");
        let signs = self.rest.iter().take_while(|b| SIGNS.contains(b)).count();
        let minus = self.rest[..signs].iter().filter(|b| **b == b'-').count() % 2 == 1;
        self.skip_to(DIGITS);
        let count = self.rest.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        let digits = std::str::from_utf8(&self.rest[..count]).ok()?;
        let number = format!("{}{digits}", if minus { "-" } else { "" });
        self.rest = &self.rest[count..];
        number.parse().ok()
    }

    /// The microseconds of `.5` or `:5`, as PHP computes them.
    pub fn microseconds(&mut self) -> i64 {
        self.skip_to(b".:0123456789");
        let count = self.rest.iter().take_while(|b| b".:0123456789".contains(b)).count();
        let digits = self.rest.get(1..count).unwrap_or_default();
        let digits = &digits[..digits.iter().take_while(|b| b.is_ascii_digit()).count()];
        self.rest = &self.rest[count..];
        let number: f64 = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0);
        (number * 10_f64.powi(7 - i32::try_from(count).unwrap_or(i32::MAX))) as i64
    }

    /// The hours to add for `am` or `pm`.
    pub fn half_day(&mut self, hour: i64) -> i64 {
        self.skip_to(b"AaPp");
        let morning = self.next_is(b"Aa");
        match (morning, hour) {
            (true, 12) => -12,
            (false, hour) if hour != 12 => 12,
            _ => 0,
        }
    }

    pub fn word(&mut self) -> &'a [u8] {
        let count = self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at(count);
        self.rest = rest;
        word
    }

    /// The `st` of `1st`.
    pub fn skip_ordinal(&mut self) {
        let is_ordinal = |found: &[u8]| [b"st", b"nd", b"rd", b"th"].iter().any(|s| found.eq_ignore_ascii_case(*s));
        if self.rest.get(..2).is_some_and(is_ordinal) {
            self.rest = &self.rest[2..];
        }
    }

    /// The month that follows, by its name or number.
    pub fn month(&mut self) -> Option<i64> {
        self.skip_any(b" \t-./");
        if self.next_is(DIGITS) { self.number(2) } else { words::month(self.word()) }
    }

    pub fn skip_to_number(&mut self) {
        self.skip_to(DIGITS);
    }

    /// `next`, `third`: the amount, and whether today counts.
    pub fn amount(&mut self) -> (i64, bool) {
        self.skip_any(b" \t-/");
        words::amount(self.word()).unwrap_or((0, false))
    }

    pub fn skip(&mut self, count: usize) {
        self.rest = &self.rest[count.min(self.rest.len())..];
    }

    /// Skips a byte, and all up to a separator or a digit.
    pub fn skip_to_separator(&mut self) {
        self.skip(1);
        self.skip_to(b" \t.,:;/-0123456789");
    }

    /// The rest up to a separator.
    pub fn unit(&mut self) -> &'a [u8] {
        let count = self.rest.iter().take_while(|b| !b"\0 ,\t;:/.-()".contains(b)).count();
        let (unit, rest) = self.rest.split_at(count);
        self.rest = rest;
        unit
    }
}

const DIGITS: &[u8] = b"0123456789";
const SIGNS: &[u8] = b"+-";
