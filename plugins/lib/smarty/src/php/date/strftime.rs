//! C's `strftime` in the C locale, as in glibc.

use std::io::Write;

use super::Moment;
use super::format::{abbreviation, offset};
use super::words::{DAYS, MONTHS};

/// Formats a moment by the `%` letters of `pattern`.
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
        let flags = rest.iter().take_while(|b| b"-_0^#".contains(b)).count();
        let (flags, after) = rest.split_at(flags);
        let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, after) = after.split_at(digits);
        // E and O select a locale's alternative forms, which the C locale does not have.
        let modified = matches!(after, [b'E' | b'O', _, ..]);
        let spec = if modified { &after[1..] } else { after };
        let Some(&letter) = spec.first() else {
            out.push(b'%');
            out.extend_from_slice(rest);
            break;
        };
        let mut text = Vec::new();
        if day(moment, letter, &mut text) || time(moment, letter, &mut text) {
            flagged(text, flags, digits, &mut out);
        } else {
            out.push(b'%');
            out.extend_from_slice(&rest[..rest.len() - spec.len() + 1]);
        }
        rest = &spec[1..];
    }
    out
}

/// Applies glibc's flags (`-` no padding, `_` spaces, `0` zeros, `^` capitals, `#` the other case) and the width.
fn flagged(mut text: Vec<u8>, flags: &[u8], digits: &[u8], out: &mut Vec<u8>) {
    /// A wider field has no use, and must not make the text large.
    const WIDTH_MAX: usize = 255;
    let padding = flags.iter().rev().find(|b| b"-_0".contains(b));
    let length = text.iter().take_while(|b| matches!(b, b'0' | b' ')).count();
    let length = length.min(text.len().saturating_sub(1));
    let numeric = text.iter().all(|b| b.is_ascii_digit() || *b == b' ');
    match padding {
        Some(b'-') if numeric => _ = text.drain(..length),
        Some(b'_') if numeric => text[..length].fill(b' '),
        Some(b'0') if numeric => text[..length].fill(b'0'),
        _ => {}
    }
    if flags.contains(&b'^') {
        text.make_ascii_uppercase();
    } else if flags.contains(&b'#') {
        let is_upper = text.iter().all(|b| !b.is_ascii_lowercase());
        if is_upper { text.make_ascii_lowercase() } else { text.make_ascii_uppercase() }
    }
    let width = digits.iter().fold(0, |n: usize, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
    let missing = width.min(WIDTH_MAX).saturating_sub(text.len());
    let zeros = padding.map_or(numeric, |p| *p == b'0');
    out.resize(out.len() + missing, if zeros { b'0' } else { b' ' });
    out.append(&mut text);
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
