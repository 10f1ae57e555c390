//! The placeholders of a key's label, which speak of another extension.

use crate::host::Host;
use crate::row::Rows;
use crate::vendor::{KeySubject, KeyText, Vendor};

/// Reads labels; asks the host for an extension only when a label shows its caller's name.
pub struct Labels<'a> {
    pub host: &'a dyn Host,
    pub vendor: &'a dyn Vendor,
}

impl Labels<'_> {
    /// The extension that a key's label speaks of, empty for none; `None` when the label is not read for it.
    pub fn subject<'k>(&self, key: &KeyText<'k>) -> Option<&'k str> {
        match self.vendor.key_subject(key) {
            KeySubject::Unread => None,
            KeySubject::Nobody => Some(""),
            KeySubject::Extension(number) => Some(number),
        }
    }

    /// What `${name}` becomes in a label that speaks of this extension.
    pub fn filling(&self, subject: &str, name: &str) -> Option<Vec<u8>> {
        match name {
            "caller_id_name" if subject.is_empty() => Some(Vec::new()),
            "caller_id_name" => Some(self.caller_id_name(subject).into_bytes()),
            "extension" | "user" => Some(subject.as_bytes().to_vec()),
            _ => None,
        }
    }

    fn caller_id_name(&self, number: &str) -> String {
        let table = self.host.extension(number);
        Rows::of(&table).first().text("effective_caller_id_name").to_owned()
    }
}
