//! PHP's `strtotime`, which reads free-form dates piece by piece.
//!
//! Source: PHP's manual, "Date and Time Formats". Zones are read as offsets and common abbreviations; names of places
//! would need a time zone database.

use jiff::tz::TimeZone;

use super::Moment;
use super::dates::{date_and_time, date_number, date_words};
use super::make::{Fields, timestamp};
use super::relative::{Relative, TimeOfDay};
use super::scan::Scanner;

/// Hour, minute, second.
type Time = (i64, i64, i64);

/// The parts read so far.
#[derive(Default)]
struct DateParts {
    date: (Option<i64>, Option<i64>, Option<i64>),
    time: Option<Time>,
    /// A part of the text sets the time to midnight.
    midnight: bool,
    has_date: bool,
    offset: Option<i64>,
    /// `@123`
    instant: Option<i64>,
    relative: Relative,
}

/// Seconds since 1970 of the date in `text`, relative to `now`; `None` if it is not a date.
#[must_use]
pub fn strtotime(text: &[u8], now: i64, zone: &TimeZone) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim().to_ascii_lowercase();
    if text.is_empty() {
        return None;
    }
    let mut parts = DateParts::default();
    let mut s = Scanner { text: &text, at: 0 };
    while !s.is_done() {
        if s.accept_any(" \t,;").is_some() {
            continue;
        }
        parts.piece(&mut s)?;
    }
    Some(parts.resolve(now, zone))
}

impl DateParts {
    fn piece(&mut self, s: &mut Scanner<'_>) -> Option<()> {
        if s.accept("@") {
            return self.since_epoch(s);
        }
        if let Some((date, time)) = s.attempt(date_and_time) {
            self.has_date = true;
            self.date = date;
            return self.set_time(time);
        }
        if let Some(date) = s.attempt(date_number).or_else(|| s.attempt(date_words)) {
            if self.has_date {
                return None;
            }
            self.has_date = true;
            self.date = date;
            // `2024-05-06T07:08`
            if s.rest().starts_with('t') && s.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) {
                s.accept("t");
                return self.clock_after_t(s);
            }
            return Some(());
        }
        if let Some(time) = s.attempt(|s| clock(s, false)) {
            return self.set_time(time);
        }
        if let Some(time) = self.relative.read_number(s) {
            self.at_time(time);
            return Some(());
        }
        if let Some(offset) = s.attempt(offset) {
            self.offset = Some(offset);
            return Some(());
        }
        if let Some((year, time)) = s.attempt(|s| four_digits(s, self.time.is_some())) {
            return match time {
                Some(time) => self.set_time(time),
                None => {
                    self.date.0 = Some(year);
                    Some(())
                }
            };
        }
        self.word(s)
    }

    fn since_epoch(&mut self, s: &mut Scanner<'_>) -> Option<()> {
        let negative = s.accept("-");
        let seconds = s.digits(1, 18)?;
        if s.accept(".") {
            s.digits(1, 9)?;
        }
        self.instant = Some(if negative { -seconds } else { seconds });
        Some(())
    }

    fn set_time(&mut self, time: Time) -> Option<()> {
        // A second time of day is an error.
        (self.time.is_none()).then_some(())?;
        self.time = Some(time);
        Some(())
    }

    fn clock_after_t(&mut self, s: &mut Scanner<'_>) -> Option<()> {
        let time = s.attempt(|s| clock(s, true))?;
        self.set_time(time)
    }

    fn at_time(&mut self, time: TimeOfDay) {
        if time == TimeOfDay::Midnight {
            self.midnight = true;
            self.time = None;
        }
    }

    fn word(&mut self, s: &mut Scanner<'_>) -> Option<()> {
        if let Some(time) = self.relative.read_words(s) {
            self.at_time(time);
            return Some(());
        }
        if let Some(time) = self.relative.read_weekday(s) {
            // A weekday beside a time does not change the time.
            self.midnight |= time == TimeOfDay::Midnight;
            return Some(());
        }
        match s.word()? {
            "now" => {}
            "today" | "midnight" => self.at_time(TimeOfDay::Midnight),
            "noon" => {
                self.at_time(TimeOfDay::Midnight);
                self.time = Some((12, 0, 0));
            }
            "tomorrow" => {
                self.at_time(TimeOfDay::Midnight);
                self.relative.days += 1;
            }
            "yesterday" => {
                self.at_time(TimeOfDay::Midnight);
                self.relative.days -= 1;
            }
            "ago" => self.relative.reverse(),
            "t" => return self.clock_after_t(s),
            zone => {
                self.offset = Some(abbreviation(zone)?);
                s.attempt(|s| (s.peek()? == '+' || s.peek()? == '-').then(|| offset(s)).flatten());
            }
        }
        Some(())
    }

    fn resolve(&self, now: i64, zone: &TimeZone) -> i64 {
        let zone = match self.offset.and_then(|o| i32::try_from(o).ok()) {
            Some(offset) => jiff::tz::Offset::from_seconds(offset).map_or_else(|_| zone.clone(), |o| o.to_time_zone()),
            None => zone.clone(),
        };
        let (base, utc) = match self.instant {
            Some(instant) => (instant, TimeZone::UTC),
            None => (now, zone),
        };
        let here = Fields::from(Moment::at(base, &utc).civil);
        let mut f = here;
        let (year, month, day) = self.date;
        f.year = year.unwrap_or(f.year);
        f.month = month.unwrap_or(f.month);
        f.day = day.unwrap_or(f.day);
        if let Some((hour, minute, second)) = self.time {
            (f.hour, f.minute, f.second) = (hour, minute, second);
        } else if self.has_date || self.midnight {
            (f.hour, f.minute, f.second) = (0, 0, 0);
        }
        self.relative.apply(&mut f);
        // Hours count from the instant itself, also in the hour that occurs twice in autumn.
        let counts = f == here && self.relative.seconds != 0;
        let start = if counts { base } else { timestamp(&f, &utc) };
        start.saturating_add(self.relative.seconds)
    }
}

