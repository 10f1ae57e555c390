//! Contacts and extensions, read only when a template asks. A scope is bound to one device: it can ask for nothing of
//! another domain.

use super::catalog::Catalog;
use super::database::Database;
use super::keys::nulls_last;
use super::query::{Builder, Dialect, Part, Statement};
use super::replica::ReadOrigin;
use super::{Directory, Error};
use crate::facts::{RequestFacts, Row, Table, Value};
use std::collections::HashSet;
use tokio::sync::OnceCell;

/// Numbers asked for at once at most: more than the keys of any phone with all its expansion modules name.
const NUMBERS_MAX: usize = 2_000;

/// Of a number that a template asks for. FusionPBX sets no bound, and nobody dials as much.
const NUMBER_BYTES_MAX: usize = 256;

/// What ends the rows of a part: the fifth parameter, as it is sent, is a text.
const ROWS_MAX: &str = "limit cast($5 as bigint)";

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
    origin: ReadOrigin,
    /// The values of those keys whose labels have a placeholder: the extensions that templates may ask for.
    subjects: Vec<String>,
}

/// What the templates of one device may ask for while they are rendered.
pub struct DeviceScope {
    directory: Directory,
    facts: ScopeFacts,
    named: OnceCell<Named>,
}

/// The extensions that a device's keys name, read at once at the first question.
struct Named {
    numbers: HashSet<String>,
    found: Table,
}

/// The statements of this file. The first two read the directory's extensions along, where the settings select them.
pub(super) struct ContactStatements {
    everyones: Statement,
    own: Statement,
    named: Statement,
}

impl ScopeFacts {
    pub fn new(admission: &RequestFacts, domain: &str, user: Option<&str>, first_user_id: Option<String>) -> Self {
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
            origin: ReadOrigin::of(admission),
            subjects: Vec::new(),
            same_call_group: match filter {
                Some(Value::Items(items)) => items.iter().any(|item| item == "call_group"),
                Some(Value::Text(text)) => text == "call_group",
                _ => false,
            },
        }
    }

    /// Keeps what the labels of these keys may ask for.
    pub fn with_keys(mut self, keys: [&Table; 2]) -> Self {
        let rows = keys.into_iter().flat_map(Table::rows);
        let asking = rows.filter(|row| row.text("device_key_label").contains("${"));
        self.subjects = asking.map(|row| row.text("device_key_value").to_owned()).collect();
        self
    }
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
        let new = || Builder::new(dialect);
        let with_extensions = |builder: Builder| {
            builder.part_unless("cast($4 as text) = 'none'", visible_extensions(catalog, dialect)).build()
        };
        Self {
            everyones: with_extensions(new().part(contacts(catalog, dialect, "groups", ""))),
            own: with_extensions(
                new()
                    .part(contacts(catalog, dialect, "groups", &of_groups))
                    .part(contacts(catalog, dialect, "users", &of_user)),
            ),
            named: new().part(named_extensions(catalog, dialect)).build(),
        }
    }
}

impl ContactStatements {
    /// Runs each of them for a domain that nobody has.
    pub async fn try_out(&self, database: &Database) -> Result<(), Error> {
        for statement in [&self.everyones, &self.own] {
            statement.run(database, &[None, None, None, Some("all"), Some("1")]).await?;
        }
        self.named.run(database, &[None, Some("[]")]).await.map(drop)
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
             on p.contact_uuid = c.contact_uuid where p.phone_type_voice = '1' and c.domain_uuid = {domain}{only} {ROWS_MAX}) r",
            selected.join(", ")
        ),
        order: "r.storage".to_owned(),
    }
}

/// The extensions of the domain's directory; of line 1's call group where the fourth parameter says so.
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
        // No call group, no extension: FusionPBX compares with NULL.
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

