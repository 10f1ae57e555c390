//! Who sends a request, as far as limits are concerned.

use crate::facts::{ClientAddress, LastProvisioned, Network, Oui, RequestFacts, seconds};
use std::net::{IpAddr, Ipv4Addr};

/// How long a provisioned phone stays known: most phones return daily, some weekly.
pub const KNOWN_SECONDS: u64 = 8 * 86_400;

/// All clients whose address is unknown share one place: no client has this address.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A prefix that counts as one source, and its share of a limit in quarters.
pub struct Width {
    prefix: u8,
    quarters: u64,
}

/// A client that rents one address of a hoster can rent its neighbours as well. Known phones in the same network stay
/// exempt.
const WIDTHS_V4: [Width; 1] = [Width { prefix: 24, quarters: 4 }];

/// Providers assign a /64 to a line, and a /56 or a /48 to a site. Its owner can use all of it. Several customers
/// may share the wider ones, so their limits are somewhat higher.
const WIDTHS_V6: [Width; 3] =
    [Width { prefix: 64, quarters: 4 }, Width { prefix: 56, quarters: 5 }, Width { prefix: 48, quarters: 6 }];

impl Width {
    /// The share of a limit; zero is no limit.
    pub fn of(&self, max: u32) -> u32 {
        u32::try_from(u64::from(max) * self.quarters / 4).unwrap_or(u32::MAX)
    }
}

/// Client and requested device.
#[derive(Clone, Copy)]
pub struct RequestSource {
    /// The IPv4 address, or the IPv6 /64 network.
    pub(super) client: IpAddr,
    /// The narrowest network that counts as one source.
    pub(super) network: Network,
    /// A keyed hash of the device's identifier; the key is secret.
    pub(super) subject: u64,
    /// The maker of a MAC address. The first digits of other addresses name none.
    pub(super) oui: Option<Oui>,
    pub(super) has_row: bool,
    /// Whether the device's row says that it was provisioned from this client lately.
    pub(super) was_here: bool,
}

impl RequestSource {
    pub(super) fn new(client: ClientAddress, subject: u64, oui: Option<Oui>) -> Self {
        let address = client.known().unwrap_or(UNKNOWN).to_canonical();
        let network = Network::around(address, widths(address)[0].prefix);
        Self { client: one_client(address), network, subject, oui, has_row: false, was_here: false }
    }

    /// Adds what the database knows of the device. The row outlives a restart, and other servers write it too.
    pub fn with_facts(self, facts: &RequestFacts, now: u64) -> Self {
        let is_here = |last: &LastProvisioned| {
            let from_here = last.ip.parse().is_ok_and(|ip| one_client(ip) == self.client);
            from_here && seconds(&last.date).is_some_and(|at| at + KNOWN_SECONDS > now)
        };
        let last = facts.provisioned.as_deref().filter(|_| facts.device.is_some());
        Self { has_row: facts.device.is_some(), was_here: last.is_some_and(is_here), ..self }
    }

    /// The networks for which a request of this source counts, the narrowest first.
    pub(super) fn networks(&self) -> impl Iterator<Item = (Network, &'static Width)> + use<> {
        let client = self.client;
        widths(client).iter().map(move |width| (Network::around(client, width.prefix), width))
    }

    /// The client together with the device.
    pub(super) fn phone(&self) -> (IpAddr, u64) {
        (self.client, self.subject)
    }
}

/// The width of a network that [`RequestSource::networks`] has returned.
pub fn width_of(network: &Network) -> &'static Width {
    let widths = widths(network.address());
    widths.iter().find(|width| width.prefix == network.prefix()).unwrap_or(&widths[0])
}

fn widths(address: IpAddr) -> &'static [Width] {
    if address.is_ipv4() { &WIDTHS_V4 } else { &WIDTHS_V6 }
}

/// Addresses that belong to one client have one value here.
fn one_client(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if address.is_ipv4() { address } else { Network::around(address, WIDTHS_V6[0].prefix).address() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_either_database_is_read() {
        for text in ["2026-07-01 12:00:31+00", "2026-07-01 14:00:31.25+02", "2026-07-01 12:00:31"] {
            assert_eq!(seconds(text), Some(1_782_907_231), "{text}");
        }
        assert_eq!((seconds(""), seconds("yesterday"), seconds("1901-01-01 00:00:00")), (None, None, None));
    }

    #[test]
    fn wider_prefixes_have_higher_limits() {
        let source = |text: &str| RequestSource::new(text.parse::<IpAddr>().unwrap().into(), 1, None);
        let maxima = |text: &str| {
            let networks = source(text).networks();
            networks.map(|(network, width)| format!("{network} {}", width.of(120))).collect::<Vec<_>>()
        };
        assert_eq!(maxima("192.0.2.7"), ["192.0.2.0/24 120"]);
        assert_eq!(
            maxima("2001:db8:1:2ff::1"),
            ["2001:db8:1:2ff::/64 120", "2001:db8:1:200::/56 150", "2001:db8:1::/48 180"]
        );
        assert_eq!((WIDTHS_V6[2].of(0), WIDTHS_V6[2].of(u32::MAX)), (0, u32::MAX));
    }
}
