//! A phone, and every field of it that a user can edit.

use dialplate_sdk::testing::{FakeHost, job, table};
use dialplate_sdk::types::{Job, Setting, Table, Value};

/// Columns that templates print. Those that templates also compare are in [`SELECTORS`].
const TEXTS: &[(&str, &[&str])] = &[
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
const KEY: &[&str] =
    &["device_key_value", "device_key_extension", "device_key_label", "device_key_icon", "device_key_subtype"];
const CONTACT: &[&str] = &[
    "contact_uuid",
    "contact_organization",
    "contact_name_given",
    "contact_name_family",
    "phone_number",
    "phone_extension",
];

/// Columns by which a template decides what to print. The value is added in one more row; the other rows keep theirs.
const SELECTORS: &[(&str, &[&str])] = &[
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

    fn holds(self, table: &str, column: &str) -> bool {
        match self {
            Self::Texts => TEXTS.iter().any(|(name, columns)| *name == table && columns.contains(&column)),
            Self::Text(name, field) => name == table && field == column,
            Self::Selector(..) | Self::Parameters => false,
        }
    }
}

/// A job without its file, and the host that it calls.
pub struct Phone {
    pub job: Job,
    pub host: FakeHost,
}

/// A phone of this vendor whose `fields` hold `value`.
pub fn phone(folder: &str, vendor: &str, settings: &[Setting], fields: Fields, value: &str) -> Phone {
    let mut job = job(folder, vendor, "0015652a3b4c");
    job.settings = settings.to_vec();
    job.parameters = vec![("contacts".into(), "all".into())];
    if fields == Fields::Parameters {
        job.parameters.extend(["contacts", "file", value].map(|name| (name.to_owned(), value.to_owned())));
    }
    let put = |table| with_value(table, fields, value);
    job.tables = vec![
        put(device(vendor)),
        domain(),
        put(lines()),
        put(keys("profile_keys", vendor)),
        put(keys("device_keys", vendor)),
    ];
    let extensions = put(extensions());
    let contacts = vec![put(contacts("groups")), put(contacts("users")), extensions.clone()];
    Phone { job, host: FakeHost { contacts, extensions: Some(extensions), ..FakeHost::default() } }
}

fn with_value(mut table: Table, fields: Fields, value: &str) -> Table {
    let hostile = Value::Text(value.to_owned());
    for (at, column) in table.columns.iter().enumerate() {
        if fields.holds(&table.name, column) {
            table.rows.iter_mut().for_each(|row| row[at] = hostile.clone());
        }
        if fields == Fields::Selector(name_of(&table.name), name_of(column)) {
            let mut row = table.rows[0].clone();
            row[at] = hostile.clone();
            table.rows.push(row);
        }
    }
    table
}

/// The name as a `'static` string of the lists above.
fn name_of(name: &str) -> &'static str {
    let columns = SELECTORS.iter().flat_map(|(table, columns)| columns.iter().chain([table]));
    columns.copied().find(|known| *known == name).unwrap_or_default()
}

fn device(vendor: &str) -> Table {
    let texts = ["device_label", "device_location", "device_description", "device_firmware_version", "device_model"];
    let mut row: Vec<(&str, &str)> = texts.iter().map(|name| (*name, "Front desk")).collect();
    row.push(("device_vendor", vendor));
    table("device", &[&row])
}

fn domain() -> Table {
    table("domain", &[&[("domain_name", "pbx.example.net")]])
}

fn lines() -> Table {
    let line = |number: &'static str| {
        TEXTS[1]
            .1
            .iter()
            .map(|column| (*column, "1001"))
            .chain([("line_number", number), ("sip_transport", "tcp")])
            .collect()
    };
    let rows: Vec<Vec<(&str, &str)>> = ["1", "2", "3"].map(line).to_vec();
    table("lines", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn keys(name: &str, vendor: &str) -> Table {
    let mut rows: Vec<Vec<(&str, &str)>> = Vec::new();
    for category in ["line", "memory", "programmable", "expansion", "expansion-1", "expansion-2"] {
        for (id, kind) in [("1", "line"), ("2", "blf"), ("3", "speed dial"), ("4", "16"), ("5", "13"), ("6", "15")] {
            let fixed = [("device_key_category", category), ("device_key_id", id), ("device_key_type", kind)];
            let common = [("device_key_line", "1"), ("device_key_vendor", vendor)];
            rows.push(KEY.iter().map(|column| (*column, "1002")).chain(fixed).chain(common).collect());
        }
    }
    if name == "profile_keys" {
        rows.truncate(8);
    }
    table(name, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn contacts(name: &str) -> Table {
    let kinds = [
        ("user", "work", "groups"),
        ("user", "mobile", "users"),
        ("organization", "home", "all"),
        ("supplier", "work", "x"),
    ];
    let row = |(kind, label, category): (&'static str, &'static str, &'static str)| {
        let fixed =
            [("contact_type", kind), ("phone_label", label), ("contact_category", category), ("phone_primary", "1")];
        CONTACT.iter().map(|column| (*column, "Ada")).chain(fixed).collect()
    };
    let rows: Vec<Vec<(&str, &str)>> = kinds.map(row).to_vec();
    table(name, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn extensions() -> Table {
    let columns = TEXTS[6].1;
    let rows: Vec<Vec<(&str, &str)>> =
        ["1001", "1002", "1003"].map(|number| columns.iter().map(|column| (*column, number)).collect()).to_vec();
    table("extensions", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
