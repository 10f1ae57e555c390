//! The placeholders of a key's label, which speak of another extension.

use super::keys::replace;
use crate::host::Host;
use crate::row::Rows;
use crate::vendor::{KeySubject, KeyText, Vendor};
use dialplate_smarty::php::{Str, Value};

/// Reads labels; asks the host for an extension only when a label shows its caller's name.
pub struct Labels<'a> {
    pub host: &'a dyn Host,
    pub vendor: &'a dyn Vendor,
}

impl Labels<'_> {
    /// The label with its placeholders filled; `None` when it stays as it is, NULL included.
    pub fn read(&self, key: &KeyText<'_>, label: &Value) -> Option<Value> {
        let subject = match self.vendor.key_subject(key) {
            KeySubject::Unread => return None,
            KeySubject::Nobody => "",
            KeySubject::Extension(number) => number,
        };
        let text = label.to_str();
        if !text.contains(&b'$') {
            return Some(Value::Str(text));
        }
        let shows_caller = text.windows(CALLER.len()).any(|part| part == CALLER);
        let caller = if shows_caller && !subject.is_empty() { self.caller_id_name(subject) } else { String::new() };
        let mut bytes = replace(&text, "caller_id_name", caller.as_bytes());
        bytes = replace(&bytes, "extension", subject.as_bytes());
        bytes = replace(&bytes, "user", subject.as_bytes());
        Some(Value::Str(Str::from(bytes).untrusted()))
    }

    fn caller_id_name(&self, number: &str) -> String {
        let table = self.host.extension(number);
        Rows::of(&table).first().text("effective_caller_id_name").to_owned()
    }
}

const CALLER: &[u8] = b"${caller_id_name}";
