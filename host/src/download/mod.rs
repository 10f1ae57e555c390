//! Files from other servers and components from OCI registries: over TLS, with limits on size, time and redirects.
//! And single requests to services.

mod call;
mod client;
mod error;
mod limits;
mod logins;
mod reference;
mod registry;
mod url;

pub use call::{Call, Limits, Reply};
pub use client::{AGENT, Client};
pub use error::Error;
pub use logins::Logins;
pub use reference::Reference;
pub use registry::Pulled;
pub use url::FileUrl;
