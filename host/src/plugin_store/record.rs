//! Where a component is from, in a JSON file beside it. The record counts only for the component whose hash it has: somebody
//! may have copied another component over it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The plugin's name and version, as the component described itself.
    pub name: String,
    pub version: String,
    /// The hash of the component, in hexadecimal digits.
    pub sha256: String,
    /// Where `dialplate plugin update` fetches it again; absent if it was installed from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was installed, in RFC 3339 format; absent if it was copied into the folder by other means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
}
