//! Reads a date's text by a format, as `DateTime::createFromFormat` does.
//!
//! Source: PHP's manual, and the behaviour of PHP 8.2. An error does not end the work: PHP goes on with the next letter.

use super::super::words::{self, Unit};
use super::super::{Civil, days_from_civil};
use super::Parsed;
use super::cursor::Cursor;
use super::read::{DateText, Fault};
use super::relative::Reach;
use super::zone::{self, TextZone};

struct Formatted<'a> {
    text: &'a [u8],
    cursor: Cursor<'a>,
    parsed: Parsed,
    allows_more: bool,
}

impl Parsed {
    /// Reads a text by a format.
    #[must_use]
    pub fn by_format(format: &[u8], text: &[u8]) -> Parsed {
        let parsed = Parsed::default();
        let mut reader = Formatted { text, cursor: Cursor::new(text), parsed, allows_more: false };
        let mut format = format;
        while let (Some(&letter), Some(_)) = (format.first(), reader.cursor.rest().first()) {
            let before = reader.at();
            format = &format[1..];
            let escaped = if letter == b'\\' { format.first().copied() } else { None };
            format = &format[usize::from(escaped.is_some())..];
            if let Err(message) = reader.letter(letter, escaped) {
                reader.parsed.errors.push((before, message));
            }
        }
        reader.end(format);
        reader.parsed
    }
}

/// PHP's message.
type Step = Result<(), &'static str>;

