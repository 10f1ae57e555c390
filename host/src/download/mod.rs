//! Files from other servers: over TLS, with limits on size, time and redirects.

mod client;
mod error;
mod limits;
mod url;

pub use client::Client;
pub use error::Error;
pub use url::FileUrl;
