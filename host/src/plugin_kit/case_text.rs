//! Writes the file `device.toml` of a case.

use crate::facts::{Table, Value};
use crate::plugin::Job;
use std::collections::BTreeMap;
use toml::Table as Toml;
use toml::Value as TomlValue;

/// The text of `device.toml`. Cells that are NULL are left out, which means the same.
///
/// # Errors
/// A value has no form in TOML.
pub fn device_file(
    job: &Job,
    settings: &BTreeMap<String, Value>,
    (contacts, extensions): (&[Table], &Table),
    server: &[(String, String)],
) -> Result<String, toml::ser::Error> {
    let mut file = Toml::new();
    let mut put = |name: &str, value: TomlValue| drop(file.insert(name.to_owned(), value));
    put("vendor", job.vendor.as_str().into());
    put("address", job.address.as_str().into());
    put("folder", job.group.folder.as_str().into());
    if let Some(name) = &job.file {
        put("file", name.as_str().into());
    }
    let time = jiff::Timestamp::new(job.time.seconds, 0).unwrap_or_default().to_string();
    if let Ok(time) = time.parse::<toml::value::Datetime>() {
        put("time", time.into());
    }
    if job.time.zone != "UTC" {
        put("zone", job.time.zone.into());
    }
    let pairs = |pairs: &[(String, String)]| {
        let pairs = pairs.iter().map(|(name, text)| (name.clone(), TomlValue::from(text.as_str())));
        pairs.collect::<Toml>()
    };
    put("parameters", pairs(&job.parameters).into());
    put("server", pairs(server).into());
    let settings = settings.iter().filter_map(|(name, found)| Some((name.clone(), value(found)?)));
    put("settings", settings.collect::<Toml>().into());
    for table in &job.tables {
        match table.name {
            // The plugin gets one row of each of these.
            "device" | "domain" | "user" | "dialect" => {
                rows(table).into_iter().next().into_iter().for_each(|row| put(table.name, row));
            }
            name => put(name, TomlValue::Array(rows(table))),
        }
    }
    let contacts = contacts.iter().map(|table| (table.name.to_owned(), TomlValue::Array(rows(table))));
    put("contacts", contacts.collect::<Toml>().into());
    put("extensions", TomlValue::Array(rows(extensions)));
    file.retain(|_, value| !is_empty(value));
    toml::to_string_pretty(&file)
}

fn is_empty(value: &TomlValue) -> bool {
    match value {
        TomlValue::Table(table) => table.is_empty(),
        TomlValue::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn rows(table: &Table) -> Vec<TomlValue> {
    let row = |row: &Vec<Value>| {
        let cells = table.columns.iter().zip(row).filter_map(|(column, cell)| Some((column.clone(), value(cell)?)));
        cells.collect::<Toml>().into()
    };
    table.rows.iter().map(row).collect()
}

/// `None` for NULL.
fn value(value: &Value) -> Option<TomlValue> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.as_str().into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Items(items) => TomlValue::Array(items.iter().map(|item| item.as_str().into()).collect()),
        Value::Number(text) => match text.parse::<i64>() {
            Ok(number) if number.to_string() == *text => number.into(),
            // A number that TOML would print otherwise.
            _ => text.as_str().into(),
        },
    })
}
