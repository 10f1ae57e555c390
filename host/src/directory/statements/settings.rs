//! Which rows of settings the statements read.

use crate::directory::catalog::{Catalog, Column};
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};
use crate::gate;

/// The categories that provisioning reads. The others concern the web interface and would double the rows.
const CATEGORIES: &str = "'provision', 'domain', 'contact'";

/// The part with the default settings, and the text by which a change of theirs is noticed.
pub const DEFAULT_SETTINGS: &str = "default_settings";
pub const STAMP: &str = "stamp";

/// Adds the default settings. Where the database has stamps, it sends them only if the stamp is not the parameter $3.
pub fn with_defaults(builder: StatementBuilder, catalog: &Catalog, dialect: Dialect) -> StatementBuilder {
    let defaults = Part {
        name: DEFAULT_SETTINGS,
        columns: columns(catalog, "v_default_settings", "default"),
        alias: "s",
        from: format!(
            "v_default_settings s where {} and s.default_setting_category in ({CATEGORIES})",
            catalog.is_true("v_default_settings", "default_setting_enabled", "s")
        ),
        // PostgreSQL puts NULL last by default, SQLite first.
        order: format!("s.default_setting_order asc nulls last, s.{}", dialect.storage()),
    };
    match dialect.stamp("s") {
        None => builder.part(defaults),
        Some(stamp) => builder
            .with(STAMP, &format!("select {stamp} as stamp from {}", defaults.from))
            .text(STAMP, "select stamp from stamp")
            .part_unless("(select stamp from stamp) = cast($3 as text)", defaults),
    }
}

/// The settings of domains that the gate reads, as rows with the alias `s`.
pub fn of_gate(catalog: &Catalog) -> String {
    let read = gate::SETTINGS.map(|(category, name)| format!("('{category}', '{name}')")).join(", ");
    format!(
        "v_domain_settings s where {} and (s.domain_setting_category, s.domain_setting_subcategory) in (values {read})",
        catalog.is_true("v_domain_settings", "domain_setting_enabled", "s")
    )
}

/// With the domain filter off, the domain that refuses unknown devices: the one with the most demands of its own. Another
/// one than the requested domain, since that one's demands count in any case, and a known device may have another one.
pub const STRANGERS: &str = "
    select s.domain_uuid from demands s
    where s.domain_setting_category = 'provision' and s.domain_setting_value <> ''
        and s.domain_setting_subcategory in
            ('http_auth_username', 'http_auth_enabled', 'http_auth_disable', 'password', 'cidr')
        and s.domain_uuid not in (select * from host)
    group by s.domain_uuid
    having sum(case s.domain_setting_subcategory || ' ' || lower(s.domain_setting_value)
        when 'http_auth_enabled false' then 1 when 'http_auth_disable true' then 1 else 0 end) = 0
    order by count(distinct s.domain_setting_subcategory) desc, s.domain_uuid limit 1";

/// The statement that reads all settings of a domain, the parameter $1, that provisioning reads.
pub fn of_domain(catalog: &Catalog, dialect: Dialect) -> Statement {
    let enabled = catalog.is_true("v_domain_settings", "domain_setting_enabled", "s");
    let is_wanted = dialect.parameter(1, catalog.kind("v_domain_settings", "domain_uuid"));
    let from = format!(
        "v_domain_settings s where {enabled} and s.domain_setting_category in ({CATEGORIES}) \
         and s.domain_uuid = {is_wanted}"
    );
    StatementBuilder::new(dialect).part(part(catalog, &from, dialect.storage())).build()
}

/// A part of domain settings. Its rows end with the domain's uuid.
pub fn part(catalog: &Catalog, from: &str, order: &str) -> Part<'static> {
    let mut columns = columns(catalog, "v_domain_settings", "domain");
    columns.extend(catalog.only("v_domain_settings", &["domain_uuid"]));
    Part { name: "domain_settings", columns, alias: "s", from: from.to_owned(), order: format!("s.{order}") }
}

/// The columns that make a [`SettingRow`](crate::facts::SettingRow), in the order in which they are read.
fn columns(catalog: &Catalog, table: &str, prefix: &str) -> Vec<Column> {
    let names = ["category", "subcategory", "name", "value"].map(|part| format!("{prefix}_setting_{part}"));
    catalog.only(table, &names.each_ref().map(String::as_str))
}
