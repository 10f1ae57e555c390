//! The tables and columns of FusionPBX's that this database has. Releases differ: names changed (`device_mac_address`
//! until 5.0), flags were text until 5.4, columns were added. Other files use the current names, and the catalog gives
//! each column's name in this database and the kind of its values.

use crate::facts::Release;
use std::collections::HashMap;
use std::sync::Arc;

/// The kind of a column's values, by which their text is decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnKind {
    Text,
    Uuid,
    Number,
    Flag,
    /// A flag stored as the text `true` or `false`, as in releases up to 5.4.
    TextFlag,
    Time,
}

#[derive(Clone, Debug)]
pub struct Column {
    /// The name in the current release.
    pub name: String,
    /// The name in this database.
    pub source: String,
    pub kind: ColumnKind,
}

/// The columns of the tables that the server reads.
pub struct Catalog {
    tables: HashMap<String, Arc<[Column]>>,
}

/// A column as the database describes it.
pub struct Described {
    pub table: String,
    pub column: String,
    pub type_name: String,
}

/// The server needs all of these; every release from 5.0 on has them.
const NEEDED: &[(&str, &[&str])] = &[
    ("v_domains", &["domain_uuid", "domain_name", "domain_enabled"]),
    (
        "v_default_settings",
        &[
            "default_setting_category",
            "default_setting_subcategory",
            "default_setting_name",
            "default_setting_value",
            "default_setting_order",
            "default_setting_enabled",
        ],
    ),
    (
        "v_domain_settings",
        &[
            "domain_uuid",
            "domain_setting_category",
            "domain_setting_subcategory",
            "domain_setting_name",
            "domain_setting_value",
            "domain_setting_enabled",
        ],
    ),
    (
        "v_devices",
        &[
            "device_uuid",
            "domain_uuid",
            "device_profile_uuid",
            "device_address",
            "device_label",
            "device_vendor",
            "device_model",
            "device_firmware_version",
            "device_enabled",
            "device_template",
            "device_user_uuid",
            "device_uuid_alternate",
            "device_description",
            "device_provisioned_date",
            "device_provisioned_method",
            "device_provisioned_ip",
            "device_provisioned_agent",
        ],
    ),
    ("v_device_lines", &["device_uuid", "domain_uuid", "line_number", "user_id", "enabled"]),
    ("v_device_keys", &["device_uuid", "device_key_id", "device_key_category", "device_key_vendor"]),
    ("v_device_profile_keys", &["device_profile_uuid", "profile_key_id", "profile_key_category", "profile_key_vendor"]),
    (
        "v_device_profile_settings",
        &["device_profile_uuid", "profile_setting_name", "profile_setting_value", "profile_setting_enabled"],
    ),
    (
        "v_device_settings",
        &["device_uuid", "device_setting_subcategory", "device_setting_value", "device_setting_enabled"],
    ),
    ("v_users", &["user_uuid", "contact_uuid"]),
    ("v_user_groups", &["domain_uuid", "group_uuid", "user_uuid"]),
    (
        "v_contacts",
        &[
            "contact_uuid",
            "domain_uuid",
            "contact_type",
            "contact_organization",
            "contact_name_given",
            "contact_name_family",
            "contact_category",
        ],
    ),
    (
        "v_contact_phones",
        &["contact_uuid", "phone_label", "phone_type_voice", "phone_number", "phone_extension", "phone_primary"],
    ),
    ("v_contact_groups", &["contact_uuid", "group_uuid"]),
    ("v_contact_users", &["domain_uuid", "contact_uuid", "user_uuid"]),
    (
        "v_extensions",
        &[
            "extension_uuid",
            "domain_uuid",
            "extension",
            "number_alias",
            "effective_caller_id_name",
            "effective_caller_id_number",
            "directory_first_name",
            "directory_last_name",
            "directory_visible",
            "call_group",
            "enabled",
        ],
    ),
];

/// Tables for logins and for an operator's commands. A database or a role without them serves devices.
const OPTIONAL: [&str; 5] =
    ["v_extension_users", "v_user_settings", "v_device_profiles", "v_groups", "v_contact_emails"];

