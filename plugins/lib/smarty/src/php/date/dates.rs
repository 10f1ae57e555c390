//! The dates in a text: in digits, or with the name of a month.

use super::scan::Scanner;
use super::words;

/// Year, month and day, as far as the text has them.
pub type PartialDate = (Option<i64>, Option<i64>, Option<i64>);

fn full_year(year: i64, digits: usize) -> i64 {
    match (digits, year) {
        (3.., _) => year,
        (_, 70..) => 1900 + year,
        _ => 2000 + year,
    }
}

fn month_number(s: &mut Scanner<'_>) -> Option<i64> {
    s.digits(1, 2).filter(|m| (0..=12).contains(m))
}

fn day_number(s: &mut Scanner<'_>) -> Option<i64> {
    s.digits(1, 2).filter(|d| (0..=31).contains(d))
}

/// A year of exactly two or four digits.
fn year_number(s: &mut Scanner<'_>) -> Option<i64> {
    s.attempt(|s| s.run(4)).or_else(|| s.run(2).map(|y| full_year(y, 2)))
}

/// Dates in digits: `2024-05-06`, `20240506`, `5/6/2024`, `6.5.2024`, `2024-W19-1`, `2024-127`.
pub fn date_number(s: &mut Scanner<'_>) -> Option<PartialDate> {
    s.attempt(|s| {
        let year = s.run(4)?;
        s.accept("-");
        s.accept("w").then_some(())?;
        let week = s.digits(2, 2)?;
        let day = s.attempt(|s| {
            s.accept("-");
            s.digits(1, 1)
        });
        let day = day.unwrap_or(1);
        Some((Some(year), Some(1), Some(iso_day(year, week, day))))
    })
    .or_else(|| {
        s.attempt(|s| {
            let year = s.run(4)?;
            let separator = s.accept_any("-/")?;
            let month = month_number(s)?;
            if !s.accept(separator.encode_utf8(&mut [0; 4])) {
                return (separator == '-' && s.at_boundary()).then_some((Some(year), Some(month), Some(1)));
            }
            let day = day_number(s)?;
            (!s.peek().is_some_and(|c| c.is_ascii_digit())).then_some((Some(year), Some(month), Some(day)))
        })
    })
    .or_else(|| s.attempt(compact))
    .or_else(|| s.attempt(american))
    .or_else(|| s.attempt(day_first))
    .or_else(|| {
        s.attempt(|s| {
            let run = s.rest().bytes().take_while(u8::is_ascii_digit).count();
            let year = if run == 7 { s.digits(4, 4)? } else { s.run(4)? };
            (run == 7 || s.accept_any("-.").is_some()).then_some(())?;
            let day = s.run(3).filter(|d| (1..=366).contains(d))?;
            Some((Some(year), Some(1), Some(day)))
        })
    })
}

/// The day of the year, counted from 1 January, of a weekday in an ISO week.
fn iso_day(year: i64, week: i64, day: i64) -> i64 {
    let january_4 = (super::days_from_civil(year, 1, 4) + 3).rem_euclid(7) as i64;
    4 - january_4 + (week - 1) * 7 + day - 1
}

/// `20240506`, also before a `T` or a time.
fn compact(s: &mut Scanner<'_>) -> Option<PartialDate> {
    let run = s.rest().bytes().take_while(u8::is_ascii_digit).count();
    (run == 8).then_some(())?;
    let (year, month, day) = (s.digits(4, 4)?, s.digits(2, 2)?, s.digits(2, 2)?);
    ((1..=12).contains(&month) && day <= 31).then_some((Some(year), Some(month), Some(day)))
}

/// `20240506070809`
pub fn date_and_time(s: &mut Scanner<'_>) -> Option<(PartialDate, (i64, i64, i64))> {
    let run = s.rest().bytes().take_while(u8::is_ascii_digit).count();
    (run == 14).then_some(())?;
    let (year, month, day) = (s.digits(4, 4)?, s.digits(2, 2)?, s.digits(2, 2)?);
    let time = (s.digits(2, 2)?, s.digits(2, 2)?, s.digits(2, 2)?);
    let valid = (1..=12).contains(&month) && day <= 31 && time.0 <= 24 && time.1 < 60 && time.2 <= 60;
    valid.then_some(((Some(year), Some(month), Some(day)), time))
}

