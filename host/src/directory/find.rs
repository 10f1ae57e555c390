//! Finds the facts from which the gate decides, in one round trip if they are not kept: the device, its domain, and the
//! settings that the gate reads. This file reads no line, no key and no line password.
//!
//! The server refuses most requests after this statement. It therefore reads as many rows for an unknown device as for a
//! known one or for another domain's: a client that sends requests in bursts could measure the difference.

use super::cache::{Digest, Found, Kept, LookupKey};
use super::defaults::{Defaults, of_domain};
use super::directory::Directory;
use super::error::Error;
use super::query::QueryResult;
use super::replica::ReadSource;
use super::statements::{DEFAULT_SETTINGS, PROVISIONED, STAMP};
use crate::facts::{
    DatabaseVersion, DeviceAddress, DeviceFacts, Domain, LastProvisioned, Layer, ReadOrigin, Record, Release,
    RequestFacts, Row, Value,
};
use std::sync::Arc;

/// The device that a request names.
pub struct Lookup<'a> {
    pub address: Option<&'a DeviceAddress>,
    /// The domain's name: the `Host` header without user and port, in the spelling of the request.
    pub host: &'a str,
}

/// The parts that may differ although the facts are the same. The default settings are compared as a whole.
const VARYING: [&str; 3] = [PROVISIONED, DEFAULT_SETTINGS, STAMP];

/// A domain by its name, which is also that of its template folder.
const DOMAIN_NAMED: &str =
    "select n.domain_name, cast(null as text) from v_domains n where lower(n.domain_name) = lower($1) limit 1";

impl Directory {
    /// Whether a domain has this name.
    pub async fn has_domain(&self, name: &str) -> Result<bool, Error> {
        let rows = self.database().fetch(&Arc::from(DOMAIN_NAMED), &[Some(name)]).await?;
        Ok(!rows.is_empty())
    }

    /// The name of the domain that has a device with this address, for requests that cannot name a domain; the oldest device
    /// counts. `None` if there is none.
    pub async fn domain_of_device(&self, address: &DeviceAddress) -> Result<Option<String>, Error> {
        let catalog = &self.statements().catalog;
        let source = |name| catalog.column("v_devices", name).map(|column| column.source.clone());
        let Some(column) = source("device_address") else { return Ok(None) };
        let order = source("insert_date").map(|column| format!("order by d.{column}")).unwrap_or_default();
        let sql = format!(
            "select n.domain_name, cast(null as text) from v_devices d join v_domains n on n.domain_uuid = d.domain_uuid \
             where d.{column} = $1 {order} limit 1"
        );
        let rows = self.database().fetch(&Arc::from(sql), &[Some(address.as_str())]).await?;
        Ok(rows.into_iter().next().map(|(name, _)| name))
    }

    /// Finds the device that a request names, its domain and their settings, in one round trip. A replica may not have
    /// received a new device yet: see [`Self::find_newer`].
    ///
    /// With `http_domain_filter` on, which it is unless a default setting turns it off, the lookup finds a device only
    /// in the domain that the `Host` header names. If nothing is found, the result is not an error.
    pub async fn find(&self, lookup: &Lookup<'_>) -> Result<RequestFacts, Error> {
        let primary = self.primary();
        let Some(replica) = self.replica(ReadOrigin::Any) else {
            return self.find_in(primary, ReadOrigin::Any, lookup).await;
        };
        match self.find_in(&replica.source, ReadOrigin::Any, lookup).await {
            Err(error) => replica.lose(&error),
            found => return found,
        }
        self.find_in(primary, ReadOrigin::Primary, lookup).await
    }

    /// Asks the primary for a device that the replica does not know: it may be new. `None` if nothing newer can be there.
    ///
    /// This is a second round trip, so only a client may cause it that learns anyway whether the device is known.
    pub async fn find_newer(&self, lookup: &Lookup<'_>, facts: &RequestFacts) -> Result<Option<RequestFacts>, Error> {
        let may_be_new = facts.device.is_none() && lookup.address.is_some() && facts.origin == ReadOrigin::Any;
        match self.has_replica() && may_be_new {
            true => self.find_in(self.primary(), ReadOrigin::Primary, lookup).await.map(Some),
            false => Ok(None),
        }
    }

    async fn find_in(
        &self,
        source: &ReadSource,
        origin: ReadOrigin,
        lookup: &Lookup<'_>,
    ) -> Result<RequestFacts, Error> {
        let address = lookup.address.filter(|address| !address.is_placeholder());
        let (key, version) = (LookupKey::new(address, lookup.host), source.version().await);
        let found = match source.cache.found.current(&key, version) {
            Some(found) => found,
            // In a place of its own: the futures of requests that read nothing stay small.
            None => Box::pin(self.read_facts(source, address, lookup.host, (&key, version))).await?,
        };
        Ok(found.value.facts(origin, version))
    }

