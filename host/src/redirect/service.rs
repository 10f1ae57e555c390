//! The makers' redirection services: what each is, and what it needs. The table is a file, so that an operator reads the
//! same words in the help, in the documentation and here.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const TABLE: &str = include_str!("services.csv");

// A unit test reads every row, so none is left out here.
static SERVICES: LazyLock<Vec<Service>> =
    LazyLock::new(|| csv::Reader::from_reader(TABLE.as_bytes()).deserialize().flatten().collect());

/// A maker's service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Service {
    pub name: String,
    /// As in `device_vendor`.
    pub maker: String,
    pub product: String,
    /// The URL for programs, unless an account names another one: some differ by region or age. Empty if programs cannot
    /// register phones there.
    #[serde(skip_serializing)]
    pub address: String,
    /// How programs reach it.
    pub access: String,
    pub needs: String,
    /// What its portal takes.
    pub upload: String,
    /// How fast it may be asked.
    pub pace: String,
    pub source: String,
}

impl Service {
    /// All services, in the order of the table.
    pub fn all() -> &'static [Self] {
        &SERVICES
    }

    /// The service of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|service| service.name.eq_ignore_ascii_case(name))
    }

    /// The names, for help and messages.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::all().iter().map(|service| service.name.as_str())
    }

    /// Whether programs can register phones there.
    pub fn has_api(&self) -> bool {
        !self.address.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = Service::all();
        assert_eq!(rows.len(), TABLE.lines().count() - 1);
        for row in rows {
            assert_eq!(row.has_api(), !row.access.starts_with("none"), "{}", row.name);
            assert!(!row.source.is_empty() && !row.needs.is_empty() && !row.upload.is_empty(), "{}", row.name);
        }
        assert_eq!(Service::find("SNOM").map(|service| service.has_api()), Some(true));
        assert_eq!(Service::find("poly").map(|service| service.has_api()), Some(false));
        assert!(Service::find("acme").is_none());
    }

    #[test]
    fn page_has_every_service() {
        let page = include_str!("../../../docs/redirect.md");
        for Service { name, product, access, needs, upload, pace, source, .. } in Service::all() {
            let line = format!("| `{name}` | {product} | {access} | {needs} | {upload} | {pace} | {source} |");
            assert!(page.contains(&line), "docs/redirect.md lacks the line\n{line}");
        }
    }
}
