//! The secrets of a device, and the texts that take their places in a case: the same secret gets the same text everywhere.

use super::check::Random;
use crate::facts::{Layer, Settings, Table, Value, is_secret};
use crate::journal::places_of_secrets;
use crate::plugin::Job;
use crate::templates::TemplateFile;
use std::collections::BTreeMap;

/// A shorter secret is replaced only where it is a whole value: as a part it occurs everywhere.
const CHARS_MIN: usize = 4;

/// Values of switches, some of which have a name such as `password_enabled`.
const SWITCHES: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "enabled", "disabled"];

/// What a secret's characters become, by their kind.
const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEX: &[u8] = b"0123456789abcdef";
const OTHER: &[u8] = b"-_.!";
/// Attempts to find a text that is none of the secrets.
const ATTEMPTS_MAX: u64 = 1_000;

struct Secret {
    text: String,
    instead: String,
    /// The column or the setting that it was found in first.
    name: String,
}

/// Sorted by length, the longest first: a secret may be a part of another one.
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// The secrets in a job and in the answers to its render's questions, by the names of columns and settings, and the
    /// passwords in URLs.
    pub fn of<'a>(job: &'a Job, answers: impl Iterator<Item = &'a Table>) -> Self {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let mut see = |name: &str, value: &Value| {
            for text in texts(value) {
                let secret = if is_secret(name) { Some(text) } else { password_of_url(text) };
                if let Some(secret) = secret.filter(|secret| !is_switch(secret)) {
                    found.entry(secret.to_owned()).or_insert_with(|| name.to_owned());
                }
            }
        };
        for table in job.tables.iter().map(|table| &**table).chain(answers) {
            for row in &table.rows {
                let cells = table.columns.iter().zip(row);
                cells.for_each(|(column, value)| see(&format!("{}.{column}", table.name), value));
            }
        }
        // A secret that the file does not read may be a part of a value that it does read.
        let all = job.settings.layers.of_category("provision", |_| true);
        all.for_each(|(name, value)| see(name, value));
        let mut secrets = Self(Vec::new());
        for (at, (text, name)) in found.into_iter().enumerate() {
            let instead = secrets.replacement(&text, at as u64);
            secrets.0.push(Secret { text, instead, name });
        }
        secrets.0.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
        secrets
    }

    /// A text of the same length and with the same kinds of characters, since a key or a PIN must have its form. It depends on
    /// the secret's number and not on the secret, so it tells nothing else.
    fn replacement(&self, secret: &str, number: u64) -> String {
        let is_hex = secret.len() >= 8 && secret.bytes().all(|byte| HEX.contains(&byte));
        let kind = |letter: char| match letter {
            _ if is_hex => HEX,
            '0'..='9' => DIGITS,
            'a'..='z' => LOWER,
            'A'..='Z' => UPPER,
            _ => OTHER,
        };
        let mut random = Random::new(number);
        let mut made = String::new();
        for _ in 0..ATTEMPTS_MAX {
            made = secret.chars().map(|letter| char::from(random.one_of(kind(letter)).unwrap_or(b'x'))).collect();
            if made != secret && self.0.iter().all(|other| other.text != made && other.instead != made) {
                break;
            }
        }
        made
    }

    /// A text with other secrets in their places.
    pub fn text(&self, text: &str) -> String {
        // In one pass, so that no replacement is replaced again.
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let long = |secret: &&Secret| secret.text.chars().count() >= CHARS_MIN || text == secret.text;
            let found = self.0.iter().filter(long).find(|secret| rest.starts_with(&secret.text));
            let length = match found {
                Some(secret) => {
                    replaced.push_str(&secret.instead);
                    secret.text.len()
                }
                None => {
                    replaced.push(first);
                    first.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        replaced
    }

    /// The value of a column or a setting. A short secret is replaced only where its name says that it is one.
    pub fn value(&self, name: &str, value: &Value) -> Value {
        let short =
            |text: &str| text.chars().count() < CHARS_MIN && !is_secret(name) && password_of_url(text).is_none();
        let text = |text: &String| if short(text) { text.clone() } else { self.text(text) };
        match value {
            Value::Text(found) => Value::Text(text(found)),
            Value::Number(found) => Value::Number(text(found)),
            Value::Items(items) => Value::Items(items.iter().map(text).collect()),
            Value::Null => Value::Null,
            Value::Flag(flag) => Value::Flag(*flag),
        }
    }

    pub fn table(&self, table: &Table) -> Table {
        let cell = |(column, value): (&String, &Value)| self.value(column, value);
        let row = |row: &Vec<Value>| table.columns.iter().zip(row).map(cell).collect();
        Table { rows: table.rows.iter().map(row).collect(), ..table.clone() }
    }

    /// Settings with these values.
    pub fn settings(&self, values: &BTreeMap<String, Value>) -> Settings {
        let mut settings = Settings::default();
        settings.add_category(Layer::Device, "provision", values.clone());
        settings
    }

    /// The secrets that a template contains as well: they are words of its text, which is no secret.
    pub fn notes_on(&self, templates: &[TemplateFile]) -> Vec<String> {
        let common = self.0.iter().filter(|secret| is_common(secret, templates));
        let note = |secret: &Secret| format!("the templates contain the value of {}, and keep it", secret.name);
        common.map(note).collect()
    }

    /// The name of a secret that is in these bytes in any form, and not in the templates.
    pub fn left_in(&self, bytes: &[u8], templates: &[TemplateFile]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let is_left = |secret: &&Secret| {
            !places_of_secrets(&text, std::slice::from_ref(&secret.text)).is_empty() && !is_common(secret, templates)
        };
        self.0.iter().find(is_left).map(|secret| secret.name.clone())
    }
}

fn is_switch(text: &str) -> bool {
    matches!(text, "" | "0" | "1") || SWITCHES.iter().any(|switch| text.eq_ignore_ascii_case(switch))
}

fn is_common(secret: &Secret, templates: &[TemplateFile]) -> bool {
    let holds =
        |file: &TemplateFile| file.source.windows(secret.text.len().max(1)).any(|part| part == secret.text.as_bytes());
    secret.text.chars().count() >= CHARS_MIN && templates.iter().any(holds)
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => vec![text],
        Value::Items(items) => items.iter().map(String::as_str).collect(),
        Value::Null | Value::Flag(_) => Vec::new(),
    }
}

