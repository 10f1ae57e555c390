//! How a phone is reset to its factory settings, as its maker documents it: a URL, a setting, a SIP message, or only by hand. Nothing is sent:
//! a reset cannot be taken back, and the ways need the phone's own password. The table is a file, so that this is no code
//! that knows vendors.

use serde::Deserialize;

const TABLE: &str = include_str!("factory_reset.csv");

/// What stands for the phone's address in a URL.
const PHONE: &str = "PHONE";

/// One maker's way.
#[derive(Debug, Deserialize)]
pub struct FactoryReset {
    /// As in `device_vendor`, lower case.
    pub vendor: String,
    /// `url`, `setting`, `notify` or `by hand`.
    pub way: String,
    /// The URL, the setting or the header of a SIP NOTIFY; empty if by hand.
    pub path: String,
    /// What has to be done or allowed.
    pub needs: String,
    pub source: String,
}

impl FactoryReset {
    /// All makers that the table knows.
    pub fn all() -> Vec<Self> {
        // A unit test reads every row, so none is left out here.
        csv::Reader::from_reader(TABLE.as_bytes()).deserialize().flatten().collect()
    }

    /// The way of a vendor; `None` if the table does not know it, and the phone is reset by hand.
    pub fn of(vendor: &str) -> Option<Self> {
        Self::all().into_iter().find(|known| known.vendor == vendor)
    }

    /// The path with the phone's address.
    pub fn path_of(&self, address: &str) -> String {
        let shown = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        if address.is_empty() { self.path.clone() } else { self.path.replace(PHONE, &shown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = FactoryReset::all();
        assert_eq!(rows.len(), TABLE.lines().count() - 1);
        for row in rows {
            assert_eq!(row.way == "by hand", row.path.is_empty(), "{}", row.vendor);
            assert!(
                ["url", "setting", "notify", "by hand"].contains(&row.way.as_str()) && !row.source.is_empty(),
                "{}",
                row.vendor
            );
        }
    }

    #[test]
    fn page_has_every_row_of_the_table() {
        let page = include_str!("../../../docs/resync.md");
        for row in FactoryReset::all() {
            let path = if row.path.is_empty() { String::new() } else { format!("`{}`: ", row.path) };
            let line = format!("| {} | {} | {path}{} | {} |", row.vendor, row.way, row.needs, row.source);
            assert!(page.contains(&line), "docs/resync.md lacks the line\n{line}");
        }
    }

    #[test]
    fn address_replaces_the_placeholder() {
        let row = FactoryReset::of("yealink").unwrap();
        assert_eq!(row.path_of("192.0.2.7"), "http://192.0.2.7/servlet?key=Reset");
        assert_eq!(row.path_of("2001:db8::7"), "http://[2001:db8::7]/servlet?key=Reset");
        assert_eq!(row.path_of(""), "http://PHONE/servlet?key=Reset");
        assert!(FactoryReset::of("acme").is_none());
    }
}
