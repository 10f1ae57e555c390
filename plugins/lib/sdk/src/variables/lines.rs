//! `lines` (also `account` and `user`), and the flat variables that older templates read.

use super::release::Release;
use crate::row::Rows;
use crate::vendor::Vendor;
use dialplate_smarty::php::convert::{self, Numeric};
use dialplate_smarty::php::{Array, Key, KeyRef, Str, Value};

/// The registration interval of a line without one, in seconds.
const REGISTER_EXPIRES: &str = "120";
const SIP_TRANSPORT: &str = "tcp";
const SIP_PORT: &str = "5060";

/// A device's lines as templates see them, by line number.
pub struct Lines {
    by_number: Array,
}

/// The change that a key makes to its line. A profile's key adds the line when the device has none of that number.
pub struct KeyLine {
    pub line: Value,
    /// The number of keys of the line, where the vendor counts them ([`Vendor::counts_line_keys`]).
    pub line_keys: Option<Value>,
}

/// The flat variables, whose names the line's number follows, and their columns.
const FLAT: [(&str, &str); 12] = [
    ("server_address", "server_address"),
    ("outbound_proxy", "outbound_proxy"),
    ("outbound_proxy_primary", "outbound_proxy_primary"),
    ("outbound_proxy_secondary", "outbound_proxy_secondary"),
    ("display_name", "display_name"),
    ("auth_id", "auth_id"),
    ("user_id", "user_id"),
    ("user_password", "password"),
    ("sip_transport", "sip_transport"),
    ("sip_port", "sip_port"),
    ("register_expires", "register_expires"),
    ("shared_line", "shared_line"),
];

impl Lines {
    pub fn new(
        rows: Rows<'_>,
        profile: Vec<KeyLine>,
        device: Vec<KeyLine>,
        vendor: &dyn Vendor,
        release: Release,
    ) -> Self {
        let names = rows.names();
        let mut found = Array::new();
        for row in rows.iter() {
            found.insert(row.key("line_number"), Value::array(row.to_array(&names)));
        }
        for key in profile {
            set(&mut found, &key.line, "device_key_owner", Value::from("profile"));
            if let Some(count) = key.line_keys {
                set(&mut found, &key.line, "line_keys", count);
            }
        }
        for key in device {
            if let Some(count) = key.line_keys {
                set(&mut found, &key.line, "line_keys", count);
            }
        }
        let mut by_number = Array::with_capacity(found.len());
        for row in found.values() {
            let row = row.to_array();
            by_number.insert(key_of(&column(&row, "line_number")), Value::array(complete(&row, vendor, release)));
        }
        Self { by_number }
    }

    /// The variable `lines`; NULL for a device without any.
    pub fn to_value(&self) -> Value {
        if self.by_number.is_empty() { Value::Null } else { Value::array(self.by_number.clone()) }
    }

    /// A column of the line with this number; NULL without such a line or column.
    pub fn column(&self, line: &Value, name: &str) -> Value {
        match line.to_key().ok().and_then(|key| self.by_number.get(key.as_ref()).cloned()) {
            Some(Value::Array(row)) => column(&row, name),
            _ => Value::Null,
        }
    }

    /// Whether the device has a line with this number.
    pub fn has(&self, line: &Value) -> bool {
        line.to_key().is_ok_and(|key| self.by_number.contains(key.as_ref()))
    }

    /// The flat variable of this name, for instance `server_address_2`; without a number, that of line 1.
    pub fn flat(&self, name: &str) -> Option<Value> {
        if let Some((_, column)) = FLAT.iter().find(|(flat, _)| *flat == name && name != "user_password") {
            return self.first().map(|row| self::column(&row, column));
        }
        let (flat, number) = name.rsplit_once('_')?;
        let (_, column) = FLAT.iter().find(|(known, _)| *known == flat)?;
        match self.by_number.get(KeyRef::new(number.as_bytes()))? {
            Value::Array(row) => Some(self::column(row, column)),
            _ => None,
        }
    }

    /// The last line whose number is equal to 1 in PHP, for instance `1` or `01`.
    fn first(&self) -> Option<std::rc::Rc<Array>> {
        let one = |row: &&Value| matches!(row, Value::Array(row) if is_one(&column(row, "line_number")));
        self.by_number.values().rev().find(one).map(Value::to_array)
    }
}

