//! `config.php` of 5.0: a page of assignments, `$db_host = '127.0.0.1';`. A value that is not a literal (a call,
//! another variable) is an error that names the variable.

use super::values::{Values, WrongValue};

/// The variables that name a database, and the current names of what they hold.
const VARIABLES: [(&str, &str); 9] = [
    ("db_type", "type"),
    ("db_host", "host"),
    ("db_port", "port"),
    ("db_name", "name"),
    ("db_username", "username"),
    ("db_password", "password"),
    ("db_path", "path"),
    ("db_secure", "secure"),
    ("db_cert_authority", "cert_authority"),
];

pub fn values(text: &str) -> Result<Values, WrongValue> {
    let mut values = Values::new();
    let mut rest = text;
    while let Some(after) = next_variable(rest) {
        let length = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(after.len());
        let (name, tail) = after.split_at(length);
        rest = tail;
        let known = VARIABLES.iter().find(|(variable, _)| *variable == name);
        let assigned = tail.trim_start().strip_prefix('=').filter(|tail| !tail.starts_with('='));
        if let (Some((_, name)), Some(expression)) = (known, assigned) {
            let (value, tail) = literal(expression.trim_start())
                .ok_or_else(|| (format!("$db_{name}"), "is neither a text nor a number".to_owned()))?;
            values.insert((*name).to_owned(), value);
            rest = tail;
        }
    }
    values.entry("type".to_owned()).or_insert_with(|| "pgsql".to_owned());
    Ok(values)
}

/// The text after the next `$` outside of comments and quoted texts.
fn next_variable(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let at = rest.find(['$', '\'', '"', '#', '/'])?;
        rest = &rest[at..];
        rest = match rest.as_bytes()[0] {
            b'$' => return Some(&rest[1..]),
            b'\'' | b'"' => quoted(rest)?.1,
            b'/' if rest.starts_with("/*") => rest.split_once("*/")?.1,
            b'/' if !rest.starts_with("//") => &rest[1..],
            _ => rest.split_once('\n')?.1,
        };
    }
}

/// A literal text, number or boolean up to its `;`, and the text after it.
fn literal(text: &str) -> Option<(String, &str)> {
    let (value, rest) = if text.starts_with(['\'', '"']) {
        quoted(text)?
    } else {
        let (word, _) = text.split_once(';')?;
        let word = word.trim_end();
        let plain = word.bytes().all(|byte| byte.is_ascii_digit());
        let value = match word.to_ascii_lowercase().as_str() {
            "null" | "false" => "",
            "true" => "true",
            _ if plain && !word.is_empty() => word,
            _ => return None,
        };
        (value.to_owned(), &text[word.len()..])
    };
    // `'a' . $b` is not a literal.
    rest.trim_start().strip_prefix(';').map(|rest| (value, rest))
}

/// A quoted text and the text after it. `None` if it is double-quoted and contains a variable.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == quote => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                escaped if escaped == quote || escaped == '\\' || (quote == '"' && escaped == '$') => {
                    value.push(escaped)
                }
                other => value.extend(['\\', other]),
            },
            '$' if quote == '"' => return None,
            _ => value.push(character),
        }
    }
    None
}
