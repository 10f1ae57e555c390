//! One row with what belongs to it.

use super::entity::{Entity, Kind};
use super::error::Error;
use super::record::{Record, records};
use super::setting;
use crate::directory::Edits;
use serde_json::Value as Json;

/// A row with what belongs to it, for the output.
pub async fn shown(edits: &mut Edits, entity: &Entity, uuid: &str) -> Result<Record, Error> {
    let table = edits.select(entity.table, &[(entity.uuid, Some(uuid))]).await?;
    let mut record = records(entity, &table).into_iter().next().unwrap_or_default();
    if entity.kind == Kind::Setting {
        setting::mask(entity, &mut record);
    }
    let parts: &[(&str, &str, &'static str)] = match entity.kind {
        Kind::Device => &[
            ("lines", "device_uuid", "v_device_lines"),
            ("keys", "device_uuid", "v_device_keys"),
            ("settings", "device_uuid", "v_device_settings"),
        ],
        Kind::Profile => &[
            ("keys", "device_profile_uuid", "v_device_profile_keys"),
            ("settings", "device_profile_uuid", "v_device_profile_settings"),
        ],
        Kind::Contact => &[("phones", "contact_uuid", "v_contact_phones")],
        _ => &[],
    };
    for (name, column, table) in parts {
        let rows = edits.select(table, &[(*column, Some(uuid))]).await?;
        let mut rows = records(entity, &rows);
        if let Some(layer) = setting::own_layer(table) {
            rows.iter_mut().for_each(|row| setting::mask(layer, row));
        }
        record.insert((*name).to_owned(), Json::Array(rows.into_iter().map(Json::Object).collect()));
    }
    Ok(record)
}
