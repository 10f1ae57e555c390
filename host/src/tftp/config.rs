//! Where TFTP is answered, and for whom.

use crate::facts::Network;
use std::net::{IpAddr, SocketAddr};

#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Requests from elsewhere get no answer at all: anybody can forge the address of a datagram.
    pub networks: Vec<Network>,
}

impl Config {
    pub fn serves(&self, client: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(client))
    }
}
