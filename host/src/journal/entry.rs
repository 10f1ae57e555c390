//! An entry of the journal as it is read.

use serde::Serialize;
use serde::ser::Serializer;

/// One request, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Entry {
    pub id: i64,
    /// The request's id, which is also in the log.
    pub request: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    #[serde(rename = "time", serialize_with = "as_time")]
    #[schema(value_type = String)]
    pub at_us: i64,
    pub client: String,
    pub method: String,
    pub domain: String,
    /// The device's address; `None` if the request names none.
    pub device: Option<String>,
    /// The template file that was sent, else the file that the phone requested.
    pub file: String,
    /// Without secrets.
    pub target: String,
    pub user_agent: String,
    pub status: u16,
    /// The word of a [`super::Reason`].
    pub reason: String,
    pub bytes: u64,
    /// The SHA-256 of the whole document, in hexadecimal digits; `None` if the answer has none.
    pub sha256: Option<String>,
    pub plugin: Option<PluginVersion>,
    pub duration_us: u64,
}

/// What rendered a document, or failed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PluginVersion {
    pub name: String,
    pub version: String,
    /// The SHA-256 of the component.
    pub sha256: String,
    /// The template folder.
    pub template: String,
    /// The SHA-256 of the folder's texts; `None` for a folder that nobody watches.
    pub template_sha256: Option<String>,
}

impl Entry {
    /// Whether the phone has the document.
    pub fn is_fetch(&self) -> bool {
        matches!(self.status, 200 | 206 | 304) && self.sha256.is_some()
    }

    pub fn time(&self) -> jiff::Timestamp {
        time_of(self.at_us)
    }
}

/// A time as the journal's tables have it.
pub fn time_of(at_us: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at_us).unwrap_or_default()
}

pub(super) fn as_time<S: Serializer>(at_us: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let at = time_of(*at_us);
    serializer.collect_str(&format_args!("{at:.6}"))
}
