//! The secrets of a device, and the texts that take their places in a case: the same secret gets the same text everywhere.

use super::secret_forms::Patterns;
use super::secret_places::named_secrets;
use super::stand_in::stand_in;
use crate::facts::{Layer, Settings, Table, Value, is_secret};
use crate::plugin::Job;
use crate::request::decode_form;
use crate::templates::TemplateFile;
use std::collections::BTreeMap;

/// A shorter secret is replaced only where it is a whole value: as a part it occurs everywhere.
const CHARS_MIN: usize = 4;
/// Values that are named in a note; the others are counted.
const NAMED_MAX: usize = 3;

/// Values of switches, some of which have a name such as `password_enabled`.
const SWITCHES: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "enabled", "disabled"];

struct Secret {
    text: String,
    instead: String,
    /// The column or the setting that it was found in first.
    name: String,
    /// Why it is replaced only where it is a whole value, if it is.
    whole: Option<String>,
}

pub struct Secrets {
    all: Vec<Secret>,
    /// Of the secrets that are replaced as parts of values, too.
    patterns: Patterns,
}

/// Calls `see` with each value of a render, and the column or the setting that holds it.
pub fn each_value<'a>(
    job: &'a Job,
    answers: impl Iterator<Item = &'a Table>,
    server: &'a [(String, String)],
    mut see: impl FnMut(&str, &Value),
) {
    for table in job.tables.iter().map(|table| &**table).chain(answers) {
        for row in &table.rows {
            let cells = table.columns.iter().zip(row);
            cells.for_each(|(column, value)| see(&format!("{}.{column}", table.name), value));
        }
    }
    // A secret that the file does not read may be a part of a value that it does read.
    let settings = job.settings.layers.of_category("provision", |_| true);
    settings.for_each(|(name, value)| see(name, value));
    for (kind, pairs) in [("parameters", job.parameters.as_slice()), ("server", server)] {
        pairs.iter().for_each(|(name, text)| see(&format!("{kind}.{name}"), &Value::Text(text.clone())));
    }
}

