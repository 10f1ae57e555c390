//! The facts from which the gate decides, read in one round trip: the device, its domain, the settings that hold
//! there, and the other devices from which it takes what it lacks. No line, no key and no password is read here.

use super::catalog::Catalog;
use super::query::{Builder, Dialect, Part, QueryResult, RawRow, Statement, parse};
use super::replica::{ReadOrigin, ReadSource};
use super::{Directory, Error};
use crate::facts::{DeviceFacts, Domain, Layer, MacAddress, RequestFacts, Row, SettingRow, Settings, Table, Value};
use std::sync::Arc;

/// What a request says about the device it wants.
pub struct Lookup<'a> {
    pub address: Option<MacAddress>,
    /// The domain's name: the Host header without user and port, in the spelling of the request.
    pub host: &'a str,
}

/// FusionPBX's placeholder for a device without an address: many rows may have it, and no phone is one of them.
const NO_ADDRESS: &str = "000000000000";

/// The categories that provisioning reads. The others are about the web interface and would double the rows.
const CATEGORIES: &str = "'provision', 'domain', 'contact'";

/// The default settings as they were last seen. They are several hundred rows, the same for every request until an
/// administrator changes one. What tells is what the database answers to every request: a stamp of the rows, or all of
/// them where it has none.
pub(super) struct Defaults {
    /// What the database said of the rows beside them: as long as it says the same, they are the same.
    stamp: Option<String>,
    text: String,
    settings: Settings,
    filter: bool,
}

pub(super) fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let storage = dialect.storage();
    let mut builder = Builder::new(dialect);
    // The same address in several domains: the one that the Host names answers.
    builder = builder.with(
        "device",
        &format!(
            "select d.* from v_devices d left join v_domains n on n.domain_uuid = d.domain_uuid \
             where {} = $1 order by case when n.domain_name = $2 then 0 when n.domain_uuid is not null then 1 \
             else 2 end, d.{storage} limit 1",
            catalog.sql("v_devices", "device_address", "d")
        ),
    );
    builder = builder.with(
        "host",
        &format!(
            "select n.domain_uuid from v_domains n where lower(n.domain_name) = lower($2) \
             order by n.{storage} limit 1"
        ),
    );
    builder = builder.with("scope", "select domain_uuid from device union select domain_uuid from host");
    let enabled = catalog.is_true("v_devices", "device_enabled", "d");
    // One of the devices of the domain that has a template stands in for one that has none. FusionPBX takes
    // whichever comes first, itself and others without template included.
    builder = builder.with(
        "stand_in",
        &format!(
            "select d.* from v_devices d where {enabled} and d.domain_uuid in (select domain_uuid from device \
             where coalesce(device_template, '') in ('', '0')) order by d.{storage} limit 1"
        ),
    );
    let all = |name| Part {
        name,
        columns: catalog.columns("v_devices").to_vec(),
        alias: "d",
        from: format!("{name} d"),
        order: "1".to_owned(),
    };
    builder = builder.part(all("device")).part(all("stand_in"));
    builder = builder.part(Part {
        from: "v_devices d where d.device_uuid in (select device_uuid_alternate from device)".to_owned(),
        ..all("alternate")
    });
    builder = builder.part(Part {
        name: "domain",
        columns: catalog.columns("v_domains").to_vec(),
        alias: "n",
        from: "v_domains n where n.domain_uuid in (select domain_uuid from scope)".to_owned(),
        order: format!("n.{storage}"),
    });
    builder = builder.part(Part {
        name: "host",
        columns: catalog.only("v_domains", &["domain_uuid"]),
        alias: "h",
        from: "host h".to_owned(),
        order: "1".to_owned(),
    });
    settings_parts(builder, catalog, dialect).build()
}

fn settings_parts(builder: Builder, catalog: &Catalog, dialect: Dialect) -> Builder {
    let storage = dialect.storage();
    let columns = |table, prefix: &str| {
        let named = |what: &str| format!("{prefix}_setting_{what}");
        let names = [named("category"), named("subcategory"), named("name"), named("value")];
        catalog.only(table, &names.each_ref().map(String::as_str))
    };
    let defaults = Part {
        name: "default_settings",
        columns: columns("v_default_settings", "default"),
        alias: "s",
        from: format!(
            "v_default_settings s where {} and s.default_setting_category in ({CATEGORIES})",
            catalog.is_true("v_default_settings", "default_setting_enabled", "s")
        ),
        // PostgreSQL's own order puts NULL last; SQLite has to be told.
        order: format!("s.default_setting_order asc nulls last, s.{storage}"),
    };
    let mut with_domain = columns("v_domain_settings", "domain");
    with_domain.extend(catalog.only("v_domain_settings", &["domain_uuid"]));
    let domains = Part {
        name: "domain_settings",
        columns: with_domain,
        alias: "s",
        from: format!(
            "v_domain_settings s where {} and s.domain_setting_category in ({CATEGORIES}) \
             and s.domain_uuid in (select domain_uuid from scope)",
            catalog.is_true("v_domain_settings", "domain_setting_enabled", "s")
        ),
        order: format!("s.{storage}"),
    };
    match dialect.stamp("s") {
        None => builder.part(defaults),
        Some(stamp) => builder
            .with("stamp", &format!("select {stamp} as stamp from {}", defaults.from))
            .text("stamp", "select stamp from stamp")
            .part_unless("(select stamp from stamp) = cast($3 as text)", defaults),
    }
    .part(domains)
}

