//! A key of the configuration, and the constructors with which the registry is written.

use super::secrecy::Secrecy;
use std::ops::RangeInclusive;

/// One key. Its flag is `--name` with `-` for `_`, its environment variable `DIALPLATE_NAME`.
pub struct ConfigKey {
    pub name: &'static str,
    /// What a value is, or the unit of a number: `address`, `ms`.
    pub unit: &'static str,
    pub default: DefaultValue,
    /// The least and the greatest value of a number.
    pub bounds: Option<RangeInclusive<u64>>,
    /// `None`: no value of this key is secret.
    secrecy: Option<Secrecy>,
    /// One sentence without a full stop, in Markdown.
    pub doc: &'static str,
}

pub enum DefaultValue {
    /// Written as for the flag.
    Fixed(String),
    /// The server does without a value, or finds one: what it does then, and an example of a value.
    Absent { meaning: &'static str, example: &'static str },
}

impl ConfigKey {
    pub fn flag(&self) -> String {
        format!("--{}", self.flag_name())
    }

    /// The flag without its dashes.
    pub fn flag_name(&self) -> String {
        self.name.replace('_', "-")
    }

    pub fn environment(&self) -> String {
        format!("DIALPLATE_{}", self.name.to_ascii_uppercase())
    }

    /// The value as an operator may see it.
    pub fn masked(&self, value: &str) -> String {
        self.secrecy.map_or_else(|| value.to_owned(), |rule| (rule.masked)(value))
    }

    /// Whether the value holds a secret.
    pub fn is_secret(&self, value: &str) -> bool {
        self.secrecy.is_some_and(|rule| (rule.is_secret)(value))
    }

    /// The key with a rule that says which of its values are secret.
    pub fn kept_secret(self, secrecy: Secrecy) -> Self {
        Self { secrecy: Some(secrecy), ..self }
    }
}

pub fn fixed(name: &'static str, unit: &'static str, default: &str, doc: &'static str) -> ConfigKey {
    ConfigKey { name, unit, default: DefaultValue::Fixed(default.to_owned()), bounds: None, secrecy: None, doc }
}

pub fn absent(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    example: &'static str,
    doc: &'static str,
) -> ConfigKey {
    ConfigKey { name, unit, default: DefaultValue::Absent { meaning, example }, bounds: None, secrecy: None, doc }
}

pub fn number(
    name: &'static str,
    unit: &'static str,
    default: impl TryInto<u64>,
    bounds: RangeInclusive<u64>,
    doc: &'static str,
) -> ConfigKey {
    let default = default.try_into().unwrap_or(u64::MAX);
    ConfigKey { bounds: Some(bounds), ..fixed(name, unit, &default.to_string(), doc) }
}
