//! `keys`, and the flat variables of each key (`line_key_value_1`, …).

use super::labels::Labels;
use super::lines::{KeyLine, Lines};
use super::release::Release;
use crate::row::{Row, Rows};
use crate::vendor::{KeyText, Vendor};
use dialplate_smarty::php::{Array, Key, KeyRef, Str, Value};
use rustc_hash::FxHashMap;

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
    pub domain_name: &'s str,
    pub release: Release,
}

impl Sources<'_> {
    /// Replaces a key's placeholders in one pass, so that a replacement is never searched for placeholders. (FusionPBX
    /// replaces one name after the other, so that a line's display name can insert another column.)
    fn fill(&self, key: &mut Array, text: &KeyText<'_>, of_line: bool, has_subject: bool) {
        let from_line_1 = self.release.fills_keys_from_line_1();
        let line = if from_line_1 { Value::Int(1) } else { column(key, "device_key_line") };
        for (field, name) in TEXTS {
            let subject = if field == "label" && has_subject { self.subject(text) } else { None };
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

    /// The extension that a label refers to. Labels had no such placeholders up to 5.4, and 5.5 kept those that refer to
    /// none.
    fn subject<'k>(&self, key: &KeyText<'k>) -> Option<&'k str> {
        let subject = self.labels.subject(key).filter(|_| self.release >= Release::V5_5);
        subject.filter(|subject| self.release >= Release::Master || !subject.is_empty())
    }

    fn of_line(&self, line: &Value, name: &str) -> Option<Vec<u8>> {
        let from_line_1 = self.release.fills_keys_from_line_1();
        let value = match name {
            "domain_name" if from_line_1 => Value::from(self.domain_name),
            "location" | "description" if from_line_1 => return None,
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
    /// without one, these placeholders stay. Up to 5.5 a key also stands under its id alone, as it is stored; of several
    /// categories the last one counts.
    pub fn new(
        profile: Rows<'a>,
        device: Rows<'a>,
        sources: &Sources<'_>,
        vendor: &'a dyn Vendor,
        domain_name: &'a str,
    ) -> Self {
        let profile_vendor = profile.iter().last().map(|row| row.text("device_key_vendor"));
        let has_line_keys = profile.iter().chain(device.iter()).any(|row| row.text("device_key_category") == "line");
        let release = sources.release;
        // 5.5 read the labels from the flat rows, and so only the last of each id.
        let last = (release == Release::V5_5).then(|| last_of_ids(profile, device));
        let [profile_names, device_names] = [profile.names(), device.names()];
        let of_profile = profile.iter().map(|row| (row, &profile_names, "profile"));
        let of_device = device.iter().map(|row| (row, &device_names, "device"));
        let mut by_category = Array::new();
        for (at, (row, names, owner)) in of_profile.chain(of_device).enumerate() {
            let text = KeyText::of(row, profile_vendor);
            let is_filled = has_line_keys && CATEGORIES.contains(&row.text("device_key_category"));
            let of_line = is_filled || release.fills_keys_from_line_1();
            let has_subject = last.as_ref().is_none_or(|last| last.get(row.text("device_key_id")) == Some(&at));
            let is_own = owner == "device";
            let mut key = row.to_array(names);
            let flat = release.has_flat_keys().then(|| with_owner(key.clone(), owner));
            sources.fill(&mut key, &text, of_line, has_subject);
            let key = Value::array(if is_own { with_owner(key, owner) } else { key });
            place(&mut by_category, row).clone_from(&key);
            if let Some(flat) = flat {
                // Up to 5.2 the placeholders of a device's flat rows were replaced as well.
                let flat = if is_own && release.fills_keys_from_line_1() { key } else { Value::array(flat) };
                by_category.insert(row.key("device_key_id"), flat);
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

/// The position of the last key of each id, whatever its category.
fn last_of_ids<'a>(profile: Rows<'a>, device: Rows<'a>) -> FxHashMap<&'a str, usize> {
    profile.iter().chain(device.iter()).enumerate().map(|(at, row)| (row.text("device_key_id"), at)).collect()
}

/// A key with the place where it is stored, as FusionPBX names it.
fn with_owner(mut key: Array, owner: &str) -> Array {
    key.insert(Key::from("device_key_owner"), Value::from(owner));
    key
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
