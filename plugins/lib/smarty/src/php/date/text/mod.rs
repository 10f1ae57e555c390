//! PHP's `strtotime`, which reads a date's text piece by piece: always the longest piece that a pattern matches.

mod cursor;
mod grammar;
mod pattern;
mod read;
mod relative;
pub mod zone;

use jiff::tz::TimeZone;

use super::Moment;
use super::make::{Fields, timestamp};
use crate::php::convert::is_space;
use read::DateText;
use zone::TextZone;

/// Seconds since 1970 of the date in `text`, relative to `now`; `None` if it is not a date.
#[must_use]
pub fn strtotime(text: &[u8], now: i64, zone: &TimeZone) -> Option<i64> {
    Some(parse(text)?.resolve(now, zone))
}

/// Reads all pieces of a text; `None` if one of them is unknown, or if the text is empty.
fn parse(text: &[u8]) -> Option<DateText> {
    let start = text.iter().position(|b| !is_space(*b))?;
    let end = text.iter().rposition(|b| !is_space(*b))? + 1;
    let mut text = text[start..end].to_vec();
    // Several patterns end with the NUL that ends a text in PHP.
    text.push(0);
    let mut date = DateText::default();
    let mut at = 0;
    while at < text.len() {
        let (piece, end) = grammar::piece(&text, at)?;
        date.add(piece, &text[at..end])?;
        at = end;
    }
    Some(date)
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
        self.relative.apply(&mut fields, self.micros);
        match self.zone {
            None => timestamp(&fields, zone),
            Some(TextZone::Named(zone)) => timestamp(&fields, &zone),
            Some(TextZone::Offset(offset)) => {
                let seconds = fields.seconds() - i128::from(offset);
                i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
            }
        }
    }
}