/// The password in `https://user:password@host/`, else the user in its place.
fn password_of_url(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (account, _) = rest[..end].rsplit_once('@')?;
    Some(account.split_once(':').map_or(account, |(_, password)| password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Secrets {
        let mut secrets = Secrets(Vec::new());
        for (at, text) in texts.iter().enumerate() {
            let instead = secrets.replacement(text, at as u64);
            secrets.0.push(Secret { text: (*text).to_owned(), instead, name: "x".into() });
        }
        secrets.0.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
        secrets
    }

    #[test]
    fn replacement_has_the_form_of_its_secret() {
        for (secret, kinds) in [("4711", "dddd"), ("aB3$x", "lud-l"), ("00ff00ff", "hhhhhhhh")] {
            let made = secrets(&[secret]).0.remove(0).instead;
            assert_ne!(made, secret);
            for (letter, kind) in made.bytes().zip(kinds.bytes()) {
                let list = match kind {
                    b'd' => DIGITS,
                    b'l' => LOWER,
                    b'u' => UPPER,
                    b'h' => HEX,
                    _ => OTHER,
                };
                assert!(list.contains(&letter), "{secret} {made}");
            }
        }
    }

    #[test]
    fn same_secret_is_the_same_text_in_every_place() {
        let secrets = secrets(&["s3cretA", "s3cretA-long", "12"]);
        let (short, long) = (secrets.text("s3cretA"), secrets.text("s3cretA-long"));
        assert_eq!(secrets.text("x s3cretA y s3cretA-long s3cretA"), format!("x {short} y {long} {short}"));
        assert_ne!(short, long);
        assert_eq!(secrets.text("a 12 b"), "a 12 b");
        assert_ne!(secrets.text("12"), "12");
        assert!(secrets.value("label", &Value::Text("12".into())) == Value::Text("12".into()));
        assert!(secrets.value("lock_pin", &Value::Text("12".into())) != Value::Text("12".into()));
    }

    #[test]
    fn password_of_a_url_is_a_secret() {
        assert_eq!(password_of_url("https://ada:s3cret@pbx.example.net/x"), Some("s3cret"));
        assert_eq!(password_of_url("https://pbx.example.net/x@y"), None);
    }
}
