//! PHP's `strptime`, which is that of the C library: glibc's, in the locale `C` that PHP has for dates.
//!
//! Source: glibc's manual, and the behaviour of glibc 2.36, its quirks included.

use super::Civil;
use super::parts::{Parts, Seen};
use super::words::{DAYS, MONTHS};

/// Reads a text by a format. Returns the parts and the rest of the text; `None` if the text does not match.
#[must_use]
pub fn strptime<'a>(text: &'a [u8], format: &[u8]) -> Option<(Parts, &'a [u8])> {
    let mut reader = Reader { text, at: 0, parts: Parts::default(), seen: Seen::default(), digits: Digits::default() };
    reader.read(format)?;
    reader.parts.complete(reader.seen);
    Some((reader.parts, &text[reader.at..]))
}

const DATE_AND_TIME: &[u8] = b"%a %b %e %H:%M:%S %Y";
const DATE: &[u8] = b"%m/%d/%y";
const TIME: &[u8] = b"%H:%M:%S";
const TIME_IN_HALF_DAYS: &[u8] = b"%I:%M:%S %p";

/// Which digits and names the text has, for glibc. The two sets are the same in the locale `C`, but some letters are
/// read otherwise once that is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Digits {
    #[default]
    Unknown,
    Local,
    Plain,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    parts: Parts,
    seen: Seen,
    digits: Digits,
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let count = self.rest().iter().take_while(|b| wanted(**b)).count();
        self.at += count;
        count
    }

    fn skip_spaces(&mut self) {
        self.skip_while(is_space);
    }

    fn literal(&mut self, b: u8) -> Option<()> {
        (self.rest().first() == Some(&b)).then(|| self.at += 1)
    }

    /// A number in a range. It ends where a further digit would lead beyond the greatest value.
    fn number(&mut self, low: i64, high: i64, digits_max: usize) -> Option<i64> {
        self.skip_spaces();
        let (mut value, mut count) = (0, 0);
        while let Some(digit) = self.rest().first().filter(|b| b.is_ascii_digit())
            && (count == 0 || count < digits_max && value * 10 <= high)
        {
            value = value * 10 + i64::from(digit - b'0');
            count += 1;
            self.at += 1;
        }
        (count > 0 && (low..=high).contains(&value)).then_some(value)
    }

    fn read(&mut self, format: &[u8]) -> Option<()> {
        let mut rest = format;
        while let Some((&b, tail)) = rest.split_first() {
            rest = tail;
            if is_space(b) {
                self.skip_spaces();
            } else if b != b'%' {
                self.literal(b)?;
            } else {
                // Flags and a width, which mean nothing.
                let flags = rest.iter().take_while(|b| b"-_0^#".contains(b)).count();
                let width = rest[flags..].iter().take_while(|b| b.is_ascii_digit()).count();
                let (&letter, tail) = rest[flags + width..].split_first()?;
                rest = tail;
                if letter == b'E' || letter == b'O' {
                    let (&second, tail) = rest.split_first()?;
                    rest = tail;
                    if letter == b'E' { self.in_era(second)? } else { self.in_other_digits(second)? }
                } else {
                    self.letter(letter)?;
                }
            }
        }
        Some(())
    }

    fn letter(&mut self, letter: u8) -> Option<()> {
        match letter {
            b'%' => self.literal(b'%')?,
            b'a' | b'A' => self.weekday_name()?,
            b'b' | b'B' | b'h' => self.month_name()?,
            b'c' => self.read(DATE_AND_TIME)?,
            b'D' | b'x' => self.read(DATE)?,
            b'F' => self.read(b"%Y-%m-%d")?,
            b'r' => self.read(TIME_IN_HALF_DAYS)?,
            b'R' => self.read(b"%H:%M")?,
            b'T' | b'X' => self.read(TIME)?,
            b'n' | b't' => self.skip_spaces(),
            b'p' => self.half_day()?,
            b's' => self.instant()?,
            b'G' => {
                self.rest().first().filter(|b| b.is_ascii_digit())?;
                self.skip_while(|b| b.is_ascii_digit());
            }
            b'Z' => {
                self.skip_spaces();
                self.skip_while(|b| !is_space(b));
            }
            b'z' => self.offset()?,
            _ => self.numeric(letter)?,
        }
        Some(())
    }

    fn numeric(&mut self, letter: u8) -> Option<()> {
        let (low, high, digits) = match letter {
            b'C' | b'g' | b'y' => (0, 99, 2),
            b'd' | b'e' => (1, 31, 2),
            b'H' | b'k' => (0, 23, 2),
            b'I' | b'l' => (1, 12, 2),
            b'j' => (1, 366, 3),
            b'm' => (1, 12, 2),
            b'M' => (0, 59, 2),
            b'S' => (0, 61, 2),
            b'u' => (1, 7, 1),
            b'U' | b'V' | b'W' => (0, 53, 2),
            b'w' => (0, 6, 1),
            b'Y' => (0, 9999, 4),
            _ => return None,
        };
        let number = self.number(low, high, digits)?;
        self.take_number(letter, number);
        Some(())
    }

    fn take_number(&mut self, letter: u8, number: i64) {
        let (parts, seen) = (&mut self.parts, &mut self.seen);
        match letter {
            b'C' => seen.century = Some(number),
            b'd' | b'e' => (parts.day, seen.day) = (number, true),
            b'H' | b'k' => (parts.hour, seen.hour_of_half_day) = (number, false),
            b'I' | b'l' => (parts.hour, seen.hour_of_half_day) = (number % 12, true),
            b'j' => (parts.day_of_year, seen.day_of_year) = (number - 1, true),
            b'm' => (parts.month, seen.month) = (number - 1, true),
            b'M' => parts.minute = number,
            b'S' => parts.second = number,
            b'u' | b'w' => (parts.weekday, seen.weekday) = (number % 7, true),
            b'U' => (seen.week, seen.week_from_sunday) = (Some(number), true),
            b'W' => seen.week = Some(number),
            b'y' => {
                parts.year = if number >= 69 { number } else { number + 100 };
                seen.year_in_century = true;
            }
            b'Y' => (parts.year, seen.year_in_century) = (number - 1900, false),
            // The year and the number of ISO weeks are not used.
            _ => {}
        }
        seen.date |= b"CdemyY".contains(&letter);
    }

    /// The position behind a word at a position, in any letter case.
    fn after(&self, at: usize, word: &str) -> Option<usize> {
        let end = at + word.len();
        let matches = |found: &[u8]| found.eq_ignore_ascii_case(word.as_bytes());
        self.text.get(at..end).is_some_and(matches).then_some(end)
    }

    /// The longest name of a day. glibc looks for the names of later days behind a short name that it has found.
    fn weekday_name(&mut self) -> Option<()> {
        let mut from = self.at;
        let mut found: Option<(usize, i64)> = None;
        for (day, name) in (0..).zip(DAYS) {
            let is_longer = |end: &usize, found: Option<(usize, i64)>| found.is_none_or(|(longest, _)| *end > longest);
            let (full, short) = (self.after(from, name), self.after(from, &name[..3]));
            if self.digits != Digits::Plain
                && let Some(end) = full.or(short).filter(|end| is_longer(end, found))
            {
                found = Some((end, day));
            }
            if self.digits == Digits::Local {
                continue;
            }
            if let Some(end) = full.filter(|end| is_longer(end, found)) {
                found = Some((end, day));
            } else if let Some(end) = short {
                if is_longer(&from, found) {
                    found = Some((from, day));
                }
                from = end;
            }
        }
        (self.at, self.parts.weekday) = found?;
        self.seen.weekday = true;
        Some(())
    }

    fn month_name(&mut self) -> Option<()> {
        let name = |(month, name): (i64, &str)| {
            let end = self.after(self.at, name).or_else(|| self.after(self.at, &name[..3]))?;
            Some((end, month))
        };
        (self.at, self.parts.month) = (0..).zip(MONTHS).find_map(name)?;
        self.seen.month = true;
        self.seen.date = true;
        Some(())
    }

    fn half_day(&mut self) -> Option<()> {
        let (end, is_pm) =
            self.after(self.at, "AM").map(|end| (end, false)).or_else(|| Some((self.after(self.at, "PM")?, true)))?;
        self.at = end;
        self.seen.is_pm = is_pm;
        Some(())
    }

    /// Seconds since 1970. The zone of the server is unknown here, so that the date is that in Greenwich.
    fn instant(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_while(|b| b.is_ascii_digit());
        let seconds: i64 = std::str::from_utf8(&self.text[start..self.at]).ok()?.parse().ok()?;
        let civil = Civil::from_seconds(seconds.into());
        let year = i64::from(i32::try_from(civil.year - 1900).ok()?);
        self.parts = Parts {
            second: civil.second,
            minute: civil.minute,
            hour: civil.hour,
            day: civil.day,
            month: civil.month - 1,
            year,
            weekday: civil.weekday(),
            day_of_year: civil.day_of_year(),
        };
        Some(())
    }

    /// `Z`, `+02`, `+0200` or `+02:00`, which no part depends on.
    fn offset(&mut self) -> Option<()> {
        self.skip_spaces();
        if self.literal(b'Z').is_some() {
            return Some(());
        }
        self.literal(b'+').or_else(|| self.literal(b'-'))?;
        let mut digits = Vec::new();
        while let Some(digit) = self.rest().first().filter(|b| b.is_ascii_digit() && digits.len() < 4) {
            digits.push(*digit);
            self.at += 1;
            if digits.len() == 2 && matches!(self.rest(), [b':', b'0'..=b'9', ..]) {
                self.at += 1;
            }
        }
        match digits[..] {
            [_, _] | [_, _, b'0'..=b'5', _] => Some(()),
            _ => None,
        }
    }

    /// A letter after `%E`. The locale `C` has no eras.
    fn in_era(&mut self, letter: u8) -> Option<()> {
        if matches!(letter, b'C' | b'y' | b'Y') {
            if letter == b'y' && self.digits != Digits::Plain {
                self.parts.year = self.number(0, 9999, 4)?;
                (self.seen.year_in_era, self.seen.year_in_century, self.seen.date) = (true, true, true);
            }
            if self.digits == Digits::Local {
                return None;
            }
            self.digits = Digits::Plain;
        } else if !matches!(letter, b'c' | b'x' | b'X') {
            return None;
        }
        self.letter(letter)
    }

    /// A letter after `%O`. The locale `C` has no other digits, for which glibc looks twice.
    fn in_other_digits(&mut self, letter: u8) -> Option<()> {
        if matches!(letter, b'b' | b'B' | b'h') {
            return self.letter(letter);
        }
        if !b"deHImMSUWVwy".contains(&letter) {
            return None;
        }
        match self.digits {
            Digits::Unknown => self.digits = Digits::Local,
            Digits::Local => return None,
            Digits::Plain => {}
        }
        let is_year_in_century = self.seen.year_in_century;
        self.numeric(letter)?;
        if letter == b'y' {
            self.seen.year_in_century = is_year_in_century;
        }
        Some(())
    }
}
