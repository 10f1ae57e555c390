//! Documents that were rendered for an operator, with their secrets hidden.

use super::mask;
use super::stored::StoredDocument;
use super::versions::secrets;
use crate::directory::Device;

/// The text of a device's document with its secrets hidden; `None` if it is no text.
pub fn hide_secrets(body: &[u8], device: &Device) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    Some(mask::masked(text, &mask::find(text, &secrets(device))).join("\n") + "\n")
}

impl StoredDocument {
    /// A document that is not stored.
    pub fn of(body: &[u8], device: &Device) -> Self {
        let places = std::str::from_utf8(body).map(|text| mask::find(text, &secrets(device)));
        Self { body: body.to_vec(), secrets: places.unwrap_or_default() }
    }
}