impl Directory {
    /// Finds the device that a request is about, and what holds for it, in one round trip; in a second one at the
    /// database itself where a replica does not know the device, which may just have been made.
    ///
    /// With `http_domain_filter` on, which it is unless a default setting says otherwise, a device is found only in
    /// the domain that the Host names, whatever else is set. Nothing found is no error.
    pub async fn find(&self, lookup: &Lookup<'_>) -> Result<RequestFacts, Error> {
        let Some(replica) = self.replica(ReadOrigin::Any) else {
            return self.find_in(&self.inner.primary, lookup).await;
        };
        match self.find_in(&replica.source, lookup).await {
            Ok(admission) if admission.device.is_some() || lookup.address.is_none() => return Ok(admission),
            Ok(_) => {}
            Err(error) => replica.lose(&error),
        }
        let admission = self.find_in(&self.inner.primary, lookup).await?;
        Ok(RequestFacts { ahead_of_replica: true, ..admission })
    }

    async fn find_in(&self, source: &ReadSource, lookup: &Lookup<'_>) -> Result<RequestFacts, Error> {
        let address = lookup.address.filter(|address| address.as_str() != NO_ADDRESS);
        let known = source.defaults.load_full();
        let stamp = known.as_ref().and_then(|known| known.stamp.as_deref());
        let binds = [address.as_ref().map(MacAddress::as_str), Some(lookup.host), stamp];
        let statements = self.statements();
        let admission = |answer: QueryResult<'_>| {
            let defaults = current(source, known.as_ref(), &answer)?;
            admission(&answer, &defaults, lookup, address)
        };
        match statements.find.run(&source.database, &binds).await {
            Err(error) if error.is_layout() => {
                self.reread(&statements).await?;
                let statements = self.statements();
                admission(statements.find.run(&source.database, &binds).await?)
            }
            answer => admission(answer?),
        }
    }
}

fn admission(
    answer: &QueryResult<'_>,
    defaults: &Defaults,
    lookup: &Lookup<'_>,
    address: Option<MacAddress>,
) -> Result<RequestFacts, Error> {
    let domains = answer.table("domain")?;
    let found = answer.table("device")?;
    let home = found.first().and_then(|row| domain_of(&domains, row.text("domain_uuid")));
    let allowed = |domain: &Domain| !defaults.filter || domain.name == lookup.host;
    let home = home.filter(allowed);
    let device = match (&home, found.first(), address) {
        (Some(_), Some(row), Some(address)) => Some(device_facts(row, address)),
        _ => None,
    };
    let elsewhere = device.is_none() && found.first().is_some();
    let host = answer.raw("host")?.into_iter().flatten().flatten().next();
    let domain = home.or_else(|| domain_of(&domains, &host?));

    let mut settings = defaults.settings.clone();
    if let Some(domain) = &domain {
        settings.add(Layer::Domain, &domain_rows(answer.raw("domain_settings")?, &domain.uuid));
    }
    let mut rows = Vec::new();
    if device.is_some() {
        rows.extend([found, answer.table("alternate")?, answer.table("stand_in")?]);
    }
    rows.push(only_domain(domains, domain.as_ref()));
    Ok(RequestFacts { device, elsewhere, is_refused_elsewhere: false, domain, settings, rows, ahead_of_replica: false })
}

/// The default settings of an answer: those that are known where it says that they are the same.
fn current(
    source: &ReadSource,
    known: Option<&Arc<Defaults>>,
    answer: &QueryResult<'_>,
) -> Result<Arc<Defaults>, Error> {
    let stamp = answer.single("stamp");
    let text = answer.text("default_settings");
    let same = |known: &&Arc<Defaults>| match stamp {
        Some(_) => known.stamp.as_deref() == stamp,
        None => known.text == text,
    };
    if let Some(known) = known.filter(same) {
        return Ok(Arc::clone(known));
    }
    let rows: Vec<SettingRow> = parse(text)?.into_iter().map(setting_row).collect();
    let mut settings = Settings::default();
    settings.add(Layer::Default, &rows);
    let filter = settings.is_on("provision", "http_domain_filter", true);
    let text = if stamp.is_some() { String::new() } else { text.to_owned() };
    let defaults = Arc::new(Defaults { stamp: stamp.map(str::to_owned), text, settings, filter });
    source.defaults.store(Some(Arc::clone(&defaults)));
    Ok(defaults)
}

fn device_facts(row: Row<'_>, address: MacAddress) -> DeviceFacts {
    DeviceFacts {
        uuid: row.text("device_uuid").to_owned(),
        domain_uuid: row.text("domain_uuid").to_owned(),
        address,
        enabled: row.get("device_enabled") != Some(&Value::Flag(false)),
        vendor: row.text("device_vendor").to_owned(),
    }
}

fn domain_of(domains: &Table, uuid: &str) -> Option<Domain> {
    let row = domains.rows().find(|row| row.text("domain_uuid") == uuid)?;
    Some(Domain { uuid: uuid.to_owned(), name: row.text("domain_name").to_owned() })
}

/// The row of one domain, of the two that may have been read.
fn only_domain(mut domains: Table, domain: Option<&Domain>) -> Table {
    domains.retain(|row| domain.is_some_and(|domain| row.text("domain_uuid") == domain.uuid));
    domains
}

/// Category, subcategory, type and value, as the statement has them.
fn setting_row(row: RawRow) -> SettingRow {
    let mut cells = row.into_iter();
    let mut text = || cells.next().flatten();
    SettingRow {
        category: text().unwrap_or_default(),
        subcategory: text().unwrap_or_default(),
        kind: text().unwrap_or_default(),
        value: text(),
    }
}

fn domain_rows(rows: Vec<RawRow>, uuid: &str) -> Vec<SettingRow> {
    let of_domain = |row: &RawRow| row.last().and_then(Option::as_deref) == Some(uuid);
    rows.into_iter().filter(of_domain).map(setting_row).collect()
}
