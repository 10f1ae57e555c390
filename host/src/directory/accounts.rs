//! Users who log in to the console, with their groups.

use super::catalog::{Catalog, Column};
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::Error;
use super::query::{Part, QueryResult, Statement, StatementBuilder};
use crate::facts::{AccountFacts, AccountGroup, AccountLookup, Row, StoredPassword, Table, Value};

/// The name of a user, with its domain. FusionPBX sets no limit; a mail address has at most 254 bytes.
const NAME_BYTES_MAX: usize = 512;

/// Users that are read for one name: the one that is meant, and those that make the name ambiguous.
const USERS_MAX: usize = 3;

/// What the console needs of the tables. A role that reads for devices alone does not see these columns.
const NEEDED: [(&str, &[&str]); 3] = [
    ("v_users", &["user_uuid", "domain_uuid", "username", "password"]),
    ("v_user_groups", &["user_uuid", "group_uuid"]),
    ("v_groups", &["group_uuid", "group_name", "domain_uuid"]),
];

const USER: [&str; 6] = ["user_uuid", "username", "password", "salt", "user_enabled", "user_totp_secret"];

impl Directory {
    /// Finds the user who is meant by `name`: the one of the domain that the name ends with, else of the domain that has
    /// the name of the host, else the only one of this name. An unknown user costs the same statement.
    ///
    /// # Errors
    /// [`Error::NoLogins`] if the database does not show what logins need.
    pub async fn find_account(&self, name: &str, host: &str) -> Result<AccountLookup, Error> {
        let catalog = &self.statements().catalog;
        let statement = statement(catalog, self.database().dialect(), Wanted::Name)?;
        // No user has an empty name.
        let name = Some(name).filter(|name| name.len() <= NAME_BYTES_MAX && !name.contains('\0')).unwrap_or_default();
        let (user, domain) = name.rsplit_once('@').unwrap_or_default();
        let binds = [name, user, domain, host].map(Some);
        let result = match statement.run(self.database(), &binds).await {
            // No user has a name that the database cannot hold.
            Err(error) if error.is_of_value() => return Ok(AccountLookup { account: None, cost: 0 }),
            result => result?,
        };
        let cost = result.single("cost").unwrap_or_default().parse().unwrap_or_default();
        Ok(AccountLookup { account: pick(accounts(&result)?, domain, host), cost })
    }

    /// The user of this uuid, for a look at a session that lasts; `None` if it was removed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn account(&self, uuid: &str) -> Result<Option<AccountFacts>, Error> {
        let catalog = &self.statements().catalog;
        let statement = statement(catalog, self.database().dialect(), Wanted::Uuid)?;
        let result = statement.run(self.database(), &[Some(uuid)]).await?;
        Ok(accounts(&result)?.into_iter().next())
    }
}

/// The user who is meant, of those that were found in the order of the statement: the first, if it is the only one, or of the
/// domain that the name ends with or that the browser asked.
fn pick(found: Vec<AccountFacts>, domain: &str, host: &str) -> Option<AccountFacts> {
    let is_alone = found.len() == 1;
    let first = found.into_iter().next()?;
    let is_of = |domain: &str| !domain.is_empty() && first.domain.eq_ignore_ascii_case(domain);
    (is_alone || is_of(domain) || is_of(host)).then_some(first)
}

/// Which user a statement finds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Parameters: the name, its part before the `@`, its domain, and the host.
    Name,
    /// Parameter: the user's uuid.
    Uuid,
}

