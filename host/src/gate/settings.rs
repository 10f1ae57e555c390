//! The settings that the gate reads.

use crate::facts::{RequestFacts, Settings, Value};

/// The networks whose phones get the generic file if they have no device.
pub const PIN_NETWORKS: &str = "pin_networks";

/// Category and name of each. The directory reads no other settings of a domain before a request is admitted.
pub const SETTINGS: [(&str, &str); 11] = [
    ("domain", "cidr"),
    ("provision", "enabled"),
    ("provision", "cidr"),
    ("provision", "http_auth_enabled"),
    ("provision", "http_auth_disable"),
    ("provision", "http_auth_type"),
    ("provision", "http_auth_username"),
    ("provision", "http_auth_password"),
    ("provision", "password"),
    ("provision", "auto_insert_enabled"),
    ("provision", PIN_NETWORKS),
];

/// The settings by which a request is judged. A request for an unknown device that would be refused without a challenge
/// is judged by a domain that challenges, if there is one.
pub fn judging(facts: &RequestFacts) -> &Settings {
    let settings = &facts.settings;
    let demands_secret = || demanded_users(settings).is_some() || texts(settings, "provision", "password").is_some();
    let strangers = facts.strangers.as_ref().filter(|_| !demands_secret() && !insert_devices(settings));
    strangers.unwrap_or(settings)
}

/// Whether a request is judged by the same values.
pub fn demand_the_same(one: &RequestFacts, other: &RequestFacts) -> bool {
    let (one, other) = (judging(one), judging(other));
    SETTINGS.iter().all(|(category, name)| one.get(category, name) == other.get(category, name))
}

/// The user names of which a client needs one; `None` if no credentials are required. `http_auth_enabled` requires them,
/// or its opposite `http_auth_disable` of older databases. If neither is set, a user name alone requires them, as in the
/// releases that had only the latter.
pub fn demanded_users(settings: &Settings) -> Option<Vec<&str>> {
    let is_on = match settings.get("provision", "http_auth_enabled") {
        Some(value) => !value.is_empty(),
        None => !settings.is_on("provision", "http_auth_disable", false),
    };
    texts(settings, "provision", "http_auth_username").filter(|_| is_on)
}

/// Whether a device that has no row is inserted.
pub fn insert_devices(settings: &Settings) -> bool {
    settings.is_on("provision", "auto_insert_enabled", false)
}

/// The texts of a setting, one or many; `None` if it is not set. A setting that is set but has no text (a boolean where
/// names are needed) gives an empty list, which no request can satisfy.
pub fn texts<'a>(settings: &'a Settings, category: &str, name: &str) -> Option<Vec<&'a str>> {
    match settings.get(category, name)? {
        Value::Null | Value::Flag(false) => None,
        Value::Flag(true) => Some(Vec::new()),
        Value::Text(text) | Value::Number(text) => Some(vec![text]),
        Value::Items(items) if items.is_empty() => None,
        Value::Items(items) => Some(items.iter().map(String::as_str).collect()),
    }
}
