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

/// What `${…}` in a key may name, in FusionPBX's order: columns of the key's line. Lines have neither a domain name nor
/// an extension, so these two become empty, as they do there.
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

/// A device's keys by category and id.
pub struct Keys<'a> {
    by_category: Array,
    vendor: &'a dyn Vendor,
    domain_name: &'a str,
}

/// What the keys say about the lines they are on, in the order in which they were read.
pub fn lines_of(rows: Rows<'_>, vendor: &dyn Vendor) -> Vec<KeyLine> {
    let line_of = |row: Row<'_>| KeyLine {
        line: row.get("device_key_line"),
        line_keys: vendor.counts_line_keys(&KeyText::of(row, None)).then(|| row.get("device_key_value")),
    };
    rows.iter().map(line_of).collect()
}

impl<'a> Keys<'a> {
    /// Profile keys first; a device's key of the same category and id takes the place of the profile's.
    pub fn new(
        profile: Rows<'a>,
        device: Rows<'a>,
        labels: &Labels<'_>,
        vendor: &'a dyn Vendor,
        domain_name: &'a str,
    ) -> Self {
        let profile_vendor = profile.iter().last().map(|row| row.text("device_key_vendor"));
        let mut by_category = Array::new();
        for (rows, owner) in [(profile, None), (device, Some("device"))] {
            let names = rows.names();
            for row in rows.iter() {
                let mut key = row.to_array(&names);
                if let Some(owner) = owner {
                    key.insert(Key::from("device_key_owner"), Value::from(owner));
                }
                if let Some(label) = labels.read(&KeyText::of(row, profile_vendor), &row.get("device_key_label")) {
                    key.insert(Key::from("device_key_label"), label);
                }
                place(&mut by_category, row).clone_from(&Value::array(key));
            }
        }
        Self { by_category, vendor, domain_name }
    }

    /// Replaces what the keys say about their lines. FusionPBX does so only for a device that has a key of the
    /// category `line`; without one, placeholders stay as they are.
    pub fn replace_placeholders(&mut self, lines: &Lines, location: &Value, description: &Value) {
        let has_line_keys = self.category("line").is_some_and(|keys| !keys.is_empty());
        if !has_line_keys {
            return;
        }
        for category in CATEGORIES {
            let Some(keys) = self.by_category.get_mut(KeyRef::Str(category.as_bytes())) else { continue };
            let mut replaced = (*keys.to_array()).clone();
            for key in replaced.values_mut() {
                let mut columns = (*key.to_array()).clone();
                let line = column(&columns, "device_key_line");
                let of_line = |name: &str| match name {
                    "location" if lines.has(&line) => location.clone(),
                    "description" if lines.has(&line) => description.clone(),
                    _ => lines.column(&line, name),
                };
                for (_, text) in TEXTS {
                    let value = column(&columns, text);
                    if value.truthy() && value.to_bytes().windows(2).any(|pair| pair == b"${") {
                        columns.insert(Key::from(text), replace_all(value.to_str(), &of_line));
                    }
                }
                *key = Value::array(columns);
            }
            *keys = Value::array(replaced);
        }
    }

    /// The variable `keys`; absent for a device without any.
    pub fn to_value(&self) -> Option<Value> {
        (!self.by_category.is_empty()).then(|| Value::array(self.by_category.clone()))
    }

    /// `memory_key_label_3` and its like.
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

/// Where a key belongs; NULL in either column is the empty array key.
fn place<'k>(by_category: &'k mut Array, row: Row<'_>) -> &'k mut Value {
    let category = by_category.place(Key::from(row.text("device_key_category")));
    if !matches!(category, Value::Array(_)) {
        *category = Value::array(Array::new());
    }
    match category {
        Value::Array(keys) => std::rc::Rc::make_mut(keys).place(Key::from(row.text("device_key_id"))),
        other => other,
    }
}

fn column(row: &Array, name: &str) -> Value {
    row.get_str(name.as_bytes()).cloned().unwrap_or_default()
}

/// Replaces every placeholder that a key's line can fill, one name after the other as FusionPBX does: a value
/// that brings a later placeholder with it has that one replaced too.
fn replace_all(text: Str, of_line: &dyn Fn(&str) -> Value) -> Value {
    let mut bytes = text.as_bytes().to_vec();
    for name in PLACEHOLDERS {
        bytes = replace(&bytes, name, &of_line(name).to_bytes());
    }
    Value::Str(Str::from(bytes).untrusted())
}

/// Flat variables know the domain's name, and are never NULL.
fn with_domain(value: &Value, domain_name: &str) -> Value {
    let text = value.to_str();
    if !text.contains(&b'$') {
        return Value::Str(text);
    }
    Value::Str(
        Str::from(replace(text.as_bytes(), "domain_name", domain_name.as_bytes())).with_trust_of(text.is_untrusted()),
    )
}

/// Every `${name}` in `text` by `value`.
pub(super) fn replace(text: &[u8], name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        match placeholder_end(from, name) {
            Some(end) => {
                out.extend_from_slice(value);
                rest = &from[end..];
            }
            None => {
                out.push(b'$');
                rest = &from[1..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The length of `${name}` when `text` begins with it.
fn placeholder_end(text: &[u8], name: &str) -> Option<usize> {
    let rest = text.strip_prefix(b"${")?.strip_prefix(name.as_bytes())?;
    rest.starts_with(b"}").then_some(name.len() + 3)
}