/// Flags that were text until 5.4.
const FLAGS: &[&str] = &[
    "device_enabled",
    "device_setting_enabled",
    "profile_setting_enabled",
    "profile_key_protected",
    "default_setting_enabled",
    "domain_setting_enabled",
    "domain_enabled",
    "directory_visible",
    "enabled",
    "user_enabled",
];

/// Renamed columns: table, name in earlier releases, current name.
const RENAMED: &[(&str, &str, &str)] = &[("v_devices", "device_mac_address", "device_address")];

/// Every table that an answer can depend on. Not each database has all of them.
pub fn tables_of_answers() -> impl Iterator<Item = &'static str> {
    NEEDED.iter().map(|(table, _)| *table).chain(OPTIONAL)
}

impl Catalog {
    /// # Errors
    /// Every needed table and column that is missing.
    pub fn new(described: Vec<Described>) -> Result<Self, Vec<String>> {
        let mut tables: HashMap<String, Vec<Column>> = HashMap::new();
        for Described { table, column, type_name } in described {
            if NEEDED.iter().any(|(needed, _)| *needed == table) || OPTIONAL.contains(&table.as_str()) {
                let column = Column::new(&table, column, &type_name);
                tables.entry(table).or_default().push(column);
            }
        }
        let missing: Vec<String> =
            NEEDED.iter().flat_map(|(table, columns)| missing(&tables, table, columns)).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Self { tables: tables.into_iter().map(|(name, columns)| (name, columns.into())).collect() })
    }

    /// The tables that this database has.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Every column of a table, in the database's order.
    pub fn columns(&self, table: &str) -> &[Column] {
        self.tables.get(table).map_or(&[], |columns| columns)
    }

    /// A column by its current name.
    pub fn column(&self, table: &str, name: &str) -> Option<&Column> {
        self.columns(table).iter().find(|column| column.name == name)
    }

    /// A needed column in SQL, by its name in this database.
    pub fn sql(&self, table: &str, name: &str, alias: &str) -> String {
        self.column(table, name).map_or_else(|| format!("{alias}.{name}"), |column| column.sql(alias))
    }

    /// A condition that is true where a needed flag is set, and false or NULL elsewhere.
    pub fn is_true(&self, table: &str, name: &str, alias: &str) -> String {
        let kind = self.kind(table, name);
        let sql = self.sql(table, name, alias);
        if kind == ColumnKind::Flag { sql } else { format!("{sql} = 'true'") }
    }

    /// The release whose tables these are; the newest of them where several have the same.
    pub fn release(&self) -> Release {
        let named = |name: &str| self.column("v_devices", name);
        match (named("device_address"), self.kind("v_devices", "device_enabled")) {
            (Some(column), _) if column.source != "device_address" => Release::V5_0,
            (_, ColumnKind::Flag) => Release::Master,
            _ if named("device_serial_number").is_some() => Release::V5_4,
            _ => Release::V5_3,
        }
    }

    /// Those columns of a table that templates see. Flags that are stored as text are text there.
    pub fn shown(&self, table: &str) -> Vec<Column> {
        let kind = |kind| if kind == ColumnKind::TextFlag { ColumnKind::Text } else { kind };
        let columns = self.columns(table).iter();
        columns.map(|column| Column { kind: kind(column.kind), ..column.clone() }).collect()
    }

    /// The columns of a device's row, without those that a note changes at every visit of the phone. FusionPBX's templates
    /// cannot read these.
    pub fn of_device(&self) -> Vec<Column> {
        let columns = self.columns("v_devices").iter();
        columns.filter(|column| !column.name.starts_with("device_provisioned_")).cloned().collect()
    }

    /// The order of devices by age, as SQL. Unlike the order of storage, a written row keeps its place. Rows without a
    /// date come first: FusionPBX dates the rows that it inserts, so a new device never precedes them. Not every release
    /// has `insert_date`.
    pub fn age_of_device(&self, alias: &str) -> String {
        let date = self.column("v_devices", "insert_date");
        let date = date.map(|date| date.sql(alias) + " asc nulls first, ").unwrap_or_default();
        date + &self.sql("v_devices", "device_uuid", alias)
    }

    /// The kind of a needed column, for parameters that are compared with it.
    pub fn kind(&self, table: &str, name: &str) -> ColumnKind {
        self.column(table, name).map_or(ColumnKind::Text, |column| column.kind)
    }

    /// Those of these columns that this release has.
    pub fn only(&self, table: &str, names: &[&str]) -> Vec<Column> {
        names.iter().filter_map(|name| self.column(table, name).cloned()).collect()
    }
}

