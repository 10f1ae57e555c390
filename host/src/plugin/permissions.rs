//! What an operator permits one plugin. It then serves less than it claims.

use serde::{Deserialize, Serialize};

/// Stands in `vendors` for every vendor that no other plugin serves.
pub const ANY_VENDOR: &str = "*";

/// By default, a plugin serves all that it claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Permissions {
    /// Vendors that it may serve, in lower case, or [`ANY_VENDOR`]. `None` permits all.
    pub vendors: Option<Vec<String>>,
    /// OUIs by which it may recognise its vendors' phones: six lower-case hexadecimal digits each. `None` permits all.
    pub ouis: Option<Vec<String>>,
    /// Whether it gets the contacts of a domain. Without them, its phone books are empty.
    pub contacts: bool,
}

impl Default for Permissions {
    fn default() -> Self {
        Self { vendors: None, ouis: None, contacts: true }
    }
}
