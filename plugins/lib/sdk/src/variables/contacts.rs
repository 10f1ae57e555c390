//! `contacts`: the phone book of a device.

use crate::row::{Row, Rows};
use crate::types::Table;
use crate::vendor::is_numeric;
use dialplate_smarty::php::{Array, Key, Str, Value};

/// The entries of all tables in their order: contacts by number, one entry per phone number, and extensions by uuid.
/// `None` without entries, which templates can distinguish from an empty list. With `for_xml`, names are escaped as
/// FusionPBX does.
pub fn to_value(tables: &[Table], for_xml: bool) -> Option<Value> {
    let mut contacts = Array::new();
    for table in tables {
        let rows = Rows::of(table);
        if table.name == "extensions" {
            for row in rows.iter() {
                contacts.insert(row.key("extension_uuid"), Value::array(extension(row, for_xml)));
            }
        } else {
            for (index, row) in rows.iter().enumerate() {
                let entry = Value::array(contact(&table.name, index, row, for_xml));
                // Fails only when the index would exceed the largest integer.
                let _ = contacts.push(entry);
            }
        }
    }
    (!contacts.is_empty()).then(|| Value::array(contacts))
}

fn contact(category: &str, index: usize, row: Row<'_>, for_xml: bool) -> Array {
    let label = name_of(lower(&row.get("phone_label")), for_xml);
    let mut entry = Array::with_capacity(13);
    let mut put = |name: &str, value: Value| {
        entry.insert(Key::from(name), value);
    };
    put("category", Value::from(category));
    put("contact_uuid", row.get("contact_uuid"));
    put("contact_type", row.get("contact_type"));
    put("contact_category", row.get("contact_category"));
    for name in ["contact_organization", "contact_name_given", "contact_name_family"] {
        put(name, name_of(Value::Str(row.get(name).to_str()), for_xml));
    }
    put("numbers", numbers(index, &label, row));
    put("phone_label", label.clone());
    put("phone_number", row.get("phone_number"));
    put("phone_extension", row.get("phone_extension"));
    let by_label = Str::from(format!("phone_number_{}", label.to_str().to_lossy())).untrusted();
    entry.insert(Key::from(by_label), row.get("phone_number"));
    entry
}

/// One number under the contact's own index, as FusionPBX numbers them.
fn numbers(index: usize, label: &Value, row: Row<'_>) -> Value {
    let mut number = Array::with_capacity(5);
    number.insert(Key::from("line_number"), Value::Null);
    number.insert(Key::from("phone_label"), label.clone());
    for name in ["phone_number", "phone_extension", "phone_primary"] {
        number.insert(Key::from(name), row.get(name));
    }
    let mut numbers = Array::with_capacity(1);
    numbers.insert(Key::Int(i64::try_from(index).unwrap_or(i64::MAX)), Value::array(number));
    Value::array(numbers)
}

fn extension(row: Row<'_>, for_xml: bool) -> Array {
    let (given, family) = names(row);
    let number = row.text("extension");
    let dialled = if is_numeric(number) { "extension" } else { "number_alias" };
    let mut entry = Array::with_capacity(7);
    let mut put = |name: &str, value: Value| {
        entry.insert(Key::from(name), value);
    };
    put("category", Value::from("extensions"));
    put("contact_uuid", row.get("extension_uuid"));
    put("contact_category", Value::from("extensions"));
    put("contact_name_given", name_of(given, for_xml));
    put("contact_name_family", name_of(family, for_xml));
    put("phone_extension", row.get(dialled));
    put("call_group", row.get("call_group"));
    entry
}

/// Given and family name: those of the directory, else the first word of the caller ID name and the rest of it.
fn names(row: Row<'_>) -> (Value, Value) {
    let first = row.get("directory_first_name");
    if first.truthy() {
        return (first, row.get("directory_last_name"));
    }
    let caller = row.text("effective_caller_id_name");
    let (given, family) = caller.split_once(' ').unwrap_or((caller, ""));
    let family = family.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b']);
    (Value::Str(Str::from(given).untrusted()), Value::Str(Str::from(family).untrusted()))
}

/// A name as templates see it. It stays untrusted, because quotes and line breaks still have to be escaped.
fn name_of(name: Value, for_xml: bool) -> Value {
    let text = name.to_str();
    if !for_xml || !text.iter().any(|byte| b"&<>".contains(byte)) {
        return name;
    }
    let mut written = Vec::with_capacity(text.len() + 16);
    for &byte in text.iter() {
        match byte {
            b'&' => written.extend_from_slice(b"&amp;"),
            b'<' => written.extend_from_slice(b"&lt;"),
            b'>' => written.extend_from_slice(b"&gt;"),
            _ => written.push(byte),
        }
    }
    Value::Str(Str::from(written).with_trust_of(text.is_untrusted()))
}

fn lower(value: &Value) -> Value {
    Value::Str(Str::from(value.to_str().to_ascii_lowercase()).untrusted())
}
