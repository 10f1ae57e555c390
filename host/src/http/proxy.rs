//! The PROXY protocol, versions 1 and 2: the header in which a proxy names the client of a connection.

use ppp::{HeaderResult, v1, v2};
use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A proxy sends its header immediately.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A version 1 header is a line of at most 107 bytes.
const LINE_BYTES_MAX: usize = 107;
/// The addresses of a version 2 header take at most 216 bytes; the rest is for extensions, such as TLS information.
const ADDRESSES_BYTES_MAX: usize = 2048;

/// Reads the header and no byte after it. `None` if the proxy opened the connection for itself, or the client has no
/// IP address.
///
/// # Errors
/// If the header is missing, malformed or too long, or does not arrive in time.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>, Error> {
    let header = tokio::time::timeout(TIMEOUT, read_header(stream)).await??;
    source(&header)
}

async fn read_header(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Error> {
    // No header of either version is shorter than the signature of version 2.
    let mut header = vec![0; v2::PROTOCOL_PREFIX.len()];
    stream.read_exact(&mut header).await?;
    if header == v2::PROTOCOL_PREFIX {
        let mut rest = [0; 4];
        stream.read_exact(&mut rest).await?;
        header.extend(rest);
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if length > ADDRESSES_BYTES_MAX {
            return Err(ErrorKind::InvalidData.into());
        }
        let start = header.len();
        header.resize(start + length, 0);
        stream.read_exact(&mut header[start..]).await?;
        return Ok(header);
    }
    while header.last() != Some(&b'\n') {
        if header.len() == LINE_BYTES_MAX {
            return Err(ErrorKind::InvalidData.into());
        }
        header.push(stream.read_u8().await?);
    }
    Ok(header)
}

/// The client's address in a complete header.
pub fn source(header: &[u8]) -> Result<Option<IpAddr>, Error> {
    let invalid = |_| Error::from(ErrorKind::InvalidData);
    match HeaderResult::parse(header) {
        HeaderResult::V1(result) => Ok(match result.map_err(|_| invalid(()))?.addresses {
            v1::Addresses::Tcp4(addresses) => Some(addresses.source_address.into()),
            v1::Addresses::Tcp6(addresses) => Some(addresses.source_address.into()),
            v1::Addresses::Unknown => None,
        }),
        HeaderResult::V2(result) => {
            let header = result.map_err(|_| invalid(()))?;
            Ok(match header.addresses {
                // A health check by the proxy.
                _ if header.command == v2::Command::Local => None,
                v2::Addresses::IPv4(addresses) => Some(addresses.source_address.into()),
                v2::Addresses::IPv6(addresses) => Some(addresses.source_address.into()),
                v2::Addresses::Unspecified | v2::Addresses::Unix(_) => None,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    /// The address read from bytes that arrive one at a time, and the bytes after the header.
    async fn read_from(bytes: &[u8]) -> Result<(Option<IpAddr>, Vec<u8>), ErrorKind> {
        let (mut ours, mut theirs) = tokio::io::duplex(1);
        let bytes = bytes.to_vec();
        let writer = tokio::spawn(async move { theirs.write_all(&bytes).await });
        let found = read(&mut ours).await.map_err(|error| error.kind())?;
        let mut rest = Vec::new();
        ours.read_to_end(&mut rest).await.unwrap();
        writer.await.unwrap().unwrap();
        Ok((found, rest))
    }

    fn version_2(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let length = u16::try_from(addresses.len()).unwrap().to_be_bytes();
        [v2::PROTOCOL_PREFIX, &[command, family], &length, addresses, b"GET /"].concat()
    }

    #[tokio::test]
    async fn header_of_each_version_is_read_to_its_end_only() {
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0x13, 0xc4, 0, 80];
        let mut with_more = v4.to_vec();
        with_more.extend([4, 0, 1, 0]);
        let mut v6 = vec![0; 36];
        (v6[0], v6[15]) = (0x20, 7);
        for (bytes, expected) in [
            (b"PROXY TCP4 192.0.2.7 10.0.0.1 5060 80\r\nGET /".to_vec(), Some("192.0.2.7")),
            (b"PROXY TCP6 2001:db8::7 ::1 5060 80\r\nGET /".to_vec(), Some("2001:db8::7")),
            (b"PROXY UNKNOWN\r\nGET /".to_vec(), None),
            (b"PROXY UNKNOWN any words\r\nGET /".to_vec(), None),
            (version_2(0x21, 0x11, &v4), Some("192.0.2.7")),
            (version_2(0x21, 0x11, &with_more), Some("192.0.2.7")),
            (version_2(0x21, 0x21, &v6), Some("2000::7")),
            (version_2(0x20, 0x11, &v4), None),
            (version_2(0x20, 0x00, &[]), None),
        ] {
            let (found, rest) = read_from(&bytes).await.unwrap();
            assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{bytes:?}");
            assert_eq!(rest, b"GET /");
        }
    }

    #[tokio::test]
    async fn malformed_header_is_refused() {
        let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(LINE_BYTES_MAX));
        for bytes in [
            b"GET /provision/ HTTP/1.1\r\nHost: x\r\n\r\n".as_slice(),
            b"PROXY TCP4 192.0.2.7 10.0.0.1 5060\r\n",
            b"PROXY TCP4 192.0.2.700 10.0.0.1 5060 80\r\n",
            b"PROXY TCP4 2001:db8::7 ::1 5060 80\r\n",
            b"PROXY TCP4 192.0.2.7 10.0.0.1 5060 80\n",
            b"PROXY TCP4 192.0.2.7",
            b"",
            long.as_bytes(),
            &version_2(0x11, 0x11, &[0; 12]),
            &version_2(0x21, 0x11, &[0; 11]),
            &version_2(0x21, 0x11, &[0; ADDRESSES_BYTES_MAX + 1]),
        ] {
            assert!(read_from(bytes).await.is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_header_does_not_panic(
            mark in any::<bool>(), bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let prefix = if mark { v2::PROTOCOL_PREFIX } else { b"PROXY TCP4 " };
            let _ = source(&[prefix, &bytes].concat());
        }
    }
}