fn named_extensions<'a>(catalog: &Catalog, dialect: Dialect) -> Part<'a> {
    let domain = dialect.parameter(1, catalog.kind("v_extensions", "domain_uuid"));
    Part {
        name: "extension",
        columns: catalog.only("v_extensions", EXTENSION),
        alias: "e",
        from: format!("v_extensions e where e.domain_uuid = {domain} and e.extension in ({})", dialect.texts(2)),
        order: format!("e.{}", dialect.storage()),
    }
}

impl DeviceScope {
    /// The contacts that the device's phone book may show, in one round trip: tables `groups`, `users` and
    /// `extensions`, those that the settings select. One that has more than `rows_max` rows ends with the next, and
    /// which these are is the database's choice.
    pub async fn contacts(&self, rows_max: usize) -> Result<Vec<Table>, Error> {
        let facts = &self.facts;
        if !(facts.everyones || facts.groups || facts.users || facts.extensions) {
            return Ok(Vec::new());
        }
        let which = match (facts.extensions, facts.same_call_group) {
            (false, _) => "none",
            (true, false) => "all",
            (true, true) => "call_group",
        };
        let (user, first) = (facts.user.as_deref(), facts.first_user_id.as_deref());
        let rows = rows_max.saturating_add(1).to_string();
        let binds = [Some(facts.domain.as_str()), user, first, Some(which), Some(rows.as_str())];
        let statements = self.directory.statements();
        let statement = if facts.everyones { &statements.contacts.everyones } else { &statements.contacts.own };
        let answer = self.directory.read(facts.origin, statement, &binds).await?;
        let shown = [("groups", facts.everyones || facts.groups), ("users", facts.users)];
        let shown = shown.into_iter().filter_map(|(name, shown)| shown.then_some(name));
        let mut tables = shown.map(|name| answer.table(name)).collect::<Result<Vec<_>, _>>()?;
        if facts.extensions {
            tables.push(in_directory_order(answer.table("extensions")?));
        }
        Ok(tables)
    }

    /// The extension with this number in the device's domain: a table `extension` of at most one row. The first
    /// question reads all that the device's keys name, so that a phone with a hundred of them costs one round trip.
    pub async fn extension(&self, number: &str) -> Result<Table, Error> {
        if number.len() > NUMBER_BYTES_MAX {
            return Ok(Table::empty("extension"));
        }
        let named = self.named.get_or_try_init(|| self.read_named(numbers_in(&self.facts.subjects, number))).await?;
        if named.numbers.contains(number) {
            return Ok(named.extension(number));
        }
        Ok(self.read_named(HashSet::from([number.to_owned()])).await?.extension(number))
    }

    async fn read_named(&self, numbers: HashSet<String>) -> Result<Named, Error> {
        let statements = self.directory.statements();
        let texts = serde_json::json!(numbers).to_string();
        let binds = [Some(self.facts.domain.as_str()), Some(texts.as_str())];
        let answer = self.directory.read(self.facts.origin, &statements.contacts.named, &binds).await?;
        Ok(Named { found: answer.table("extension")?, numbers })
    }

    pub(super) fn new(directory: Directory, facts: ScopeFacts) -> Self {
        Self { directory, facts, named: OnceCell::new() }
    }
}

impl Named {
    /// FusionPBX goes through all of the domain's extensions, and of two with the same number the later stays.
    fn extension(&self, number: &str) -> Table {
        let mut found = self.found.clone();
        found.retain(|row| row.text("extension") == number);
        found.rows.drain(..found.rows.len().saturating_sub(1));
        found
    }
}

/// What may be an extension in the keys' values: the whole of one, and what stands between signs in it, since some
/// makers' values hold more than the number (`sub=201@example.net`). And `asked`, the one in question.
fn numbers_in(subjects: &[String], asked: &str) -> HashSet<String> {
    let is_sign = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.');
    let words = subjects.iter().flat_map(|value| std::iter::once(value.as_str()).chain(value.split(is_sign)));
    let words = words.filter(|word| !word.is_empty()).take(NUMBERS_MAX);
    // PostgreSQL knows no text with NUL in it.
    let words = words.chain([asked]).filter(|word| !word.contains('\0'));
    words.map(str::to_owned).collect()
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
