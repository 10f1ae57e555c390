//! TFTP's packets, as bytes.

use std::time::Duration;

/// RFC 1350: the length of a block without the option.
const BLOCK_BYTES: u16 = 512;
/// RFC 2348 permits 8 to 65464. More than this would be split on an Ethernet.
const BLOCK_BYTES_MAX: u16 = 1428;
const BLOCK_BYTES_MIN: u16 = 8;
/// RFC 2349 permits 1 to 255 s.
const TIMEOUT_S_MAX: u64 = 255;
/// A name and its options fit into the smallest datagram that every network takes.
pub const PACKET_BYTES_MAX: usize = 512;

/// The codes of RFC 1350, section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum ErrorCode {
    Undefined = 0,
    NotFound = 1,
    AccessViolation = 2,
    IllegalOperation = 4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Octet,
    /// Lines end with CR LF on the wire.
    NetAscii,
}

/// A request to read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    pub name: String,
    pub mode: Mode,
    pub block_bytes: Option<u16>,
    pub timeout: Option<Duration>,
    /// The client wants to know the size.
    pub wants_size: bool,
}

impl ReadRequest {
    /// The length of a block.
    pub fn block(&self) -> usize {
        usize::from(self.block_bytes.unwrap_or(BLOCK_BYTES))
    }
}

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    Read(ReadRequest),
    Write,
    Acknowledgement(u16),
    Error,
}

/// Reads a client's packet; `None` if it is none.
pub fn parse(bytes: &[u8]) -> Option<Packet> {
    let (code, rest) = bytes.split_at_checked(2)?;
    match u16::from_be_bytes([code[0], code[1]]) {
        1 => parse_read(rest).map(Packet::Read),
        2 => Some(Packet::Write),
        4 => Some(Packet::Acknowledgement(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?))),
        5 => Some(Packet::Error),
        _ => None,
    }
}

fn parse_read(rest: &[u8]) -> Option<ReadRequest> {
    let mut fields = rest.split(|byte| *byte == 0);
    let mut next = || std::str::from_utf8(fields.next()?).ok();
    let name = next().filter(|name| !name.is_empty())?.to_owned();
    let mode = match next()?.to_ascii_lowercase().as_str() {
        "octet" => Mode::Octet,
        "netascii" => Mode::NetAscii,
        _ => return None,
    };
    let mut request = ReadRequest { name, mode, block_bytes: None, timeout: None, wants_size: false };
    // An option that is unknown, or whose value is invalid, is left out of the answer.
    while let (Some(option), Some(value)) = (next(), next()) {
        let number = value.parse::<u64>().ok();
        match (option.to_ascii_lowercase().as_str(), number) {
            ("blksize", Some(bytes)) if bytes >= u64::from(BLOCK_BYTES_MIN) => {
                request.block_bytes = Some(u16::try_from(bytes).unwrap_or(u16::MAX).min(BLOCK_BYTES_MAX));
            }
            ("timeout", Some(seconds)) if (1..=TIMEOUT_S_MAX).contains(&seconds) => {
                request.timeout = Some(Duration::from_secs(seconds));
            }
            ("tsize", Some(_)) => request.wants_size = true,
            _ => {}
        }
    }
    Some(request)
}

/// A block of the file.
pub fn data(number: u16, block: &[u8]) -> Vec<u8> {
    [&3_u16.to_be_bytes(), &number.to_be_bytes(), block].concat()
}

/// The accepted options; `None` if there are none, so that the first block is the answer.
pub fn options(request: &ReadRequest, bytes: Option<u64>) -> Option<Vec<u8>> {
    let size = bytes.filter(|_| request.wants_size && request.mode == Mode::Octet);
    let accepted = [
        ("blksize", request.block_bytes.map(u64::from)),
        ("timeout", request.timeout.map(|timeout| timeout.as_secs())),
        ("tsize", size),
    ];
    let mut packet = 6_u16.to_be_bytes().to_vec();
    for (name, value) in accepted.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        packet.extend(format!("{name}\0{value}\0").bytes());
    }
    (packet.len() > 2).then_some(packet)
}

pub fn error(code: ErrorCode, message: &str) -> Vec<u8> {
    [&5_u16.to_be_bytes(), &(code as u16).to_be_bytes(), message.as_bytes(), b"\0"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> ReadRequest {
        match parse(bytes) {
            Some(Packet::Read(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn read_request_has_name_mode_and_options() {
        let plain = read(b"\0\x01001565aabbcc.cfg\0Octet\0");
        assert_eq!((plain.name.as_str(), plain.mode, plain.block()), ("001565aabbcc.cfg", Mode::Octet, 512));
        let options = read(b"\0\x01a\0netascii\0blksize\x008192\0TSIZE\x000\0timeout\x003\0windowsize\x0016\0");
        assert_eq!((options.mode, options.block()), (Mode::NetAscii, 1428));
        assert!(options.wants_size && options.timeout == Some(Duration::from_secs(3)));
    }

    #[test]
    fn invalid_packet_is_none() {
        for bytes in
            [&b""[..], b"\0", b"\0\x01", b"\0\x01\0octet\0", b"\0\x01a\0mail\0", b"\0\x01a", b"\0\x04\x01", b"\0\x09"]
        {
            assert_eq!(parse(bytes), None, "{bytes:?}");
        }
        assert_eq!(parse(b"\0\x04\x01\x02"), Some(Packet::Acknowledgement(0x0102)));
        assert_eq!(parse(b"\0\x02a\0octet\0"), Some(Packet::Write));
    }

    #[test]
    fn only_accepted_options_are_answered() {
        assert_eq!(options(&read(b"\0\x01a\0octet\0"), Some(9)), None);
        assert_eq!(options(&read(b"\0\x01a\0octet\0blksize\x004\0multicast\0\0"), Some(9)), None);
        let answer = options(&read(b"\0\x01a\0octet\0tsize\x000\0blksize\x001024\0"), Some(9)).unwrap();
        assert_eq!(answer, b"\0\x06blksize\x001024\0tsize\x009\0");
        assert_eq!(
            options(&read(b"\0\x01a\0netascii\0tsize\x000\0"), Some(9)),
            None,
            "the size on the wire is unknown"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed(bytes in prop::collection::vec(any::<u8>(), 0..PACKET_BYTES_MAX)) {
            let _ = parse(&bytes);
        }
    }
}
