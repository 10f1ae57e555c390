//! TLS of the server's own: the certificate and key of the configuration, replaced when their files change; and the
//! certificates that phones present.

mod accept;
mod error;
mod files;
mod material;
mod verify;
mod version1;
mod watch;

pub use accept::Tls;
pub use error::TlsError;
pub use files::TlsConfig;

pub(super) use accept::advice;
