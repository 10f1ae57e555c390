//! Selects and orders the keys of a device. In SQL the order would depend on the database's collation.

use crate::facts::{Row, Table};
use std::cmp::Ordering;

/// The columns of profile keys that FusionPBX gives to templates; the table's others are internal.
pub const PROFILE_COLUMNS: &[&str] = &[
    "profile_key_id",
    "profile_key_category",
    "profile_key_vendor",
    "profile_key_type",
    "profile_key_subtype",
    "profile_key_line",
    "profile_key_value",
    "profile_key_extension",
    "profile_key_protected",
    "profile_key_label",
    "profile_key_icon",
];

/// Profile keys under the column names of device keys, so that the same code reads both.
pub fn with_device_names(mut keys: Table) -> Table {
    keys.columns = keys.columns.iter().map(|name| name.replacen("profile_key_", "device_key_", 1)).collect();
    keys
}

/// The keys of the vendor and those without vendor, in FusionPBX's order. Equal keys stay in the order of storage, in
/// which `keys` are given.
pub fn select(mut keys: Table, vendor: Option<&str>) -> Table {
    keys.retain(|row| is_for(vendor_of(row), vendor));
    keys.sort_by(order);
    keys
}

fn vendor_of(row: Row<'_>) -> Option<&str> {
    row.get("device_key_vendor").and_then(|value| value.as_str())
}

fn is_for(key: Option<&str>, device: Option<&str>) -> bool {
    let Some(key) = key.map(str::to_ascii_lowercase) else { return true };
    match device {
        Some("escene") => key == "escene" || key == "escene programmable",
        Some(vendor) => key == vendor,
        None => false,
    }
}

/// By vendor, category and id; keys without one come last.
fn order(one: Row<'_>, other: Row<'_>) -> Ordering {
    let vendors = nulls_last(vendor_of(one), vendor_of(other), Ord::cmp);
    let categories = || category_rank(one).cmp(&category_rank(other));
    let ids = || nulls_last(id(one), id(other), f64::total_cmp);
    vendors.then_with(categories).then_with(ids)
}

fn category_rank(row: Row<'_>) -> u8 {
    match row.text("device_key_category") {
        "line" => 1,
        "memory" => 2,
        "programmable" => 3,
        "expansion" => 4,
        _ => 100,
    }
}

fn id(row: Row<'_>) -> Option<f64> {
    row.text("device_key_id").trim().parse().ok()
}

/// PostgreSQL's ascending order: NULL comes last.
pub fn nulls_last<T>(one: Option<T>, other: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => compare(&one, &other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Value;

    fn keys(rows: &[(&str, &str, &str)]) -> Table {
        let text = |text: &str| if text == "NULL" { Value::Null } else { Value::Text(text.to_owned()) };
        let row = |(vendor, category, id): &(&str, &str, &str)| vec![text(vendor), text(category), text(id)];
        Table {
            name: "device_keys",
            columns: ["device_key_vendor", "device_key_category", "device_key_id"].map(str::to_owned).into(),
            rows: rows.iter().map(row).collect(),
        }
    }

    fn lines(table: &Table) -> Vec<String> {
        let text = |row: Row<'_>| {
            format!("{:?} {} {}", vendor_of(row), row.text("device_key_category"), row.text("device_key_id"))
        };
        table.rows().map(text).collect()
    }

    #[test]
    fn keys_sort_by_vendor_category_and_id_nulls_last() {
        let table = keys(&[
            ("NULL", "line", "1"),
            ("yealink", "memory", "10"),
            ("yealink", "memory", "9"),
            ("Yealink", "expansion", "1"),
            ("yealink", "line", "NULL"),
            ("yealink", "line", "2"),
            ("polycom", "line", "1"),
        ]);
        let order = [
            "Some(\"Yealink\") expansion 1",
            "Some(\"yealink\") line 2",
            "Some(\"yealink\") line ",
            "Some(\"yealink\") memory 9",
            "Some(\"yealink\") memory 10",
            "None line 1",
        ];
        assert_eq!(lines(&select(table, Some("yealink"))), order);
    }

    #[test]
    fn escene_has_two_vendor_names_others_have_one() {
        let rows = [("Escene Programmable", "line", "1"), ("escene", "line", "1"), ("", "line", "1"), ("NULL", "", "")];
        assert_eq!(select(keys(&rows), Some("escene")).rows.len(), 3);
        assert_eq!(select(keys(&rows), None).rows.len(), 1);
        assert_eq!(select(keys(&rows), Some("")).rows.len(), 2);
    }
}
