//! What a vendor's plugin says and does differently from FusionPBX's common ways.

use crate::row::Row;
use crate::types::{self, Action, Description, Event, Spelling, UserAgent};
use dialplate_smarty::php::Value;
use dialplate_smarty::php::convert::{self, Numeric};

/// The names FusionPBX tries when a request names no file, in its order.
pub const DEFAULT_FILES: [&str; 5] = ["{$address}", "{$address}.xml", "{$mac}", "{$mac}.xml", "{$mac}.cfg"];

/// One maker's ways. Everything but [`Vendor::describe`] has FusionPBX's behaviour as its default, so a plugin
/// writes down its differences and nothing else.
pub trait Vendor {
    /// Who the plugin is and which vendors, addresses and User-Agents are its own.
    fn describe(&self) -> Description;

    /// The file that answers a request without a file name; `files` are those of the device's folder.
    fn default_file<'a>(&self, files: &[&'a str]) -> Option<&'a str> {
        DEFAULT_FILES.iter().find_map(|name| files.iter().copied().find(|file| file == name))
    }

    /// A line's registration interval, which comes in seconds, in the unit of the vendor's files.
    fn register_expires(&self, seconds: Value) -> Value {
        seconds
    }

    /// The vendor's own word for a key's type, where its flat variables (`line_key_type_1`, …) use one.
    fn key_type(&self, category: &str, kind: &str) -> Option<&'static str> {
        let _ = (category, kind);
        None
    }

    /// Whether a key tells how many keys its line has (`line_keys`).
    fn counts_line_keys(&self, key: &KeyText<'_>) -> bool {
        let _ = key;
        false
    }

    /// Which extension the `${caller_id_name}`, `${extension}` and `${user}` of a key's label speak of.
    fn key_subject<'a>(&self, key: &KeyText<'a>) -> KeySubject<'a> {
        KeySubject::of_value(key.value)
    }

    /// The Content-Type of a rendered file.
    fn content_type(&self, answer: &Answer<'_>) -> &'static str {
        answer.common_content_type()
    }
}

/// What of a key a vendor's ways may depend on.
pub struct KeyText<'a> {
    pub vendor: &'a str,
    pub kind: &'a str,
    pub value: &'a str,
    /// The vendor that the last of the profile's keys is for; FusionPBX decides by it how labels are read.
    pub profile_vendor: Option<&'a str>,
}

impl<'a> KeyText<'a> {
    pub(crate) fn of(row: Row<'a>, profile_vendor: Option<&'a str>) -> Self {
        Self {
            vendor: row.text("device_key_vendor"),
            kind: row.text("device_key_type"),
            value: row.text("device_key_value"),
            profile_vendor,
        }
    }
}

/// PHP's `is_numeric()` of a string.
pub(crate) fn is_numeric(text: &str) -> bool {
    matches!(convert::numeric(text.as_bytes()), Numeric::Whole(_))
}

/// FusionPBX's common ways, for a device whose vendor is none of the plugin's.
pub(crate) struct Common;

impl Vendor for Common {
    fn describe(&self) -> Description {
        Description { name: String::new(), version: String::new(), vendors: vec![], user_agents: vec![], any: false }
    }
}

/// The extension a key's label speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySubject<'a> {
    Extension(&'a str),
    /// None: the placeholders become empty.
    Nobody,
    /// The label stays as it is, placeholders included.
    Unread,
}

impl<'a> KeySubject<'a> {
    /// FusionPBX's common rule: the value, when it is a number.
    pub fn of_value(value: &'a str) -> Self {
        if is_numeric(value) { Self::Extension(value) } else { Self::Nobody }
    }
}

/// A rendered file on its way out.
pub struct Answer<'a> {
    /// The vendor as the device's row spells it, or as the address's OUI says.
    pub vendor: &'a str,
    /// The file as it was asked for; empty when the request named none.
    pub asked: &'a str,
    pub body: &'a [u8],
}

pub const PLAIN: &str = "text/plain;charset=UTF-8";
pub const XML: &str = "text/xml; charset=utf-8";

impl Answer<'_> {
    /// XML for what FusionPBX takes for XML, plain text for everything else.
    pub fn common_content_type(&self) -> &'static str {
        if crate::xml::is_document(self.body) { XML } else { PLAIN }
    }
}

/// A vendor whose addresses are written in lower case without separators, with the NOTIFY events that make its
/// phones fetch their configuration and start anew.
pub fn vendor(name: &str, ouis: &[&str], resync: &str, reboot: &str) -> types::Vendor {
    types::Vendor {
        name: name.to_owned(),
        ouis: ouis.iter().map(|oui| (*oui).to_owned()).collect(),
        address: Spelling { upper_case: false, separator: String::new() },
        events: vec![
            Event { action: Action::Resync, event: resync.to_owned() },
            Event { action: Action::Reboot, event: reboot.to_owned() },
        ],
    }
}

/// The same with addresses in upper case.
pub fn upper_case(vendor: types::Vendor) -> types::Vendor {
    types::Vendor { address: Spelling { upper_case: true, ..vendor.address }, ..vendor }
}

/// A User-Agent that holds the phone's address, in the pattern's group `address`.
pub fn address_agent(vendor: &str, pattern: &str) -> UserAgent {
    UserAgent { pattern: pattern.to_owned(), vendor: vendor.to_owned(), template: None }
}

/// A User-Agent that has this text in it, whatever its case, belongs to a phone that this template folder fits.
pub fn model_agent(vendor: &str, text: &str, template: &str) -> UserAgent {
    let literal: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\{c}") }).collect();
    UserAgent { pattern: format!("(?i){literal}"), vendor: vendor.to_owned(), template: Some(template.to_owned()) }
}
