//! Reads the stored versions of documents.

use super::reader::{ReadError, Reader};
use super::versions::DOCUMENT_BYTES_MAX;
use super::zip::unzip;
use crate::facts::{DeviceAddress, hex};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use std::ops::Range;

/// A stored version, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredVersion {
    /// Numbers rise with the time.
    pub id: i64,
    #[serde(rename = "time", serialize_with = "super::entry::as_time")]
    pub at_us: i64,
    pub domain: String,
    pub device: String,
    /// The template file.
    pub file: String,
    /// The parameters of the request that the document may depend on.
    pub parameters: String,
    pub bytes: u64,
    pub sha256: String,
}

/// The document of a version. It may hold secrets, so there is no `Debug`.
pub struct StoredDocument {
    pub body: Vec<u8>,
    /// The places of secrets in it that the server knew when it sent the document.
    pub secrets: Vec<Range<usize>>,
}

const SELECT: &str = "select id, at_us, domain, device, file, parameters, bytes, sha256 from documents";

impl Reader {
    /// The stored versions of a device's files, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn versions(&mut self, device: &DeviceAddress) -> Result<Vec<StoredVersion>, ReadError> {
        let sql = format!("{SELECT} where device = $1 order by id");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(device.as_str().to_owned());
        let rows = query.fetch_all(self.connection()).await.map_err(|error| self.error(error))?;
        rows.iter().map(version).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }

    /// The document of a version; `None` if it was removed meanwhile, or is damaged.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn document(&mut self, id: i64) -> Result<Option<StoredDocument>, ReadError> {
        let query =
            sqlx::query_as::<_, (String, Vec<u8>)>("select secrets, body from documents where id = $1").bind(id);
        let row = query.fetch_optional(self.connection()).await.map_err(|error| self.error(error))?;
        Ok(row.and_then(|(secrets, body)| {
            Some(StoredDocument { body: unzip(&body, DOCUMENT_BYTES_MAX)?, secrets: places(&secrets) })
        }))
    }
}

fn places(text: &str) -> Vec<Range<usize>> {
    let place = |pair: &str| {
        let (start, end) = pair.split_once('-')?;
        Some(start.parse().ok()?..end.parse().ok()?)
    };
    text.split(',').filter_map(place).collect()
}

fn version(row: &SqliteRow) -> sqlx::Result<StoredVersion> {
    Ok(StoredVersion {
        id: row.try_get("id")?,
        at_us: row.try_get("at_us")?,
        domain: row.try_get("domain")?,
        device: row.try_get("device")?,
        file: row.try_get("file")?,
        parameters: row.try_get("parameters")?,
        bytes: row.try_get::<i64, _>("bytes")?.unsigned_abs(),
        sha256: hex(&row.try_get::<Vec<u8>, _>("sha256")?),
    })
}
