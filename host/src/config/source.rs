//! Where values come from: flags, then environment variables, then the file; the first that has a key wins. All errors
//! are collected, so that an operator sees them at once.

use super::keys::{ConfigKey, DefaultValue, KEYS, PLUGINS, find, find_in_section};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A configuration file is a page or two.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Separates the items of a TOML list. No value of a key contains a line break.
pub const LIST: char = '\n';

/// One thing wrong with a configuration: the place of the value, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ConfigError {
    pub place: String,
    pub reason: String,
}

/// Where a value in force comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueOrigin {
    Flag,
    Environment,
    File(PathBuf),
    /// The section of a plugin in the file.
    Section {
        plugin: String,
        file: PathBuf,
    },
    /// FusionPBX's configuration file.
    FusionPbx(PathBuf),
    Default,
}

/// A key's value in force, secrets masked. `None`: the server does without one.
pub struct EffectiveValue {
    pub key: &'static ConfigKey,
    pub value: Option<String>,
    pub origin: ValueOrigin,
    /// Whether the value holds a secret.
    pub is_secret: bool,
}

#[derive(Clone)]
struct Value {
    text: String,
    origin: ValueOrigin,
}

/// The values that were given, by key. They may be secrets, so there is no `Debug`.
#[derive(Default)]
pub struct ConfigSource {
    given: BTreeMap<&'static str, Value>,
    /// Values that the server found itself.
    found: BTreeMap<&'static str, Value>,
    /// What the sections of the plugins give, by the plugin's name.
    sections: BTreeMap<String, BTreeMap<&'static str, Value>>,
    errors: Vec<ConfigError>,
}

impl ConfigSource {
    /// `flags` are pairs of key and value, `environment` looks a variable up, `file` is the configuration file.
    pub fn new(
        flags: impl IntoIterator<Item = (&'static str, String)>,
        environment: &dyn Fn(&str) -> Option<String>,
        file: Option<&Path>,
    ) -> Self {
        let mut source = Self::default();
        if let Some(file) = file {
            source.read_file(file);
        }
        for key in KEYS.iter() {
            if let Some(text) = environment(&key.environment()).filter(|value| !value.is_empty()) {
                source.given.insert(key.name, Value { text, origin: ValueOrigin::Environment });
            }
        }
        for (name, text) in flags {
            source.given.insert(name, Value { text, origin: ValueOrigin::Flag });
        }
        source
    }

    fn read_file(&mut self, path: &Path) {
        let place = path.display().to_string();
        let text = match read_bounded(path, FILE_BYTES_MAX) {
            Ok(text) => text,
            Err(error) => return self.error(place, format!("cannot be read: {error}")),
        };
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                return self.error(format!("{place}:{line}"), format!("is not TOML: {}", error.message()));
            }
        };
        for (name, value) in table {
            if let (PLUGINS, toml::Value::Table(sections)) = (&*name, &value) {
                self.read_sections(sections, path);
            } else if let Some((key, value)) =
                self.read_value(find(&name), &value, ValueOrigin::File(path.to_owned()), &name)
            {
                self.given.insert(key, value);
            }
        }
    }

    /// Reads `[plugins]`: the folder under the name `folder`, and a section for each plugin.
    fn read_sections(&mut self, sections: &toml::Table, path: &Path) {
        for (name, value) in sections {
            let origin = ValueOrigin::Section { plugin: name.clone(), file: path.to_owned() };
            match value {
                toml::Value::Table(section) => {
                    let read = section.iter().filter_map(|(name, value)| {
                        self.read_value(find_in_section(name), value, origin.clone(), name)
                    });
                    let read = read.collect();
                    self.sections.insert(name.clone(), read);
                }
                value if name == "folder" => {
                    let read = self.read_value(find(PLUGINS), value, ValueOrigin::File(path.to_owned()), PLUGINS);
                    self.given.extend(read);
                }
                _ => {
                    let reason = format!("is no section; write what the plugin is permitted below [{PLUGINS}.{name}]");
                    self.error(place(name, &ValueOrigin::File(path.to_owned())), reason);
                }
            }
        }
    }

    fn read_value(
        &mut self,
        key: Option<&'static ConfigKey>,
        value: &toml::Value,
        origin: ValueOrigin,
        name: &str,
    ) -> Option<(&'static str, Value)> {
        let reason = match (key, text_of(value)) {
            (Some(key), Some(text)) => return Some((key.name, Value { text, origin })),
            (Some(_), None) => "must be a string, a number, a boolean, or a list of strings",
            (None, _) if matches!(origin, ValueOrigin::Section { .. }) && find(name).is_some() => {
                "holds for the whole server and not for one plugin; write it above all sections"
            }
            (None, _) => "is not a configuration key; `dialplate config` prints all keys",
        };
        self.error(place(name, &origin), reason.to_owned());
        None
    }

    /// The plugins that have a section.
    pub fn sections(&self) -> Vec<String> {
        self.sections.keys().cloned().collect()
    }

    /// The values for one plugin: those of its section, then those of the server.
    pub fn section(&self, plugin: &str) -> Self {
        let mut given = self.given.clone();
        given.extend(self.sections.get(plugin).into_iter().flatten().map(|(name, value)| (*name, value.clone())));
        Self { given, ..Self::default() }
    }

    /// Takes over the errors of a section's values.
    pub fn adopt_errors(&mut self, section: Self) {
        // The server's own values were read before, so their errors are known.
        let new = section.errors.into_iter().filter(|error| !self.errors.contains(error));
        let new: Vec<_> = new.collect();
        self.errors.extend(new);
    }

    /// The value of a key without a fixed default; `None` if none was given, or an invalid one.
    pub fn optional<T>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.given.get(name)?;
        match parse(&value.text) {
            Ok(value) => Some(value),
            Err(reason) => {
                let place = place(name, &value.origin);
                self.error(place, reason);
                None
            }
        }
    }

    /// The value of a key, else its default.
    ///
    /// # Panics
    /// The registry has no such key, or no valid default for it.
    pub fn value<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        if let Some(value) = self.optional(name, &parse) {
            return value;
        }
        match find(name).map(|key| &key.default) {
            Some(DefaultValue::Fixed(default)) => parse(default).unwrap_or_else(|reason| panic!("{name}: {reason}")),
            _ => panic!("{name} has no fixed default"),
        }
    }

    /// A whole number within the key's bounds, else its default.
    ///
    /// # Panics
    /// As [`Self::value`].
    pub fn number<T: TryFrom<u64>>(&mut self, name: &'static str) -> T {
        let bounds = find(name).and_then(|key| key.bounds.clone()).unwrap_or(0..=u64::MAX);
        self.value(name, |text| {
            let number = text.parse().ok().filter(|number| bounds.contains(number));
            number
                .and_then(|number: u64| T::try_from(number).ok())
                .ok_or_else(|| format!("`{text}` is not a whole number from {} to {}", bounds.start(), bounds.end()))
        })
    }

    pub fn is_given(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Gives a key a value if it has none, as if it were the default.
    pub fn default_to(&mut self, name: &'static str, text: String) {
        self.given.entry(name).or_insert(Value { text, origin: ValueOrigin::Default });
    }

    /// Notes the value that the server found for a key, for [`Self::effective`].
    pub fn found(&mut self, name: &'static str, text: impl Into<String>, origin: ValueOrigin) {
        self.found.insert(name, Value { text: text.into(), origin });
    }

    pub fn error(&mut self, place: String, reason: String) {
        self.errors.push(ConfigError { place, reason });
    }

    /// The keys whose value in the command line holds a secret.
    pub fn exposed(&self) -> Vec<&'static ConfigKey> {
        let is_exposed = |key: &&ConfigKey| match self.given.get(key.name) {
            Some(value) => value.origin == ValueOrigin::Flag && key.is_secret(&value.text),
            None => false,
        };
        KEYS.iter().filter(is_exposed).collect()
    }

    /// What is in force for every key, and what the sections of the plugins give.
    pub fn effective(&self) -> Vec<EffectiveValue> {
        let effective = |key: &'static ConfigKey| {
            let value = self.found.get(key.name).or_else(|| self.given.get(key.name)).cloned();
            let default = match &key.default {
                DefaultValue::Fixed(text) => Some(text.clone()),
                DefaultValue::Absent { .. } => None,
            };
            match value {
                Some(Value { text, origin }) => {
                    let is_secret = key.is_secret(&text);
                    EffectiveValue { key, value: Some(key.masked(&text)), origin, is_secret }
                }
                None => EffectiveValue { key, value: default, origin: ValueOrigin::Default, is_secret: false },
            }
        };
        let of_section = |(name, value): (&&str, &Value)| {
            let (key, origin) = (find_in_section(name)?, value.origin.clone());
            Some(EffectiveValue { key, value: Some(value.text.clone()), origin, is_secret: false })
        };
        KEYS.iter().map(effective).chain(self.sections.values().flatten().filter_map(of_section)).collect()
    }

    /// `value`, or everything that was wrong.
    ///
    /// # Errors
    /// At least one key had an invalid value, or the file could not be read.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<ConfigError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

