//! Contacts and extensions, read only when a template asks. A scope is bound to one device: it can ask for nothing of
//! another domain.

use super::catalog::Catalog;
use super::keys::nulls_last;
use super::query::{Builder, Dialect, Part, Statement};
use super::{Directory, Error};
use crate::facts::{Admission, Row, Table, Value};

/// What FusionPBX reads of an extension on the way to a phone. The password is not among it.
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

/// Which contacts a device shows, decided by settings when it was loaded.
#[derive(Clone)]
pub(super) struct ScopeFacts {
    domain: String,
    user: Option<String>,
    first_user_id: Option<String>,
    everyones: bool,
    groups: bool,
    users: bool,
    extensions: bool,
    same_call_group: bool,
}

/// What the templates of one device may ask for while they are rendered.
#[derive(Clone)]
pub struct DeviceScope {
    directory: Directory,
    facts: ScopeFacts,
}

/// The statements of this file. Contacts and extensions are two because most domains show only one of them.
pub(super) struct Statements {
    everyones: Statement,
    own: Statement,
    extensions: Statement,
    extension: Statement,
}

impl ScopeFacts {
    pub fn new(admission: &Admission, domain: &str, user: Option<&str>, first_user_id: Option<String>) -> Self {
        let settings = &admission.settings;
        let contact = |name| settings.is_on("contact", name, false);
        let restricted = contact("permissions");
        let filter = settings.get("provision", "contact_extensions_filter_by");
        Self {
            domain: domain.to_owned(),
            user: user.map(str::to_owned),
            first_user_id,
            everyones: !restricted,
            groups: restricted && user.is_some() && contact("contact_groups"),
            users: restricted && user.is_some() && contact("contact_users"),
            extensions: settings.is_on("provision", "contact_extensions", false),
            same_call_group: match filter {
                Some(Value::Items(items)) => items.iter().any(|item| item == "call_group"),
                Some(Value::Text(text)) => text == "call_group",
                _ => false,
            },
        }
    }
}

impl Statements {
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
        let new = || Builder::new(dialect);
        Self {
            everyones: new().part(contacts(catalog, dialect, "groups", "")).build(),
            own: new()
                .part(contacts(catalog, dialect, "groups", &of_groups))
                .part(contacts(catalog, dialect, "users", &of_user))
                .build(),
            extensions: new().part(visible_extensions(catalog, dialect)).build(),
            extension: new().part(one_extension(catalog, dialect)).build(),
        }
    }
}

/// One row for each of a contact's numbers. FusionPBX fixes no order and gets that of the numbers' storage.
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
             on p.contact_uuid = c.contact_uuid where p.phone_type_voice = '1' and c.domain_uuid = {domain}{only}) r",
            selected.join(", ")
        ),
        order: "r.storage".to_owned(),
    }
}

/// The extensions of the domain's directory; of line 1's call group where the third parameter says so.
fn visible_extensions<'a>(catalog: &Catalog, dialect: Dialect) -> Part<'a> {
    let domain = dialect.parameter(1, catalog.kind("v_extensions", "domain_uuid"));
    let flag = |name| catalog.is_true("v_extensions", name, "e");
    let storage = dialect.storage();
    Part {
        name: "extensions",
        columns: catalog.only("v_extensions", EXTENSION),
        alias: "e",
        // No call group, no extension: FusionPBX compares with NULL.
        from: format!(
            "v_extensions e where e.domain_uuid = {domain} and {} and {} and ($3 = 'all' or e.call_group = \
             (select o.call_group from v_extensions o where o.domain_uuid = {domain} and o.extension = $2 \
             order by o.{storage} limit 1))",
            flag("enabled"),
            flag("directory_visible")
        ),
        order: format!("e.{storage}"),
    }
}

fn one_extension<'a>(catalog: &Catalog, dialect: Dialect) -> Part<'a> {
    let domain = dialect.parameter(1, catalog.kind("v_extensions", "domain_uuid"));
    let storage = dialect.storage();
    Part {
        name: "extension",
        columns: catalog.only("v_extensions", EXTENSION),
        alias: "e",
        // FusionPBX goes through all of the domain's extensions, and of two with the same number the later stays.
        from: format!(
            "(select * from v_extensions e where e.domain_uuid = {domain} and e.extension = $2 \
             order by e.{storage} desc limit 1) e"
        ),
        order: "1".to_owned(),
    }
}

impl DeviceScope {
    /// The contacts that the device's phone book may show, in at most two round trips: tables `groups`, `users` and
    /// `extensions`, those that the settings select.
    pub async fn contacts(&self) -> Result<Vec<Table>, Error> {
        let facts = &self.facts;
        let database = self.directory.database();
        let statements = self.directory.statements();
        let statements = &statements.contacts;
        let domain = Some(facts.domain.as_str());
        let mut tables = Vec::new();
        if facts.everyones {
            tables.push(statements.everyones.run(database, &[domain]).await?.table("groups")?);
        } else if facts.groups || facts.users {
            let answer = statements.own.run(database, &[domain, facts.user.as_deref()]).await?;
            for (name, _) in [("groups", facts.groups), ("users", facts.users)].iter().filter(|(_, shown)| *shown) {
                tables.push(answer.table(name)?);
            }
        }
        if facts.extensions {
            let which = if facts.same_call_group { "call_group" } else { "all" };
            let binds = [domain, facts.first_user_id.as_deref(), Some(which)];
            tables.push(in_directory_order(statements.extensions.run(database, &binds).await?.table("extensions")?));
        }
        Ok(tables)
    }

    /// The extension with this number in the device's domain: a table `extension` of at most one row.
    pub async fn extension(&self, number: &str) -> Result<Table, Error> {
        let statements = self.directory.statements();
        let binds = [Some(self.facts.domain.as_str()), Some(number)];
        statements.contacts.extension.run(self.directory.database(), &binds).await?.table("extension")
    }

    pub(super) fn new(directory: Directory, facts: ScopeFacts) -> Self {
        Self { directory, facts }
    }
}

/// By first name and then by caller id, compared by bytes: the database's collation has no say.
fn in_directory_order(mut table: Table) -> Table {
    fn name<'a>(row: Row<'a>, column: &str) -> Option<&'a str> {
        row.get(column).and_then(Value::as_str)
    }
    table.sort_by(|one, other| {
        let by = |column| nulls_last(name(one, column), name(other, column), Ord::cmp);
        by("directory_first_name").then_with(|| by("effective_caller_id_name"))
    });
    table
}