/// What a case keeps as it is, since templates and files are found by it.
fn kept(job: &Job) -> [(&'static str, &str); 4] {
    let file = job.file.as_deref().unwrap_or_default();
    let folder = job.group.folder.as_str();
    [("address", job.address.as_str()), ("template folder", folder), ("vendor", &job.vendor), ("file name", file)]
}

impl Secrets {
    /// The secrets in a job and in the answers to its render's questions, by the names of columns and settings, and those that
    /// texts name, as URLs do.
    pub fn of<'a>(job: &'a Job, answers: impl Iterator<Item = &'a Table>, server: &'a [(String, String)]) -> Self {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        each_value(job, answers, server, |name, value| {
            for secret in texts(value).into_iter().flat_map(|text| secrets_in(name, text)) {
                found.entry(secret).or_insert_with(|| name.to_owned());
            }
        });
        let kept = kept(job);
        let whole = |text: &str| {
            let lower = text.to_lowercase();
            let holder = kept.iter().find(|(_, kept)| kept.to_lowercase().contains(&lower));
            match holder {
                _ if text.chars().count() < CHARS_MIN => Some(format!("has fewer than {CHARS_MIN} characters")),
                Some((name, _)) => Some(format!("is a part of the device's {name}, which a case keeps")),
                None => None,
            }
        };
        Self::named(found, whole)
    }

    fn named(found: BTreeMap<String, String>, whole: impl Fn(&str) -> Option<String>) -> Self {
        let texts: Vec<_> = found.keys().map(|text| text.to_lowercase()).collect();
        let mut all: Vec<Secret> = Vec::new();
        for (at, (text, name)) in found.into_iter().enumerate() {
            let is_taken = |made: &str| {
                let made = made.to_lowercase();
                let is_other =
                    |text: &String| made == *text || text.chars().count() >= CHARS_MIN && made.contains(text);
                texts.iter().any(is_other) || all.iter().any(|other| other.instead.to_lowercase() == made)
            };
            let instead = stand_in(&text, at as u64, is_taken);
            let whole = whole(&text);
            all.push(Secret { text, instead, name, whole });
        }
        let parts = all.iter().enumerate().filter(|(_, secret)| secret.whole.is_none());
        let patterns = Patterns::of(parts.map(|(at, secret)| (at, secret.text.as_str(), secret.instead.as_str())));
        Self { all, patterns }
    }

    /// What takes the place of a text that is a secret as a whole.
    fn instead_of(&self, text: &str) -> Option<&str> {
        let found = self.all.iter().find(|secret| secret.text == text);
        found.map(|secret| secret.instead.as_str())
    }

    /// A text with other secrets in their places.
    fn text(&self, text: &str) -> String {
        let mut named = named_secrets(text).into_iter().peekable();
        // In one pass, so that no replacement is replaced again.
        let (mut replaced, mut at) = (String::with_capacity(text.len()), 0);
        while let Some(first) = text[at..].chars().next() {
            while named.next_if(|range| range.start < at).is_some() {}
            let secret = named.next_if(|range| range.start == at).and_then(|range| {
                let raw = &text[range.clone()];
                Some((self.instead_of(raw).or_else(|| self.instead_of(&decoded(raw)))?.to_owned(), raw.len()))
            });
            let (instead, bytes) = secret
                .or_else(|| self.patterns.replace_start(&text[at..]))
                .unwrap_or_else(|| (first.to_string(), first.len_utf8()));
            replaced.push_str(&instead);
            at += bytes;
        }
        replaced
    }

    /// A text with a name. A value whose name says that it is secret is replaced as a whole.
    pub fn named_text(&self, name: &str, text: &str) -> String {
        let whole = self.instead_of(text).filter(|_| is_secret(name));
        whole.map_or_else(|| self.text(text), str::to_owned)
    }

    /// The value of a column or a setting.
    pub fn value(&self, name: &str, value: &Value) -> Value {
        let text = |text: &String| self.named_text(name, text);
        match value {
            Value::Text(found) => Value::Text(text(found)),
            Value::Number(found) => Value::Number(text(found)),
            Value::Items(items) => Value::Items(items.iter().map(text).collect()),
            Value::Null => Value::Null,
            Value::Flag(flag) => Value::Flag(*flag),
        }
    }

    pub fn pairs(&self, pairs: &[(String, String)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| (name.clone(), self.named_text(name, text))).collect()
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
        let common = self.all.iter().filter(|secret| secret.is_common(templates));
        let note = |secret: &Secret| format!("the templates contain the value of {}, and keep it", secret.name);
        common.map(note).collect()
    }

    /// Of each secret that is replaced only as a whole value: why, and which other values the replaced job has that are the same.
    pub fn notes_on_kept<'a>(
        &self,
        job: &'a Job,
        answers: impl Iterator<Item = &'a Table>,
        server: &'a [(String, String)],
    ) -> Vec<String> {
        let mut holders: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        each_value(job, answers, server, |name, value| {
            for text in texts(value) {
                let same = self.all.iter().position(|secret| secret.whole.is_some() && secret.text == text);
                let names = same.map(|same| holders.entry(same).or_default());
                names.filter(|names| !names.iter().any(|other| other == name)).into_iter().for_each(|names| {
                    names.push(name.to_owned());
                });
            }
        });
        let note = |(at, secret): (usize, &Secret)| {
            let why = secret.whole.as_ref()?;
            let names = holders.get(&at).map(Vec::as_slice).unwrap_or_default();
            // A short secret that is nowhere else is replaced in its only place.
            if names.is_empty() && secret.text.chars().count() < CHARS_MIN {
                return None;
            }
            let has =
                if names.is_empty() { String::new() } else { format!("; {} still has the same value", few(names)) };
            Some(format!(
                "the value of {} {why}, so it was replaced only as the whole value of a secret{has}",
                secret.name
            ))
        };
        self.all.iter().enumerate().filter_map(note).collect()
    }

    /// The name of a secret that a value contains in any form.
    pub fn left_in_value(&self, value: &Value) -> Option<&str> {
        texts(value).into_iter().find_map(|text| self.left(text, |_| false))
    }

    /// The name of a secret that a document contains in any form, and no template.
    pub fn left_in(&self, bytes: &[u8], templates: &[TemplateFile]) -> Option<&str> {
        self.left(&String::from_utf8_lossy(bytes), |at| self.all[at].is_common(templates))
    }

    fn left(&self, text: &str, skips: impl Fn(usize) -> bool) -> Option<&str> {
        self.patterns.first_in(text, skips).map(|at| self.all[at].name.as_str())
    }
}

