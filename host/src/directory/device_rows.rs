//! A page of the table of devices, searched, filtered and sorted by the database. One statement reads the table once for the
//! number of devices found and for the page, and the rows of the page alone.

use super::catalog::{Catalog, ColumnKind};
use super::device_changes::changed;
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::Error;
use super::phones::{LastFetch, ip, is_enabled};
use super::query::{Part, QueryResult, Statement, StatementBuilder};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Which devices to read.
#[derive(Clone, Debug, Default)]
pub struct DeviceQuery {
    /// A part of an address, label, domain, vendor, template or description, in any case.
    pub text: Option<String>,
    /// Names in lower case; `None` for devices of all domains and of none.
    pub domains: Option<Vec<String>>,
    pub domain: Option<String>,
    /// A uuid, or a whole address.
    pub device: Option<String>,
    pub vendor: Option<String>,
    pub template: Option<String>,
    pub state: Option<DeviceState>,
    pub sort: DeviceSort,
    pub descending: bool,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    Enabled,
    Disabled,
    /// The phone has fetched a file.
    Fetched,
    NeverFetched,
    /// Nothing of the device was written since its phone fetched.
    InDate,
    /// A row of the device was written after its phone fetched.
    Outdated,
}

/// What devices are ordered by; those with the same value by their uuid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceSort {
    #[default]
    Address,
    Label,
    Domain,
    Vendor,
    Template,
    Fetched,
}

/// A page of devices.
#[derive(Clone, Debug)]
pub struct DeviceRows {
    /// How many were found, on all pages.
    pub total: u64,
    pub rows: Vec<DeviceRow>,
}

/// A device in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    pub uuid: String,
    pub address: String,
    pub label: String,
    pub domain: String,
    pub vendor: String,
    pub template: String,
    pub description: String,
    pub is_enabled: bool,
    pub fetched: LastFetch,
    /// Whether one of its rows was written after its last fetch.
    pub has_changed: bool,
}

const SHOWN: [&str; 11] = [
    "device_uuid",
    "domain_uuid",
    "device_address",
    "device_label",
    "device_vendor",
    "device_template",
    "device_description",
    "device_enabled",
    "device_provisioned_date",
    "device_provisioned_ip",
    "device_provisioned_agent",
];

/// The columns in which a text is searched, beside the domain's name.
const SEARCHED: [&str; 5] =
    ["device_address", "device_label", "device_vendor", "device_template", "device_description"];

impl Directory {
    /// A page of the devices.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn device_rows(&self, query: &DeviceQuery) -> Result<DeviceRows, Error> {
        let statements = self.statements();
        let dialect = self.database().dialect();
        let (statement, binds) = Builder::new(&statements.catalog, dialect).build(query);
        let binds: Vec<Option<&str>> = binds.iter().map(|text| Some(text.as_str())).collect();
        let read = statement.run(self.database(), &binds).await;
        rows(&read.map_err(|error| error.naming("read devices"))?)
    }
}

/// The names of the domains, in lower case, that have a device of each address. Addresses without a device are absent.
pub type DomainsOfAddresses = BTreeMap<String, BTreeSet<String>>;

impl Directory {
    /// The domains of devices.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn domains_of(&self, addresses: &[String]) -> Result<DomainsOfAddresses, Error> {
        if addresses.is_empty() {
            return Ok(DomainsOfAddresses::new());
        }
        let address = self.statements().catalog.sql("v_devices", "device_address", "d");
        let sql = format!(
            "select cast({address} as text), cast(coalesce(n.domain_name, '') as text) from v_devices d \
             left join v_domains n on n.domain_uuid = d.domain_uuid where {address} in ({})",
            self.database().dialect().texts(1)
        );
        let list = serde_json::to_string(addresses).unwrap_or_default();
        let rows = self.database().fetch(&Arc::from(sql), &[Some(&list)]).await;
        let mut found = DomainsOfAddresses::new();
        for (address, domain) in rows.map_err(|error| error.naming("read the domains of devices"))? {
            found.entry(address).or_default().insert(domain.unwrap_or_default().to_lowercase());
        }
        Ok(found)
    }
}

/// The uuid that this word is; `None` for an address. A softphone's address may be the 32 digits of a uuid, without its dashes.
pub fn device_uuid(word: &str) -> Option<Uuid> {
    Uuid::try_parse(word).ok().filter(|_| word.contains('-'))
}

/// A statement in the making.
struct Builder<'a> {
    catalog: &'a Catalog,
    dialect: Dialect,
    conditions: Vec<String>,
    binds: Vec<String>,
}

impl<'a> Builder<'a> {
    fn new(catalog: &'a Catalog, dialect: Dialect) -> Self {
        Self { catalog, dialect, conditions: Vec::new(), binds: Vec::new() }
    }

