//! The fields of a device that a user can edit, by table and column.

/// Columns that templates print. Those that templates also compare are in [`SELECTORS`].
pub const TEXTS: &[(&str, &[&str])] = &[
    ("device", &["device_label", "device_location", "device_description", "device_firmware_version", "device_model"]),
    (
        "lines",
        &[
            "server_address",
            "server_address_primary",
            "server_address_secondary",
            "outbound_proxy_primary",
            "outbound_proxy_secondary",
            "label",
            "display_name",
            "user_id",
            "auth_id",
            "password",
            "sip_port",
            "register_expires",
            "shared_line",
        ],
    ),
    ("profile_keys", KEY),
    ("device_keys", KEY),
    ("groups", CONTACT),
    ("users", CONTACT),
    (
        "extensions",
        &[
            "extension_uuid",
            "extension",
            "number_alias",
            "effective_caller_id_name",
            "directory_first_name",
            "directory_last_name",
            "call_group",
        ],
    ),
];
/// Columns of keys that templates print.
pub const KEY: &[&str] =
    &["device_key_value", "device_key_extension", "device_key_label", "device_key_icon", "device_key_subtype"];
/// Columns of contacts that templates print.
pub const CONTACT: &[&str] = &[
    "contact_uuid",
    "contact_organization",
    "contact_name_given",
    "contact_name_family",
    "phone_number",
    "phone_extension",
];

/// Columns by which a template decides what to print. The value is added in one more row; the other rows keep theirs.
pub const SELECTORS: &[(&str, &[&str])] = &[
    ("lines", &["line_number", "sip_transport"]),
    ("profile_keys", &["device_key_type", "device_key_category"]),
    ("device_keys", &["device_key_type", "device_key_category", "device_key_id", "device_key_line"]),
    ("groups", &["contact_type", "contact_category", "phone_label"]),
    ("users", &["contact_type", "contact_category", "phone_label"]),
];

/// The fields that contain the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fields {
    /// All columns of [`TEXTS`], in every row.
    Texts,
    /// One column of [`TEXTS`], in every row.
    Text(&'static str, &'static str),
    /// One column of [`SELECTORS`], in one more row.
    Selector(&'static str, &'static str),
    /// All request parameters, names included.
    Parameters,
}

impl Fields {
    /// Each field alone.
    pub fn single() -> Vec<Self> {
        let texts = TEXTS.iter().flat_map(|(table, columns)| columns.iter().map(|column| Self::Text(table, column)));
        let selectors =
            SELECTORS.iter().flat_map(|(table, columns)| columns.iter().map(|column| Self::Selector(table, column)));
        texts.chain(selectors).chain([Self::Parameters]).collect()
    }

    /// Whether this column contains the value in every row.
    pub fn holds(self, table: &str, column: &str) -> bool {
        match self {
            Self::Texts => TEXTS.iter().any(|(name, columns)| *name == table && columns.contains(&column)),
            Self::Text(name, field) => name == table && field == column,
            Self::Selector(..) | Self::Parameters => false,
        }
    }

    /// Whether one more row has the value in this column.
    pub fn is_selector(self, table: &str, column: &str) -> bool {
        matches!(self, Self::Selector(name, field) if name == table && field == column)
    }
}
