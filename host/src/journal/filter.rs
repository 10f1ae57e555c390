//! Which entries to read.

use super::reason::Reason;
use crate::facts::{DeviceAddress, timestamp};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

/// Conditions that all hold for the entries that are read.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The address in any case, with or without separators.
    pub device: Option<DeviceAddress>,
    pub domain: Option<String>,
    /// Names in lower case, of which one must be the domain; `None` for all.
    pub domains: Option<Vec<String>>,
    pub status: Option<StatusFilter>,
    pub reason: Option<Reason>,
    pub since: Option<Timestamp>,
    /// Only entries before this one.
    pub below: Option<i64>,
}

/// One status, or all of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusFilter {
    pub least: u16,
    pub greatest: u16,
}

/// A text that says no condition.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FilterError {
    #[error("{0:?} is no status; write for instance 404, or 4xx for all from 400 to 499")]
    Status(String),
    #[error(
        "{0:?} is no time; write for instance 90s, 30m, 2h, 3d or 1w, a date (2026-07-01), or a time (2026-07-01T12:00:00Z)"
    )]
    Since(String),
}

impl StatusFilter {
    /// Reads `404` or `4xx`.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let wrong = || FilterError::Status(text.to_owned());
        let (least, greatest) = match text.to_ascii_lowercase().strip_suffix("xx") {
            Some(hundred) => {
                let hundred: u16 =
                    hundred.parse().ok().filter(|hundred| (1..=9).contains(hundred)).ok_or_else(wrong)?;
                (hundred * 100, hundred * 100 + 99)
            }
            None => {
                let status = text.parse().map_err(|_| wrong())?;
                (status, status)
            }
        };
        if (100..=999).contains(&least) { Ok(Self { least, greatest }) } else { Err(wrong()) }
    }
}

/// Reads the time since which entries are wanted: so long before `now`, a date or time in the machine's zone, or an RFC 3339
/// time.
///
/// # Errors
/// The text is none of these.
pub fn parse_since(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, FilterError> {
    let found = ago(text, now)
        .or_else(|| timestamp(text, zone))
        .or_else(|| text.parse::<civil::Date>().ok()?.to_zoned(zone.clone()).ok().map(|at| at.timestamp()));
    found.ok_or_else(|| FilterError::Since(text.to_owned()))
}

/// `2h`: a number and a unit.
fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number >= 0)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let long = number.checked_mul(seconds)?;
    // A longer time than there are dates means: everything.
    Some(now.checked_sub(SignedDuration::from_secs(long)).unwrap_or(Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_a_number_or_a_hundred() {
        let status = |least, greatest| Ok(StatusFilter { least, greatest });
        assert_eq!(StatusFilter::parse("404"), status(404, 404));
        assert_eq!(StatusFilter::parse("4xx"), status(400, 499));
        for text in ["", "xx", "4", "0xx", "1000", "40x", "-1", "ok"] {
            assert!(StatusFilter::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn since_is_a_length_a_date_or_a_time() {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (text, expected) in [
            ("90s", "2026-07-01T11:58:30Z"),
            ("30m", "2026-07-01T11:30:00Z"),
            ("2h", "2026-07-01T10:00:00Z"),
            ("3d", "2026-06-28T12:00:00Z"),
            ("1w", "2026-06-24T12:00:00Z"),
            ("2026-06-30", "2026-06-29T22:00:00Z"),
            ("2026-06-30 08:00", "2026-06-30T06:00:00Z"),
            ("2026-06-30T08:00:00", "2026-06-30T06:00:00Z"),
            ("2026-06-30T08:00:00Z", "2026-06-30T08:00:00Z"),
            ("2026-06-30T08:00:00+03:00", "2026-06-30T05:00:00Z"),
        ] {
            assert_eq!(parse_since(text, now, &zone), Ok(expected.parse().unwrap()), "{text}");
        }
        assert_eq!(parse_since("999999999999d", now, &zone), Ok(Timestamp::MIN));
        for text in ["", "h", "-2h", "2y", "yesterday", "2026-13-01"] {
            assert!(parse_since(text, now, &zone).is_err(), "{text}");
        }
    }
}