impl Column {
    fn new(table: &str, source: String, type_name: &str) -> Self {
        let renamed = RENAMED.iter().find(|(of, old, _)| *of == table && *old == source);
        let name = renamed.map_or_else(|| source.clone(), |(_, _, new)| (*new).to_owned());
        let kind = match ColumnKind::of(type_name) {
            ColumnKind::Text if FLAGS.contains(&name.as_str()) => ColumnKind::TextFlag,
            kind => kind,
        };
        Self { name, source, kind }
    }

    /// The column in SQL, quoted.
    pub fn sql(&self, alias: &str) -> String {
        format!("{alias}.{}", self.quoted())
    }

    /// Its name in SQL.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.source.replace('"', "\"\""))
    }
}

impl ColumnKind {
    /// The kind of a type, by its name in PostgreSQL or SQLite.
    fn of(type_name: &str) -> Self {
        let name = type_name.to_ascii_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        if is(&["bool"]) {
            Self::Flag
        } else if is(&["uuid"]) {
            Self::Uuid
        } else if is(&["numeric", "decimal", "int", "bigint", "smallint", "real", "double", "float"]) {
            Self::Number
        } else if is(&["timestamp", "date", "time"]) {
            Self::Time
        } else {
            Self::Text
        }
    }
}

fn missing(tables: &HashMap<String, Vec<Column>>, table: &str, needed: &[&str]) -> Vec<String> {
    let Some(columns) = tables.get(table) else { return vec![format!("table {table}")] };
    let absent = needed.iter().filter(|name| !columns.iter().any(|column| column.name == **name));
    absent.map(|name| format!("{table}.{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> Vec<Described> {
        let line = |line: &str| {
            let (place, type_name) = line.split_once(' ')?;
            let (table, column) = place.split_once('.')?;
            Some(Described { table: table.into(), column: column.into(), type_name: type_name.into() })
        };
        text.lines().filter_map(line).collect()
    }

    #[test]
    fn all_missing_columns_are_named_at_once() {
        let Err(missing) = Catalog::new(described("v_domains.domain_uuid uuid\nv_users.user_uuid uuid")) else {
            panic!("two columns make a catalog")
        };
        assert!(missing.contains(&"v_domains.domain_name".to_owned()));
        assert!(missing.contains(&"v_users.contact_uuid".to_owned()));
        assert!(missing.contains(&"table v_devices".to_owned()));
    }

    #[test]
    fn flag_is_true_as_boolean_and_as_text() {
        let is_true = |type_name: &str| {
            let column = Column::new("v_devices", "device_enabled".into(), type_name);
            let tables = HashMap::from([("v_devices".to_owned(), vec![column].into())]);
            Catalog { tables }.is_true("v_devices", "device_enabled", "d")
        };
        assert_eq!(is_true("boolean"), "d.\"device_enabled\"");
        assert_eq!(is_true("text"), "d.\"device_enabled\" = 'true'");
    }

    /// Uses the recorded schemas in `../shared/contract`.
    #[test]
    fn every_release_since_5_0_makes_a_catalog() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/contract");
        let Ok(entries) = std::fs::read_dir(folder) else {
            return dialplate_test_tools::skip("../shared/contract is missing");
        };
        let schemas = entries.flatten().map(|entry| entry.path());
        let mut count = 0;
        for path in schemas.filter(|path| path.extension().is_some_and(|ending| ending == "txt")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let catalog = Catalog::new(described(&text)).map_err(|missing| format!("{path:?}: {missing:?}")).unwrap();
            let address = catalog.column("v_devices", "device_address").unwrap();
            assert_eq!(address.source == "device_mac_address", path.ends_with("schema-5.0.1.txt"));
            let name = path.file_stem().unwrap().to_string_lossy().replace("schema-", "");
            let release = match &name[..3] {
                "5.0" => Release::V5_0,
                "5.1" | "5.3" => Release::V5_3,
                "5.4" => Release::V5_4,
                _ => Release::Master,
            };
            assert_eq!(catalog.release(), release, "{name}");
            count += 1;
        }
        assert!(count >= 6, "{count} schemas");
    }
}
