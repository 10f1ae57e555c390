//! Authorities that a phone cannot know: a list in firmware has none that was made after it. Makers say how many authorities
//! a firmware knows, and the edition of their guide bounds their age; so the year of a server's authority decides on a warning.

use super::device::RedirectDevice;
use super::finding::{Flaw, Severity};
use super::support::{is_model, is_older, version};
use serde::Deserialize;
use std::sync::LazyLock;
use x509_cert::Certificate;
use x509_cert::der::Decode;

const TABLE: &str = include_str!("trust.csv");

// A unit test reads every row, so none is left out here.
static LISTS: LazyLock<Vec<TrustList>> =
    LazyLock::new(|| csv::Reader::from_reader(TABLE.as_bytes()).deserialize().flatten().collect());

/// New phones have firmware that is some years old. An authority of the last years is unknown to some of them.
const SHELF_YEARS: u16 = 5;

/// The authorities in a maker's firmware.
#[derive(Debug, Deserialize)]
struct TrustList {
    /// As in `device_vendor`.
    vendor: String,
    /// As in [`super::support::Limit`].
    models: String,
    /// The first version with another list; empty: every version has this one.
    firmware: String,
    /// The last year whose authorities can be in the list; `None` if the maker does not say.
    year: Option<u16>,
    advice: String,
    source: String,
}

impl TrustList {
    /// The list of a phone. Without a version it is the last one that is known.
    fn of(device: &RedirectDevice) -> Option<&'static Self> {
        let version = version(&device.firmware);
        let is_of = |list: &&Self| {
            let is_version = version.is_none_or(|it| list.firmware.is_empty() || is_older(it, &list.firmware));
            list.vendor == device.vendor && is_model(&list.models, &device.model) && is_version
        };
        let mut lists = LISTS.iter().filter(is_of);
        let first = lists.next()?;
        let is_sure = version.is_some() || first.firmware.is_empty();
        if is_sure { Some(first) } else { lists.next_back().or(Some(first)) }
    }

    /// Whether the phone's version is known, if it matters.
    fn is_certain_for(&self, device: &RedirectDevice) -> bool {
        self.firmware.is_empty() || version(&device.firmware).is_some()
    }
}

/// The authority of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub name: String,
    /// The year from which on its certificate is valid.
    pub year: u16,
}

impl Authority {
    /// The authority at the top of the chain that a server sends, the server's certificate first. Older phones follow the
    /// chain to its end, and do not look for a shorter way.
    pub fn of<'a>(
        sent: impl DoubleEndedIterator<Item = &'a [u8]>,
        system: impl Iterator<Item = &'a [u8]>,
    ) -> Option<Self> {
        let read = |bytes: &[u8]| Certificate::from_der(bytes).ok().map(|it| it.tbs_certificate);
        let authorities: Vec<_> = system.filter_map(read).collect();
        let mut issuers = sent.rev().filter_map(read).map(|it| it.issuer);
        let found = issuers.find_map(|issuer| authorities.iter().find(|authority| authority.subject == issuer))?;
        let subject = found.subject.to_string();
        let name = subject.split(',').find_map(|part| part.strip_prefix("CN=")).unwrap_or(&subject).to_owned();
        Some(Self { name, year: found.validity.not_before.to_date_time().year() })
    }
}

/// Whether a phone may not know the authority of its server.
pub fn check_authority(authority: &Authority, device: &RedirectDevice, this_year: u16) -> Option<Flaw> {
    let Authority { name, year } = authority;
    let list = TrustList::of(device);
    let known = list.and_then(|list| list.year).unwrap_or(this_year.saturating_sub(SHELF_YEARS));
    if *year <= known {
        return None;
    }
    let from = format!("the server's certificate is from {name}, an authority of {year}");
    let message = match list {
        Some(list @ TrustList { year: Some(last), advice, source, .. }) => {
            let unsure = if list.is_certain_for(device) { "" } else { ", unless its firmware is newer" };
            format!("{from}; the phone may know only those until {last}{unsure}: {advice} ({source})")
        }
        Some(TrustList { advice, source, .. }) => {
            format!("{from}, which older firmware does not know: {advice} ({source})")
        }
        None => {
            let advice = "try one phone of each model first, or use a certificate of an older authority";
            format!("{from}, which older firmware does not know: {advice}")
        }
    };
    Some((Severity::Warning, "authority", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DeviceAddress;

    fn device(vendor: &str, model: &str, firmware: &str) -> RedirectDevice {
        let (vendor, model, firmware) = (vendor.to_owned(), model.to_owned(), firmware.to_owned());
        let of = RedirectDevice::of(DeviceAddress::parse("001565aabbcc").unwrap());
        RedirectDevice { vendor, model, firmware, ..of }
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(LISTS.len(), TABLE.lines().count() - 1);
        for list in LISTS.iter() {
            assert!(!list.advice.is_empty() && !list.source.is_empty(), "{list:?}");
        }
    }

    #[test]
    fn page_has_every_list() {
        let page = include_str!("../../../docs/redirect.md");
        for TrustList { vendor, models, firmware, year, advice, source } in LISTS.iter() {
            let version = if firmware.is_empty() { "every version".to_owned() } else { format!("before {firmware}") };
            let year = year.map_or("not published".to_owned(), |year| year.to_string());
            let line = format!("| {vendor} | `{models}` | {version} | {year} | {advice} | {source} |");
            assert!(page.contains(&line), "docs/redirect.md lacks the line\n{line}");
        }
    }

    #[test]
    fn authority_that_is_younger_than_the_phones_list_is_found() {
        for (vendor, model, firmware, year, expected) in [
            ("yealink", "t28p", "", 2015, true),
            ("yealink", "t28p", "", 2006, false),
            ("yealink", "t46g", "28.73.0.50", 2015, true),
            ("yealink", "t46s", "66.83.0.50", 2015, false),
            ("yealink", "t46s", "66.83.0.50", 2020, true),
            ("yealink", "t46s", "", 2015, false),
            ("yealink", "t46s", "", 2020, true),
            ("yealink", "t46s", "66.86.0.15", 2020, false),
            ("yealink", "t46s", "66.86.0.15", 2025, true),
            ("polycom", "vvx410", "5.9.0.9373", 2015, true),
            ("polycom", "vvx450", "6.4.0", 2015, false),
            ("snom", "d735", "", 2015, false),
            ("snom", "d735", "", 2025, true),
            ("gigaset", "n670", "", 2025, true),
        ] {
            let authority = Authority { name: "Example Root".to_owned(), year };
            let found = check_authority(&authority, &device(vendor, model, firmware), 2026);
            assert_eq!(found.is_some(), expected, "{model} {firmware} {year}: {found:?}");
            if let Some((severity, _, message)) = found {
                assert_eq!(severity, Severity::Warning);
                assert!(message.contains("Example Root") && message.contains("authority"), "{message}");
            }
        }
    }
}
