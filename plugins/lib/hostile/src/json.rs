//! JSON: the document must parse, and each value between the marks must be the one that was put in.

use super::values::{BEGIN, END, normal};
use serde_json::Value;

/// Whether the file is JSON. A number or a word alone would be JSON as well, but no phone's file is one.
pub fn is_json(file: &[u8]) -> bool {
    matches!(serde_json::from_slice(file), Ok(Value::Object(_) | Value::Array(_)))
}

/// Parses a document that must hold this value between each pair of marks, but for white space and control
/// characters, which its place may not hold.
pub fn holds(file: &[u8], value: &str) -> Result<(), String> {
    let document: Value = serde_json::from_slice(file).map_err(|error| error.to_string())?;
    let mut texts = Vec::new();
    collect(&document, &mut texts);
    for text in texts {
        for part in text.split(BEGIN).skip(1) {
            // What follows the first part of a value has become something else.
            let Some((found, _)) = part.split_once(END) else { return Err(format!("{value:?} is torn apart")) };
            if normal(found) != normal(value) {
                return Err(format!("{value:?} reads as {found:?}"));
            }
        }
    }
    Ok(())
}

fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.iter().for_each(|(name, item)| {
            texts.push(name);
            collect(item, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