fn statement(catalog: &Catalog, dialect: Dialect, wanted: Wanted) -> Result<Statement, Error> {
    let columns = NEEDED.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (*table, *column)));
    let missing = columns.filter(|(table, column)| catalog.column(table, column).is_none());
    let missing: Vec<_> = missing.map(|(table, column)| format!("{table}.{column}")).collect();
    if !missing.is_empty() {
        return Err(Error::NoLogins { missing });
    }
    let mut columns = catalog.only("v_users", &USER);
    columns.extend(catalog.column("v_domains", "domain_name").cloned());
    let builder = StatementBuilder::new(dialect)
        .with("found", &found(catalog, dialect, wanted))
        .part(Part { name: "users", columns, alias: "f", from: "found f".to_owned(), order: "f.place".to_owned() })
        .part(groups(catalog));
    let cost = "select max(substr(u.password, 5, 2)) from v_users u where u.password like '$2_$__$%'";
    Ok(if wanted == Wanted::Name { builder.text("cost", cost) } else { builder }.build())
}

/// The users, numbered in their order.
fn found(catalog: &Catalog, dialect: Dialect, wanted: Wanted) -> String {
    let selected: Vec<_> = catalog.only("v_users", &USER).iter().map(|column| column.sql("u")).collect();
    let (selected, domain) = (selected.join(", "), catalog.sql("v_domains", "domain_name", "n"));
    let has = |name| catalog.column("v_users", name).is_some();
    let is_person = if has("user_type") { " and (u.user_type = 'default' or u.user_type is null)" } else { "" };
    let (condition, order) = if wanted == Wanted::Name {
        let or_mail = if has("user_email") { " or lower(u.user_email) = lower($1)" } else { "" };
        let is_named = format!("(lower(u.username) = lower($2) and lower({domain}) = lower($3))");
        let condition = format!("(lower(u.username) = lower($1){or_mail} or {is_named})");
        let order = format!(
            "case when {is_named} then 0 when lower({domain}) = lower($4) then 1 else 2 end, \
             case when u.username in ($1, $2) then 0 when lower(u.username) = lower($1) then 1 else 2 end, u.{}",
            dialect.storage()
        );
        (condition, order)
    } else {
        (format!("u.user_uuid = {}", dialect.parameter(1, catalog.kind("v_users", "user_uuid"))), "1".to_owned())
    };
    format!(
        "select {selected}, {domain}, row_number() over (order by {order}) as place from v_users u \
         join v_domains n on n.domain_uuid = u.domain_uuid where {condition}{is_person} \
         order by place limit {USERS_MAX}"
    )
}

fn groups(catalog: &Catalog) -> Part<'static> {
    let column = |table, name| catalog.column(table, name).cloned();
    let columns: Vec<Column> =
        [("v_user_groups", "user_uuid"), ("v_groups", "group_name"), ("v_groups", "domain_uuid")]
            .into_iter()
            .filter_map(|(table, name)| column(table, name))
            .collect();
    let from = "(select x.user_uuid, g.group_name, g.domain_uuid from v_user_groups x join v_groups g \
        on g.group_uuid = x.group_uuid where x.user_uuid in (select f.user_uuid from found f)) m";
    Part { name: "groups", columns, alias: "m", from: from.to_owned(), order: "m.group_name".to_owned() }
}

fn accounts(result: &QueryResult<'_>) -> Result<Vec<AccountFacts>, Error> {
    let (users, groups) = (result.table("users")?, result.table("groups")?);
    Ok(users.rows().map(|row| account(row, &groups)).collect())
}

fn account(row: Row<'_>, groups: &Table) -> AccountFacts {
    let text = |name: &str| row.text(name).to_owned();
    let of_user = groups.rows().filter(|group| group.text("user_uuid") == row.text("user_uuid"));
    let groups = of_user.map(|group| AccountGroup {
        name: group.text("group_name").to_owned(),
        is_global: group.text("domain_uuid").is_empty(),
    });
    AccountFacts {
        uuid: text("user_uuid"),
        name: text("username"),
        domain: text("domain_name"),
        enabled: matches!(row.get("user_enabled"), None | Some(Value::Null | Value::Flag(true))),
        has_second_factor: !row.text("user_totp_secret").is_empty(),
        password: StoredPassword { hash: text("password"), salt: text("salt"), verifier: String::new() },
        groups: groups.collect(),
    }
}
