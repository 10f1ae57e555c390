//! The settings of all layers, which override every other variable of the same name.

use super::release::Release;
use crate::row::trusted;
use crate::types;
use dialplate_smarty::php::{Str, Value};
use rustc_hash::FxHashMap;

/// Yealink's two settings that FusionPBX assembles from a month, a day and an hour when they are not set.
const YEALINK_DATES: [(&str, [&str; 3]); 2] = [
    (
        "yealink_time_zone_start_time",
        ["daylight_savings_start_month", "daylight_savings_start_day", "daylight_savings_start_time"],
    ),
    (
        "yealink_time_zone_end_time",
        ["daylight_savings_stop_month", "daylight_savings_stop_day", "daylight_savings_stop_time"],
    ),
];

/// A job's settings by name.
pub struct Settings<'a> {
    by_name: FxHashMap<&'a str, &'a types::Value>,
    domain_name: &'a str,
    /// In lower case, whatever the vendor's spelling.
    address: &'a str,
    release: Release,
    /// Texts are escaped where they are printed.
    escaped: bool,
}

impl<'a> Settings<'a> {
    pub fn new(
        settings: &'a [types::Setting],
        (domain_name, address): (&'a str, &'a str),
        release: Release,
        escaped: bool,
    ) -> Self {
        let by_name = settings.iter().map(|setting| (setting.name.as_str(), &setting.value)).collect();
        Self { by_name, domain_name, address, release, escaped }
    }

    /// The setting as a template sees it, with the values of its placeholders: the domain's name, up to 5.2 also the
    /// address.
    pub fn get(&self, name: &str) -> Option<Value> {
        let value = self.find(name).map(trusted);
        let value = match value {
            Some(Value::Null) | None => self.dates(name).or(value),
            Some(Value::Str(text)) => Some(self.with_placeholders(text)),
            other => other,
        };
        if self.escaped { value.map(untrusted) } else { value }
    }

    /// The text of a setting; `absent` when the setting is missing or has another type.
    pub fn text(&self, name: &str, absent: &'a str) -> &'a str {
        match self.find(name) {
            Some(types::Value::Text(text) | types::Value::Number(text)) => text,
            _ => absent,
        }
    }

    fn find(&self, name: &str) -> Option<&'a types::Value> {
        self.by_name.get(name).copied()
    }

    fn dates(&self, name: &str) -> Option<Value> {
        let (_, parts) = YEALINK_DATES.iter().find(|(setting, _)| *setting == name)?;
        let parts = parts.map(|part| self.text(part, ""));
        Some(Value::from(parts.join("/").as_str()))
    }

    fn with_placeholders(&self, text: Str) -> Value {
        if !text.contains(&b'$') {
            return Value::Str(text);
        }
        let Ok(whole) = std::str::from_utf8(&text) else { return Value::Str(text) };
        let replaced = if self.release <= Release::V5_2 {
            let replaced = whole.replace("${domain_name}", self.domain_name).replace("${mac_address}", self.address);
            let knows_address = self.release > Release::V5_0;
            if knows_address { replaced.replace("${device_address}", self.address) } else { replaced }
        } else {
            whole.replace("{$domain_name}", self.domain_name).replace("${domain_name}", self.domain_name)
        };
        Value::from(replaced.as_str())
    }
}

/// The value with its texts marked for escaping.
fn untrusted(value: Value) -> Value {
    match value {
        Value::Str(text) => Value::Str(text.untrusted()),
        Value::Array(items) => Value::list(items.iter().map(|(_, item)| untrusted(item.clone()))),
        other => other,
    }
}

/// The settings besides the one of its own name that a variable may be computed from.
pub fn ingredients(variable: &str) -> Vec<&'static str> {
    let dates = YEALINK_DATES.iter().filter(|(name, _)| *name == variable).flat_map(|(_, parts)| *parts);
    let own: &[&str] = match variable {
        "time" => &[VERSION_FORMAT],
        "ldap_username" => &[LDAP_USER_BASE],
        _ => &[],
    };
    dates.chain(own.iter().copied()).collect()
}

/// The PHP date format of the variable `time`.
pub const VERSION_FORMAT: &str = "version_format";
/// The base DN of the variable `ldap_username`.
pub const LDAP_USER_BASE: &str = "grandstream_ldap_user_base";
