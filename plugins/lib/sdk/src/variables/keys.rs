//! `keys`, and the flat variables of each key (`line_key_value_1`, …).

use super::labels::Labels;
use super::lines::{KeyLine, Lines};
use crate::row::{Row, Rows};
use crate::vendor::{KeyText, Vendor};
use dialplate_smarty::php::{Array, Key, KeyRef, Str, Value};

/// The categories whose placeholders are replaced and that have flat variables, in FusionPBX's order.
const CATEGORIES: [&str; 4] = ["line", "memory", "expansion", "programmable"];

/// The columns that may hold placeholders, and the flat variables' names for them.
const TEXTS: [(&str, &str); 4] = [
    ("value", "device_key_value"),
    ("extension", "device_key_extension"),
    ("label", "device_key_label"),
    ("icon", "device_key_icon"),
];

/// The columns of the key's line that `${…}` in a key may name. Lines have neither a domain name nor an extension, so
/// these two become empty, as in FusionPBX.
const PLACEHOLDERS: [&str; 14] = [
    "domain_name",
    "user_id",
    "auth_id",
    "extension",
    "register_expires",
    "sip_transport",
    "sip_port",
    "server_address",
    "outbound_proxy",
    "outbound_proxy_primary",
    "outbound_proxy_secondary",
    "display_name",
    "location",
    "description",
];

/// The length of the longest placeholder's name and its closing brace.
const LONGEST: usize = "outbound_proxy_secondary}".len();

/// The data that replaces a key's placeholders.
pub struct Sources<'s> {
    pub labels: Labels<'s>,
    pub lines: &'s Lines,
    pub location: Value,
    pub description: Value,
}

impl Sources<'_> {
    /// Replaces a key's placeholders in one pass, so that a replacement is never searched for placeholders. (FusionPBX
    /// replaces one name after the other, so that a line's display name can insert another column.)
    fn fill(&self, key: &mut Array, text: &KeyText<'_>, of_line: bool) {
        let line = column(key, "device_key_line");
        for (field, name) in TEXTS {
            let subject = if field == "label" { self.labels.subject(text) } else { None };
            let value = column(key, name);
            if subject.is_none() && !(of_line && value.truthy()) {
                continue;
            }
            let filling = |name: &str| {
                let of_subject = subject.and_then(|subject| self.labels.filling(subject, name));
                of_subject.or_else(|| of_line.then(|| self.of_line(&line, name)).flatten())
            };
            let text = value.to_str();
            let filled = if text.contains(&b'$') { Str::from(replace(&text, &filling)).untrusted() } else { text };
            key.insert(Key::from(name), Value::Str(filled));
        }
    }

    fn of_line(&self, line: &Value, name: &str) -> Option<Vec<u8>> {
        let value = match name {
            "location" if self.lines.has(line) => self.location.clone(),
            "description" if self.lines.has(line) => self.description.clone(),
            _ if PLACEHOLDERS.contains(&name) => self.lines.column(line, name),
            _ => return None,
        };
        Some(value.to_bytes().into_owned())
    }
}

/// A device's keys by category and id.
pub struct Keys<'a> {
    by_category: Array,
    vendor: &'a dyn Vendor,
    domain_name: &'a str,
}

/// The changes that the keys make to their lines, in the order of the rows.
pub fn lines_of(rows: Rows<'_>, vendor: &dyn Vendor) -> Vec<KeyLine> {
    let line_of = |row: Row<'_>| KeyLine {
        line: row.get("device_key_line"),
        line_keys: vendor.counts_line_keys(&KeyText::of(row, None)).then(|| row.get("device_key_value")),
    };
    rows.iter().map(line_of).collect()
}

