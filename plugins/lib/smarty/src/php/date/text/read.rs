//! What each piece of a date's text sets.

use super::super::days_from_civil;
use super::super::words::{self, Unit};
use super::cursor::Cursor;
use super::grammar::Piece;
use super::relative::{Edge, Reach, Relative, Special};
use super::zone::{self, TextZone, Unreadable};

/// What is wrong with a piece, in PHP's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unexpected,
    SecondDate,
    SecondTime,
    /// A third zone; see [`DateText::ignores_zone`].
    ThirdZone,
    UnknownZone,
    Range,
}

impl Fault {
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Fault::Unexpected => "Unexpected character",
            Fault::SecondDate => "Double date specification",
            Fault::SecondTime => "Double time specification",
            Fault::ThirdZone => SECOND_ZONE,
            Fault::UnknownZone => "The timezone could not be found in the database",
            Fault::Range => "Number out of range",
        }
    }
}

/// PHP's warning about a second zone.
pub const SECOND_ZONE: &str = "Double timezone specification";

/// The parts of a date that a text names.
#[derive(Clone, Debug, Default)]
pub struct DateText {
    pub year: Option<i64>,
    pub month: Option<i64>,
    pub day: Option<i64>,
    pub hour: Option<i64>,
    pub minute: Option<i64>,
    pub second: Option<i64>,
    pub micros: Option<i64>,
    pub has_date: bool,
    /// The times of day so far; a second one of four digits is a year.
    pub times: u8,
    /// The zones so far; a second one has no effect, and a third is an error.
    pub zones: u8,
    pub zone: Option<TextZone>,
    /// True if a piece is relative, even by zero.
    pub is_relative: bool,
    pub relative: Relative,
}

impl DateText {
    /// Takes over a piece, unless it contradicts an earlier one.
    pub fn add(&mut self, piece: Piece, text: &[u8]) -> Result<(), Fault> {
        let mut c = Cursor::new(text);
        self.is_relative |= piece.is_relative();
        match piece {
            Piece::Now | Piece::Nothing => {}
            Piece::Midnight => self.clear_time(),
            Piece::Yesterday => self.day_beside(-1),
            Piece::Tomorrow => self.day_beside(1),
            Piece::Noon => {
                self.clear_time();
                self.begin_time()?;
                self.hour = Some(12);
            }
            Piece::Instant => self.instant(text)?,
            Piece::Time | Piece::HalfDayTime => {
                self.begin_time()?;
                self.clock(piece, &mut c);
            }
            Piece::CompactTime => {
                self.begin_time()?;
                (self.hour, self.minute, self.second) = (c.number(2), c.number(2), c.number(2));
            }
            Piece::FourDigits => self.four_digits(&mut c)?,
            Piece::AroundHour => self.around_hour(text, &mut c)?,
            Piece::MonthDayTime | Piece::MonthDayHalfDayTime => self.month_day_time(piece, &mut c)?,
            Piece::DateAndTime | Piece::LogDate => self.date_and_time(piece, &mut c)?,
            Piece::Zone => self.add_zone(text)?,
            Piece::Year => self.year = c.number(4),
            Piece::IsoWeek => self.iso_week(&mut c)?,
            Piece::Ago => self.relative.reverse(),
            Piece::EdgeOfMonth => {
                self.relative.edge = Some(if text[0].eq_ignore_ascii_case(&b'l') { Edge::Last } else { Edge::First });
            }
            Piece::Weekday => self.weekday(&mut c),
            Piece::WeekdayOfMonth | Piece::RelativeWeek | Piece::RelativeWord => self.relative_word(piece, &mut c)?,
            Piece::RelativeNumber => {
                let amount = c.signed(24).ok_or(Fault::Range)?;
                c.skip_spaces();
                self.move_by(amount, c.unit(), Reach::FromToday, false)?;
            }
            date => self.date(date, &mut c)?,
        }
        Ok(())
    }

    fn begin_date(&mut self) -> Result<(), Fault> {
        if self.has_date {
            return Err(Fault::SecondDate);
        }
        self.has_date = true;
        Ok(())
    }

    pub fn set_time(&mut self, hour: i64, minute: i64, second: i64) {
        (self.hour, self.minute, self.second) = (Some(hour), Some(minute), Some(second));
        self.micros = Some(0);
    }

    fn begin_time(&mut self) -> Result<(), Fault> {
        if self.times > 0 {
            return Err(Fault::SecondTime);
        }
        self.times = 1;
        self.set_time(0, 0, 0);
        Ok(())
    }

    fn clear_time(&mut self) {
        self.times = 0;
        self.set_time(0, 0, 0);
    }