impl Formatted<'_> {
    fn at(&self) -> usize {
        self.text.len() - self.cursor.rest().len()
    }

    fn date(&mut self) -> &mut DateText {
        &mut self.parsed.date
    }

    fn letter(&mut self, letter: u8, escaped: Option<u8>) -> Step {
        match letter {
            b'd' | b'j' => self.part(2, |date| &mut date.day, "A two digit day could not be found")?,
            b'm' | b'n' => self.part(2, |date| &mut date.month, "A two digit month could not be found")?,
            b'M' | b'F' => {
                let month = words::month(self.cursor.word()).ok_or("A textual month could not be found")?;
                self.date().month = Some(month);
            }
            b'D' | b'l' => self.weekday()?,
            b'S' => self.cursor.skip_ordinal(),
            b'z' => self.day_of_year()?,
            b'y' => self.short_year()?,
            b'Y' => self.part(4, |date| &mut date.year, "A four digit year could not be found")?,
            b'X' | b'x' => {
                let year = self.signed(19);
                self.date().year = Some(year);
            }
            b'g' | b'h' => {
                self.part(2, |date| &mut date.hour, "A two digit hour could not be found")?;
                if self.parsed.date.hour.is_none_or(|hour| hour > 12) {
                    return Err("Hour cannot be higher than 12");
                }
            }
            b'G' | b'H' => self.part(2, |date| &mut date.hour, "A two digit hour could not be found")?,
            b'a' | b'A' => self.half_day()?,
            b'i' => self.date().minute = Some(self.exact(2, "A two digit minute could not be found")?),
            b's' => self.date().second = Some(self.exact(2, "A two digit second could not be found")?),
            b'u' => self.fraction(6, "A six digit microsecond could not be found")?,
            b'v' => self.fraction(3, "A three digit millisecond could not be found")?,
            b'U' => self.instant(),
            b'e' | b'p' | b'P' | b'T' | b'O' => self.zone()?,
            b'!' => self.reset(),
            b'|' => self.reset_unset(),
            b'+' => self.allows_more = true,
            b'*' => self.cursor.skip_to_separator(),
            b' ' => self.cursor.skip_spaces(),
            _ => self.symbol(letter, escaped)?,
        }
        Ok(())
    }

    fn symbol(&mut self, letter: u8, escaped: Option<u8>) -> Step {
        let next = self.cursor.rest()[0];
        let (matches, message) = match letter {
            b'?' => (true, ""),
            b'\\' if escaped.is_none() => return Err("Escaped character expected"),
            b'\\' => (escaped == Some(next), "The escaped character could not be found"),
            b'#' => (b";:/.,-()".contains(&next), "The separation symbol ([;:/.,-]) could not be found"),
            b';' | b':' | b'/' | b'.' | b',' | b'-' | b'(' | b')' => {
                (letter == next, "The separation symbol could not be found")
            }
            _ => (letter == next, "The format separator does not match"),
        };
        // PHP moves on even where a literal does not match.
        let is_literal = message == "The format separator does not match";
        if matches || is_literal {
            self.cursor.skip(1);
        }
        if matches { Ok(()) } else { Err(message) }
    }

    /// PHP reports what is no digit, and goes on to the next number.
    fn expect(&mut self, first: &[u8]) {
        if !self.cursor.next_is(first) {
            let at = self.at();
            self.parsed.errors.push((at, "Unexpected data found."));
        }
    }

    fn number(&mut self, max: usize, absent: &'static str) -> Result<(i64, usize), &'static str> {
        self.expect(b"0123456789");
        self.cursor.counted(max).ok_or(absent)
    }

    /// Reads a part, which is unknown again if there is no number.
    fn part(&mut self, max: usize, part: fn(&mut DateText) -> &mut Option<i64>, absent: &'static str) -> Step {
        let number = self.number(max, absent);
        *part(self.date()) = number.ok().map(|(number, _)| number);
        number.map(|_| ())
    }

    /// A number with a sign; 0 and an error at the start of the text if there is none.
    fn signed(&mut self, max: usize) -> i64 {
        self.expect(b"+-0123456789");
        self.cursor.signed(max).unwrap_or_else(|| {
            self.parsed.errors.push((0, "Found unexpected data"));
            0
        })
    }

    fn exact(&mut self, digits: usize, absent: &'static str) -> Result<i64, &'static str> {
        let (number, count) = self.number(digits, absent)?;
        if count == digits { Ok(number) } else { Err(absent) }
    }

    fn weekday(&mut self) -> Step {
        let unit = words::unit(self.cursor.unit()).ok_or("A textual day could not be found")?;
        let date = self.date();
        date.is_relative = true;
        date.relative.weekday = Some(if let Unit::Weekday(day) = unit { day } else { 1 });
        date.relative.reach = Reach::FromToday;
        Ok(())
    }

    fn day_of_year(&mut self) -> Step {
        self.expect(b"0123456789");
        if self.parsed.date.year.is_none() {
            let at = self.at();
            self.parsed.errors.push((at, "A 'day of year' can only come after a year has been found"));
        }
        let (day, _) = self.cursor.counted(3).ok_or("A three digit day-of-year could not be found")?;
        if let Some(year) = self.parsed.date.year {
            let days = days_from_civil(year, 1, 1) + i128::from(day);
            let civil = Civil::from_seconds(days * 86_400);
            let date = self.date();
            (date.year, date.month, date.day) = (Some(civil.year), Some(civil.month), Some(civil.day));
        }
        Ok(())
    }

    fn short_year(&mut self) -> Step {
        let (year, _) = self.number(2, "A two digit year could not be found")?;
        self.date().year = Some(year + if year < 70 { 2000 } else { 1900 });
        Ok(())
    }

    fn half_day(&mut self) -> Step {
        let hour = self.parsed.date.hour;
        if hour.is_none() {
            let at = self.at();
            self.parsed.errors.push((at, "Meridian can only come after an hour has been found"));
        }
        let hours = self.cursor.half_day(hour.unwrap_or(0));
        let (length, is_whole) = match self.cursor.rest() {
            [_, b'M' | b'm', ..] => (2, true),
            [_, b'.', b'M' | b'm', b'.', ..] => (4, true),
            [_, b'.', b'M' | b'm', ..] => (3, false),
            [_, b'.', ..] => (2, false),
            _ => (1, false),
        };
        self.cursor.skip(length);
        if !is_whole {
            return Err("A meridian could not be found");
        }
        self.date().hour = hour.map(|hour| hour + hours);
        Ok(())
    }

    /// Microseconds or milliseconds. PHP counts what it skips before the digits as digits.
    fn fraction(&mut self, digits: usize, absent: &'static str) -> Step {
        let before = self.at();
        let (number, _) = self.number(digits, absent)?;
        let count = i32::try_from(self.at() - before).unwrap_or(i32::MAX);
        self.date().micros = Some((number as f64 * 10_f64.powi(6_i32.saturating_sub(count))) as i64);
        Ok(())
    }

    fn instant(&mut self) {
        let seconds = self.signed(24);
        let civil = Civil::from_seconds(i128::from(seconds));
        let date = self.date();
        (date.year, date.month, date.day) = (Some(civil.year), Some(civil.month), Some(civil.day));
        (date.hour, date.minute, date.second) = (Some(civil.hour), Some(civil.minute), Some(civil.second));
        date.zone = Some(TextZone::Offset(0));
    }

    fn zone(&mut self) -> Step {
        let (found, length) = zone::read_counted(self.cursor.rest());
        self.cursor.skip(length);
        self.date().put_zone(found).map_err(Fault::message)
    }

    /// Sets all parts to the start of 1970.
    fn reset(&mut self) {
        let relative = std::mem::take(&mut self.parsed.date.relative);
        let is_relative = self.parsed.date.is_relative;
        self.parsed.date = DateText { relative, is_relative, ..DateText::default() };
        self.reset_unset();
    }

    /// Sets the parts that are not read yet.
    fn reset_unset(&mut self) {
        let date = self.date();
        date.year = date.year.or(Some(1970));
        for part in [&mut date.month, &mut date.day] {
            *part = part.or(Some(1));
        }
        for part in [&mut date.hour, &mut date.minute, &mut date.second, &mut date.micros] {
            *part = part.or(Some(0));
        }
    }

    /// What is left of the text or of the format.
    fn end(&mut self, format: &[u8]) {
        let at = self.at();
        if !self.cursor.rest().is_empty() {
            let list = if self.allows_more { &mut self.parsed.warnings } else { &mut self.parsed.errors };
            list.push((at, "Trailing data"));
        }
        for letter in format {
            match letter {
                b'!' => self.reset(),
                b'|' => self.reset_unset(),
                b'+' => {}
                _ => {
                    self.parsed.errors.push((at, "Not enough data available to satisfy format"));
                    break;
                }
            }
        }
        let date = self.date();
        if date.hour.or(date.minute).or(date.second).or(date.micros).is_some() {
            for part in [&mut date.hour, &mut date.minute, &mut date.second, &mut date.micros] {
                *part = part.or(Some(0));
            }
            date.times = 1;
        }
        date.has_date = date.year.and(date.month).and(date.day).is_some();
        self.parsed.check(at);
    }
}
