//! A device with its lines and keys, as a form shows it and sends it.

use super::device::DEVICE;
use super::error::Error;
use super::find;
use super::record::{Record, tag, text_of};
use super::shown::shown;
use crate::directory::{Access, Directory, Edits};
use serde_json::Value as Json;

/// Names that a form offers. With more, an operator types them.
const OFFERED_MAX: usize = 500;

/// The flags that name other rows, the column that has the key of such a row, and the row's table with its key and name.
pub const REFERENCES: [(&str, &str, &str, &str, &str); 3] = [
    ("profile", "device_profile_uuid", "v_device_profiles", "device_profile_uuid", "device_profile_name"),
    ("user", "device_user_uuid", "v_users", "user_uuid", "username"),
    ("alternate", "device_uuid_alternate", "v_devices", "device_uuid", "device_address"),
];

/// What to write of a device with its lines and keys. It may hold passwords, so there is no `Debug`.
#[derive(Default)]
pub struct WholeDevice {
    /// The key of its row; `None` adds a device.
    pub uuid: Option<String>,
    pub domain: String,
    pub address: String,
    /// The version on which the edit builds.
    pub expected: Option<String>,
    /// Texts by flag. What is as it was stored is not written.
    pub values: Vec<(String, String)>,
    pub lines: Vec<PartEdit>,
    pub keys: Vec<PartEdit>,
}

/// A line or a key of an edit. It may hold a password, so there is no `Debug`.
#[derive(Default)]
pub struct PartEdit {
    /// The key of its row; `None` adds one.
    pub uuid: Option<String>,
    /// The number of a line; category and number of a key.
    pub names: Vec<String>,
    /// Texts by flag.
    pub values: Vec<(String, String)>,
    /// A new password.
    pub password: Option<String>,
    pub is_removed: bool,
}

impl PartEdit {
    /// Whether nobody has filled it in: a form offers such rows.
    pub fn is_blank(&self) -> bool {
        self.uuid.is_none() && self.password.is_none() && self.values.iter().all(|(_, text)| text.is_empty())
    }
}

/// A device as it is stored.
pub struct DeviceRows {
    /// The columns, with lists of lines and keys.
    pub record: Record,
    /// The name of its domain; empty if it has none.
    pub domain: String,
    /// The version.
    pub tag: String,
    /// The names of other rows, by flag.
    pub references: Vec<(&'static str, String)>,
}

impl DeviceRows {
    /// The lines or the keys, in the order of their names.
    pub fn parts(&self, list: &str, names: &[&str]) -> Vec<Record> {
        let rows = self.record.get(list).and_then(Json::as_array).into_iter().flatten();
        let mut rows: Vec<Record> = rows.filter_map(Json::as_object).cloned().collect();
        rows.sort_by_cached_key(|row| {
            names.iter().map(|name| format!("{:0>8}", text_of(row, name))).collect::<Vec<_>>()
        });
        rows
    }

    /// The line or the key that has this key.
    pub fn part(&self, list: &str, column: &str, uuid: &str) -> Option<Record> {
        let mut rows = self.record.get(list).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object);
        rows.find(|row| row.get(column).and_then(Json::as_str) == Some(uuid)).cloned()
    }

    /// # Errors
    /// There is none, or the database does not answer.
    pub async fn read(edits: &mut Edits, uuid: &str) -> Result<Self, Error> {
        let record = shown(edits, &DEVICE, uuid).await?;
        if record.get("device_uuid").is_none() {
            return Err(Error::absent("device", uuid));
        }
        let domain =
            name_of(edits, "v_domains", ("domain_uuid", "domain_name"), &text_of(&record, "domain_uuid")).await?;
        let mut references = Vec::new();
        for (flag, column, table, key, name) in REFERENCES {
            references.push((flag, name_of(edits, table, (key, name), &text_of(&record, column)).await?));
        }
        Ok(Self { domain, tag: tag(&record), references, record })
    }
}

/// The name of the row with this key; empty if there is none.
async fn name_of(
    edits: &mut Edits,
    table: &'static str,
    (key, name): (&str, &str),
    uuid: &str,
) -> Result<String, Error> {
    if uuid.is_empty() || !edits.has(table, name) {
        return Ok(String::new());
    }
    let rows = edits.select_only(table, &[name], &[(key, Some(uuid))]).await?;
    Ok(rows.first().map(|row| row.text(name).to_owned()).unwrap_or_default())
}

/// Names in a domain that a form offers.
#[derive(Default)]
pub struct Offered {
    pub profiles: Vec<String>,
    pub extensions: Vec<String>,
}

impl Offered {
    async fn read(edits: &mut Edits, domain: &str) -> Result<Self, Error> {
        let uuid = find::domain(edits, Some(domain)).await?.uuid;
        let mut offered = Self::default();
        for (list, table, column) in [
            (&mut offered.profiles, "v_device_profiles", "device_profile_name"),
            (&mut offered.extensions, "v_extensions", "extension"),
        ] {
            let rows = edits.select_only(table, &[column], &[("domain_uuid", Some(&uuid))]).await?;
            *list = find::texts(&rows, column);
            list.sort();
            list.truncate(OFFERED_MAX);
        }
        Ok(offered)
    }
}

/// Reads a device; without a key, what a form for a new one offers. `domain` is that of a new device.
///
/// # Errors
/// There is no such device or domain, or the database does not answer.
pub async fn device_rows(
    directory: &Directory,
    uuid: Option<&str>,
    domain: &str,
) -> Result<(Option<DeviceRows>, Offered), Error> {
    let mut edits = directory.edit(Access::Read).await?;
    let rows = match uuid {
        Some(uuid) => Some(DeviceRows::read(&mut edits, uuid).await?),
        None => None,
    };
    let of = rows.as_ref().map_or(domain, |rows| &rows.domain);
    let offered = if of.is_empty() { Offered::default() } else { Offered::read(&mut edits, of).await? };
    Ok((rows, offered))
}
