//! An entry as it is written: without secrets, with its hashes.

use super::new_entry::{NewEntry, Origin, SentDocument};
use super::reason::Reason;
use super::target::without_secrets;
use super::text::shared;
use crate::facts::DeviceAddress;
use jiff::Timestamp;
use std::sync::Arc;

/// The longest User-Agent. Phones send less than 100 characters.
const AGENT_CHARS_MAX: usize = 200;
/// The longest name of a host, of DNS.
const DOMAIN_CHARS_MAX: usize = 253;
/// The longest name of a file.
const FILE_CHARS_MAX: usize = 255;
/// The longest method. The longest registered one has 17 letters.
const METHOD_CHARS_MAX: usize = 20;

/// The columns of an entry.
pub struct Row {
    pub at: Timestamp,
    pub request: Arc<str>,
    pub client: Arc<str>,
    pub method: Arc<str>,
    pub domain: Arc<str>,
    pub device: Option<DeviceAddress>,
    pub file: Arc<str>,
    pub target: Arc<str>,
    pub agent: Arc<str>,
    pub status: u16,
    pub reason: Reason,
    pub bytes: i64,
    pub sha256: Option<[u8; 32]>,
    pub origin: Option<Origin>,
    pub duration_us: i64,
    /// A document that may be stored.
    pub document: Option<SentDocument>,
}

impl From<NewEntry> for Row {
    /// Computes the document's hash, so this is no work for a thread that answers requests.
    fn from(entry: NewEntry) -> Self {
        let sha256 = entry.document.as_ref().map(|document| match document {
            SentDocument::Hash(hash) => *hash,
            SentDocument::Whole { ready, .. } => ready.sha256(),
        });
        Self {
            at: entry.at,
            request: entry.request.to_string().into(),
            client: entry.client.to_string().into(),
            method: shared(&entry.method, METHOD_CHARS_MAX),
            domain: shared(&entry.domain, DOMAIN_CHARS_MAX),
            device: entry.device,
            file: shared(&entry.file, FILE_CHARS_MAX),
            target: without_secrets(&entry.target).into(),
            agent: shared(&entry.agent, AGENT_CHARS_MAX),
            status: entry.status,
            reason: entry.reason,
            bytes: i64::try_from(entry.bytes).unwrap_or(i64::MAX),
            sha256,
            origin: entry.origin,
            duration_us: i64::try_from(entry.took.as_micros()).unwrap_or(i64::MAX),
            document: entry.document.filter(|it| matches!(it, SentDocument::Whole { device: Some(_), .. })),
        }
    }
}
