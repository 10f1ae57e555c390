//! Determines the client behind a request. A proxy forwards its client's address in headers. Anyone can send such
//! headers, so they count only if the connection comes from a proxy that the configuration trusts.
//!
//! `Forwarded` (RFC 7239) is ignored: no proxy in front of FusionPBX sets it, and a proxy passes a header that it does
//! not set through from the client unchanged.

use super::certificate_headers::CertificateHeaders;
use crate::facts::{ClientAddress, Network, PhoneCertificate};
use crate::request::TARGET_BYTES_MAX;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
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
    /// The headers in which these proxies send what they know of a phone's certificate.
    pub certificates: Option<CertificateHeaders>,
}

/// What the server knows of a connection by its own TLS.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Channel {
    pub is_encrypted: bool,
    pub certificate: PhoneCertificate,
}

impl Config {
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }
}

/// The phone behind a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Client {
    pub address: ClientAddress,
    /// Whether the phone connected over HTTPS.
    pub https: bool,
    /// Path and query as the phone sent them, if a proxy rewrote them. Digest credentials are computed over these.
    pub original_target: Option<String>,
    pub certificate: PhoneCertificate,
}

impl Client {
    /// `peer` is the other end of the connection, or the address from the PROXY protocol header. `channel` is what the
    /// server's own TLS tells about the connection.
    pub fn of(peer: IpAddr, channel: Channel, headers: &HeaderMap, config: &Config) -> Self {
        let peer = peer.to_canonical();
        let Channel { is_encrypted, certificate } = channel;
        if !config.trusts(peer) {
            return Self { address: peer.into(), https: is_encrypted, original_target: None, certificate };
        }
        let last = |name| headers.get_all(name).iter().next_back().map_or(&b""[..], HeaderValue::as_bytes);
        let scheme = elements(last(FORWARDED_PROTO)).next().unwrap_or_default();
        let target = std::str::from_utf8(last(ORIGINAL_URI)).ok();
        let target = target.filter(|it| it.starts_with('/') && it.len() <= TARGET_BYTES_MAX);
        let forwarded = forwarded(headers, config);
        // Without a forwarded address the request is the proxy's own, and so is the channel.
        let is_own = forwarded.is_none() && scheme.is_empty();
        let sent = config.certificates.as_ref().map(|names| names.read(headers));
        Self {
            address: forwarded.unwrap_or(peer.into()),
            https: scheme.eq_ignore_ascii_case(b"https") || (is_own && is_encrypted),
            original_target: target.map(str::to_owned),
            certificate: sent.unwrap_or(if is_own { certificate } else { PhoneCertificate::Absent }),
        }
    }
}

/// Each proxy appends its peer's address to `X-Forwarded-For`, so the rightmost address that is not a trusted proxy is
/// the phone's; all bytes to its left may be forged. If all are trusted proxies, the leftmost is the client. `X-Real-IP`
/// is for proxies that send no list. `None` if the proxy sends neither header, so that the request is its own.
fn forwarded(headers: &HeaderMap, config: &Config) -> Option<ClientAddress> {
    let address = |text| parse(text).map_or(ClientAddress::Unknown, ClientAddress::Known);
    if !headers.contains_key(FORWARDED_FOR) {
        let mut values = headers.get_all(REAL_IP).iter();
        let value = values.next()?;
        return Some(if values.next().is_none() { address(value.as_bytes()) } else { ClientAddress::Unknown });
    }
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut leftmost = None;
    for client in lines.flat_map(|line| elements(line.as_bytes())).map(address) {
        leftmost = Some(client);
        if client.known().is_none_or(|address| !config.trusts(address)) {
            break;
        }
    }
    leftmost
}

/// The elements of a list, the last one first.
fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.rsplit(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Parses an address as proxies write it: with or without a port, IPv6 with or without brackets.
fn parse(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
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
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        client_of_bytes(peer, &pairs)
    }

    fn client_of_bytes(peer: &str, pairs: &[(&'static str, &[u8])]) -> Client {
        let trusted = ["127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:1::/48"];
        let trusted_proxies = trusted.iter().map(|text| Network::parse(text).unwrap()).collect();
        let config = Config { trusted_proxies, ..Config::default() };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        Client::of(peer.parse().unwrap(), Channel::default(), &headers, &config)
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
    fn unreadable_header_makes_the_client_unknown() {
        for list in ["", "unknown", "198.51.100.7,", "198.51.100.7, x", "198.51.100.7:99999", "[198.51.100.7]", "1.2.3"]
        {
            assert_eq!(address(&[("x-forwarded-for", list)]), "unknown", "{list}");
            assert_eq!(address(&[("x-real-ip", list)]), "unknown", "{list}");
        }
        assert_eq!(address(&[("x-forwarded-for", "198.51.100.7, x, 10.0.0.1")]), "unknown");
        let lines = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "x"), ("x-forwarded-for", "10.0.0.1")];
        assert_eq!(address(&lines), "unknown");
        let both = [("x-forwarded-for", "x"), ("x-real-ip", "198.51.100.7")];
        assert_eq!(address(&both), "unknown", "X-Forwarded-For takes precedence over X-Real-IP");
        let twice = [("x-real-ip", "198.51.100.7"), ("x-real-ip", "198.51.100.8")];
        assert_eq!(address(&twice), "unknown");
        assert_eq!(address(&[("x-real-ip", "198.51.100.7")]), "198.51.100.7");
        assert_eq!(address(&[]), "127.0.0.1", "the proxy's own request");
    }

    #[test]
    fn bytes_left_of_the_last_element_do_not_matter() {
        let client = |name, value: &[u8]| client_of_bytes("127.0.0.1", &[(name, value)]);
        for left in [&b"\xff"[..], b"\xc3\xa4", b"203.0.113.9, \x80", b"\t\x9f"].map(|left| [left, b", "].concat()) {
            let forwarded = |right: &[u8]| {
                let list = [&left[..], right].concat();
                client("x-forwarded-for", &list).address.to_string()
            };
            assert_eq!(forwarded(b"198.51.100.7"), "198.51.100.7");
            assert_eq!(forwarded(b"198.51.100.7, 10.0.0.1"), "198.51.100.7");
            assert_eq!(forwarded(b"10.0.0.1"), "unknown", "never the proxy");
            assert_eq!(forwarded(b"198.51.100.7\xff"), "unknown");
            assert!(client("x-forwarded-proto", &[&left[..], b"https"].concat()).https);
        }
        let target = client("x-original-uri", "/é".as_bytes()).original_target;
        assert_eq!((target.as_deref(), client("x-original-uri", b"/\xe9").original_target), (Some("/é"), None));
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
                    prop_assert_eq!(parse(text.trim_ascii().as_bytes()), Some(address.to_canonical()));
                }
            }
        }

        #[test]
        fn bytes_left_of_the_client_address_are_ignored(
            left in prop::collection::vec((b' '..=u8::MAX).prop_filter("allowed", |byte| *byte != 0x7f), 0..20),
            count in 0..3_usize,
        ) {
            let list = [&left, format!(", 198.51.100.7{}", ", 10.0.0.1".repeat(count)).as_bytes()].concat();
            let client = client_of_bytes("127.0.0.1", &[("x-forwarded-for", &list)]);
            prop_assert_eq!(client.address.to_string(), "198.51.100.7");
        }
    }
}
