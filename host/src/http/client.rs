//! Determines the client behind a request. A proxy forwards its client's address in headers. Anyone can send such
//! headers, so they count only if the connection comes from a proxy that the configuration trusts.
//!
//! `Forwarded` (RFC 7239) is ignored: no proxy in front of FusionPBX sets it, and a proxy passes a header that it does
//! not set through from the client unchanged.

use crate::facts::Network;
use crate::request::TARGET_BYTES_MAX;
use axum::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");

/// The proxies in front of this server.
#[derive(Clone, Default)]
pub struct Config {
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: Vec<Network>,
    /// Whether these proxies start every connection with a PROXY protocol header. Other peers never send one.
    pub proxy_protocol: bool,
}

impl Config {
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }
}

/// The phone behind a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    /// The phone's address. An IPv4-mapped IPv6 address is stored as IPv4.
    pub address: IpAddr,
    /// Whether the phone connected over HTTPS.
    pub https: bool,
    /// Path and query as the phone sent them, if a proxy rewrote them. Digest credentials are computed over these.
    pub original_target: Option<String>,
}

impl Client {
    /// `peer` is the other end of the connection, or the address from the PROXY protocol header.
    pub fn of(peer: IpAddr, headers: &HeaderMap, config: &Config) -> Self {
        let peer = peer.to_canonical();
        if !config.trusts(peer) {
            return Self { address: peer, https: false, original_target: None };
        }
        let last = |name| headers.get_all(name).iter().next_back()?.to_str().ok();
        let scheme = last(FORWARDED_PROTO).and_then(|list| list.rsplit(',').next()).unwrap_or_default();
        let target = last(ORIGINAL_URI).filter(|it| it.starts_with('/') && it.len() <= TARGET_BYTES_MAX);
        Self {
            address: forwarded(headers, config).unwrap_or(peer),
            https: scheme.trim().eq_ignore_ascii_case("https"),
            original_target: target.map(str::to_owned),
        }
    }
}

/// Each proxy appends its peer's address to `X-Forwarded-For`, so the rightmost address that is not a trusted proxy is
/// the phone's; the addresses to its left may be forged. If all are trusted proxies, the leftmost is the client.
/// `X-Real-IP` is for proxies that send no list. `None` if neither header contains an address.
fn forwarded(headers: &HeaderMap, config: &Config) -> Option<IpAddr> {
    if !headers.contains_key(FORWARDED_FOR) {
        let mut values = headers.get_all(REAL_IP).iter();
        return parse(values.next().filter(|_| values.next().is_none())?.to_str().ok()?);
    }
    let mut leftmost = None;
    for value in headers.get_all(FORWARDED_FOR).iter().rev() {
        for text in value.to_str().ok()?.rsplit(',') {
            let address = parse(text)?;
            if !config.trusts(address) {
                return Some(address);
            }
            leftmost = Some(address);
        }
    }
    leftmost
}

/// Parses an address as proxies write it: with or without a port, IPv6 with or without brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let bare = || text.parse::<IpAddr>().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::from);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare().or_else(bracketed).or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(peer: &str, pairs: &[(&'static str, &str)]) -> Client {
        let trusted = ["127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:1::/48"];
        let trusted_proxies = trusted.iter().map(|text| Network::parse(text).unwrap()).collect();
        let config = Config { trusted_proxies, proxy_protocol: false };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        Client::of(peer.parse().unwrap(), &headers, &config)
    }

    fn address(pairs: &[(&'static str, &str)]) -> String {
        client("127.0.0.1", pairs).address.to_string()
    }

    #[test]
    fn headers_from_untrusted_peer_are_ignored() {
        let headers = [
            ("x-forwarded-for", "198.51.100.7"),
            ("x-real-ip", "198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("x-original-uri", "/other"),
            ("forwarded", "for=198.51.100.7;proto=https"),
        ];
        for peer in ["192.0.2.1", "127.0.0.2", "::ffff:192.0.2.1", "2001:db8:2::1"] {
            let plain = client(peer, &[]);
            assert_eq!(client(peer, &headers), plain, "{peer}");
            assert!(!plain.https && plain.original_target.is_none());
        }
        assert_eq!(client("::ffff:192.0.2.1", &headers).address.to_string(), "192.0.2.1");
        assert_eq!(client("::ffff:10.1.1.1", &headers).address.to_string(), "198.51.100.7");
    }

    #[test]
    fn rightmost_untrusted_address_is_the_client() {
        for (list, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("203.0.113.9,198.51.100.7 , 10.1.2.3,\t::1", "198.51.100.7"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("anything, 198.51.100.7", "198.51.100.7"),
            ("198.51.100.7:5060", "198.51.100.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:5060", "2001:db8::7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("[::ffff:198.51.100.7]:1, ::ffff:10.0.0.1", "198.51.100.7"),
        ] {
            assert_eq!(address(&[("x-forwarded-for", list)]), expected, "{list}");
        }
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7, 10.0.0.1")];
        assert_eq!(address(&lines), "198.51.100.7");
    }

    #[test]
    fn malformed_headers_leave_the_peer_address() {
        for list in ["", "unknown", "198.51.100.7,", "198.51.100.7, x", "198.51.100.7:99999", "[198.51.100.7]", "1.2.3"]
        {
            assert_eq!(address(&[("x-forwarded-for", list)]), "127.0.0.1", "{list}");
            assert_eq!(address(&[("x-real-ip", list)]), "127.0.0.1", "{list}");
        }
        let both = [("x-forwarded-for", "x"), ("x-real-ip", "198.51.100.7")];
        assert_eq!(address(&both), "127.0.0.1", "X-Forwarded-For takes precedence over X-Real-IP");
        let twice = [("x-real-ip", "198.51.100.7"), ("x-real-ip", "198.51.100.8")];
        assert_eq!(address(&twice), "127.0.0.1");
        assert_eq!(address(&[("x-real-ip", "198.51.100.7")]), "198.51.100.7");
    }

    #[test]
    fn scheme_and_target_come_from_the_nearest_proxy() {
        let https = |value: &str| client("10.0.0.1", &[("x-forwarded-proto", value)]).https;
        assert!(https("https") && https("HTTPS") && https("http, https"));
        assert!(!https("http") && !https("") && !https("https, http") && !https("httpss"));
        let target = |value: &str| client("10.0.0.1", &[("x-original-uri", value)]).original_target;
        assert_eq!(target("/provision/x.cfg?a={b}").as_deref(), Some("/provision/x.cfg?a={b}"));
        for value in ["", "provision", "http://x/", &format!("/{}", "a".repeat(TARGET_BYTES_MAX))] {
            assert_eq!(target(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn address_parses_in_every_notation(bits in any::<u128>(), small in any::<u32>(), port in any::<u16>()) {
            for address in [IpAddr::from(std::net::Ipv6Addr::from_bits(bits)), std::net::Ipv4Addr::from_bits(small).into()] {
                let forms = [format!(" {address}\t"), SocketAddr::new(address, port).to_string()];
                for text in forms {
                    prop_assert_eq!(parse(&text), Some(address.to_canonical()));
                }
            }
        }

        #[test]
        fn text_left_of_the_client_address_is_ignored(left in "[ -+--~]{0,20}", count in 0..3_usize) {
            let list = format!("{left}, 198.51.100.7{}", ", 10.0.0.1".repeat(count));
            prop_assert_eq!(address(&[("x-forwarded-for", &list)]), "198.51.100.7");
        }
    }
}