/// Whether PHP compares a line number as equal to `'1'`.
fn is_one(number: &Value) -> bool {
    matches!(convert::numeric(&number.to_bytes()), Numeric::Whole(number) if number.to_float() == 1.0)
}

fn set(lines: &mut Array, line: &Value, name: &str, value: Value) {
    let place = lines.place(key_of(line));
    let mut row = (*place.to_array()).clone();
    row.insert(Key::from(name), value);
    *place = Value::array(row);
}

/// A line number or a key's line as an array key; NULL is the empty one.
fn key_of(value: &Value) -> Key {
    value.to_key().unwrap_or_else(|_| Key::Str(Str::default()))
}

fn column(row: &Array, name: &str) -> Value {
    row.get_str(name.as_bytes()).cloned().unwrap_or_default()
}

/// Whether a column counts as missing. FusionPBX tests for PHP's emptiness, an empty text or NULL, by release and column.
fn is_missing(value: &Value, absence: Absence) -> bool {
    match absence {
        Absence::Empty => !value.truthy(),
        Absence::NoText => value.to_str().is_empty(),
        Absence::Null => value.is_null(),
    }
}

/// What counts as missing.
#[derive(Clone, Copy)]
enum Absence {
    /// PHP's `empty()`: also `0`.
    Empty,
    NoText,
    Null,
}

fn or(value: Value, fallback: impl FnOnce() -> Value, absence: Absence) -> Value {
    if is_missing(&value, absence) { fallback() } else { value }
}

/// The port of a line without one. Up to 5.3 each line had a port of its own: 5060, 5063, 5064, …
fn default_port(line_number: &Value, release: Release) -> Value {
    let number = line_number.to_str();
    if release >= Release::V5_4 || number.is_empty() || is_one(line_number) {
        return Value::from(SIP_PORT);
    }
    match convert::numeric(&number) {
        // The number is added to and then printed, so that line 10 has the port 50611.
        Numeric::Whole(number) => Value::from(format!("506{}", number.to_float() + 1.0).as_str()),
        _ => Value::from(SIP_PORT),
    }
}

fn lower(value: &Value) -> Value {
    let text = value.to_str();
    Value::Str(Str::from(text.to_ascii_lowercase()).with_trust_of(text.is_untrusted()))
}

/// A line's row with the columns that FusionPBX adds.
fn complete(row: &Array, vendor: &dyn Vendor, release: Release) -> Array {
    let mut line = row.clone();
    let mut put = |name: &str, value: Value| {
        line.insert(Key::from(name), value);
    };
    let empty = if release == Release::V5_0 { Absence::NoText } else { Absence::Empty };
    let (transport, port) = match release {
        Release::V5_0 | Release::V5_1 | Release::V5_2 => (empty, empty),
        Release::V5_3 => (empty, Absence::Null),
        _ => (Absence::Null, Absence::Null),
    };
    let number = column(row, "line_number");
    let seconds = or(column(row, "register_expires"), || Value::from(REGISTER_EXPIRES), empty);
    put("register_expires", vendor.register_expires(seconds));
    put("sip_transport", lower(&or(column(row, "sip_transport"), || Value::from(SIP_TRANSPORT), transport)));
    put("sip_port", or(column(row, "sip_port"), || default_port(&number, release), port));
    put("server_address", column(row, "server_address"));
    put("outbound_proxy", column(row, "outbound_proxy_primary"));
    put("server", servers(row));
    put("outbound_proxy_primary", column(row, "outbound_proxy_primary"));
    put("outbound_proxy_secondary", column(row, "outbound_proxy_secondary"));
    put("display_name", column(row, "display_name"));
    put("auth_id", column(row, "auth_id"));
    put("user_id", column(row, "user_id"));
    put("password", column(row, "password"));
    put("user_password", column(row, "password"));
    put("shared_line", column(row, "shared_line"));
    line
}

/// The array behind `server.1.address` and `server.2.address`.
fn servers(row: &Array) -> Value {
    let mut servers = Array::with_capacity(2);
    for (number, name) in [(1, "server_address_primary"), (2, "server_address_secondary")] {
        let mut server = Array::with_capacity(1);
        server.insert(Key::from("address"), column(row, name));
        servers.insert(Key::Int(number), Value::array(server));
    }
    Value::array(servers)
}
