//! Versions of devices' documents: each new one is stored, compressed, with the places of the secrets that it shows.

use super::entry::time_of;
use super::mask;
use super::new_entry::SentDocument;
use super::reason::Reason;
use super::row::Row;
use super::zip::zip;
use crate::directory::{Admitted, Device};
use crate::documents::ReadyDocument;
use crate::facts::Value;
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::sync::Arc;

/// A larger document is not stored. The largest configuration files have 300 kB.
pub const DOCUMENT_BYTES_MAX: usize = 4 << 20;
/// Versions of one file of one device.
const VERSIONS_MAX: i64 = 20;
/// Files whose newest version is remembered; beyond that, the database is asked.
const KNOWN_MAX: usize = 50_000;

/// A file of a device. Requests with other parameters may get another document, so each has its own versions.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    domain: String,
    device: String,
    file: String,
    parameters: String,
}

/// A document that was sent, which may be a new version.
pub struct Candidate {
    at_us: i64,
    place: Place,
    sha256: [u8; 32],
    ready: Arc<ReadyDocument>,
    device: Admitted,
}

/// A new version as it is stored. It may hold secrets, so there is no `Debug`.
pub struct Version {
    at_us: i64,
    place: Place,
    sha256: [u8; 32],
    bytes: i64,
    secrets: String,
    body: Vec<u8>,
}

impl Candidate {
    /// Takes the document from a row.
    pub fn of(row: &mut Row) -> Option<Self> {
        let Some(SentDocument::Whole { ready, device: Some(device) }) = row.document.take() else { return None };
        let is_sent = matches!(row.reason, Reason::Sent | Reason::Part);
        if !is_sent || ready.document.body.len() > DOCUMENT_BYTES_MAX {
            return None;
        }
        let place = Place {
            domain: device.domain_name.clone(),
            device: device.address.as_str().to_owned(),
            file: row.file.to_string(),
            parameters: parameters(&row.target),
        };
        Some(Self { at_us: row.at.as_microsecond(), place, sha256: row.sha256?, ready, device })
    }

    /// Compresses the document and finds its secrets, which takes milliseconds.
    fn pack(&self) -> Version {
        let Self { at_us, place, sha256, ready, device } = self;
        let body = &ready.document.body;
        let places = std::str::from_utf8(body).map(|text| mask::find(text, &secrets(device))).unwrap_or_default();
        let secrets: Vec<_> = places.iter().map(|range| format!("{}-{}", range.start, range.end)).collect();
        let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
        Version {
            at_us: *at_us,
            place: place.clone(),
            sha256: *sha256,
            bytes,
            secrets: secrets.join(","),
            body: zip(body),
        }
    }
}

impl Version {
    pub fn stored_bytes(&self) -> u64 {
        (self.body.len() + self.secrets.len()) as u64
    }
}

/// The query of a target without what names the device or the file.
fn parameters(target: &str) -> String {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let is_other = |pair: &&str| !matches!(pair.split('=').next(), Some("mac" | "address" | "file" | "ext" | "name"));
    query.split('&').filter(is_other).collect::<Vec<_>>().join("&")
}

/// Passwords of lines, and what columns and settings of the device name as secret.
pub(super) fn secrets(device: &Device) -> Vec<String> {
    let mut found = Vec::new();
    for table in &device.tables {
        for row in &table.rows {
            let cells = table.columns.iter().zip(row);
            found.extend(cells.filter(|(column, _)| is_secret(column)).flat_map(|(_, value)| texts(value)));
        }
    }
    for settings in [&device.settings, &device.domain_settings] {
        found.extend(settings.all().filter(|(name, _)| is_secret(name)).flat_map(|(_, value)| texts(value)));
    }
    found.sort();
    found.dedup();
    found
}

/// Whether the name of a column or setting says that its value is secret.
pub fn is_secret(name: &str) -> bool {
    crate::facts::is_secret(name) || mask::Kind::of(name) == mask::Kind::Secret
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) | Value::Number(text) => vec![text.clone()],
        Value::Items(items) => items.clone(),
        Value::Null | Value::Flag(_) => Vec::new(),
    }
}

/// The newest version of each file, as far as it is known.
#[derive(Default)]
pub struct Versions {
    newest: HashMap<Place, Newest>,
}

/// When a version was sent, and its hash.
#[derive(Clone, Copy)]
struct Newest {
    at_us: i64,
    sha256: [u8; 32],
}

impl Newest {
    /// Whether the document is this version, perhaps with another time in it.
    fn is(&self, candidate: &Candidate) -> bool {
        let Candidate { sha256, ready, .. } = candidate;
        let at_that_time = || ready.at(time_of(self.at_us).into()).sha256();
        *sha256 == self.sha256 || ready.document.has_time() && at_that_time() == self.sha256
    }
}

impl Versions {
    /// Forgets all. It may be of a transaction that failed, or of another file.
    pub fn clear(&mut self) {
        self.newest.clear();
    }

    /// The documents among these that are new versions, ready to be stored.
    pub async fn new_of(
        &mut self,
        candidates: &[Arc<Candidate>],
        connection: &mut SqliteConnection,
    ) -> sqlx::Result<Vec<Version>> {
        let mut new = Vec::new();
        for candidate in candidates {
            if self.newest(&candidate.place, connection).await?.is_some_and(|newest| newest.is(candidate)) {
                continue;
            }
            if self.newest.len() >= KNOWN_MAX {
                self.newest.clear();
            }
            let newest = Newest { at_us: candidate.at_us, sha256: candidate.sha256 };
            self.newest.insert(candidate.place.clone(), newest);
            new.push(Arc::clone(candidate));
        }
        let packing = tokio::task::spawn_blocking(move || new.iter().map(|new| new.pack()).collect());
        Ok(packing.await.unwrap_or_default())
    }

    async fn newest(&self, place: &Place, connection: &mut SqliteConnection) -> sqlx::Result<Option<Newest>> {
        if let Some(newest) = self.newest.get(place) {
            return Ok(Some(*newest));
        }
        let select = "select at_us, sha256 from documents where device = $1 and file = $2 and domain = $3 and parameters = $4 \
            order by id desc limit 1";
        let query = sqlx::query_as::<_, (i64, Vec<u8>)>(select);
        let query = query.bind(&place.device).bind(&place.file).bind(&place.domain).bind(&place.parameters);
        let found = query.fetch_optional(connection).await?;
        Ok(found.and_then(|(at_us, hash)| Some(Newest { at_us, sha256: hash.try_into().ok()? })))
    }
}

/// Stores new versions, and removes the oldest ones of their files.
pub async fn insert(versions: &[Version], connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let insert = "insert into documents (at_us, domain, device, file, parameters, sha256, bytes, secrets, body) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let remove = "delete from documents where id in (select id from documents where device = $1 and file = $2 and \
        domain = $3 and parameters = $4 order by id desc limit -1 offset $5)";
    for version in versions {
        let Place { domain, device, file, parameters } = &version.place;
        let query = sqlx::query(insert).bind(version.at_us).bind(domain).bind(device).bind(file).bind(parameters);
        let query =
            query.bind(version.sha256.as_slice()).bind(version.bytes).bind(&version.secrets).bind(&version.body);
        query.execute(&mut *connection).await?;
        let query = sqlx::query(remove).bind(device).bind(file).bind(domain).bind(parameters).bind(VERSIONS_MAX);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
