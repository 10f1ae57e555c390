//! What the server asks of the rooms that know files.

use super::packet::ErrorCode;
use axum::body::Body;
use std::net::IpAddr;
use std::pin::Pin;

/// A file, and its length if it is known before its end.
pub struct Found {
    pub body: Body,
    pub bytes: Option<u64>,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFile {
    Absent,
    /// The client may not have it, or would have to log in.
    Denied,
    /// The same request may succeed later.
    Later,
}

impl NoFile {
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Absent => ErrorCode::NotFound,
            Self::Denied => ErrorCode::AccessViolation,
            Self::Later => ErrorCode::Undefined,
        }
    }

    pub fn message(self) -> &'static str {
        match self {
            Self::Absent => "no such file",
            Self::Denied => "access denied",
            Self::Later => "try again later",
        }
    }
}

/// Finds a file by its name, for a client.
pub trait Answerer: Send + Sync + 'static {
    fn answer(&self, client: IpAddr, name: String) -> Pin<Box<dyn Future<Output = Result<Found, NoFile>> + Send>>;
}