/// `7:08`, `07:08:09.5`, `7 pm`, `7:08pm`; after a `T` also `0708` and `070809`.
fn clock(s: &mut Scanner<'_>, after_t: bool) -> Option<Time> {
    if after_t && let Some(time) = s.attempt(compact_clock) {
        return Some(time);
    }
    let hour = s.digits(1, 2)?;
    let mut time = (hour, 0, 0);
    let minutes = s.attempt(|s| {
        s.accept_any(":.")?;
        s.digits(2, 2).or_else(|| s.digits(1, 1)).filter(|m| *m < 60)
    });
    if let Some(minute) = minutes {
        time.1 = minute;
        time.2 = s
            .attempt(|s| {
                s.accept_any(":.")?;
                s.digits(1, 2).filter(|sec| *sec <= 60)
            })
            .unwrap_or(0);
        s.attempt(|s| {
            s.accept_any(".,:")?;
            s.digits(1, 9)
        });
    }
    let half = s.attempt(|s| {
        s.spaces();
        let half = s.accept_any("ap")?;
        s.accept(".");
        (s.accept("m") && !s.peek().is_some_and(|c| c.is_ascii_alphabetic())).then(|| {
            s.accept(".");
            half
        })
    });
    match half {
        Some(half) if (1..=12).contains(&hour) => {
            time.0 = hour % 12 + if half == 'p' { 12 } else { 0 };
            Some(time)
        }
        Some(_) => None,
        None => (hour <= 24 && (minutes.is_some() || after_t)).then_some(time),
    }
}

fn compact_clock(s: &mut Scanner<'_>) -> Option<Time> {
    let run = s.rest().bytes().take_while(u8::is_ascii_digit).count();
    let time = match run {
        4 => (s.digits(2, 2)?, s.digits(2, 2)?, 0),
        6 => (s.digits(2, 2)?, s.digits(2, 2)?, s.digits(2, 2)?),
        _ => return None,
    };
    (time.0 <= 24 && time.1 < 60 && time.2 <= 60).then_some(time)
}

/// Four digits are a time of day if they can be one, else a year.
fn four_digits(s: &mut Scanner<'_>, has_time: bool) -> Option<(i64, Option<Time>)> {
    let number = s.run(4)?;
    let (hour, minute) = (number / 100, number % 100);
    let time = (hour < 24 && minute < 60 && !has_time).then_some((hour, minute, 0));
    Some((number, time))
}

/// `+02:00`, `-0500`, `+2`: seconds east of Greenwich.
fn offset(s: &mut Scanner<'_>) -> Option<i64> {
    let sign = if s.accept_any("+-")? == '-' { -1 } else { 1 };
    let hours = s.digits(1, 2)?;
    s.accept(":");
    let minutes = s.attempt(|s| s.digits(2, 2)).unwrap_or(0);
    s.at_boundary().then_some(sign * (hours * 3600 + minutes * 60))
}

fn abbreviation(zone: &str) -> Option<i64> {
    let hours = match zone {
        "utc" | "gmt" | "z" | "wet" => 0,
        "cet" | "bst" | "west" | "met" => 1,
        "eet" | "cest" | "mest" | "sast" => 2,
        "msk" | "eest" => 3,
        "jst" | "kst" => 9,
        "aest" => 10,
        "aedt" => 11,
        "nzst" => 12,
        "nzdt" => 13,
        "adt" => -3,
        "ast" | "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" | "akdt" => -8,
        "akst" => -9,
        "hst" => -10,
        _ => return None,
    };
    Some(hours * 3600)
}
