//! The statements that read contacts and extensions.

use crate::directory::catalog::Catalog;
use crate::directory::database::Database;
use crate::directory::dialect::Dialect;
use crate::directory::error::Error;
use crate::directory::query::{Part, Statement, StatementBuilder};

/// Limits the rows of a part. The fifth parameter is sent as a text.
const ROWS_MAX: &str = "limit cast($5 as bigint)";

/// The columns of an extension that FusionPBX reads for a phone. The password is not one of them.
const EXTENSION: &[&str] = &[
    "extension_uuid",
    "extension",
    "number_alias",
    "effective_caller_id_name",
    "effective_caller_id_number",
    "directory_first_name",
    "directory_last_name",
    "call_group",
];

/// The statements of this file. `all` and `own` also read the domain's extensions, if the settings select them.
pub struct ContactStatements {
    pub all: Statement,
    pub own: Statement,
    pub extensions: Statement,
}

impl ContactStatements {
    pub fn new(catalog: &Catalog, dialect: Dialect) -> Self {
        let domain = |table, number| dialect.parameter(number, catalog.kind(table, "domain_uuid"));
        let user = |table, number| dialect.parameter(number, catalog.kind(table, "user_uuid"));
        let of_groups = format!(
            " and c.contact_uuid in (select contact_uuid from v_contact_groups where group_uuid in \
             (select group_uuid from v_user_groups where user_uuid = {} and domain_uuid = {}))",
            user("v_user_groups", 2),
            domain("v_user_groups", 1)
        );
        let of_user = format!(
            " and c.contact_uuid in (select contact_uuid from v_contact_users \
             where user_uuid = {} and domain_uuid = {})",
            user("v_contact_users", 2),
            domain("v_contact_users", 1)
        );
        let new = || StatementBuilder::new(dialect);
        let with_extensions = |builder: StatementBuilder| {
            builder.part_unless("cast($4 as text) = 'none'", visible_extensions(catalog, dialect)).build()
        };
        Self {
            all: with_extensions(new().part(contacts(catalog, dialect, "groups", ""))),
            own: with_extensions(
                new()
                    .part(contacts(catalog, dialect, "groups", &of_groups))
                    .part(contacts(catalog, dialect, "users", &of_user)),
            ),
            extensions: new().part(extensions_by_number(catalog, dialect)).build(),
        }
    }

    /// Runs each statement without a domain, to find out whether the role may read its tables.
    pub async fn try_out(&self, database: &Database) -> Result<(), Error> {
        for statement in [&self.all, &self.own] {
            statement.run(database, &[None, None, None, Some("all"), Some("1")]).await?;
        }
        self.extensions.run(database, &[None, Some("[]")]).await.map(drop)
    }
}

/// One row for each of a contact's numbers. FusionPBX asks for no order and gets that of the numbers' storage.
fn contacts<'a>(catalog: &Catalog, dialect: Dialect, name: &'static str, only: &str) -> Part<'a> {
    let contact = [
        "contact_uuid",
        "contact_organization",
        "contact_name_given",
        "contact_name_family",
        "contact_type",
        "contact_category",
    ];
    let phone = ["phone_label", "phone_number", "phone_extension", "phone_primary"];
    let mut columns = catalog.only("v_contacts", &contact);
    columns.extend(catalog.only("v_contact_phones", &phone));
    let selected: Vec<String> =
        columns.iter().map(|column| column.sql(if column.name.starts_with("phone_") { "p" } else { "c" })).collect();
    let domain = dialect.parameter(1, catalog.kind("v_contacts", "domain_uuid"));
    let storage = dialect.storage();
    Part {
        name,
        columns,
        alias: "r",
        from: format!(
            "(select {}, p.{storage} as storage from v_contacts c join v_contact_phones p \
             on p.contact_uuid = c.contact_uuid where p.phone_type_voice = '1' and c.domain_uuid = {domain}{only} {ROWS_MAX}) r",
            selected.join(", ")
        ),
        order: "r.storage".to_owned(),
    }
}

/// The visible extensions of the domain; only those of line 1's call group if the fourth parameter is `call_group`.
fn visible_extensions<'a>(catalog: &Catalog, dialect: Dialect) -> Part<'a> {
    let domain = dialect.parameter(1, catalog.kind("v_extensions", "domain_uuid"));
    let flag = |name| catalog.is_true("v_extensions", name, "e");
    let storage = dialect.storage();
    let columns = catalog.only("v_extensions", EXTENSION);
    let selected: Vec<String> = columns.iter().map(|column| column.sql("e")).collect();
    Part {
        name: "extensions",
        columns,
        alias: "r",
        // Without a call group there are no extensions: FusionPBX compares with NULL.
        from: format!(
            "(select {}, e.{storage} as storage from v_extensions e where e.domain_uuid = {domain} and {} and {} and \
             ($4 = 'all' or e.call_group = (select o.call_group from v_extensions o where o.domain_uuid = {domain} \
             and o.extension = $3 order by o.{storage} limit 1)) {ROWS_MAX}) r",
            selected.join(", "),
            flag("enabled"),
            flag("directory_visible")
        ),
        order: "r.storage".to_owned(),
    }
}

fn extensions_by_number<'a>(catalog: &Catalog, dialect: Dialect) -> Part<'a> {
    let domain = dialect.parameter(1, catalog.kind("v_extensions", "domain_uuid"));
    Part {
        name: "extension",
        columns: catalog.only("v_extensions", EXTENSION),
        alias: "e",
        from: format!("v_extensions e where e.domain_uuid = {domain} and e.extension in ({})", dialect.texts(2)),
        order: format!("e.{}", dialect.storage()),
    }
}