    fn build(mut self, query: &DeviceQuery) -> (Statement, Vec<String>) {
        self.filter(query);
        let (id, key) = (self.id(), self.key(query.sort));
        let (direction, limit, offset) = (if query.descending { "desc" } else { "asc" }, query.limit, query.offset);
        let order = |place: &str, id: &str| {
            let place = if query.sort.is_text() { self.dialect.by_bytes(place) } else { place.to_owned() };
            // NULL is less than any value, as in SQLite.
            let nulls = if query.descending { "nulls last" } else { "nulls first" };
            format!("{place} {direction} {nulls}, {id} {direction}")
        };
        let mut builder = StatementBuilder::new(self.dialect);
        let mut from = "v_devices d".to_owned();
        if query.sort == DeviceSort::Domain {
            // Numbers are sorted faster than names.
            let ranks =
                "select n.domain_uuid, row_number() over (order by lower(n.domain_name)) as place from v_domains n";
            builder = builder.with("ranks", ranks);
            from += " left join ranks r on r.domain_uuid = d.domain_uuid";
        }
        let builder = if self.conditions.is_empty() {
            // The database counts rows, and finds the first ones of an index, without looking at the others.
            let page = format!(
                "select {id} as id, {key} as place from {from} order by {} limit {limit} offset {offset}",
                order(&key, &id)
            );
            builder.with("page", &page).text("total", "select cast(count(*) as text) from v_devices")
        } else {
            let found =
                format!("select {id} as id, {key} as place from {from} where {}", self.conditions.join(" and "));
            let page = format!(
                "select f.id, f.place from found f order by {} limit {limit} offset {offset}",
                order("f.place", "f.id")
            );
            let builder = builder.with("found", &found).with("page", &page);
            builder.text("total", "select cast(count(*) as text) from found")
        };
        let statement = builder
            .part(Part {
                name: "domains",
                columns: self.catalog.only("v_domains", &["domain_uuid", "domain_name"]),
                alias: "n",
                from: format!(
                    "v_domains n where n.domain_uuid in (select d.domain_uuid from page p join v_devices d on {id} = p.id)"
                ),
                order: "n.domain_uuid".to_owned(),
            })
            .part(Part {
                name: "devices",
                columns: self.catalog.only("v_devices", &SHOWN),
                alias: "d",
                from: format!("page p join v_devices d on {id} = p.id"),
                order: order("p.place", "p.id"),
            })
            .part(Part {
                name: "changed",
                columns: self.catalog.only("v_devices", &["device_uuid"]),
                alias: "d",
                from: format!("page p join v_devices d on {id} = p.id where {}", changed(self.catalog)),
                order: self.catalog.sql("v_devices", "device_uuid", "d"),
            })
            .build();
        (statement, self.binds)
    }

    /// What names a row: of the columns that do, the one that the database sorts fastest.
    fn id(&self) -> String {
        match self.dialect {
            Dialect::Postgres => self.catalog.sql("v_devices", "device_uuid", "d"),
            Dialect::Sqlite => "d.rowid".to_owned(),
        }
    }

    fn filter(&mut self, query: &DeviceQuery) {
        self.search(query.text.as_deref());
        self.domains(query);
        if let Some(word) = &query.device {
            self.device(word);
        }
        for (column, wanted) in [("device_vendor", &query.vendor), ("device_template", &query.template)] {
            if let Some(wanted) = wanted {
                let parameter = self.bind(wanted.to_lowercase());
                let column = self.catalog.sql("v_devices", column, "d");
                self.conditions.push(format!("lower({column}) = {parameter}"));
            }
        }
        if let Some(state) = query.state {
            let condition = self.state(state);
            self.conditions.push(condition);
        }
    }

    /// Adds a parameter, and returns its name.
    fn bind(&mut self, text: String) -> String {
        self.binds.push(text);
        format!("${}", self.binds.len())
    }

