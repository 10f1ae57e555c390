//! Dates as PHP's `date`, `mktime`, `strtotime` and `strftime` have them, in the zone they are given.

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

/// An instant with what its zone says of it.
#[derive(Clone, Debug)]
pub struct Moment {
    pub seconds: i64,
    pub civil: Civil,
    /// East of Greenwich.
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
    /// The instant as `gmdate` has it: Greenwich, under that name.
    #[must_use]
    pub fn greenwich(seconds: i64) -> Moment {
        Moment { abbreviation: "GMT".into(), ..Moment::at(seconds, &TimeZone::UTC) }
    }
}

/// The zone's rules reach from year -9999 to 9999; beyond, the last known one holds.
fn nearest(seconds: i64) -> Timestamp {
    let bound = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(bound)
}