impl<'a> Keys<'a> {
    /// Profile keys first; a device's key replaces the profile's key of the same category and id.
    ///
    /// FusionPBX replaces the placeholders for columns of lines only when the device has a key of the category `line`;
    /// without one, these placeholders stay.
    pub fn new(
        profile: Rows<'a>,
        device: Rows<'a>,
        sources: &Sources<'_>,
        vendor: &'a dyn Vendor,
        domain_name: &'a str,
    ) -> Self {
        let profile_vendor = profile.iter().last().map(|row| row.text("device_key_vendor"));
        let mut rows = profile.iter().chain(device.iter());
        let has_line_keys = rows.any(|row| row.text("device_key_category") == "line");
        let mut by_category = Array::new();
        for (rows, owner) in [(profile, None), (device, Some("device"))] {
            let names = rows.names();
            for row in rows.iter() {
                let mut key = row.to_array(&names);
                if let Some(owner) = owner {
                    key.insert(Key::from("device_key_owner"), Value::from(owner));
                }
                let of_line = has_line_keys && CATEGORIES.contains(&row.text("device_key_category"));
                sources.fill(&mut key, &KeyText::of(row, profile_vendor), of_line);
                place(&mut by_category, row).clone_from(&Value::array(key));
            }
        }
        Self { by_category, vendor, domain_name }
    }

    /// The variable `keys`; absent for a device without any.
    pub fn to_value(&self) -> Option<Value> {
        (!self.by_category.is_empty()).then(|| Value::array(self.by_category.clone()))
    }

    /// The flat variable of this name, for instance `memory_key_label_3`.
    pub fn flat(&self, name: &str) -> Option<Value> {
        let (category, rest) = name.split_once("_key_")?;
        let (field, id) = rest.split_once('_')?;
        let Value::Array(key) = self.category(category)?.get(KeyRef::new(id.as_bytes()))?.clone() else { return None };
        match field {
            "id" | "line" => Some(column(&key, &format!("device_key_{field}"))),
            "type" => Some(self.kind(category, &column(&key, "device_key_type"))),
            _ => {
                let (_, text) = TEXTS.iter().find(|(flat, _)| *flat == field)?;
                Some(with_domain(&column(&key, text), self.domain_name))
            }
        }
    }

    fn kind(&self, category: &str, kind: &Value) -> Value {
        let text = kind.to_bytes();
        let known = std::str::from_utf8(&text).ok().and_then(|text| self.vendor.key_type(category, text));
        known.map_or_else(|| kind.clone(), Value::from)
    }

    fn category(&self, category: &str) -> Option<&Array> {
        if !CATEGORIES.contains(&category) {
            return None;
        }
        match self.by_category.get_str(category.as_bytes())? {
            Value::Array(keys) => Some(keys),
            _ => None,
        }
    }
}

/// The array element of a key, by category and id; NULL in either column is the empty array key.
fn place<'k>(by_category: &'k mut Array, row: Row<'_>) -> &'k mut Value {
    let category = by_category.place(row.key("device_key_category"));
    if !matches!(category, Value::Array(_)) {
        *category = Value::array(Array::new());
    }
    match category {
        Value::Array(keys) => std::rc::Rc::make_mut(keys).place(row.key("device_key_id")),
        other => other,
    }
}

fn column(row: &Array, name: &str) -> Value {
    row.get_str(name.as_bytes()).cloned().unwrap_or_default()
}

/// Flat variables know the domain's name, and are never NULL.
fn with_domain(value: &Value, domain_name: &str) -> Value {
    let text = value.to_str();
    if !text.contains(&b'$') {
        return Value::Str(text);
    }
    let value = |name: &str| (name == "domain_name").then(|| domain_name.as_bytes().to_vec());
    Value::Str(Str::from(replace(text.as_bytes(), &value)).with_trust_of(text.is_untrusted()))
}

/// Replaces every `${name}` in `text` by `value(name)`; a name without a value stays.
fn replace(text: &[u8], value: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let found = placeholder(from).and_then(|name| Some((name.len() + 3, value(name)?)));
        let (length, filling) = found.unwrap_or_else(|| (1, b"$".to_vec()));
        out.extend_from_slice(&filling);
        rest = &from[length..];
    }
    out.extend_from_slice(rest);
    out
}

/// The name in the `${name}` that `text` begins with.
fn placeholder(text: &[u8]) -> Option<&str> {
    let rest = text.strip_prefix(b"${")?;
    let length = rest.iter().take(LONGEST).position(|&byte| byte == b'}')?;
    std::str::from_utf8(&rest[..length]).ok()
}
