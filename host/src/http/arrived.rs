//! What the connection says of a request.

use super::client::Client;
use std::net::IpAddr;
use tokio::time::Instant;

/// How a request arrived. Handlers find it in the request's extensions.
#[derive(Clone)]
pub struct Arrived {
    /// The other end of the connection, or the address from the PROXY protocol header.
    pub peer: IpAddr,
    pub client: Client,
    /// The arrival time of its first byte.
    pub at: Instant,
}