    fn day_beside(&mut self, days: i64) {
        self.clear_time();
        self.relative.days = days;
    }

    fn date(&mut self, piece: Piece, c: &mut Cursor<'_>) -> Result<(), Fault> {
        self.begin_date()?;
        match piece {
            Piece::American => {
                (self.month, self.day) = (c.number(2), c.number(2));
                if c.next_is(b"/") {
                    self.year = c.year();
                }
            }
            Piece::YearFirst => {
                (self.year, self.month, self.day) = (Some(c.signed(4).ok_or(Fault::Range)?), c.number(2), c.number(2))
            }
            Piece::WideYearFirst => {
                (self.year, self.month, self.day) = (Some(c.signed(19).ok_or(Fault::Range)?), c.number(2), c.number(2))
            }
            Piece::ShortYearFirst => (self.year, self.month, self.day) = (c.year(), c.number(2), c.number(2)),
            Piece::YearAndMonth => (self.year, self.month, self.day) = (c.year(), c.number(2), Some(1)),
            Piece::DayFirst => {
                self.day = c.number(2);
                c.skip_ordinal();
                (self.month, self.year) = (c.month(), c.year());
            }
            Piece::MonthAndYear => (self.month, self.year, self.day) = (c.month(), c.year(), Some(1)),
            Piece::YearAndMonthName => (self.year, self.month, self.day) = (c.year(), c.month(), Some(1)),
            Piece::MonthNameFirst => (self.month, self.day, self.year) = (c.month(), c.number(2), c.year()),
            Piece::DayAndMonthName => {
                self.day = c.number(2);
                c.skip_ordinal();
                self.month = c.month();
            }
            Piece::DayOfYear => (self.year, self.month, self.day) = (c.year(), Some(1), c.number(3)),
            Piece::YearNameDay => (self.year, self.month, self.day) = (c.year(), c.month(), c.number(2)),
            _ => self.month = c.month(),
        }
        Ok(())
    }

    /// Hour, minute, second, fraction and half of the day, as far as they are there.
    fn clock(&mut self, piece: Piece, c: &mut Cursor<'_>) {
        let hour = c.number(2).unwrap_or(0);
        self.hour = Some(hour);
        if c.next_is(b":.") {
            self.minute = c.number(2);
            // PHP takes what follows a point after `Mar 5 10.30` for a zone.
            let separators: &[u8] = if piece == Piece::MonthDayTime { b":" } else { b":." };
            if c.next_is(separators) {
                self.second = c.number(2);
                if c.next_is(b":.") {
                    self.micros = Some(c.microseconds());
                }
            }
        }
        if matches!(piece, Piece::HalfDayTime | Piece::MonthDayHalfDayTime) {
            self.hour = Some(hour + c.half_day(hour));
        }
    }

    /// `1530`: a time of day, and after a time of day a year.
    fn four_digits(&mut self, c: &mut Cursor<'_>) -> Result<(), Fault> {
        match self.times {
            0 => (self.hour, self.minute, self.second) = (c.number(2), c.number(2), Some(0)),
            1 => self.year = c.number(4),
            _ => return Err(Fault::SecondTime),
        }
        self.times += 1;
        Ok(())
    }

    /// `back of 7pm` is a quarter past, `front of 7pm` a quarter to.
    fn around_hour(&mut self, text: &[u8], c: &mut Cursor<'_>) -> Result<(), Fault> {
        self.clear_time();
        self.begin_time()?;
        let named = c.number(2).ok_or(Fault::Range)?;
        // PHP compares the small letter only.
        let (hour, minute) = if text[0] == b'b' { (named, 15) } else { (named - 1, 45) };
        let half = if c.is_done() { 0 } else { c.half_day(hour) };
        (self.hour, self.minute) = (Some(hour + half), Some(minute));
        Ok(())
    }

    fn month_day_time(&mut self, piece: Piece, c: &mut Cursor<'_>) -> Result<(), Fault> {
        self.begin_date()?;
        (self.month, self.day) = (c.month(), c.number(2));
        self.begin_time()?;
        c.skip_to_number();
        self.clock(piece, c);
        if piece == Piece::MonthDayTime && !c.is_done() {
            self.set_zone(c.rest())?;
        }
        Ok(())
    }

    fn date_and_time(&mut self, piece: Piece, c: &mut Cursor<'_>) -> Result<(), Fault> {
        self.begin_time()?;
        self.begin_date()?;
        if piece == Piece::LogDate {
            (self.day, self.month, self.year) = (c.number(2), c.month(), c.number(4));
        } else {
            (self.year, self.month, self.day) = (c.number(4), c.number(2), c.number(2));
        }
        (self.hour, self.minute, self.second) = (c.number(2), c.number(2), c.number(2));
        if piece != Piece::LogDate && c.next_is(b".") {
            self.micros = Some(c.microseconds());
        }
        c.skip_spaces();
        if !c.is_done() {
            self.set_zone(c.rest())?;
        }
        Ok(())
    }