fn american(s: &mut Scanner<'_>) -> Option<PartialDate> {
    let month = month_number(s)?;
    s.accept("/").then_some(())?;
    let day = day_number(s)?;
    if !s.accept("/") {
        return s.at_boundary().then_some((None, Some(month), Some(day)));
    }
    Some((Some(year_number(s)?), Some(month), Some(day)))
}

/// `6-5-2024`, `6.5.2024`, `6.5.24`.
fn day_first(s: &mut Scanner<'_>) -> Option<PartialDate> {
    let day = day_number(s)?;
    let separator = s.accept_any(".-")?;
    let month = month_number(s)?;
    s.accept(separator.encode_utf8(&mut [0; 4])).then_some(())?;
    let year = if separator == '.' { year_number(s)? } else { s.run(4)? };
    Some((Some(year), Some(month), Some(day)))
}

fn month_word(s: &mut Scanner<'_>) -> Option<i64> {
    s.attempt(|s| words::month(s.word()?))
}

fn between(s: &mut Scanner<'_>) {
    while s.accept_any(" \t.-").is_some() {}
}

fn ordinal(s: &mut Scanner<'_>) {
    s.attempt(|s| matches!(s.word()?, "st" | "nd" | "rd" | "th").then_some(()));
}

/// `May-06-78` and `78-May-06`.
fn dashed(s: &mut Scanner<'_>) -> Option<PartialDate> {
    if let Some(month) = month_word(s) {
        s.accept("-").then_some(())?;
        let day = s.digits(2, 2)?;
        s.accept("-").then_some(())?;
        return Some((Some(year_number(s)?), Some(month), Some(day)));
    }
    let year = s.run(2).filter(|y| *y > 31)?;
    s.accept("-").then_some(())?;
    let month = month_word(s)?;
    s.accept("-").then_some(())?;
    Some((Some(full_year(year, 2)), Some(month), Some(s.digits(2, 2)?)))
}

/// Dates with the name of a month: `6 May 2024`, `May 6, 2024`, `May 2024`, `6-May-2024`, `2024-May-06`, `May`.
pub fn date_words(s: &mut Scanner<'_>) -> Option<PartialDate> {
    s.attempt(dashed)
        .or_else(|| {
            s.attempt(|s| {
                let year = s.run(4)?;
                between(s);
                let month = month_word(s)?;
                let day = s.attempt(|s| {
                    between(s);
                    let day = day_number(s)?;
                    s.at_boundary().then_some(day)
                });
                Some((Some(year), Some(month), Some(day.unwrap_or(1))))
            })
        })
        .or_else(|| {
            s.attempt(|s| {
                let day = day_number(s)?;
                ordinal(s);
                between(s);
                let month = month_word(s)?;
                let year = s.attempt(|s| {
                    between(s);
                    let year = year_number(s)?;
                    (s.at_boundary() && s.peek() != Some(':')).then_some(year)
                });
                Some((year, Some(month), Some(day)))
            })
        })
        .or_else(|| {
            s.attempt(|s| {
                let month = month_word(s)?;
                let year = |s: &mut Scanner<'_>| {
                    while s.accept_any(" \t.,-").is_some() {}
                    let year = s.run(4)?;
                    (s.peek() != Some(':')).then_some(year)
                };
                if let Some(year) = s.attempt(year) {
                    return Some((Some(year), Some(month), Some(1)));
                }
                let day = s.attempt(|s| {
                    between(s);
                    let day = day_number(s)?;
                    ordinal(s);
                    (s.at_boundary() && s.peek() != Some(':')).then_some(day)
                });
                let year = if day.is_some() { s.attempt(year) } else { None };
                Some((year, Some(month), day))
            })
        })
}
