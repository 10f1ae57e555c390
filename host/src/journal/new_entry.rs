//! An entry on its way into the journal.

use super::reason::Reason;
use crate::directory::Admitted;
use crate::documents::ReadyDocument;
use crate::facts::{ClientAddress, DeviceAddress, RequestId};
use crate::plugin::Plugin;
use crate::templates::TemplateFile;
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// One request as it was answered. Target and document may hold passwords, so there is no `Debug`; the writer removes them.
pub struct NewEntry {
    pub request: RequestId,
    pub at: Timestamp,
    pub client: ClientAddress,
    pub method: Cow<'static, str>,
    pub domain: String,
    pub device: Option<DeviceAddress>,
    pub file: String,
    /// Path and query as the phone sent them.
    pub target: String,
    pub agent: String,
    pub status: u16,
    pub reason: Reason,
    /// Of the answer's document, or of the uploaded file.
    pub bytes: u64,
    pub document: Option<SentDocument>,
    /// Bytes that the queue counts for the document; 0 at first.
    pub room_bytes: usize,
    pub origin: Option<Origin>,
    pub took: Duration,
}

/// The document of an answer.
pub enum SentDocument {
    Hash([u8; 32]),
    /// The writer computes the hash, unless it is known.
    Whole {
        ready: Arc<ReadyDocument>,
        /// Whose secrets it may show, if its versions are stored.
        device: Option<Admitted>,
    },
}

/// What rendered a document, or failed to.
#[derive(Clone)]
pub struct Origin {
    pub plugin: Arc<Plugin>,
    /// The template folder.
    pub folder: Arc<str>,
    /// Its live texts; `None` for a folder that nobody watches.
    pub texts: Option<Arc<[TemplateFile]>>,
}
