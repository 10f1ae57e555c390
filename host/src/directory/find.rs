//! Finds the facts from which the gate decides, in one round trip: the device, its domain, their settings, and the other
//! devices from which the device takes what it lacks. This file reads no line, no key and no line password.

use super::catalog::Catalog;
use super::defaults::{Defaults, setting_row};
use super::dialect::Dialect;
use super::query::{Part, QueryResult, RawRow, Statement, StatementBuilder};
use super::replica::ReadSource;
use super::{Directory, Error};
use crate::facts::{
    DeviceAddress, DeviceFacts, Domain, Layer, ReadOrigin, Record, Release, RequestFacts, SettingRow, Value,
};

/// The device that a request names.
pub struct Lookup<'a> {
    pub address: Option<&'a DeviceAddress>,
    /// The domain's name: the `Host` header without user and port, in the spelling of the request.
    pub host: &'a str,
}

/// The categories that provisioning reads. The others concern the web interface and would double the rows.
const CATEGORIES: &str = "'provision', 'domain', 'contact'";

pub(super) fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let storage = dialect.storage();
    let mut builder = StatementBuilder::new(dialect);
    // If several domains have the address, the domain that the host names comes first.
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
    // A device without template takes that of another one of its domain. FusionPBX takes the first device in storage,
    // even if that is the device itself or another one without template.
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

