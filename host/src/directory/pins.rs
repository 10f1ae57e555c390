//! PINs of prepared devices, in a table of Dialplate's own: FusionPBX has none for them. A prepared device is a row of
//! `v_devices` with an address that no phone has: none, FusionPBX's placeholder, or a locally administered one.

use super::directory::Directory;
use super::error::Error;
use crate::facts::MacAddress;
use std::sync::Arc;

const TABLE: &str = "create table dialplate_pins \
    (device_uuid text primary key, pin_hash text not null unique, expires_at bigint not null)";

/// A PIN that was found by its hash.
pub struct PreparedPin {
    pub device: String,
    pub domain: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub expires_at: i64,
}

/// A device that can have a PIN.
pub struct PreparedDevice {
    pub uuid: String,
    pub domain: String,
    pub label: String,
    /// When its PIN expires, if it has one.
    pub expires_at: Option<i64>,
}

impl Directory {
    /// The PIN with this hash, expired or not. `domain` is that of the device; `None` for any.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_pin(&self, hash: &str, domain: Option<&str>) -> Result<Option<PreparedPin>, Error> {
        let sql = "select p.device_uuid, cast(p.expires_at as text) || ' ' || n.domain_name from dialplate_pins p \
            join v_devices d on cast(d.device_uuid as text) = p.device_uuid \
            join v_domains n on n.domain_uuid = d.domain_uuid \
            where p.pin_hash = $1 and ($2 = '' or lower(n.domain_name) = lower($2))";
        let found = self.database().fetch(&Arc::from(sql), &[Some(hash), Some(domain.unwrap_or_default())]).await;
        let rows = match found {
            // No PIN was ever added.
            Err(error) if error.is_layout() => return Ok(None),
            found => found.map_err(|error| error.naming("read the PINs of prepared devices"))?,
        };
        Ok(rows.into_iter().find_map(|(device, rest)| {
            let (expires_at, domain) = rest.as_deref()?.split_once(' ')?;
            Some(PreparedPin { device, domain: domain.to_owned(), expires_at: expires_at.parse().ok()? })
        }))
    }

    /// Gives a prepared device its address, and removes its PIN. Returns false if the device has the address of a
    /// phone already, or another device has this one.
    ///
    /// # Errors
    /// The database does not answer, or the role may not write.
    pub async fn bind(&self, device: &str, address: MacAddress) -> Result<bool, Error> {
        let statements = self.statements();
        let catalog = &statements.catalog;
        if self.has_address(catalog, address).await? {
            return Ok(false);
        }
        let column = catalog.column("v_devices", "device_address").map_or("device_address", |column| &column.source);
        let uuid = self.database().dialect().parameter(2, catalog.kind("v_devices", "device_uuid"));
        let sql = format!(
            "update v_devices set {column} = $1 where device_uuid = {uuid} and {} \
             and not exists (select 1 from v_devices o where o.{column} = $1)",
            is_prepared(column)
        );
        // Two calls may name the same phone at once.
        let lock = format!("dialplate device {address}");
        let bound = self.database().execute_locked(&lock, &sql, &[Some(address.as_str()), Some(device)]).await;
        let is_bound = bound.map_err(|error| error.naming("bind devices to phones by PIN"))? > 0;
        if is_bound {
            self.remove_pin(device).await?;
        }
        Ok(is_bound)
    }

    /// The prepared devices that have this uuid, this label, this address, or a line with this extension; all of them if
    /// `name` is `None`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn prepared(&self, name: Option<&str>, domain: Option<&str>) -> Result<Vec<PreparedDevice>, Error> {
        let statements = self.statements();
        let column = statements.catalog.sql("v_devices", "device_address", "d");
        let pins = "(select p.expires_at from dialplate_pins p where p.device_uuid = cast(d.device_uuid as text))";
        let expiry = if self.has_pins().await? { pins } else { "null" };
        let sql: Arc<str> = format!(
            "select cast(d.device_uuid as text), coalesce(cast({expiry} as text), '') || ' ' || n.domain_name || ' ' || \
             coalesce(d.device_label, '') from v_devices d join v_domains n on n.domain_uuid = d.domain_uuid where {} \
             and ($1 = '' or cast(d.device_uuid as text) = $1 or d.device_label = $1 or {column} = $3 or exists (select 1 from \
             v_device_lines l where l.device_uuid = d.device_uuid and l.user_id = $1)) \
             and ($2 = '' or lower(n.domain_name) = lower($2)) order by n.domain_name, 1",
            is_prepared(&column)
        )
        .into();
        let address = name.and_then(|name| MacAddress::parse(name).ok());
        let address = address.as_ref().map(MacAddress::as_str).unwrap_or_default();
        let binds = [Some(name.unwrap_or_default()), Some(domain.unwrap_or_default()), Some(address)];
        let rows = self.database().fetch(&sql, &binds).await?.into_iter();
        let device = |(uuid, rest): (String, Option<String>)| {
            let rest = rest.unwrap_or_default();
            let mut parts = rest.splitn(3, ' ').map(str::to_owned);
            let mut next = || parts.next().unwrap_or_default();
            PreparedDevice { uuid, expires_at: next().parse().ok(), domain: next(), label: next() }
        };
        Ok(rows.map(device).collect())
    }

    /// Stores the hash of a device's PIN in place of an older one. Removes PINs that expired before `now`. Returns false if
    /// another device has this PIN.
    ///
    /// # Errors
    /// The database does not answer, or the role may neither write nor create the table.
    pub async fn add_pin(&self, device: &str, hash: &str, expires_at: i64, now: i64) -> Result<bool, Error> {
        let write = async |sql: &str, binds: &[Option<&str>]| {
            let written = self.database().execute(sql, binds).await;
            written.map_err(|error| error.naming("create the table dialplate_pins, or write to it"))
        };
        if !self.has_pins().await? {
            write(TABLE, &[]).await?;
        }
        let (expires_at, now) = (expires_at.to_string(), now.to_string());
        write("delete from dialplate_pins where expires_at < cast($1 as bigint)", &[Some(&now)]).await?;
        let sql = "insert into dialplate_pins (device_uuid, pin_hash, expires_at) \
            select $1, $2, cast($3 as bigint) where not exists \
            (select 1 from dialplate_pins o where o.pin_hash = $2 and o.device_uuid <> $1) \
            on conflict (device_uuid) do update set pin_hash = excluded.pin_hash, expires_at = excluded.expires_at";
        Ok(write(sql, &[Some(device), Some(hash), Some(&expires_at)]).await? > 0)
    }

    /// Removes a device's PIN. Returns false if it has none.
    ///
    /// # Errors
    /// The database does not answer, or the role may not write.
    pub async fn remove_pin(&self, device: &str) -> Result<bool, Error> {
        let sql = "delete from dialplate_pins where device_uuid = $1".to_owned();
        let removed = self.database().execute(&sql, &[Some(device)]).await;
        Ok(removed.map_err(|error| error.naming("remove the PINs of prepared devices"))? > 0)
    }

    async fn has_pins(&self) -> Result<bool, Error> {
        let sql = "select cast(count(*) as text), cast(null as text) from dialplate_pins";
        match self.database().fetch(&Arc::from(sql), &[]).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_layout() => Ok(false),
            Err(error) => Err(error.naming("read the PINs of prepared devices")),
        }
    }
}

/// A condition for a device that is prepared. The second digit of a locally administered address has the value 2 in it.
fn is_prepared(column: &str) -> String {
    format!(
        "(coalesce({column}, '') in ('', '000000000000') \
         or length({column}) = 12 and substr({column}, 2, 1) in ('2', '6', 'a', 'e'))"
    )
}
