//! The binary file: a header of 16 bytes, and the parameters like a form.
//!
//! | bytes | content |
//! |---|---|
//! | 0 to 3 | length of the file in words of two bytes |
//! | 4, 5 | a checksum: with it, the sum of all words is 0 modulo 65536 |
//! | 6 to 11 | address of the device |
//! | 12 to 15 | two line ends |
//! | 16 … | `P271=1&P34=p%26ss&gnkey=0b82`, and zeros up to a whole number of words |
//!
//! All numbers are big-endian.

use crate::configuration::{Configuration, Parameter, is_number};
use crate::error::{Error, Reason};

const HEADER_BYTES: usize = 16;
const LINE_ENDS: &[u8] = b"\r\n\r\n";
/// The last parameter of every file. Phones refuse a file without it.
const KEY: &str = "gnkey=0b82";

/// Of how many bytes the length of a file is a multiple.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Padding {
    /// As in files of Grandstream's older tool.
    #[default]
    Two,
    /// As in files of its newer tool.
    Four,
}

impl Padding {
    /// The padding of this number of bytes; `None` for another number than 2 and 4.
    pub fn of(bytes: &str) -> Option<Self> {
        match bytes {
            "2" => Some(Self::Two),
            "4" => Some(Self::Four),
            _ => None,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }
}

/// Whether a file begins like a binary one.
pub fn has_header(file: &[u8]) -> bool {
    file.get(..HEADER_BYTES).is_some_and(|header| header.ends_with(LINE_ENDS))
}

pub fn write(configuration: &Configuration, padding: Padding) -> Result<Vec<u8>, Error> {
    let address = configuration.address.as_deref().and_then(bytes_of).ok_or(Error::new(0, Reason::NoAddress))?;
    let mut body = String::new();
    for parameter in &configuration.parameters {
        let Parameter { name, value, line } = parameter;
        if !parameter.is_numbered() {
            return Err(Error::new(*line, Reason::Named(name.clone())));
        }
        body += &format!("{name}={}&", encoded(value));
    }
    body += KEY;
    let mut file = [&[0; 6], &address[..], LINE_ENDS, body.as_bytes()].concat();
    file.resize(file.len().next_multiple_of(padding.bytes()), 0);
    let words = u32::try_from(file.len() / 2).unwrap_or(u32::MAX);
    file[..4].copy_from_slice(&words.to_be_bytes());
    let checksum = sum(&file).wrapping_neg();
    file[4..6].copy_from_slice(&checksum.to_be_bytes());
    Ok(file)
}

/// The sum of the words of two bytes, modulo 65536.
fn sum(file: &[u8]) -> u16 {
    let words = file.chunks(2).map(|word| u16::from_be_bytes([word[0], word.get(1).copied().unwrap_or_default()]));
    words.fold(0, u16::wrapping_add)
}

/// The six bytes of an address.
fn bytes_of(address: &str) -> Option<[u8; 6]> {
    let number = u64::from_str_radix(address, 16).ok().filter(|_| address.len() == 12)?;
    let [_, _, bytes @ ..] = number.to_be_bytes();
    Some(bytes)
}

/// A value with every byte but RFC 3986's unreserved ones as `%` and two digits.
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

pub fn read(file: &[u8]) -> Result<Configuration, Error> {
    let damaged = |what| Error::new(0, Reason::Damaged(what));
    let (header, body) = file.split_at_checked(HEADER_BYTES).ok_or(damaged("its header is incomplete"))?;
    if header[..4] != u32::try_from(file.len() / 2).unwrap_or(u32::MAX).to_be_bytes() || !file.len().is_multiple_of(2) {
        return Err(damaged("it has another length than its header says"));
    }
    if sum(file) != 0 {
        return Err(damaged("its checksum is wrong"));
    }
    let body = std::str::from_utf8(body).map_err(|_| Error::new(0, Reason::Encoding))?.trim_end_matches('\0');
    let body = body.strip_suffix(KEY).ok_or(damaged("it does not end with gnkey=0b82"))?;
    let address = header[6..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut configuration = Configuration { address: Some(address), parameters: Vec::new() };
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(damaged("a parameter has no value"))?;
        if !is_number(name) {
            return Err(Error::new(0, Reason::Name(name.to_owned())));
        }
        let value = decoded(value).ok_or(damaged("a value is not encoded as in a URL"))?;
        configuration.add(name, value, 0)?;
    }
    Ok(configuration)
}

fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Configuration {
        let text = "mac = 000b82123456\nP271 = 1\nP47 = sip.example.com\nP35 = 1001\nP34 = p&ss=w rd\n";
        Configuration::read(text.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn example_has_the_known_length_and_header() {
        let file = write(&example(), Padding::Two).unwrap();
        let header: String = file[..HEADER_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((file.len(), header.as_str()), (82, "00000029e085000b821234560d0a0d0a"));
        let body = "P271=1&P47=sip.example.com&P35=1001&P34=p%26ss%3Dw%20rd&gnkey=0b82";
        assert_eq!(std::str::from_utf8(&file[HEADER_BYTES..]), Ok(body));
    }

    #[test]
    fn padding_decides_length_and_checksum() {
        let file = write(&example(), Padding::Four).unwrap();
        assert_eq!((file.len(), &file[..6], file.ends_with(b"0b82\0\0")), (84, &[0, 0, 0, 0x2a, 0xe0, 0x84][..], true));
        let mut odd = example();
        odd.add("P2", "x".into(), 6).unwrap();
        for (padding, bytes) in [(Padding::Two, 2), (Padding::Four, 4)] {
            let file = write(&odd, padding).unwrap();
            assert_eq!((file.len() % bytes, sum(&file)), (0, 0));
        }
    }

    #[test]
    fn binary_file_is_read_back() {
        let file = write(&example(), Padding::Four).unwrap();
        let read = Configuration::read(&file).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.address.as_deref(), Some("000b82123456"));
        assert_eq!(read.to_text(), example().to_text());
    }

    #[test]
    fn damaged_file_is_refused_with_the_reason() {
        let file = write(&example(), Padding::Two).unwrap();
        let message = |file: &[u8]| read(file).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message(&file[..8]).contains("header is incomplete"));
        assert!(message(&file[..80]).contains("another length"));
        let mut changed = file.clone();
        changed[20] ^= 1;
        assert!(message(&changed).contains("checksum"));
    }

    #[test]
    fn file_needs_an_address_and_numbers() {
        let without = Configuration { address: None, ..example() };
        assert_eq!(write(&without, Padding::Two), Err(Error::new(0, Reason::NoAddress)));
        let mut named = example();
        named.add("account.1.enable", "Yes".into(), 6).unwrap();
        let expected = Error::new(6, Reason::Named("account.1.enable".into()));
        assert_eq!(write(&named, Padding::Two), Err(expected));
    }
}
