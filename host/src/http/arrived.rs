//! What the connection says of a request.

use super::client::Client;
use axum::http::request::Parts;
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

/// The address of the client that sent a request; empty if it came over no connection.
pub fn client_address(parts: &Parts) -> String {
    parts.extensions.get::<Arrived>().map(|arrived| arrived.client.address.to_string()).unwrap_or_default()
}
