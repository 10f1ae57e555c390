//! The requested domain, from the `Host` header.

use super::error::RequestError;
use axum::http::{HeaderMap, header};

/// The longest host name (RFC 1035), with room for a port and for user information before an `@`.
const HOST_BYTES_MAX: usize = 512;

/// Reads the only `Host` header.
///
/// FusionPBX gets the host from nginx, which cuts it at the first colon and writes it in lower case; then it drops
/// everything before an `@`. In this order, `user:pw@host` names the domain `user`.
///
/// # Errors
/// [`RequestError::Host`]: the header is absent, repeated, or has a character that is not allowed in a host name and
/// a digest realm.
pub fn parse(headers: &HeaderMap) -> Result<String, RequestError> {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(RequestError::Host) };
    let text = value.to_str().map_err(|_| RequestError::Host)?;
    let safe = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/');
    if text.len() > HOST_BYTES_MAX || !text.bytes().all(safe) {
        return Err(RequestError::Host);
    }
    let text = without_port(text);
    let text = text.split_once('@').map_or(text, |(_, host)| host);
    Ok(text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase())
}

fn without_port(text: &str) -> &str {
    if text.starts_with('[') {
        return text.find(']').map_or(text, |end| &text[..=end]);
    }
    text.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(value: &str) -> Result<String, RequestError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, value.parse().unwrap());
        parse(&headers)
    }

    #[test]
    fn port_user_case_and_final_dot_are_dropped() {
        for (value, name) in [
            ("alpha.example.net", "alpha.example.net"),
            ("alpha.example.net:8080", "alpha.example.net"),
            ("ALPHA.example.NET", "alpha.example.net"),
            ("user@alpha.example.net:443", "alpha.example.net"),
            ("user:pw@alpha.example.net", "user"),
            ("alpha.example.net.", "alpha.example.net"),
            ("[::1]:8080", "[::1]"),
            ("127.0.0.1:8080", "127.0.0.1"),
            ("", ""),
        ] {
            assert_eq!(host(value).as_deref(), Ok(name), "{value}");
        }
    }

    #[test]
    fn exactly_one_host_header_with_safe_characters_is_needed() {
        assert_eq!(parse(&HeaderMap::new()), Err(RequestError::Host));
        for value in ["a b", "a\"b", "a/b", "a\\b", "\u{e9}", &"a".repeat(513)] {
            assert_eq!(host(value), Err(RequestError::Host), "{value}");
        }
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, "a".parse().unwrap());
        headers.append(header::HOST, "b".parse().unwrap());
        assert_eq!(parse(&headers), Err(RequestError::Host));
    }
}
