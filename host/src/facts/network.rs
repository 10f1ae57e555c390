//! Networks that clients may come from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network or a single address, of either family. Host bits do not matter: `10.1.2.3/8` is `10.0.0.0/8`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `address` or `address/length`. `None` for everything else, names and netmasks included.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = bits(address);
        let prefix = length.map_or(Some(bits), |length| prefix(length, bits))?;
        // Clients of an IPv6 socket that speak IPv4 are IPv4 clients, and so is a network of them.
        match address.to_canonical() {
            IpAddr::V4(v4) if bits == 128 && prefix >= 96 => Some(Self { address: v4.into(), prefix: prefix - 96 }),
            _ => Some(Self { address, prefix }),
        }
    }

    /// The network of this prefix length around an address, without its host bits.
    pub fn around(address: IpAddr, prefix: u8) -> Self {
        let host_bits = u32::from(bits(address).saturating_sub(prefix));
        let address = match address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(host_bits).unwrap_or(0)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(host_bits).unwrap_or(0)).into(),
        };
        Self { address, prefix }
    }

    /// The network of one address.
    pub fn of_one(address: IpAddr) -> Self {
        Self { address, prefix: bits(address) }
    }

    pub fn address(&self) -> IpAddr {
        self.address
    }

    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether one of the two contains the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }

    pub fn contains(&self, client: IpAddr) -> bool {
        match (self.address, client.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(client)) => self.agree_v4(network, client),
            (IpAddr::V6(network), IpAddr::V6(client)) => self.agree_v6(network, client),
            _ => false,
        }
    }

    fn agree_v4(&self, one: Ipv4Addr, other: Ipv4Addr) -> bool {
        let differing = one.to_bits() ^ other.to_bits();
        differing.leading_zeros() >= u32::from(self.prefix)
    }

    fn agree_v6(&self, one: Ipv6Addr, other: Ipv6Addr) -> bool {
        let differing = one.to_bits() ^ other.to_bits();
        differing.leading_zeros() >= u32::from(self.prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn prefix(length: &str, bits: u8) -> Option<u8> {
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    length.parse().ok().filter(|length| is_number && *length <= bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn admits(network: &str, client: &str) -> bool {
        Network::parse(network).unwrap().contains(client.parse().unwrap())
    }

    #[test]
    fn network_around_an_address_has_no_host_bits() {
        for (address, prefix, network) in [
            ("192.0.2.77", 24, "192.0.2.0/24"),
            ("192.0.2.77", 32, "192.0.2.77/32"),
            ("192.0.2.77", 0, "0.0.0.0/0"),
            ("2001:db8:1:2ff:3::4", 56, "2001:db8:1:200::/56"),
            ("2001:db8::1", 0, "::/0"),
        ] {
            assert_eq!(Network::around(address.parse().unwrap(), prefix).to_string(), network);
        }
        let network = |text| Network::parse(text).unwrap();
        assert!(network("2001:db8::/56").overlaps(&network("2001:db8::/48")));
        assert!(network("2001:db8::/48").overlaps(&network("2001:db8::/56")));
        assert!(!network("192.0.2.0/24").overlaps(&network("192.0.3.0/24")));
    }

    #[test]
    fn networks_single_addresses_and_host_bits_mean_what_they_say() {
        for network in ["127.0.0.1/32", "127.0.0.0/8", "127.0.0.1", "0.0.0.0/0", "127.0.0.5/8", " 127.0.0.0/24 "] {
            assert!(admits(network, "127.0.0.1"), "{network}");
        }
        for network in ["10.0.0.0/8", "128.0.0.0/1", "127.0.0.2", "::1/128", "::/0"] {
            assert!(!admits(network, "127.0.0.1"), "{network}");
        }
        for network in ["::1", "::1/128", "::/0", "::5/64"] {
            assert!(admits(network, "::1"), "{network}");
        }
        assert!(!admits("2001:db8::/32", "2001:db9::1") && !admits("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn ipv4_behind_an_ipv6_socket_is_ipv4() {
        assert!(admits("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(admits("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(!admits("::ffff:10.0.0.0/104", "11.1.2.3"));
    }

    #[test]
    fn unreadable_text_is_not_a_network() {
        for text in [
            "",
            "abc",
            "0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0/8",
            "10.0.0.0/255.0.0.0",
            "::1/129",
            "localhost",
            "10.0.0.0/256",
            "10.0.0.0/08x",
            "010.0.0.1",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    /// An address of either family and the bits that it has.
    fn address() -> impl Strategy<Value = (IpAddr, u8)> {
        prop_oneof![
            any::<u32>().prop_map(|bits| (IpAddr::from(Ipv4Addr::from_bits(bits)), 32)),
            any::<u128>().prop_map(|bits| (IpAddr::from(Ipv6Addr::from_bits(bits)), 128)),
        ]
    }

    /// The first bits of an address, one character each.
    fn bits_of(address: IpAddr) -> String {
        match address {
            IpAddr::V4(address) => format!("{:032b}", address.to_bits()),
            IpAddr::V6(address) => format!("{:0128b}", address.to_bits()),
        }
    }

    proptest! {
        #[test]
        fn client_is_in_network_if_its_prefix_bits_agree(
            (network, length) in address().prop_flat_map(|(address, bits)| (Just(address), 0..=bits)),
            change in any::<u128>(), shift in 0..128_u32,
        ) {
            let client = match network {
                IpAddr::V4(address) => IpAddr::from(Ipv4Addr::from_bits(address.to_bits() ^ ((change >> shift) as u32))),
                IpAddr::V6(address) => IpAddr::from(Ipv6Addr::from_bits(address.to_bits() ^ (change >> shift))),
            };
            let same = bits_of(network)[..length.into()] == bits_of(client)[..length.into()];
            let read = Network::parse(&format!(" {network}/{length}\t")).unwrap();
            prop_assert_eq!(read.contains(client), same);
            prop_assert_eq!(Network::parse(&client.to_string()).unwrap().contains(network), client == network);
        }

        #[test]
        fn only_an_address_with_a_length_that_it_can_have_is_a_network(
            (address, bits) in address(), length in "[0-9+a-f/. -]{0,4}",
        ) {
            let number = length.trim_end().bytes().all(|byte| byte.is_ascii_digit());
            let fits = number && length.trim_end().parse::<u32>().is_ok_and(|length| length <= bits.into());
            prop_assert_eq!(Network::parse(&format!("{address}/{length}")).is_some(), fits);
        }

        #[test]
        fn arbitrary_text_does_not_panic(text in "[0-9a-fx:./ -]{0,50}") {
            let _ = Network::parse(&text);
        }
    }
}
