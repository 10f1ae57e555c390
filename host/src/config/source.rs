//! Where a configuration's values come from: flags, then the environment, then the file; the first that has a key
//! wins. Every fault is collected, so that an operator sees all of them at once.

use super::keys::KEYS;
use std::collections::BTreeMap;
use std::path::Path;

/// A configuration file is a page of keys.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What stands between the texts of a list in a file. No value of a key has a line break in it.
pub const LIST: char = '\n';

/// One thing wrong with a configuration, with the place it was said at and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    pub place: String,
    pub what: String,
}

/// A value and the place it was said at, in words for a message.
struct Said {
    value: String,
    place: String,
}

/// All values that were said, by key.
#[derive(Default)]
pub struct Source {
    said: BTreeMap<&'static str, Said>,
    faults: Vec<Fault>,
}

impl Source {
    /// Puts the three together. `file` is the configuration file's path, where one was named.
    pub fn new(
        flags: impl IntoIterator<Item = (&'static str, String)>,
        environment: &dyn Fn(&str) -> Option<String>,
        file: Option<&Path>,
    ) -> Self {
        let mut source = Self::default();
        if let Some(file) = file {
            source.read_file(file);
        }
        for key in KEYS {
            let name = key.environment();
            if let Some(value) = environment(&name).filter(|value| !value.is_empty()) {
                source.said.insert(key.name, Said { value, place: name });
            }
        }
        for (key, value) in flags {
            source.said.insert(key, Said { value, place: format!("--{}", key.replace('_', "-")) });
        }
        source
    }

    fn read_file(&mut self, path: &Path) {
        let place = path.display().to_string();
        let text = match std::fs::metadata(path).and_then(|data| {
            if data.len() > FILE_BYTES_MAX {
                return Err(std::io::Error::other("it is larger than any configuration file"));
            }
            std::fs::read_to_string(path)
        }) {
            Ok(text) => text,
            Err(error) => return self.fault(place, format!("cannot be read: {error}")),
        };
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => return self.fault(place, format!("is not TOML: {}", error.message())),
        };
        for (name, value) in table {
            let place = format!("{name} in {}", path.display());
            let Some(key) = KEYS.iter().find(|key| key.name == name) else {
                self.fault(place, format!("no such key; the keys are {}", names()));
                continue;
            };
            match text_of(&value) {
                Some(value) => drop(self.said.insert(key.name, Said { value, place })),
                None => self.fault(place, "takes a text, a number, or a list of texts".to_owned()),
            }
        }
    }

    /// The value of a key, read by `parse`; `absent` where nobody said it or where what was said is a fault.
    pub fn take<T>(&mut self, key: &'static str, absent: T, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        let Some(said) = self.said.get(key) else { return absent };
        match parse(&said.value) {
            Ok(value) => value,
            Err(what) => {
                self.fault(said.place.clone(), what);
                absent
            }
        }
    }

    /// Whether anyone said this key, right or wrong.
    pub fn is_said(&self, key: &str) -> bool {
        self.said.contains_key(key)
    }

    /// A whole number within bounds, both included.
    pub fn number(&mut self, key: &'static str, absent: u64, bounds: std::ops::RangeInclusive<u64>) -> u64 {
        self.take(key, absent, |text| match text.parse() {
            Ok(number) if bounds.contains(&number) => Ok(number),
            _ => Err(format!("`{text}` is not a number from {} to {}", bounds.start(), bounds.end())),
        })
    }

    pub fn fault(&mut self, place: String, what: String) {
        self.faults.push(Fault { place, what });
    }

    /// `value` when nothing was wrong, else everything that was.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() { Ok(value) } else { Err(self.faults) }
    }
}

/// A file's value as the flag of the same name would be written, lists with [`LIST`] between.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Datetime(moment) => Some(moment.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            Some(texts?.join(&LIST.to_string()))
        }
        _ => None,
    }
}

fn names() -> String {
    KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
}
