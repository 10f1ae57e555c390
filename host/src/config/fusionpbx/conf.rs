//! `config.conf`, read as PHP's `parse_ini_file` reads it: `key = value` lines, `;` begins a comment, a value may be
//! quoted, and the last of several lines with one key counts. Lines that begin with `#` are skipped: FusionPBX's
//! installer writes its headings so.

use super::values::{Values, WrongValue};

const DATABASE: &str = "database.0.";

/// What the file says of its database.
pub fn values(text: &str) -> Result<Values, WrongValue> {
    values_of(text, DATABASE)
}

/// The values whose keys begin like this, by the rest of their keys.
pub fn values_of(text: &str, prefix: &str) -> Result<Values, WrongValue> {
    let mut values = Values::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        if line.starts_with([';', '#', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        if let Some(name) = key.trim().strip_prefix(prefix) {
            let value = value_of(value.trim()).map_err(|reason| (format!("{prefix}{name}"), reason))?;
            values.insert(name.to_owned(), value);
        }
    }
    Ok(values)
}

fn value_of(text: &str) -> Result<String, String> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let Some(quote) = quote else {
        // The words that PHP reads as an empty text. `url.rs` handles the words that PHP reads as 1.
        let bare = text.split(';').next().unwrap_or_default().trim();
        let empty = ["none", "null", "no", "off", "false"].iter().any(|word| bare.eq_ignore_ascii_case(word));
        return Ok(if empty { String::new() } else { bare.to_owned() });
    };
    let mut value = String::new();
    let mut rest = text[1..].chars();
    while let Some(character) = rest.next() {
        match character {
            _ if character == quote => return Ok(value),
            // Between double quotes `\"` is a quote and `\\` is a backslash. Other backslashes stay.
            '\\' if quote == '"' => match rest.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                Some(other) => value.extend(['\\', other]),
                None => break,
            },
            _ => value.push(character),
        }
    }
    Err(format!("the value begins with {quote} and does not end with it"))
}