    fn add_zone(&mut self, text: &[u8]) -> Result<(), Fault> {
        if self.begin_zone()? {
            self.set_zone(text)?;
        }
        Ok(())
    }

    fn set_zone(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.put_zone(zone::read(text))
    }

    /// Takes over a zone that was found, or none.
    pub fn put_zone(&mut self, found: Result<TextZone, Unreadable>) -> Result<(), Fault> {
        let known = found.is_ok();
        let found = match found {
            Err(Unreadable::Offset) => Some(TextZone::Offset(0)),
            other => other.ok(),
        };
        self.zone = Some(match self.zone.take() {
            Some(first) => first.replaced_by(found),
            None => found.unwrap_or(TextZone::Unknown),
        });
        if known { Ok(()) } else { Err(Fault::UnknownZone) }
    }

    /// True if there is a zone already: PHP warns of a second one.
    #[must_use]
    pub fn ignores_zone(&self) -> bool {
        self.zones == 1
    }

    /// True for the first zone; the third is an error.
    fn begin_zone(&mut self) -> Result<bool, Fault> {
        self.zones = self.zones.saturating_add(1);
        if self.zones > 2 { Err(Fault::ThirdZone) } else { Ok(self.zones == 1) }
    }

    /// `@86400`, `@-1.5`
    fn instant(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.has_date = false;
        (self.year, self.month, self.day) = (Some(0), Some(0), Some(0));
        self.clear_time();
        if !self.begin_zone()? {
            return Ok(());
        }
        let mut c = Cursor::new(text);
        let seconds = c.signed(24).ok_or(Fault::Range)?;
        if c.next_is(b".") {
            let micros = c.microseconds();
            self.relative.micros = if text.get(1) == Some(&b'-') { -micros } else { micros };
        }
        (self.year, self.month, self.day) = (Some(1970), Some(1), Some(1));
        self.relative.seconds = self.relative.seconds.checked_add(seconds).ok_or(Fault::Range)?;
        self.zone = Some(TextZone::Offset(0));
        Ok(())
    }

    fn iso_week(&mut self, c: &mut Cursor<'_>) -> Result<(), Fault> {
        self.begin_date()?;
        let (Some(year), Some(week)) = (c.number(4), c.number(2)) else { return Err(Fault::Range) };
        let day = c.number(1).unwrap_or(1);
        (self.year, self.month, self.day) = (Some(year), Some(1), Some(1));
        let weekday = (days_from_civil(year, 1, 1) + 4).rem_euclid(7) as i64;
        let first = if weekday > 4 { 7 - weekday } else { -weekday };
        self.relative.days = first + (week - 1) * 7 + day;
        Ok(())
    }

    /// The name of a weekday: the next such day, today included.
    fn weekday(&mut self, c: &mut Cursor<'_>) {
        self.clear_time();
        self.relative.weekday = Some(match words::unit(c.unit()) {
            Some(Unit::Weekday(day)) => day,
            // `weekday` alone is Monday in PHP.
            _ => 1,
        });
        if self.relative.reach != Reach::ThisWeek {
            self.relative.reach = Reach::FromToday;
        }
    }

    fn relative_word(&mut self, piece: Piece, c: &mut Cursor<'_>) -> Result<(), Fault> {
        let (amount, counts_today) = c.amount();
        let mut reach = if counts_today { Reach::FromToday } else { Reach::AfterToday };
        c.skip_spaces();
        if piece == Piece::WeekdayOfMonth {
            let special = if amount > 0 { Special::OfMonth } else { Special::LastOfMonth };
            self.relative.special = Some(special);
            reach = if amount > 0 { Reach::FromToday } else { reach };
        }
        self.move_by(amount, c.unit(), reach, true)?;
        if piece == Piece::RelativeWeek {
            // "monday next week" is the Monday of that week, and so is "next week" alone.
            self.relative.reach = Reach::ThisWeek;
            self.relative.weekday = self.relative.weekday.or(Some(1));
        }
        Ok(())
    }

    fn move_by(&mut self, amount: i64, unit: &[u8], reach: Reach, clears_time: bool) -> Result<(), Fault> {
        let Some(unit) = words::unit(unit) else { return Ok(()) };
        if clears_time && matches!(unit, Unit::Weekday(_) | Unit::Workdays) {
            self.clear_time();
        }
        self.relative.add(amount, unit, reach).ok_or(Fault::Range)
    }
}
