//! PHP's `strtotime`, which reads a date's text piece by piece: always the longest piece that a pattern matches.

mod cursor;
mod formatted;
mod grammar;
mod pattern;
mod read;
mod relative;
pub mod zone;

use jiff::tz::TimeZone;

use super::make::{Fields, timestamp};
use super::{Moment, days_in_month};
use crate::php::convert::is_space;
pub use read::DateText;
pub use relative::{Edge, Special};

use grammar::Piece;
use read::{Fault, SECOND_ZONE};
use zone::{Abbreviation, TextZone};

/// Seconds since 1970 of the date in `text`, relative to `now`; `None` if it is not a date.
#[must_use]
pub fn strtotime(text: &[u8], now: i64, zone: &TimeZone) -> Option<i64> {
    let parsed = Parsed::of(text, true);
    parsed.errors.is_empty().then(|| parsed.date.resolve(now, zone))
}

/// A date's text, with the positions of what is wrong with it.
#[derive(Debug, Default)]
pub struct Parsed {
    pub date: DateText,
    pub errors: Vec<(usize, &'static str)>,
    pub warnings: Vec<(usize, &'static str)>,
}

impl Parsed {
    /// Reads all pieces of a text, or those before the first error.
    #[must_use]
    pub fn of(text: &[u8], stops_at_error: bool) -> Parsed {
        let mut parsed = Parsed::default();
        let start = text.iter().position(|b| !is_space(*b));
        let end = text.iter().rposition(|b| !is_space(*b));
        let (Some(start), Some(end)) = (start, end) else {
            parsed.errors.push((0, "Empty string"));
            return parsed;
        };
        let mut text = text[start..=end].to_vec();
        // Several patterns end with the NUL that ends a text in PHP.
        text.push(0);
        let mut at = 0;
        while at < text.len() && (parsed.errors.is_empty() || !stops_at_error) {
            at = parsed.add(&text, at);
        }
        parsed.check(text.len());
        parsed
    }

    /// Reads the piece at a position, and returns its end.
    fn add(&mut self, text: &[u8], at: usize) -> usize {
        let Some((piece, end)) = grammar::piece(text, at) else {
            self.errors.push((at, Fault::Unexpected.message()));
            return at + 1;
        };
        if matches!(piece, Piece::Zone | Piece::Instant) && self.date.ignores_zone() {
            self.warnings.push((at, SECOND_ZONE));
        }
        if let Err(fault) = self.date.add(piece, &text[at..end]) {
            self.errors.push((at, fault.message()));
        }
        end
    }

    /// Warns of dates and times that do not exist.
    pub fn check(&mut self, end: usize) {
        let date = &self.date;
        let in_day = |part: Option<i64>, max: i64| part.is_none_or(|n| (0..=max).contains(&n));
        if date.times > 0 && !(in_day(date.hour, 23) && in_day(date.minute, 59) && in_day(date.second, 59)) {
            self.warnings.push((end, "The parsed time was invalid"));
        }
        let exists =
            |month, day| (1..=12).contains(&month) && day >= 1 && day <= days_in_month(date.year.unwrap_or(1), month);
        if date.has_date && !exists(date.month.unwrap_or(0), date.day.unwrap_or(0)) {
            self.warnings.push((end, "The parsed date was invalid"));
        }
    }
}

impl DateText {
    /// The instant: parts that the text does not name come from `now` in `zone`.
    fn resolve(mut self, now: i64, zone: &TimeZone) -> i64 {
        if self.has_date && self.times == 0 {
            self.set_time(0, 0, 0);
        }
        let here = Moment::at(now, zone).civil;
        let mut fields = Fields {
            year: self.year.unwrap_or(here.year),
            month: self.month.unwrap_or(here.month),
            day: self.day.unwrap_or(here.day),
            hour: self.hour.unwrap_or(here.hour),
            minute: self.minute.unwrap_or(here.minute),
            second: self.second.unwrap_or(here.second),
        };
        self.relative.apply(&mut fields, self.micros.unwrap_or(0));
        match self.zone {
            None | Some(TextZone::Unknown) => timestamp(&fields, zone),
            Some(TextZone::Named(named)) => timestamp(&fields, &named.zone),
            Some(TextZone::Offset(offset) | TextZone::Abbreviation(Abbreviation { offset_seconds: offset, .. })) => {
                let seconds = fields.seconds() - i128::from(offset);
                i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
            }
        }
    }
}