    fn search(&mut self, text: Option<&str>) {
        let Some(text) = text else { return };
        let pattern = self.bind(format!("%{}%", escaped(text)));
        let mut places: Vec<_> =
            SEARCHED.iter().map(|column| self.is_like(&self.catalog.sql("v_devices", column, "d"), &pattern)).collect();
        let domains = self.is_like("n.domain_name", &pattern);
        places.push(format!("d.domain_uuid in (select n.domain_uuid from v_domains n where {domains})"));
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
        if digits != text && digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let pattern = self.bind(format!("%{digits}%"));
            places.push(self.is_like(&self.catalog.sql("v_devices", "device_address", "d"), &pattern));
        }
        self.conditions.push(format!("({})", places.join(" or ")));
    }

    /// Whether a column is like a pattern, in any case. SQLite knows the case of ASCII letters alone.
    fn is_like(&self, column: &str, pattern: &str) -> String {
        let operator = if self.dialect == Dialect::Postgres { "ilike" } else { "like" };
        format!("{column} {operator} {pattern} escape '\\'")
    }

    /// A text as the database's `lower` makes one.
    fn lower(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Postgres => text.to_lowercase(),
            Dialect::Sqlite => text.to_ascii_lowercase(),
        }
    }

    fn domains(&mut self, query: &DeviceQuery) {
        if let Some(names) = &query.domains {
            self.bind(serde_json::to_string(names).unwrap_or_default());
            self.of_domains(&format!("in ({})", self.dialect.texts(self.binds.len())));
        }
        if let Some(name) = &query.domain {
            let parameter = self.bind(self.lower(name));
            self.of_domains(&format!("= {parameter}"));
        }
    }

    /// Devices of the domains whose name in lower case fulfils a condition.
    fn of_domains(&mut self, condition: &str) {
        self.conditions.push(format!(
            "d.domain_uuid in (select n.domain_uuid from v_domains n where lower(n.domain_name) {condition})"
        ));
    }

    fn device(&mut self, word: &str) {
        match device_uuid(word) {
            Some(uuid) => {
                self.bind(uuid.to_string());
                let parameter = self.dialect.parameter(self.binds.len(), self.catalog.kind("v_devices", "device_uuid"));
                let column = self.catalog.sql("v_devices", "device_uuid", "d");
                self.conditions.push(format!("{column} = {parameter}"));
            }
            None => {
                let parameter = self.bind(word.to_lowercase());
                let column = self.catalog.sql("v_devices", "device_address", "d");
                self.conditions.push(format!("{column} = {parameter}"));
            }
        }
    }

    fn state(&self, state: DeviceState) -> String {
        let flag = self.catalog.sql("v_devices", "device_enabled", "d");
        let is_text = self.catalog.kind("v_devices", "device_enabled") == ColumnKind::TextFlag;
        let disabled = if is_text { format!("{flag} = 'false'") } else { format!("not {flag}") };
        let date = self.catalog.sql("v_devices", "device_provisioned_date", "d");
        match state {
            DeviceState::Disabled => format!("({disabled})"),
            // From release 5.5 on, a device without the flag is enabled.
            DeviceState::Enabled => format!("({disabled}) is not true"),
            DeviceState::Fetched => format!("{date} is not null"),
            DeviceState::NeverFetched => format!("{date} is null"),
            DeviceState::InDate => format!("{date} is not null and not ({})", changed(self.catalog)),
            DeviceState::Outdated => format!("{date} is not null and {}", changed(self.catalog)),
        }
    }

    /// What devices are sorted by. A column as it is lets the database use an index.
    fn key(&self, sort: DeviceSort) -> String {
        let column = |name| self.catalog.sql("v_devices", name, "d");
        match sort {
            DeviceSort::Address => column("device_address"),
            DeviceSort::Label => format!("lower({})", column("device_label")),
            DeviceSort::Domain => "coalesce(r.place, 0)".to_owned(),
            DeviceSort::Vendor => format!("lower({})", column("device_vendor")),
            DeviceSort::Template => column("device_template"),
            DeviceSort::Fetched => column("device_provisioned_date"),
        }
    }
}

impl DeviceSort {
    /// Whether devices are sorted by a text, and so by its bytes, whatever the database's collation.
    fn is_text(self) -> bool {
        matches!(self, Self::Address | Self::Label | Self::Vendor | Self::Template)
    }
}

/// A text in a pattern of `like`, which it stands for itself.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

fn rows(read: &QueryResult<'_>) -> Result<DeviceRows, Error> {
    let total = read.single("total").and_then(|count| count.parse().ok()).unwrap_or_default();
    let (domains, devices, changed) = (read.table("domains")?, read.table("devices")?, read.table("changed")?);
    let changed: HashSet<&str> = changed.rows().map(|row| row.text("device_uuid")).collect();
    let names: HashMap<&str, &str> =
        domains.rows().map(|row| (row.text("domain_uuid"), row.text("domain_name"))).collect();
    let rows = devices.rows().map(|row| {
        let text = |column| row.text(column).to_owned();
        DeviceRow {
            uuid: text("device_uuid"),
            address: text("device_address"),
            label: text("device_label"),
            domain: names.get(row.text("domain_uuid")).copied().unwrap_or_default().to_owned(),
            vendor: text("device_vendor"),
            template: text("device_template"),
            description: text("device_description"),
            is_enabled: is_enabled(row),
            has_changed: changed.contains(row.text("device_uuid")),
            fetched: LastFetch {
                at: text("device_provisioned_date"),
                ip: ip(row.text("device_provisioned_ip")),
                agent: text("device_provisioned_agent"),
            },
        }
    });
    Ok(DeviceRows { total, rows: rows.collect() })
}
