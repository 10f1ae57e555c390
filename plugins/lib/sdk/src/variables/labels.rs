//! The placeholders of a key's label, which refer to an extension.

use crate::host::Host;
use crate::row::Rows;
use crate::vendor::{KeySubject, KeyText, Vendor};

/// Resolves labels. Calls the host only for a label that contains `${caller_id_name}`.
pub struct Labels<'a> {
    pub host: &'a dyn Host,
    pub vendor: &'a dyn Vendor,
}

impl Labels<'_> {
    /// The number of the extension that a key's label refers to, empty for none; `None` when the label keeps its
    /// placeholders.
    pub fn subject<'k>(&self, key: &KeyText<'k>) -> Option<&'k str> {
        match self.vendor.key_subject(key) {
            KeySubject::Unchanged => None,
            KeySubject::NoExtension => Some(""),
            KeySubject::Extension(number) => Some(number),
        }
    }

    /// The replacement of `${name}` in a label that refers to this extension.
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
