//! The three forms of a file, and reading and writing each of them.

use crate::binary::{self, Padding};
use crate::configuration::Configuration;
use crate::error::Error;
use crate::{text, xml};

/// The form of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Lines such as `P271 = 1 # a comment`.
    Text,
    /// The document `<gs_provision>`.
    Xml,
    /// The file that old phones request as `cfg<mac>`, and newer ones as `cfg<mac>.bin`.
    Binary,
}

impl Format {
    /// The form of a file, by its first bytes.
    pub fn of(file: &[u8]) -> Self {
        let start = file.strip_prefix(text::BYTE_ORDER_MARK).unwrap_or(file).trim_ascii_start();
        match start.first() {
            Some(b'<') => Self::Xml,
            _ if binary::has_header(file) => Self::Binary,
            _ => Self::Text,
        }
    }
}

impl Configuration {
    /// Reads a file in any of the forms.
    ///
    /// # Errors
    /// The file is none, or has a mistake.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        match Format::of(file) {
            Format::Text => text::read(file),
            Format::Xml => xml::read(file),
            Format::Binary => binary::read(file),
        }
    }

    /// The file as a text template.
    ///
    /// # Errors
    /// A value needs more than one line.
    pub fn to_text(&self) -> Result<String, Error> {
        text::write(self)
    }

    /// The file as an XML document.
    pub fn to_xml(&self) -> String {
        xml::write(self)
    }

    /// The file in binary form.
    ///
    /// # Errors
    /// There is no address, or a parameter has a name instead of a number.
    pub fn to_binary(&self, padding: Padding) -> Result<Vec<u8>, Error> {
        binary::write(self, padding)
    }
}
