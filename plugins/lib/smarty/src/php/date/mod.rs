//! Dates as PHP's `date`, `mktime`, `strtotime` and `strftime` treat them, in a given zone.

mod calendar;
mod dates;
mod format;
pub mod make;
pub mod parse;
mod relative;
mod scan;
mod strftime;
mod words;

pub use calendar::{Civil, days_from_civil, days_in_month, is_leap};
pub use format::format;
pub use strftime::strftime;

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

/// The rules of a zone cover the years -9999 to 9999; beyond, the nearest rule applies.
fn nearest(seconds: i64) -> Timestamp {
    let bound = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(bound)
}
