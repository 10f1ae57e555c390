//! PHP's `date`.

use std::io::Write;

use super::words::{DAYS, MONTHS};
use super::{Moment, days_in_month, is_leap};

/// Formats a moment by the letters of `pattern`; a backslash makes the next byte literal.
#[must_use]
pub fn format(moment: &Moment, pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pattern.len() * 3);
    let mut letters = pattern.iter();
    while let Some(&letter) = letters.next() {
        match letter {
            b'\\' => out.extend(letters.next().or(Some(&b'\\'))),
            _ => one(moment, letter, &mut out),
        }
    }
    out
}

fn one(moment: &Moment, letter: u8, out: &mut Vec<u8>) {
    let done = day(moment, letter, out) || time(moment, letter, out) || whole(moment, letter, out);
    if !done {
        out.push(letter);
    }
}

fn day(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let c = &moment.civil;
    let weekday = c.weekday();
    let (month, day_name) = (MONTHS[(c.month - 1) as usize], DAYS[weekday as usize]);
    // Writing into a Vec cannot fail.
    let _ = match letter {
        b'd' => write!(out, "{:02}", c.day),
        b'D' => write!(out, "{}", &day_name[..3]),
        b'j' => write!(out, "{}", c.day),
        b'l' => write!(out, "{day_name}"),
        b'S' => write!(out, "{}", ordinal(c.day)),
        b'w' => write!(out, "{weekday}"),
        b'N' => write!(out, "{}", if weekday == 0 { 7 } else { weekday }),
        b'z' => write!(out, "{}", c.day_of_year()),
        b'W' => write!(out, "{:02}", c.iso_week().1),
        b'o' => write!(out, "{}", c.iso_week().0),
        b'F' => write!(out, "{month}"),
        b'm' => write!(out, "{:02}", c.month),
        b'M' => write!(out, "{}", &month[..3]),
        b'n' => write!(out, "{}", c.month),
        b't' => write!(out, "{}", days_in_month(c.year, c.month)),
        b'L' => write!(out, "{}", i32::from(is_leap(c.year))),
        b'y' => write!(out, "{:02}", c.year % 100),
        b'Y' => write!(out, "{}", year(c.year)),
        b'x' if (0..=9999).contains(&c.year) => write!(out, "{}", year(c.year)),
        b'x' | b'X' => write!(out, "{}{}", if c.year < 0 { "" } else { "+" }, year(c.year)),
        _ => return false,
    };
    true
}

/// The year with at least four digits.
fn year(year: i64) -> String {
    let sign = if year < 0 { "-" } else { "" };
    format!("{sign}{:04}", year.unsigned_abs())
}

fn ordinal(day: i64) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

fn time(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let c = &moment.civil;
    let hour12 = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    let _ = match letter {
        b'a' => write!(out, "{}", if c.hour < 12 { "am" } else { "pm" }),
        b'A' => write!(out, "{}", if c.hour < 12 { "AM" } else { "PM" }),
        b'B' => write!(out, "{:03}", beat(moment.seconds)),
        b'g' => write!(out, "{hour12}"),
        b'G' => write!(out, "{}", c.hour),
        b'h' => write!(out, "{hour12:02}"),
        b'H' => write!(out, "{:02}", c.hour),
        b'i' => write!(out, "{:02}", c.minute),
        b's' => write!(out, "{:02}", c.second),
        // date() has whole seconds only.
        b'u' => write!(out, "000000"),
        b'v' => write!(out, "000"),
        b'e' => write!(out, "{}", moment.zone_name),
        b'I' => write!(out, "{}", i32::from(moment.is_dst)),
        b'O' => write!(out, "{}", offset(moment.offset_seconds, "")),
        b'P' => write!(out, "{}", offset(moment.offset_seconds, ":")),
        b'p' if moment.offset_seconds == 0 => write!(out, "Z"),
        b'p' => write!(out, "{}", offset(moment.offset_seconds, ":")),
        b'T' => write!(out, "{}", abbreviation(moment)),
        b'Z' => write!(out, "{}", moment.offset_seconds),
        b'U' => write!(out, "{}", moment.seconds),
        _ => return false,
    };
    true
}

/// The Swatch beat: thousandths of a day in Biel's zone, +01:00.
fn beat(seconds: i64) -> i64 {
    (i128::from(seconds) + 3600).rem_euclid(86_400) as i64 * 10 / 864
}

pub fn offset(seconds: i64, colon: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}

/// The abbreviation of the zone; a zone without letters has its offset as its name, `+03`, as in PHP.
pub fn abbreviation(moment: &Moment) -> &str {
    &moment.abbreviation
}

fn whole(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let pattern: &[u8] = match letter {
        b'c' => b"Y-m-d\\TH:i:sP",
        b'r' => b"D, d M Y H:i:s O",
        _ => return false,
    };
    out.extend(format(moment, pattern));
    true
}
