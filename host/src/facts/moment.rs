//! Times that the database has as texts.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A time of the database in seconds since 1970. SQLite stores texts, and FusionPBX's have no offset there.
pub fn seconds(text: &str) -> Option<u64> {
    let with_offset = text.parse::<Timestamp>().ok();
    let in_utc = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    u64::try_from(with_offset.or_else(in_utc)?.as_second()).ok()
}