fn settings_parts(builder: StatementBuilder, catalog: &Catalog, dialect: Dialect) -> StatementBuilder {
    let storage = dialect.storage();
    let columns = |table, prefix: &str| {
        let named = |part: &str| format!("{prefix}_setting_{part}");
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
        // PostgreSQL puts NULL last by default, SQLite first.
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

/// The statement of [`Directory::address_of_extension`]: a vendor and an address.
pub(super) fn by_extension(catalog: &Catalog, dialect: Dialect) -> String {
    let address = catalog.sql("v_devices", "device_address", "d");
    format!(
        "select coalesce(d.device_vendor, ''), {address} from v_devices d \
         join v_device_lines l on l.device_uuid = d.device_uuid join v_domains n on n.domain_uuid = l.domain_uuid \
         where l.user_id = $1 and n.domain_name = $2 and {} and {} order by d.{} limit 1",
        catalog.is_true("v_domains", "domain_enabled", "n"),
        catalog.is_true("v_devices", "device_enabled", "d"),
        dialect.storage()
    )
}

impl Directory {
    /// Finds the device that a request names, its domain and their settings, in one round trip. Where a replica does
    /// not know the device, a second one asks the primary: the device may be new.
    ///
    /// With `http_domain_filter` on, which it is unless a default setting turns it off, the lookup finds a device only
    /// in the domain that the `Host` header names. To find nothing is no error.
    pub async fn find(&self, lookup: &Lookup<'_>) -> Result<RequestFacts, Error> {
        let primary = &self.inner.primary;
        let Some(replica) = self.replica(ReadOrigin::Any) else {
            return self.find_in(primary, ReadOrigin::Any, lookup).await;
        };
        match self.find_in(&replica.source, ReadOrigin::Any, lookup).await {
            Ok(facts) if facts.device.is_some() || lookup.address.is_none() => return Ok(facts),
            Ok(_) => {}
            Err(error) => replica.lose(&error),
        }
        self.find_in(primary, ReadOrigin::Primary, lookup).await
    }

    async fn find_in(
        &self,
        source: &ReadSource,
        origin: ReadOrigin,
        lookup: &Lookup<'_>,
    ) -> Result<RequestFacts, Error> {
        let address = lookup.address.filter(|address| !address.is_placeholder());
        let known = source.defaults.load();
        let stamp = known.as_ref().and_then(|known| known.stamp.as_deref());
        let binds = [address.map(DeviceAddress::as_str), Some(lookup.host), stamp];
        let statements = self.statements();
        let facts = |result: QueryResult<'_>, release| {
            let defaults = source.defaults.update(known.as_ref(), &result, release)?;
            facts(&result, &defaults, lookup.host, address, origin)
        };
        match statements.find.run(&source.database, &binds).await {
            Err(error) if error.is_layout() => {
                self.reread(&statements).await?;
                let statements = self.statements();
                facts(statements.find.run(&source.database, &binds).await?, statements.release)
            }
            result => facts(result?, statements.release),
        }
    }

    /// The address of the device that has a line with this extension, for phones that identify themselves by it.
    /// FusionPBX does this only for Escene and Grandstream.
    pub async fn address_of_extension(&self, extension: &str, domain: &str) -> Result<Option<DeviceAddress>, Error> {
        let statements = self.statements();
        let binds = [Some(extension), Some(domain)];
        let mut found = None;
        if let Some(replica) = self.replica(ReadOrigin::Any) {
            match replica.source.database.fetch(&statements.by_extension, &binds).await {
                Ok(rows) => found = rows.into_iter().next(),
                Err(error) => replica.lose(&error),
            }
        }
        if found.is_none() {
            found = self.database().fetch(&statements.by_extension, &binds).await?.into_iter().next();
        }
        let supported = found.filter(|(vendor, _)| vendor == "escene" || vendor == "grandstream");
        Ok(supported.and_then(|(_, address)| DeviceAddress::parse(&address?).ok()))
    }
}

fn facts(
    result: &QueryResult<'_>,
    defaults: &Defaults,
    host: &str,
    address: Option<&DeviceAddress>,
    origin: ReadOrigin,
) -> Result<RequestFacts, Error> {
    let mut domains: Vec<Domain> = result.table("domain")?.into_records().map(domain).collect();
    let found = result.table("device")?.into_records().next();
    let is_found = found.is_some();
    let allowed = |domain: &Domain| !defaults.domain_filter || domain.name == host;
    let home = found.as_ref().and_then(|record| {
        let uuid = record.row().text("domain_uuid");
        domains.iter().position(|domain| domain.uuid == uuid && allowed(domain))
    });
    let device = match (home, found, address) {
        (Some(_), Some(record), Some(address)) => {
            Some(device(record, address.clone(), result, defaults.settings.release())?)
        }
        _ => None,
    };
    let taken_elsewhere = is_found && device.is_none();
    let of_host = result.raw("host")?.into_iter().flatten().flatten().next();
    let at = home.or_else(|| domains.iter().position(|domain| of_host.as_ref() == Some(&domain.uuid)));
    let domain = at.map(|at| domains.swap_remove(at));
    let mut settings = defaults.settings.clone();
    if let Some(domain) = &domain {
        settings.add(Layer::Domain, &domain_rows(result.raw("domain_settings")?, &domain.uuid));
    }
    Ok(RequestFacts { device, taken_elsewhere, domain, settings, origin })
}

fn domain(record: Record) -> Domain {
    let text = |column| record.row().text(column).to_owned();
    Domain { uuid: text("domain_uuid"), name: text("domain_name"), record }
}

fn device(
    record: Record,
    address: DeviceAddress,
    result: &QueryResult<'_>,
    release: Release,
) -> Result<DeviceFacts, Error> {
    let row = record.row();
    let flag = row.get("device_enabled");
    Ok(DeviceFacts {
        uuid: row.text("device_uuid").to_owned(),
        domain_uuid: row.text("domain_uuid").to_owned(),
        address,
        enabled: flag == Some(&Value::Flag(true)) || release >= Release::V5_5 && flag != Some(&Value::Flag(false)),
        vendor: row.text("device_vendor").to_owned(),
        alternate: result.table("alternate")?.into_records().next(),
        stand_in: result.table("stand_in")?.into_records().next(),
        record,
    })
}

fn domain_rows(rows: Vec<RawRow>, uuid: &str) -> Vec<SettingRow> {
    let of_domain = |row: &RawRow| row.last().and_then(Option::as_deref) == Some(uuid);
    rows.into_iter().filter(of_domain).map(setting_row).collect()
}
