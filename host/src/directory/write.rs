//! The little that is written: when a device was last provisioned, and devices that auto insert makes. And the one
//! way to a device that does not begin with its address.

use super::catalog::{Catalog, ColumnKind};
use super::query::Dialect;
use super::replica::ReadOrigin;
use super::{Directory, Error};
use crate::facts::MacAddress;
use crate::gate::Permit;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A device that fetched something. FusionPBX notes it also when the file was not there.
pub struct Provisioned {
    /// The device's own uuid.
    pub device: String,
    pub at: Timestamp,
    /// `https` or `http`.
    pub method: &'static str,
    pub ip: String,
    /// The User-Agent; NULL when the phone sent none.
    pub agent: Option<String>,
}

/// A device to be inserted for an address that is in no row.
pub struct NewDevice {
    pub address: MacAddress,
    /// By the address's OUI; empty when it is nobody's that is known.
    pub vendor: String,
    /// By the User-Agent; empty when it tells none.
    pub template: String,
    /// The User-Agent as it came.
    pub description: String,
}

/// FusionPBX notes a device once in this time.
const QUIET: SignedDuration = SignedDuration::from_secs(30);

/// Rows noted by one statement. A phone reads a dozen files within its 30 seconds, so more are rarely waiting.
const BATCH: usize = 200;

/// What User-Agents and addresses are shortened to before they are stored: they come from anyone.
const TEXT_MAX: usize = 1024;

impl Directory {
    /// The address of the device that has a line with this user, for phones that ask by extension. FusionPBX answers
    /// so only to Escene and Grandstream.
    pub async fn address_of_extension(&self, extension: &str, domain: &str) -> Result<Option<MacAddress>, Error> {
        let statements = self.statements();
        let sql: Arc<str> = by_extension(&statements.catalog, self.database().dialect()).into();
        let binds = [Some(extension), Some(domain)];
        let mut found = None;
        if let Some(replica) = self.replica(ReadOrigin::Any) {
            match replica.source.database.fetch(&sql, &binds).await {
                Ok(rows) => found = rows.into_iter().next(),
                Err(error) => replica.lose(&error),
            }
        }
        if found.is_none() {
            found = self.database().fetch(&sql, &binds).await?.into_iter().next();
        }
        let served = found.filter(|(vendor, _)| vendor == "escene" || vendor == "grandstream");
        Ok(served.and_then(|(_, address)| MacAddress::parse(&address?).ok()))
    }

    /// Notes which devices were provisioned, unless it was noted within the 30 seconds before. Of several notes for
    /// one device the first counts. Returns how many rows changed.
    pub async fn provisioned(&self, notes: &[Provisioned]) -> Result<u64, Error> {
        let statements = self.statements();
        let mut seen = std::collections::HashSet::new();
        let valid = |note: &&Provisioned| uuid::Uuid::try_parse(&note.device).is_ok();
        let notes: Vec<&Provisioned> =
            notes.iter().filter(valid).filter(|note| seen.insert(note.device.as_str())).collect();
        let mut changed = 0;
        for batch in notes.chunks(BATCH) {
            let sql = note_sql(&statements.catalog, self.database().dialect(), batch.len());
            let cells: Vec<[Option<String>; 6]> = batch.iter().map(|note| note.cells()).collect();
            let binds: Vec<Option<&str>> = cells.iter().flatten().map(Option::as_deref).collect();
            let written = self.database().execute(sql, &binds).await;
            changed += written.map_err(|error| error.naming("note when devices were provisioned"))?;
        }
        Ok(changed)
    }

