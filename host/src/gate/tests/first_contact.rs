//! The first contact of a new device.

use super::*;
use crate::facts::Value;

const MINUTES: u64 = 30;
/// `NOW` as a time of either database.
const AT_NOW: &str = "2026-07-01 12:00:00+00";
const TWENTY_MINUTES_AGO: &str = "2026-07-01 11:40:00";
const AN_HOUR_AGO: &str = "2026-07-01 13:00:00+02";

/// The refusal of a visit to a device with these dates, in the words of the log; empty if it is admitted.
fn refusal(enabled: Option<&str>, inserted: Option<&str>, visit: Visit<'_>) -> String {
    let value = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let columns = ["device_enabled_date".to_owned(), "insert_date".to_owned()];
    let row = Record::new(columns.into(), vec![value(enabled), value(inserted)]);
    let keeper = keeper().with_policy(Policy { first_contact_minutes: MINUTES, ..Policy::default() });
    let visit = Visit { row, ..visit };
    visit.at(&keeper, NOW).err().map(|refusal| refusal.to_string()).unwrap_or_default()
}

#[test]
fn new_device_needs_no_credentials_for_some_minutes() {
    for date in [AT_NOW, TWENTY_MINUTES_AGO] {
        assert_eq!(refusal(Some(date), Some(AN_HOUR_AGO), known().with(DIGEST)), "", "{date}");
        assert_eq!(refusal(None, Some(date), known().with(DIGEST)), "", "{date}");
        assert_eq!(refusal(Some(AN_HOUR_AGO), Some(date), known()), "", "{date}");
        assert_eq!(refusal(Some(date), None, known().with(&[("provision password", "text", "pass1")])), "");
    }
    assert_eq!(refusal(Some(AN_HOUR_AGO), Some(AN_HOUR_AGO), known().with(DIGEST)), "no credentials");
}

#[test]
fn device_without_usable_date_is_not_new() {
    for date in [None, Some(""), Some("yesterday"), Some("2030-01-01 00:00:00+00")] {
        assert_eq!(refusal(date, None, known().with(DIGEST)), "no credentials", "{date:?}");
    }
}

#[test]
fn later_request_is_refused_where_no_credentials_are_demanded() {
    let over = refusal(Some(AN_HOUR_AGO), None, known());
    assert!(over.contains("first contact is over") && over.contains("dialplate device reset"), "{over}");
    assert_eq!(refusal(None, None, unknown()), Refusal::UnknownDevice.to_string());
    let off = Visit { row: Record::new([].into(), Vec::new()), ..known() };
    assert!(off.refusal().is_none(), "without the key, nothing changes");
}

#[test]
fn wrong_credentials_are_refused_at_the_first_contact_too() {
    let wrong = Visit { authorization: Some("Digest x".to_owned()), ..known().with(DIGEST) };
    assert_eq!(refusal(Some(AT_NOW), None, wrong), "malformed credentials");
}

#[test]
fn first_contact_passes_no_other_check() {
    for (visit, expected) in [
        (Visit { enabled: false, ..known() }, Refusal::DeviceDisabled),
        (known().with(&[("provision cidr", "array", "10.0.0.0/8")]), Refusal::ClientNetwork),
        (Visit { domain: Some("beta"), ..known() }, Refusal::ForeignDomain),
    ] {
        assert_eq!(refusal(Some(AT_NOW), None, visit), expected.to_string());
    }
}
