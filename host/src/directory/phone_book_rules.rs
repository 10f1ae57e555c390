//! Which contacts the templates of a device may read.

use crate::facts::{Domain, ReadOrigin, Release, Settings, Table, Value};

/// Which contacts a device shows, by the settings with which it was loaded.
#[derive(Clone)]
pub struct PhoneBookRules {
    pub domain: String,
    pub user: Option<String>,
    pub first_user_id: Option<String>,
    /// All contacts of the domain, rather than those of the user and its groups.
    pub all: bool,
    pub groups: bool,
    pub users: bool,
    pub extensions: bool,
    pub same_call_group: bool,
    /// The release whose order extensions have.
    pub release: Release,
    pub origin: ReadOrigin,
    /// The values of the keys whose labels have a placeholder: templates may look up the extensions in them.
    pub key_values: Vec<String>,
}

impl PhoneBookRules {
    pub fn new(
        settings: &Settings,
        domain: &Domain,
        user: Option<&str>,
        first_user_id: Option<String>,
        origin: ReadOrigin,
    ) -> Self {
        let release = settings.release();
        // Up to 5.2 FusionPBX looked for the two settings where its own defaults have them.
        let category = if release <= Release::V5_2 { "provision" } else { "contact" };
        let of_user = |name| user.is_some() && settings.is_on(category, name, false);
        let restricted = settings.is_on("contact", "permissions", false);
        let filter = settings.get("provision", "contact_extensions_filter_by");
        Self {
            domain: domain.uuid.clone(),
            user: user.map(str::to_owned),
            first_user_id,
            all: !restricted,
            groups: restricted && of_user("contact_groups"),
            users: restricted && of_user("contact_users"),
            extensions: settings.is_on("provision", "contact_extensions", false),
            origin,
            key_values: Vec::new(),
            release,
            same_call_group: match filter.filter(|_| release >= Release::V5_5) {
                Some(Value::Items(items)) => items.iter().any(|item| item == "call_group"),
                Some(Value::Text(text)) => text == "call_group",
                _ => false,
            },
        }
    }

    /// Keeps the values of those keys whose labels may need an extension.
    pub fn with_keys(mut self, keys: [&Table; 2]) -> Self {
        let rows = keys.into_iter().flat_map(Table::rows);
        let with_placeholder = rows.filter(|row| row.text("device_key_label").contains("${"));
        self.key_values = with_placeholder.map(|row| row.text("device_key_value").to_owned()).collect();
        self
    }
}
