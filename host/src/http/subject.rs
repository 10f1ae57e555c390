//! The phone that the subject of a certificate names. Yealink, Grandstream and Polycom write the address into the common
//! name, Cisco into the element that its documents call S (a state or a serial number); docs/tls.md has the sources.

use crate::facts::{MacAddress, PhoneCertificate};
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::Decode;

/// Object identifiers and short names of the attributes that may hold an address. The first that does decides: Cisco's L
/// is a serial number, which may look like an address.
const ATTRIBUTES: [(&str, &[&str]); 5] = [
    ("2.5.4.3", &["CN"]),
    ("2.5.4.5", &["serialNumber"]),
    ("2.5.4.8", &["ST", "S"]),
    ("2.5.4.11", &["OU"]),
    ("2.5.4.7", &["L"]),
];

/// What some makers write directly before the digits of an address.
const PREFIXES: [&str; 2] = ["SEP", "MAC"];

/// An attribute's type, as an object identifier or as a short name, and its value.
type Attribute = (String, String);

/// The phone that a valid certificate (DER) belongs to. `None` if it cannot be read.
pub fn of_certificate(der: &[u8]) -> Option<PhoneCertificate> {
    let certificate = Certificate::from_der(der).ok()?;
    let names = certificate.tbs_certificate.subject.0;
    let read =
        |it: &AttributeTypeAndValue| (it.oid.to_string(), String::from_utf8_lossy(it.value.value()).into_owned());
    Some(of_attributes(&names.iter().flat_map(|name| name.0.iter()).map(read).collect::<Vec<_>>()))
}

/// The phone that the subject of a valid certificate names, as proxies write it (RFC 2253): `CN=001565aabbcc,O=maker`.
/// `None` if it cannot be read.
pub fn of_text(subject: &str) -> Option<PhoneCertificate> {
    let (mut attributes, mut rest) = (Vec::new(), subject.as_bytes());
    while !rest.trim_ascii().is_empty() {
        let (attribute, after) = read_attribute(rest)?;
        attributes.push(attribute);
        rest = after;
    }
    (!attributes.is_empty()).then(|| of_attributes(&attributes))
}

/// The first attribute of a text, and what follows it.
fn read_attribute(text: &[u8]) -> Option<(Attribute, &[u8])> {
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let name = std::str::from_utf8(text[..equals].trim_ascii()).ok()?.to_owned();
    let (mut value, mut rest, mut is_quoted) = (Vec::new(), &text[equals + 1..], false);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                let (escaped, after) = read_escape(rest)?;
                value.push(escaped);
                rest = after;
            }
            b'"' => is_quoted = !is_quoted,
            b',' | b'+' | b';' if !is_quoted => break,
            byte => value.push(*byte),
        }
    }
    Some(((name, String::from_utf8_lossy(&value).into_owned()), rest))
}

/// What follows a backslash: two hexadecimal digits, or a character that would otherwise be special.
fn read_escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = text.first_chunk::<2>().and_then(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?));
    match byte {
        Some(byte) => Some((byte, &text[2..])),
        None => text.split_first().map(|(byte, rest)| (*byte, rest)),
    }
}

fn of_attributes(attributes: &[Attribute]) -> PhoneCertificate {
    let of = |(oid, names): (&str, &[&str])| {
        let is_it = |name: &str| name == oid || names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let values = attributes.iter().filter(|(name, _)| is_it(name)).map(|(_, value)| value.as_str());
        the_one(values.flat_map(find_addresses))
    };
    ATTRIBUTES.into_iter().find_map(of).map_or(PhoneCertificate::Generic, PhoneCertificate::Of)
}

/// The address, if all are the same.
fn the_one(mut addresses: impl Iterator<Item = MacAddress>) -> Option<MacAddress> {
    let first = addresses.next()?;
    addresses.all(|other| other == first).then_some(first)
}

/// The addresses in a value, which may have other words.
fn find_addresses(value: &str) -> Vec<MacAddress> {
    let words = value.split([' ', ',', ';', '=', '/', '(', ')']).filter_map(parse);
    let parts = value.split(|char: char| !char.is_ascii_alphanumeric() && char != ':').filter_map(parse);
    words.chain(parts).collect()
}

fn parse(word: &str) -> Option<MacAddress> {
    let without = |word: &str| PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix).map(str::to_owned));
    let digits = word.replace([':', '-', '.'], "").to_ascii_uppercase();
    let digits = without(&digits).unwrap_or(digits);
    let is_address = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    MacAddress::parse(&digits).ok().filter(|address| is_address && address.is_unicast())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phone(subject: &str) -> String {
        match of_text(subject) {
            Some(PhoneCertificate::Of(address)) => address.to_string(),
            Some(PhoneCertificate::Generic) => "generic".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn address_is_found_where_makers_write_it() {
        for (subject, expected) in [
            ("CN=001565AABBCC,O=Yealink", "001565aabbcc"),
            ("O=Grandstream,CN=00:0B:82:aa:bb:cc", "000b82aabbcc"),
            ("C=US,O=Polycom Inc.,CN=0004f2aabbcc", "0004f2aabbcc"),
            ("OU=SPA-962,L=88012BA01234,ST=000e08abcdef", "000e08abcdef"),
            ("L=88012BA01234,S=000e08abcdef,OU=SPA-962", "000e08abcdef"),
            ("serialNumber=000e08abcdef,CN=SPA504G", "000e08abcdef"),
            ("2.5.4.5=000e08abcdef", "000e08abcdef"),
            ("OU=000e08abcdef,L=home", "000e08abcdef"),
            ("OU=SPA-962,L=00-0e-08-ab-cd-ef", "000e08abcdef"),
            ("CN=CP-8841-SEP001122334454,O=Cisco", "001122334454"),
            ("CN=SPA525G2\\, MAC: 0002FDFF1234", "0002fdff1234"),
            ("CN=\"x, 0002FDFF1234\",O=y", "0002fdff1234"),
            ("CN=a\\+1\\, 000b82aabbcc", "000b82aabbcc"),
            ("CN=\\30\\30\\30\\42\\38\\32aabbcc", "000b82aabbcc"),
            (" CN = 001565aabbcc ; O=x", "001565aabbcc"),
        ] {
            assert_eq!(phone(subject), expected, "{subject}");
        }
    }

    #[test]
    fn subject_without_one_address_is_generic() {
        for subject in [
            "OU=cisco.com,L=ciscogeneric,ST=ciscogeneric",
            "CN=Yealink Equipment,O=Yealink",
            "CN=001565aabbcc 001565aabbcd",
            "CN=001565aabbcc+CN=001565aabbcd",
            "CN=001565aabbc",
            "CN=001565aabbccd",
            "CN=000000000000",
            "CN=ffffffffffff",
            "O=001565aabbcc",
            "emailAddress=001565aabbcc@example.net,CN=x",
        ] {
            assert_eq!(phone(subject), "generic", "{subject}");
        }
    }

    #[test]
    fn malformed_subject_is_not_read() {
        for subject in ["", " ", "001565aabbcc", "CN=x,001565aabbcc", "CN=x\\"] {
            assert_eq!(phone(subject), "None", "{subject}");
        }
        assert_eq!(of_certificate(b""), None);
        assert_eq!(of_certificate(b"0\x03\x02\x01\x01"), None);
    }

    proptest! {
        #[test]
        fn arbitrary_subject_does_not_panic(text in ".*", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = of_text(&format!("CN={text}"));
            let _ = (of_text(&text), of_certificate(&bytes));
        }
    }
}
