//! C's `strftime` in the C locale, as glibc has it.

use std::io::Write;

use super::Moment;
use super::format::{abbreviation, offset};
use super::words::{DAYS, MONTHS};

/// Writes a moment as the `%` letters of `pattern` say.
#[must_use]
pub fn strftime(moment: &Moment, pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        if b != b'%' {
            out.push(b);
            continue;
        }
        // E and O ask for a locale's other forms; the C locale has none.
        let modified = matches!(rest, [b'E' | b'O', _, ..]);
        let spec = if modified { &rest[1..] } else { rest };
        let Some(&letter) = spec.first() else {
            out.push(b'%');
            break;
        };
        if !(day(moment, letter, &mut out) || time(moment, letter, &mut out)) {
            out.push(b'%');
            out.push(letter);
        }
        rest = &spec[1..];
    }
    out
}

fn day(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let c = &moment.civil;
    let (weekday, day_of_year) = (c.weekday(), c.day_of_year());
    let (month, day_name) = (MONTHS[(c.month - 1) as usize], DAYS[weekday as usize]);
    // Writing into a Vec cannot fail.
    let _ = match letter {
        b'a' => write!(out, "{}", &day_name[..3]),
        b'A' => write!(out, "{day_name}"),
        b'd' => write!(out, "{:02}", c.day),
        b'e' => write!(out, "{:2}", c.day),
        b'j' => write!(out, "{:03}", day_of_year + 1),
        b'u' => write!(out, "{}", if weekday == 0 { 7 } else { weekday }),
        b'w' => write!(out, "{weekday}"),
        b'U' => write!(out, "{:02}", (day_of_year + 7 - weekday) / 7),
        b'W' => write!(out, "{:02}", (day_of_year + 7 - (weekday + 6) % 7) / 7),
        b'V' => write!(out, "{:02}", c.iso_week().1),
        b'G' => write!(out, "{}", c.iso_week().0),
        b'g' => write!(out, "{:02}", c.iso_week().0.rem_euclid(100)),
        b'b' | b'h' => write!(out, "{}", &month[..3]),
        b'B' => write!(out, "{month}"),
        b'm' => write!(out, "{:02}", c.month),
        b'C' => write!(out, "{:02}", c.year.div_euclid(100)),
        b'y' => write!(out, "{:02}", c.year.rem_euclid(100)),
        b'Y' => write!(out, "{}", c.year),
        _ => return false,
    };
    true
}

fn time(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let c = &moment.civil;
    let hour12 = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    let morning = c.hour < 12;
    let standard = moment.offset_seconds - if moment.is_dst { 3600 } else { 0 };
    let _ = match letter {
        b'H' => write!(out, "{:02}", c.hour),
        b'k' => write!(out, "{:2}", c.hour),
        b'I' => write!(out, "{hour12:02}"),
        b'l' => write!(out, "{hour12:2}"),
        b'M' => write!(out, "{:02}", c.minute),
        b'S' => write!(out, "{:02}", c.second),
        b'p' => write!(out, "{}", if morning { "AM" } else { "PM" }),
        b'P' => write!(out, "{}", if morning { "am" } else { "pm" }),
        // The C library reads the fields as local time of the server, which is UTC.
        b's' => write!(out, "{}", moment.seconds + standard),
        b'z' => write!(out, "{}", offset(moment.offset_seconds, "")),
        b'Z' => write!(out, "{}", abbreviation(moment)),
        b'n' => writeln!(out),
        b't' => write!(out, "\t"),
        b'%' => write!(out, "%"),
        _ => return whole(moment, letter, out),
    };
    true
}

fn whole(moment: &Moment, letter: u8, out: &mut Vec<u8>) -> bool {
    let pattern: &[u8] = match letter {
        b'c' => b"%a %b %e %H:%M:%S %Y",
        b'D' | b'x' => b"%m/%d/%y",
        b'F' => b"%Y-%m-%d",
        b'r' => b"%I:%M:%S %p",
        b'R' => b"%H:%M",
        b'T' | b'X' => b"%H:%M:%S",
        _ => return false,
    };
    out.extend(strftime(moment, pattern));
    true
}
