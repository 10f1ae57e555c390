//! IP addresses as bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::args;
use super::register::makes;
use crate::php::{Function, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("inet_pton", 1, 1, |_, a| {
        let address = args::text_without_nul(a, 0)?;
        let parsed = std::str::from_utf8(&address).ok().and_then(|text| text.parse().ok());
        Ok(match parsed {
            Some(IpAddr::V4(v4)) => Value::from(v4.octets().to_vec()),
            Some(IpAddr::V6(v6)) => Value::from(v6.octets().to_vec()),
            None => Value::Bool(false),
        })
    }),
    makes("inet_ntop", 1, 1, |_, a| {
        let bytes = args::text(a, 0)?;
        let v4 = <[u8; 4]>::try_from(&bytes[..]).ok().map(|b| Ipv4Addr::from(b).to_string());
        let v6 = <[u8; 16]>::try_from(&bytes[..]).ok().map(|b| text_of(Ipv6Addr::from(b)));
        Ok(v4.or(v6).map_or(Value::Bool(false), Value::from))
    }),
];

/// As in C's library, an IPv4 address after 96 zero bits is written with points.
fn text_of(address: Ipv6Addr) -> String {
    let parts = address.segments();
    if parts[..6] == [0; 6] && parts[6] != 0 {
        let [.., a, b, c, d] = address.octets();
        return format!("::{}", Ipv4Addr::new(a, b, c, d));
    }
    address.to_string()
}
