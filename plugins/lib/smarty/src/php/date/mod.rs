//! Dates as PHP's `date`, `mktime`, `strtotime` and `strftime` treat them, in a given zone.

mod calendar;
mod format;
pub mod make;
mod parts;
mod strftime;
pub mod strptime;
pub mod sun;
pub mod text;
mod words;
pub mod zone_names;

pub use calendar::{Civil, days_from_civil, days_in_month, is_leap};
pub use format::format;
pub use strftime::strftime;

/// The English name of a date's weekday.
#[must_use]
pub fn weekday_name(date: &Civil) -> &'static str {
    words::DAYS[date.weekday() as usize]
}

/// The English name of a date's month.
#[must_use]
pub fn month_name(date: &Civil) -> &'static str {
    words::MONTHS[(date.month - 1) as usize]
}

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An instant with its local time and the properties of its zone.
#[derive(Clone, Debug)]
pub struct Moment {
    pub seconds: i64,
    pub civil: Civil,
    /// Seconds east of Greenwich.
    pub offset_seconds: i64,
    pub is_dst: bool,
    pub abbreviation: String,
    pub zone_name: String,
}

impl Moment {
    /// The instant `seconds` after 1970 in `zone`.
    #[must_use]
    pub fn at(seconds: i64, zone: &TimeZone) -> Moment {
        let info = zone.to_offset_info(nearest(seconds));
        let offset_seconds = i64::from(info.offset().seconds());
        Moment {
            seconds,
            civil: Civil::from_seconds(i128::from(seconds) + i128::from(offset_seconds)),
            offset_seconds,
            is_dst: info.dst().is_dst(),
            abbreviation: info.abbreviation().to_owned(),
            zone_name: zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    }
}

impl Moment {
    /// The instant in Greenwich, as `gmdate` shows it.
    #[must_use]
    pub fn greenwich(seconds: i64) -> Moment {
        Moment { abbreviation: "GMT".into(), ..Moment::at(seconds, &TimeZone::UTC) }
    }
}

/// The seconds of 400 years, after which the calendar and its weekdays repeat.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// jiff's rules of a zone cover the years -9999 to 9999. Later years have the rule of the same year in the last cycle
/// before; earlier ones have the first rule.
fn nearest(seconds: i64) -> Timestamp {
    let excess = seconds.saturating_sub(Timestamp::MAX.as_second());
    let cycles = if excess > 0 { excess / CYCLE_SECONDS + 1 } else { 0 };
    Timestamp::from_second(seconds - cycles * CYCLE_SECONDS).unwrap_or(Timestamp::MIN)
}
