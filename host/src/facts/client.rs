//! The address of the phone behind a request.

use super::network::Network;
use std::fmt;
use std::net::IpAddr;

/// The phone's address. It is unknown if a trusted proxy forwarded something that is not an address. Nothing is known about
/// such a client, so it is in no network, and never the proxy itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientAddress {
    /// An IPv4-mapped IPv6 address is stored as IPv4.
    Known(IpAddr),
    Unknown,
}

impl ClientAddress {
    pub fn known(self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(address),
            Self::Unknown => None,
        }
    }

    pub fn is_in(self, network: &Network) -> bool {
        self.known().is_some_and(|address| network.contains(address))
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self::Known(address.to_canonical())
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(f),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}
