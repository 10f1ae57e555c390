//! Converts date fields to an instant.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{CYCLE_SECONDS, Civil, days_from_civil, nearest};

/// A date and time of day whose fields may be out of range and then carry over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
}

impl From<Civil> for Fields {
    fn from(c: Civil) -> Fields {
        Fields { year: c.year, month: c.month, day: c.day, hour: c.hour, minute: c.minute, second: c.second }
    }
}

impl Fields {
    /// Seconds since 1970 as if the fields were in UTC.
    #[must_use]
    pub fn seconds(&self) -> i128 {
        let minutes = (i128::from(self.hour)) * 60 + i128::from(self.minute);
        days_from_civil(self.year, self.month, self.day) * 86_400 + minutes * 60 + i128::from(self.second)
    }

    #[must_use]
    pub fn carried(&self) -> Civil {
        Civil::from_seconds(self.seconds())
    }
}

/// The instant of `fields` in `zone`. A time that daylight saving skips moves forward; of a time that occurs twice, the
/// first counts.
#[must_use]
pub fn timestamp(fields: &Fields, zone: &TimeZone) -> i64 {
    let local = fields.seconds();
    let c = fields.carried();
    let small = |n: i64| i8::try_from(n).unwrap_or(0);
    // The rules of years after 9999 are those of the last 400 years before.
    let cycles = if c.year > 9999 { (c.year - 9999 + 399) / 400 } else { 0 };
    let civil = i16::try_from(c.year - cycles * 400).ok().and_then(|year| {
        DateTime::new(year, small(c.month), small(c.day), small(c.hour), small(c.minute), small(c.second), 0).ok()
    });
    let known = civil.and_then(|civil| zone.to_ambiguous_timestamp(civil).compatible().ok());
    known.map_or_else(
        || {
            let guess = i64::try_from(local).unwrap_or(if local < 0 { i64::MIN } else { i64::MAX });
            let offset = zone.to_offset(nearest(guess)).seconds();
            guess.saturating_sub(i64::from(offset))
        },
        |timestamp| timestamp.as_second().saturating_add(cycles.saturating_mul(CYCLE_SECONDS)),
    )
}