    async fn read_facts(
        &self,
        source: &ReadSource,
        address: Option<&DeviceAddress>,
        host: &str,
        (key, version): (&LookupKey, Option<DatabaseVersion>),
    ) -> Result<Arc<Kept<Found>>, Error> {
        let known = source.defaults.load();
        let stamp = known.as_ref().and_then(|known| known.stamp.as_deref());
        let is_filtered = known.as_ref().is_none_or(|known| known.domain_filter);
        let binds = [address.map(DeviceAddress::as_str), Some(host), stamp];
        let mut statements = self.statements();
        let mut result = match statements.find.of(is_filtered).run(&source.database, &binds).await {
            Err(error) if error.is_layout() => {
                self.reread(&statements).await?;
                statements = self.statements();
                statements.find.of(is_filtered).run(&source.database, &binds).await?
            }
            result => result?,
        };
        if let Some(address) = address {
            self.address_log().found(address, devices(&result));
        }
        let defaults = source.defaults.update(known.as_ref(), &result, statements.release)?;
        if is_filtered && !defaults.domain_filter {
            // An administrator has just turned the filter off, or this is the first request since the start.
            result = statements.find.of(false).run(&source.database, &binds).await?;
        }
        let mut digest = Digest::default();
        digest.add_rows(&result, &VARYING);
        digest.add_shared(&statements);
        digest.add_shared(&defaults);
        let provisioned = provisioned(&result)?;
        let make = || facts(&result, &defaults, host, address).map(Found::new);
        let found = source.cache.found.settle(key, version, digest, make)?;
        found.value.note(provisioned);
        Ok(found)
    }

    /// The address of the device that has a line with this extension, for phones that identify themselves by it.
    /// FusionPBX does this only for Escene and Grandstream.
    pub async fn address_of_extension(&self, extension: &str, domain: &str) -> Result<Option<DeviceAddress>, Error> {
        let statements = self.statements();
        let binds = [Some(extension), Some(domain)];
        let mut answered = None;
        if let Some(replica) = self.replica(ReadOrigin::Any) {
            match replica.source.database.fetch(&statements.by_extension, &binds).await {
                Ok(rows) => answered = Some(rows),
                Err(error) => replica.lose(&error),
            }
        }
        let rows = match answered {
            Some(rows) => rows,
            None => match self.database().fetch(&statements.by_extension, &binds).await {
                Err(error) if error.is_of_value() => Vec::new(),
                rows => rows?,
            },
        };
        let supported = rows.into_iter().next().filter(|(vendor, _)| vendor == "escene" || vendor == "grandstream");
        Ok(supported.and_then(|(_, address)| DeviceAddress::parse(&address?).ok()))
    }
}

fn facts(
    result: &QueryResult<'_>,
    defaults: &Defaults,
    host: &str,
    address: Option<&DeviceAddress>,
) -> Result<RequestFacts, Error> {
    let mut domains: Vec<Domain> = result.table("domain")?.into_records().map(domain).collect();
    let sent = result.table("device")?.into_records().next();
    let found = sent.filter(|_| result.single("found") == Some("1"));
    let allowed = |domain: &Domain| !defaults.domain_filter || domain.name == host;
    let home = found.as_ref().and_then(|record| {
        let uuid = record.row().text("domain_uuid");
        domains.iter().position(|domain| domain.uuid == uuid && allowed(domain))
    });
    let device = match (home, found, address) {
        (Some(_), Some(record), Some(address)) => Some(device(record, address.clone(), defaults.settings.release())),
        _ => None,
    };
    let uuid_of = |part| Ok::<_, Error>(result.raw(part)?.into_iter().flatten().flatten().next());
    let of_host = uuid_of("host")?;
    let at = home.or_else(|| domains.iter().position(|domain| of_host.as_ref() == Some(&domain.uuid)));
    let domain = at.map(|at| domains.swap_remove(at));
    let rows = result.raw("domain_settings")?;
    let with_domain = |uuid: &str| {
        let mut settings = defaults.settings.clone();
        settings.add(Layer::Domain, &of_domain(&rows, uuid));
        settings
    };
    let strangers = uuid_of("strangers")?.filter(|_| device.is_none() && !defaults.domain_filter);
    Ok(RequestFacts {
        taken_elsewhere: devices(result) > 0 && device.is_none(),
        settings: domain.as_ref().map_or_else(|| defaults.settings.clone(), |domain| with_domain(&domain.uuid)),
        strangers: strangers.map(|uuid| with_domain(&uuid)),
        device: device.map(Arc::new),
        domain: domain.map(Arc::new),
        provisioned: None,
        origin: ReadOrigin::Any,
        place: None,
    })
}

/// What notes change of the device that was sent.
fn provisioned(result: &QueryResult<'_>) -> Result<Option<Arc<LastProvisioned>>, Error> {
    let last = |row: Row<'_>| {
        let text = |column| row.text(column).to_owned();
        Arc::new(LastProvisioned { date: text("device_provisioned_date"), ip: text("device_provisioned_ip") })
    };
    Ok(result.table(PROVISIONED)?.first().map(last))
}

/// The number of devices that have the address in the domain of the one that was found.
fn devices(result: &QueryResult<'_>) -> u32 {
    result.single("devices").and_then(|count| count.parse().ok()).unwrap_or_default()
}

fn domain(record: Record) -> Domain {
    let text = |column| record.row().text(column).to_owned();
    Domain { uuid: text("domain_uuid"), name: text("domain_name"), record }
}

fn device(record: Record, address: DeviceAddress, release: Release) -> DeviceFacts {
    let row = record.row();
    let flag = row.get("device_enabled");
    DeviceFacts {
        uuid: row.text("device_uuid").to_owned(),
        domain_uuid: row.text("domain_uuid").to_owned(),
        address,
        enabled: flag == Some(&Value::Flag(true)) || release >= Release::V5_5 && flag != Some(&Value::Flag(false)),
        vendor: row.text("device_vendor").to_owned(),
        record,
    }
}