    /// Inserts the device that a permit allows to insert, and says its uuid; `None` when the address has a row by
    /// now, in whatever domain: then nothing is inserted.
    pub async fn insert_device(&self, permit: &Permit, new: &NewDevice) -> Result<Option<String>, Error> {
        if permit.insert() != Some(new.address) {
            return Err(Error::Permit);
        }
        let statements = self.statements();
        let uuid = uuid::Uuid::new_v4().to_string();
        let (columns, selected) = insert_columns(&statements.catalog, self.database().dialect());
        let address = statements.catalog.sql("v_devices", "device_address", "d");
        let sql = format!(
            "insert into v_devices ({columns}) select {selected} \
             where not exists (select 1 from v_devices d where {address} = $3)"
        );
        let description = clean(&new.description);
        let now = stored(Timestamp::now());
        let template = Some(new.template.as_str()).filter(|template| !template.is_empty());
        let binds = [
            Some(uuid.as_str()),
            Some(permit.domain().uuid.as_str()),
            Some(new.address.as_str()),
            Some(new.vendor.as_str()),
            template,
            Some(description.as_str()),
            Some(now.as_str()),
        ];
        // No table of FusionPBX's says that an address is unique, and a phone may ask twice at once.
        let lock = format!("dialplate device {}", new.address);
        let inserted = self.database().execute_alone(&lock, sql, &binds).await;
        let inserted = inserted.map_err(|error| error.naming("insert devices, which auto insert needs"))?;
        Ok((inserted > 0).then_some(uuid))
    }
}

impl Provisioned {
    fn cells(&self) -> [Option<String>; 6] {
        let before = self.at.checked_sub(QUIET).unwrap_or(Timestamp::MIN);
        [
            Some(self.device.clone()),
            Some(stored(self.at)),
            Some(stored(before)),
            Some(self.method.to_owned()),
            Some(self.ip.clone()),
            self.agent.as_deref().map(clean),
        ]
    }
}

fn by_extension(catalog: &Catalog, dialect: Dialect) -> String {
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

fn note_sql(catalog: &Catalog, dialect: Dialect, rows: usize) -> String {
    let kind = |name| catalog.kind("v_devices", name);
    let (uuid, date) = (kind("device_uuid"), kind("device_provisioned_date"));
    let row = |row: usize| {
        let at = row * 6;
        let like = [uuid, date, date, ColumnKind::Text, ColumnKind::Text, ColumnKind::Text];
        let cells = like.iter().enumerate().map(|(column, kind)| dialect.parameter(at + column + 1, *kind));
        format!("({})", cells.collect::<Vec<_>>().join(", "))
    };
    let values: Vec<String> = (0..rows).map(row).collect();
    format!(
        "with note(device, at, before, method, ip, agent) as (values {}) update v_devices set \
         device_provisioned_date = note.at, device_provisioned_method = note.method, \
         device_provisioned_ip = note.ip, device_provisioned_agent = note.agent from note \
         where v_devices.device_uuid = note.device \
         and (v_devices.device_provisioned_date is null or v_devices.device_provisioned_date < note.before)",
        values.join(", ")
    )
}

/// The columns that an inserted device gets, and what they get. `insert_date` is not in every release.
fn insert_columns(catalog: &Catalog, dialect: Dialect) -> (String, String) {
    let mut columns = Vec::new();
    let mut selected = Vec::new();
    let given = ["device_uuid", "domain_uuid", "device_address", "device_vendor", "device_template"];
    let given = given.iter().chain(&["device_description", "insert_date"]).enumerate();
    for (at, name) in given {
        if let Some(column) = catalog.column("v_devices", name) {
            columns.push(format!("\"{}\"", column.source));
            selected.push(dialect.parameter(at + 1, column.kind));
        }
    }
    columns.push("device_enabled".to_owned());
    selected.push(if catalog.kind("v_devices", "device_enabled") == ColumnKind::Flag {
        "true".to_owned()
    } else {
        "'true'".to_owned()
    });
    (columns.join(", "), selected.join(", "))
}

/// A moment as PostgreSQL prints one. SQLite keeps it as this text, and compares such texts.
fn stored(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S+00").to_string()
}

/// A text that any of the databases can hold, of bounded length. PostgreSQL's text has no NUL.
fn clean(text: &str) -> String {
    text.chars().filter(|character| *character != '\0').take(TEXT_MAX).collect()
}
