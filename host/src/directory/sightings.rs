//! When phones fetched last, counted for an operator.

use super::catalog::Catalog;
use super::dialect::{Dialect, timestamp};
use super::directory::Directory;
use super::error::Error;
use super::query::{Part, Statement, StatementBuilder};
use crate::facts::Row;
use jiff::Timestamp;

/// The enabled devices, by their last fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    pub devices: u64,
    /// Fetched since the first time.
    pub seen: u64,
    /// Have fetched, but not since the second time.
    pub late: u64,
    /// Have never fetched.
    pub never: u64,
    /// Some of those that are late, the longest first.
    pub latest: Vec<LatePhone>,
}

/// A device that has not fetched for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePhone {
    pub uuid: String,
    pub address: String,
    pub label: String,
    pub domain: String,
    /// As the database has it.
    pub at: String,
}

impl Directory {
    /// Counts the devices of a domain, or of all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sightings(
        &self,
        domain: Option<&str>,
        seen_since: Timestamp,
        late_since: Timestamp,
        listed_max: usize,
    ) -> Result<Sightings, Error> {
        let statement = statement(&self.statements().catalog, self.database().dialect(), listed_max);
        let (seen, late) = (timestamp(seen_since), timestamp(late_since));
        let binds = [Some(seen.as_str()), Some(late.as_str()), Some(domain.unwrap_or_default())];
        let result = statement.run(self.database(), &binds).await?;
        let mut counts =
            result.single("counts").unwrap_or_default().split(' ').map(|text| text.parse().unwrap_or_default());
        let mut count = || counts.next().unwrap_or_default();
        let sightings =
            Sightings { devices: count(), seen: count(), late: count(), never: count(), latest: Vec::new() };
        Ok(Sightings { latest: result.table("late")?.rows().map(phone).collect(), ..sightings })
    }
}

fn phone(row: Row<'_>) -> LatePhone {
    let text = |name: &str| row.text(name).to_owned();
    LatePhone {
        uuid: text("device_uuid"),
        address: text("device_address"),
        label: text("device_label"),
        domain: text("domain_name"),
        at: text("device_provisioned_date"),
    }
}

/// Parameters: the two times, and the domain's name, empty for all.
fn statement(catalog: &Catalog, dialect: Dialect, listed_max: usize) -> Statement {
    let date = catalog.sql("v_devices", "device_provisioned_date", "d");
    let kind = catalog.kind("v_devices", "device_provisioned_date");
    let (seen, late) = (dialect.parameter(1, kind), dialect.parameter(2, kind));
    let (name, enabled) =
        (catalog.sql("v_domains", "domain_name", "n"), catalog.sql("v_devices", "device_enabled", "d"));
    let is_enabled = format!("({} or {enabled} is null)", catalog.is_true("v_devices", "device_enabled", "d"));
    let mut columns =
        catalog.only("v_devices", &["device_uuid", "device_address", "device_label", "device_provisioned_date"]);
    let selected: Vec<_> = columns.iter().map(|column| column.sql("d")).collect();
    columns.extend(catalog.column("v_domains", "domain_name").cloned());
    let sum = |condition: &str| format!("cast(coalesce(sum(case when {condition} then 1 else 0 end), 0) as text)");
    let counts = format!(
        "select cast(count(*) as text) || ' ' || {} || ' ' || {} || ' ' || {} from v_devices d \
         left join v_domains n on n.domain_uuid = d.domain_uuid \
         where {is_enabled} and ($3 = '' or lower({name}) = lower($3))",
        sum(&format!("{date} >= {seen}")),
        sum(&format!("{date} < {late}")),
        sum(&format!("{date} is null")),
    );
    let from = format!(
        "(select {}, {name} from v_devices d left join v_domains n on n.domain_uuid = d.domain_uuid \
         where {is_enabled} and {date} < {late} and ($3 = '' or lower({name}) = lower($3)) order by {date} limit {listed_max}) l",
        selected.join(", ")
    );
    let order = catalog.sql("v_devices", "device_provisioned_date", "l");
    StatementBuilder::new(dialect)
        .text("counts", &counts)
        .part(Part { name: "late", columns, alias: "l", from, order })
        .build()
}