impl Secret {
    fn is_common(&self, templates: &[TemplateFile]) -> bool {
        let lower = self.text.to_lowercase();
        let holds = |file: &TemplateFile| String::from_utf8_lossy(&file.source).to_lowercase().contains(&lower);
        self.text.chars().count() >= CHARS_MIN && templates.iter().any(holds)
    }
}

fn few(names: &[String]) -> String {
    let named = names.iter().take(NAMED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(NAMED_MAX);
    if more == 0 { named } else { format!("{named} and {more} more: each") }
}

/// The secrets that a value is or contains, by its name and by what it says itself.
fn secrets_in(name: &str, text: &str) -> Vec<String> {
    let is_switch =
        |text: &str| matches!(text, "" | "0" | "1") || SWITCHES.iter().any(|switch| text.eq_ignore_ascii_case(switch));
    let named = named_secrets(text);
    // Of a URL, only its credentials are secret, whatever its setting's name is.
    let whole = (is_secret(name) && named.is_empty()).then(|| text.to_owned());
    let parts = named.into_iter().map(|range| decoded(&text[range]));
    whole.into_iter().chain(parts).filter(|secret| !is_switch(secret)).collect()
}

/// A part of a URL without its escapes. A plus sign stays: it is no blank in a password.
fn decoded(text: &str) -> String {
    decode_form(text.replace('+', "%2B").as_bytes()).into_owned()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => vec![text],
        Value::Items(items) => items.iter().map(String::as_str).collect(),
        Value::Null | Value::Flag(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Secrets {
        let found = texts.iter().map(|text| ((*text).to_owned(), "x".to_owned())).collect();
        Secrets::named(found, |text| (text.chars().count() < CHARS_MIN || text == "0046").then(String::new))
    }

    #[test]
    fn same_secret_is_the_same_text_in_every_place() {
        let secrets = secrets(&["s3cretA", "s3cretA-long", "12", "0046"]);
        let (short, long) = (secrets.text("s3cretA"), secrets.text("s3cretA-long"));
        assert_eq!(secrets.text("x s3cretA y s3cretA-long s3cretA"), format!("x {short} y {long} {short}"));
        assert_eq!(secrets.text("x S3CRETA"), format!("x {}", short.to_uppercase()));
        assert_ne!(short, long);
        for kept in ["a 12 b", "12", "001565000046"] {
            assert_eq!(secrets.text(kept), kept);
            assert!(secrets.value("label", &Value::Text(kept.into())) == Value::Text(kept.into()));
        }
        for whole in ["12", "0046"] {
            assert!(secrets.value("lock_pin", &Value::Text(whole.into())) != Value::Text(whole.into()));
        }
    }

    #[test]
    fn secret_that_a_text_names_is_replaced_there() {
        let secrets = secrets(&["ab", "p@ss/1"]);
        let short = secrets.named_text("lock_pin", "ab");
        assert_eq!(secrets.text("https://u:ab@cab/?pin=ab&x=ab"), format!("https://u:{short}@cab/?pin={short}&x=ab"));
        let long = secrets.named_text("password", "p@ss/1");
        assert_eq!(secrets.text("https://u:p%40ss%2f1@x/"), format!("https://u:{long}@x/"));
        assert_eq!(secrets_in("url", "https://u:p%40ss%2f1@x/"), ["p@ss/1"]);
        assert_eq!(secrets_in("secret_url", "https://u:a1@x/"), ["a1"]);
        assert_eq!(secrets_in("lock_pin", "4711"), ["4711"]);
        assert!(secrets_in("password_enabled", "TRUE").is_empty() && secrets_in("label", "4711").is_empty());
    }

    #[test]
    fn secret_that_is_left_is_named() {
        let secrets = secrets(&["s3cretA"]);
        assert_eq!(secrets.left_in_value(&Value::Text("is S3creta!".into())), Some("x"));
        assert_eq!(secrets.left_in(b"czNjcmV0QQ==", &[]), Some("x"));
        assert_eq!(secrets.left_in(b"s3cret", &[]), None);
    }
}
