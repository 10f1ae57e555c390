//! Which contacts the templates of a device may read.

use crate::facts::{Domain, ReadOrigin, Release, Settings, Table, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most numbers in one query: more than the keys of any phone with all its expansion modules name.
const NUMBERS_MAX: usize = 2_000;

/// Which contacts and extensions a device shows, by the settings with which it was loaded.
pub struct PhoneBookRules {
    pub contacts: Arc<ContactRules>,
    pub origin: ReadOrigin,
    /// The numbers in the keys whose labels have a placeholder: templates may look up their extensions.
    pub numbers: Numbers,
}

/// Which contacts a device shows. Devices with the same rules show the same.
#[derive(PartialEq, Eq, Hash)]
pub struct ContactRules {
    pub domain: Arc<str>,
    /// The user whose contacts are shown; `None` if all of the domain are.
    pub user: Option<String>,
    /// The extension whose call group is shown, if only one is.
    pub first_user_id: Option<String>,
    /// All contacts of the domain, rather than those of the user and its groups.
    pub all: bool,
    pub groups: bool,
    pub users: bool,
    pub extensions: bool,
    pub same_call_group: bool,
    /// The release whose order extensions have.
    pub release: Release,
}

/// What a device shows, and the most rows of a table.
pub type ContactsKey = (Arc<ContactRules>, usize);

/// The uuid of a domain, and numbers as a JSON array.
pub type NumbersKey = (Arc<str>, Arc<str>);

/// Numbers whose extensions one query reads.
#[derive(Default)]
pub struct Numbers {
    all: BTreeSet<String>,
    /// As a JSON array, for the statement.
    pub texts: Arc<str>,
}

impl Numbers {
    pub fn new(all: BTreeSet<String>) -> Self {
        Self { texts: serde_json::json!(all).to_string().into(), all }
    }

    pub fn contain(&self, number: &str) -> bool {
        self.all.contains(number)
    }
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
        let same_call_group = match filter.filter(|_| release >= Release::V5_5) {
            Some(Value::Items(items)) => items.iter().any(|item| item == "call_group"),
            Some(Value::Text(text)) => text == "call_group",
            _ => false,
        };
        let contacts = ContactRules {
            domain: domain.uuid.as_str().into(),
            user: user.filter(|_| restricted).map(str::to_owned),
            first_user_id: first_user_id.filter(|_| same_call_group),
            all: !restricted,
            groups: restricted && of_user("contact_groups"),
            users: restricted && of_user("contact_users"),
            extensions: settings.is_on("provision", "contact_extensions", false),
            release,
            same_call_group,
        };
        Self { contacts: Arc::new(contacts), origin, numbers: Numbers::default() }
    }

    /// Keeps the numbers of those keys whose labels may need an extension: each whole value, and the words in it, because
    /// some makers' values hold more than the number (`sub=201@example.net`).
    pub fn with_keys(mut self, keys: [&Table; 2]) -> Self {
        let is_separator = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.');
        let rows = keys.into_iter().flat_map(Table::rows);
        let values = rows.filter(|row| row.text("device_key_label").contains("${"));
        let values = values.map(|row| row.text("device_key_value"));
        let words = values.flat_map(|value| std::iter::once(value).chain(value.split(is_separator)));
        // PostgreSQL has no text with NUL in it.
        let words = words.filter(|word| !word.is_empty() && !word.contains('\0'));
        self.numbers = Numbers::new(words.take(NUMBERS_MAX).map(str::to_owned).collect());
        self
    }
}
