//! Rows as commands print them: the columns by FusionPBX's current names, without secrets.

use super::entity::Entity;
use crate::facts::{Row, Table, Value, hex};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// What the columns begin with that a phone's visit changes.
const VISITED: &str = "device_provisioned_";

/// A row for the output. JSON's own order of names is alphabetical.
pub type Record = Map<String, Json>;

/// The columns that no output shows, whatever the table.
const SECRET: [&str; 6] = ["password", "salt", "api_key", "user_totp_secret", "device_password", "voicemail_password"];

/// The version of a row as it is shown, in the form of an entity tag.
pub fn tag(record: &Record) -> String {
    // A visit of the phone is no edit.
    let is_edited = |(column, _): &(&String, &Json)| !column.starts_with(VISITED);
    let columns: Vec<_> = record.iter().filter(is_edited).collect();
    format!("\"{}\"", hex(&Sha256::digest(json!(columns).to_string())))
}

/// A column of a shown row as a form has it: flags are `true` or `false`, and NULL is empty.
pub fn text_of(record: &Record, column: &str) -> String {
    record.get(column).map(text_of_json).unwrap_or_default()
}

/// A value as a form has it.
pub fn text_of_json(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rows of a table. The columns of an entity that are flags are `true` or `false` also in releases that store
/// texts or numbers.
pub fn records(entity: &Entity, table: &Table) -> Vec<Record> {
    table.rows().map(|row| record(entity, &table.columns, row)).collect()
}

fn record(entity: &Entity, columns: &[String], row: Row<'_>) -> Record {
    let shown = columns.iter().filter(|column| !SECRET.contains(&column.as_str()));
    shown.map(|column| (column.clone(), json(entity, column, row.get(column).unwrap_or(&Value::Null)))).collect()
}

fn json(entity: &Entity, column: &str, value: &Value) -> Json {
    match value {
        Value::Null | Value::Items(_) => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Text(text) if entity.is_flag(column) && matches!(text.as_str(), "true" | "false") => {
            Json::Bool(text == "true")
        }
        Value::Text(text) => Json::String(text.clone()),
        Value::Number(text) if entity.is_flag(column) => Json::Bool(text != "0"),
        // SQLite and PostgreSQL print the same number.
        Value::Number(text) => text.parse().map_or_else(|_| Json::String(text.clone()), Json::Number),
    }
}
