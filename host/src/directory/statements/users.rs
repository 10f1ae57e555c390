//! The statements that read a user who logs in, and the user's extensions.

use crate::directory::catalog::{Catalog, ColumnKind};
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};

/// What logins need beyond what devices need. A role that reads for devices alone does not see these columns.
const NEEDED: [(&str, &[&str]); 3] = [
    ("v_users", &["user_uuid", "domain_uuid", "username", "password"]),
    ("v_extension_users", &["extension_uuid", "user_uuid"]),
    ("v_extensions", &["password"]),
];

/// The category of `v_user_settings` that is Dialplate's, and the setting in it that holds the verifier of the MD5 of the
/// user's password.
pub const VERIFIER: (&str, &str) = ("dialplate", "password_md5");

/// Accounts of one user: more than a softphone shows.
const EXTENSIONS_MAX: usize = 100;

/// The columns of an extension that make a line.
const EXTENSION: &[&str] = &[
    "extension",
    "password",
    "effective_caller_id_name",
    "directory_first_name",
    "directory_last_name",
    "description",
];

/// The statements of this file.
pub struct UserStatements {
    /// Parameters: the domain's uuid, and the name that the user gave.
    pub find: Statement,
    /// Parameters: the user's uuid, and the domain's.
    pub load: Statement,
}

impl UserStatements {
    /// # Errors
    /// The columns that logins need and the database does not show.
    pub fn new(catalog: &Catalog, dialect: Dialect) -> Result<Self, Vec<String>> {
        let columns = NEEDED.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (*table, *column)));
        let missing = columns.filter(|(table, column)| catalog.column(table, column).is_none());
        let missing: Vec<String> = missing.map(|(table, column)| format!("{table}.{column}")).collect();
        if missing.is_empty() {
            Ok(Self { find: find(catalog, dialect), load: load(catalog, dialect) })
        } else {
            Err(missing)
        }
    }
}

fn find(catalog: &Catalog, dialect: Dialect) -> Statement {
    let columns = catalog.only("v_users", &["user_uuid", "password", "salt", "user_enabled"]);
    let selected: Vec<String> = columns.iter().map(|column| column.sql("u")).collect();
    let of_domain = format!("u.domain_uuid = {}", dialect.parameter(1, catalog.kind("v_users", "domain_uuid")));
    // FusionPBX takes the address of the user's mail for the name too. If it is another user's name, the name counts.
    let has = |name| catalog.column("v_users", name).is_some();
    let or_mail = if has("user_email") { " or lower(u.user_email) = lower($2)" } else { "" };
    let is_person = if has("user_type") { " and (u.user_type = 'default' or u.user_type is null)" } else { "" };
    let found = format!(
        "select {} from v_users u where {of_domain} and (lower(u.username) = lower($2){or_mail}){is_person} \
         order by case when u.username = $2 then 0 when lower(u.username) = lower($2) then 1 else 2 end, u.{} limit 1",
        selected.join(", "),
        dialect.storage()
    );
    let builder = StatementBuilder::new(dialect)
        .with("found", &found)
        .part(Part { name: "user", columns, alias: "u", from: "found u".to_owned(), order: "1".to_owned() })
        .text(
            "cost",
            &format!(
                "select max(substr(u.password, 5, 2)) from v_users u where {of_domain} and u.password like '$2_$__$%'"
            ),
        );
    verifier(catalog, builder).build()
}

/// Adds the verifier, where the database shows users' settings.
fn verifier(catalog: &Catalog, builder: StatementBuilder) -> StatementBuilder {
    if catalog.column("v_user_settings", "user_setting_value").is_none() {
        return builder;
    }
    let (category, name) = VERIFIER;
    builder.text(
        "verifier",
        &format!(
            "select max(s.user_setting_value) from v_user_settings s where s.user_uuid in (select user_uuid from found) \
             and s.user_setting_category = '{category}' and s.user_setting_subcategory = '{name}' and {}",
            catalog.is_true("v_user_settings", "user_setting_enabled", "s")
        ),
    )
}

fn load(catalog: &Catalog, dialect: Dialect) -> Statement {
    let is = |table, name, alias: &str, number| {
        format!("{alias}.{name} = {}", dialect.parameter(number, catalog.kind(table, name)))
    };
    let columns = catalog.only("v_extensions", EXTENSION);
    let selected: Vec<String> = columns.iter().map(|column| column.sql("e")).collect();
    // As long as flags were text, an empty one counted as NULL.
    let is_text = catalog.kind("v_extensions", "enabled") == ColumnKind::TextFlag;
    let empty = if is_text { " or e.enabled = ''" } else { "" };
    let extensions = format!(
        "(select {} from v_extensions e where {} and ({} or e.enabled is null{empty}) and e.extension_uuid in \
         (select x.extension_uuid from v_extension_users x where {}) order by length(e.extension), {} limit {EXTENSIONS_MAX}) e",
        selected.join(", "),
        is("v_extensions", "domain_uuid", "e", 2),
        catalog.is_true("v_extensions", "enabled", "e"),
        is("v_extension_users", "user_uuid", "x", 1),
        dialect.by_bytes("e.extension")
    );
    let user = catalog.only("v_users", &["user_uuid", "contact_uuid"]);
    StatementBuilder::new(dialect)
        .part(Part {
            name: "extensions",
            columns,
            alias: "e",
            from: extensions,
            order: format!("length(e.extension), {}", dialect.by_bytes("e.extension")),
        })
        .part(Part {
            name: "user",
            columns: user,
            alias: "u",
            from: format!("v_users u where {}", is("v_users", "user_uuid", "u", 1)),
            order: "1".to_owned(),
        })
        .build()
}
