//! Times as texts.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A date with a time. Without an offset, it is in this zone.
pub fn timestamp(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let with_offset = text.parse().ok();
    with_offset.or_else(|| text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp()))
}

/// A time of the database in seconds since 1970. SQLite stores texts, and FusionPBX's have no offset there.
pub fn seconds(text: &str) -> Option<u64> {
    u64::try_from(timestamp(text, &TimeZone::UTC)?.as_second()).ok()
}
