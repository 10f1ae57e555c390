//! What the commands print that edit rows: a table, the columns of a row, or JSON.

use crate::admin_command::aligned;
use crate::editing::{Action, Outcome, Record};
use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::io::{Write, stdout};

/// Prints the outcome of a command. JSON is an array for `list`, else the row as an object.
pub fn print(action: Action, outcome: &Outcome, json: bool) -> Result<()> {
    let text = if json { as_json(action, outcome)? } else { as_text(action, outcome) };
    stdout().write_all(text.as_bytes()).context("standard output")
}

fn as_json(action: Action, outcome: &Outcome) -> Result<String> {
    let text = if action == Action::List {
        serde_json::to_string_pretty(&outcome.records)?
    } else {
        let mut record = outcome.records.first().cloned().unwrap_or_default();
        if let Some(password) = &outcome.generated {
            record.insert("generated_password".to_owned(), Json::String(password.text.expose().to_owned()));
        }
        serde_json::to_string_pretty(&record)?
    };
    Ok(text + "\n")
}

fn as_text(action: Action, outcome: &Outcome) -> String {
    let Outcome { entity, records, generated, .. } = outcome;
    let done = match action {
        Action::List => return table(entity.listed, records),
        Action::Show => return records.iter().map(|record| page(record, "")).collect(),
        Action::Add => "added",
        Action::Set => "changed",
        Action::Remove => "removed",
    };
    let names = |record: &Record| {
        let shown = entity.names.iter().map(|field| cell(record.get(field.column)));
        let shown: Vec<_> = shown.filter(|text| !text.is_empty()).collect();
        if shown.is_empty() { cell(record.get(entity.uuid)) } else { shown.join(" ") }
    };
    let mut text: String = records.iter().map(|record| format!("{done} {} {}\n", entity.name, names(record))).collect();
    if let Some(password) = generated {
        text += &format!("generated password: {}\n", password.text.expose());
    }
    text
}

/// The listed columns of all rows.
fn table(columns: &[&str], records: &[Record]) -> String {
    let heads = columns.iter().map(|column| column.to_ascii_uppercase()).collect();
    let row = |record: &Record| columns.iter().map(|column| cell(record.get(*column))).collect();
    let rows: Vec<Vec<String>> = std::iter::once(heads).chain(records.iter().map(row)).collect();
    aligned(&rows)
}

/// The columns of a row that have a value, one a line, and the rows that belong to it.
fn page(record: &Record, indent: &str) -> String {
    let mut text = String::new();
    for (name, value) in record {
        match value {
            Json::Null => {}
            Json::Array(rows) => {
                for row in rows.iter().filter_map(Json::as_object) {
                    text += &format!("{indent}{name}:\n{}", page(row, &format!("{indent}  ")));
                }
            }
            value => text += &format!("{indent}{name}: {}\n", cell(Some(value))),
        }
    }
    text
}

/// A value on one line: a stored text may have control characters, which a terminal would obey.
fn cell(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) if text.chars().any(char::is_control) => format!("{text:?}"),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
