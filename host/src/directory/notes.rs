//! Notes in `v_devices` when a device was last provisioned.

use super::catalog::{Catalog, ColumnKind};
use super::dialect::{Dialect, storable, timestamp};
use super::directory::Directory;
use super::error::Error;
use super::statements::Statements;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;

/// A device fetched something. FusionPBX notes it also if the file did not exist.
pub struct ProvisionNote {
    /// The device's own uuid.
    pub device: String,
    pub at: Timestamp,
    /// `https` or `http`.
    pub method: &'static str,
    pub ip: String,
    /// The User-Agent; `None` if the phone sent none, and NULL in the database.
    pub agent: Option<String>,
}

/// FusionPBX notes a device at most once in this time.
const QUIET: SignedDuration = SignedDuration::from_secs(30);

/// Rows per statement. A phone reads a dozen files within its 30 seconds, so more are rarely waiting.
const BATCH: usize = 200;

impl Directory {
    /// Writes the notes, except for devices that were noted within the 30 seconds before. Of several notes for one
    /// device the first counts. Returns the number of changed rows.
    pub async fn write_notes(&self, notes: &[ProvisionNote]) -> Result<u64, Error> {
        let statements = self.statements();
        let mut devices = HashSet::new();
        let valid = |note: &&ProvisionNote| uuid::Uuid::try_parse(&note.device).is_ok();
        let notes: Vec<&ProvisionNote> =
            notes.iter().filter(valid).filter(|note| devices.insert(note.device.as_str())).collect();
        let mut changed = 0;
        for batch in notes.chunks(BATCH) {
            changed += match self.write_batch(&statements, batch).await {
                // One phone's User-Agent must not cost the other phones their notes.
                Err(error) if error.is_of_value() => {
                    let mut alone = 0;
                    for note in batch {
                        let written = self.write_batch(&statements, std::slice::from_ref(note)).await;
                        alone += written.or_else(|error| if error.is_of_value() { Ok(0) } else { Err(error) })?;
                    }
                    alone
                }
                written => written?,
            };
        }
        Ok(changed)
    }

    async fn write_batch(&self, statements: &Statements, batch: &[&ProvisionNote]) -> Result<u64, Error> {
        let sql = statement(&statements.catalog, self.database().dialect(), batch.len());
        let cells: Vec<[Option<String>; 6]> = batch.iter().map(|note| note.cells()).collect();
        let binds: Vec<Option<&str>> = cells.iter().flatten().map(Option::as_deref).collect();
        let written = self.database().execute_unnoticed(&sql, &binds).await;
        written.map_err(|error| error.naming("note when devices were provisioned"))
    }
}

impl ProvisionNote {
    fn cells(&self) -> [Option<String>; 6] {
        let before = self.at.checked_sub(QUIET).unwrap_or(Timestamp::MIN);
        [
            Some(self.device.clone()),
            Some(timestamp(self.at)),
            Some(timestamp(before)),
            Some(self.method.to_owned()),
            Some(self.ip.clone()),
            self.agent.as_deref().map(storable),
        ]
    }
}

fn statement(catalog: &Catalog, dialect: Dialect, rows: usize) -> String {
    let kind = |name| catalog.kind("v_devices", name);
    let (uuid, date) = (kind("device_uuid"), kind("device_provisioned_date"));
    let row = |row: usize| {
        let first = row * 6 + 1;
        let kinds = [uuid, date, date, ColumnKind::Text, ColumnKind::Text, ColumnKind::Text];
        let cells = kinds.iter().enumerate().map(|(column, kind)| dialect.parameter(first + column, *kind));
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
