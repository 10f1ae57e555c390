//! Whether a row that a device's files are made of has changed since its phone fetched last, by the dates of the rows: a
//! condition that the database decides without a render.

use super::catalog::{Catalog, ColumnKind};

/// The tables whose rows belong to a device, with the column that both have.
const OF_DEVICE: [(&str, &str); 6] = [
    ("v_device_lines", "device_uuid"),
    ("v_device_keys", "device_uuid"),
    ("v_device_settings", "device_uuid"),
    ("v_device_profile_keys", "device_profile_uuid"),
    ("v_device_profile_settings", "device_profile_uuid"),
    ("v_domain_settings", "domain_uuid"),
];

/// The condition that something of the device `d` was written after its last fetch. It is false for a device that never
/// fetched. What was deleted and what changed in a template is not seen.
pub fn changed(catalog: &Catalog) -> String {
    let fetched = catalog.sql("v_devices", "device_provisioned_date", "d");
    let own = date(catalog, "v_devices", &["update_date"], "d").map(|date| format!("{date} > {fetched}"));
    let defaults = date(catalog, "v_default_settings", DATES, "c").map(|date| {
        // The same for all devices, so the database computes it once.
        let is_provision = is_provision(catalog, "v_default_settings");
        format!("(select max({date}) from v_default_settings c where {is_provision}) > {fetched}")
    });
    let parts = OF_DEVICE.iter().filter_map(|(table, column)| {
        let date = date(catalog, table, DATES, "c")?;
        let (theirs, ours) = (catalog.sql(table, column, "c"), catalog.sql("v_devices", column, "d"));
        let more = match *table {
            "v_domain_settings" => format!(" and {}", is_provision(catalog, table)),
            _ => String::new(),
        };
        Some(format!("exists (select 1 from {table} c where {theirs} = {ours} and {date} > {fetched}{more})"))
    });
    let all: Vec<_> = own.into_iter().chain(defaults).chain(parts).collect();
    // A release without any of these dates knows of no change.
    if all.is_empty() { "false".to_owned() } else { format!("({}) is true", all.join(" or ")) }
}

/// FusionPBX dates a row when it inserts it, and when it changes it.
const DATES: &[&str] = &["update_date", "insert_date"];

/// When a row was written, by those of the columns that this release has as times; `None` if it has none.
fn date(catalog: &Catalog, table: &str, names: &[&str], alias: &str) -> Option<String> {
    let columns = catalog.only(table, names);
    let times: Vec<_> =
        columns.iter().filter(|column| column.kind == ColumnKind::Time).map(|column| column.sql(alias)).collect();
    match times.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("coalesce({})", several.join(", "))),
    }
}

/// The settings that phones' files are made of.
fn is_provision(catalog: &Catalog, table: &str) -> String {
    let column = format!("{}_category", table.trim_start_matches("v_").trim_end_matches('s'));
    format!("{} = 'provision'", catalog.sql(table, &column, "c"))
}