/// The place of a key's value, for messages.
fn place(name: &str, origin: &ValueOrigin) -> String {
    match (find(name), origin) {
        (Some(key), ValueOrigin::Flag) => key.flag(),
        (Some(key), ValueOrigin::Environment) => key.environment(),
        (_, ValueOrigin::File(path) | ValueOrigin::FusionPbx(path)) => format!("{name} in {}", path.display()),
        (_, ValueOrigin::Section { plugin, file }) => format!("{PLUGINS}.{plugin}.{name} in {}", file.display()),
        _ => name.to_owned(),
    }
}

impl EffectiveValue {
    /// Where the value comes from, for an operator.
    pub fn origin_text(&self) -> String {
        match &self.origin {
            ValueOrigin::Flag => format!("flag {}", self.key.flag()),
            ValueOrigin::Environment => format!("environment {}", self.key.environment()),
            ValueOrigin::File(path) => format!("file {}", path.display()),
            ValueOrigin::Section { plugin, file } => format!("[{PLUGINS}.{plugin}] in file {}", file.display()),
            ValueOrigin::FusionPbx(path) => format!("FusionPBX's configuration {}", path.display()),
            ValueOrigin::Default => "default".to_owned(),
        }
    }
}

/// The content of a file of at most this many bytes.
pub fn read_bounded(path: &Path, bytes_max: u64) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > bytes_max {
        return Err(std::io::Error::other(format!("it is larger than {bytes_max} bytes")));
    }
    std::fs::read_to_string(path)
}

/// An address with its port.
pub fn parse_listen(text: &str, example: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an address with a port; write for instance {example}"))
}

/// The items of a list, with commas between them in a flag.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', LIST]).map(str::trim).filter(|text| !text.is_empty())
}

/// The value of a switch.
pub fn parse_flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

/// A TOML value written as for the flag, the items of a list separated by [`LIST`].
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
