//! The other devices from which a device takes what it lacks.

use super::cache::Digest;
use super::directory::Directory;
use super::error::Error;
use crate::facts::{DeviceFacts, ReadOrigin, Record};
use uuid::Uuid;

/// The rows of a device's relatives.
#[derive(Default)]
pub struct Relatives {
    /// The device behind `device_uuid_alternate`.
    pub alternate: Option<Record>,
    /// An enabled device of the same domain; only if the device has no template.
    pub stand_in: Option<Record>,
}

impl Directory {
    /// Reads the devices from which a device takes what it lacks, in one round trip; in none if it lacks nothing. Adds their
    /// rows to the digest.
    pub(super) async fn relatives(
        &self,
        device: &DeviceFacts,
        origin: ReadOrigin,
        digest: &mut Digest,
    ) -> Result<Relatives, Error> {
        let row = device.record.row();
        let alternate = Some(row.text("device_uuid_alternate")).filter(|text| Uuid::try_parse(text).is_ok());
        let has_template = row.get("device_template").is_some_and(|template| !template.is_empty());
        let domain = (!has_template).then_some(device.domain_uuid.as_str());
        if alternate.is_none() && domain.is_none() {
            return Ok(Relatives::default());
        }
        let statements = self.statements();
        let result = self.read(origin, &statements.relatives, &[alternate, domain]).await?;
        digest.add_rows(&result, &[]);
        let first = |part| Ok::<_, Error>(result.table(part)?.into_records().next());
        Ok(Relatives { alternate: first("alternate")?, stand_in: first("stand_in")? })
    }
}
