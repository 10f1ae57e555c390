//! Encodings of text in ASCII: HTML's entities, base64 and quoted-printable.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::php::functions::encode::hex_pair;
use crate::php::functions::html;
use crate::php::functions::html_names::NAMES;

/// A character as HTML; markup stays as it is.
pub fn entity(c: char) -> Vec<u8> {
    let code = u32::from(c);
    if c.is_ascii() {
        return vec![c as u8];
    }
    match NAMES.binary_search_by_key(&code, |(known, _)| *known) {
        Ok(at) => format!("&{};", NAMES[at].1).into_bytes(),
        Err(_) => format!("&#{code};").into_bytes(),
    }
}

/// The longest entity that is read: a name of HTML 4 or a number.
const ENTITY_MAX: usize = 16;

pub fn decode_entities(text: &[u8]) -> Vec<Option<char>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let end = tail.iter().take(ENTITY_MAX).position(|b| *b == b';');
        if byte == b'&'
            && let Some(end) = end
            && let Some(c) = entity_value(&tail[..end])
        {
            out.push(c);
            rest = &tail[end + 1..];
            continue;
        }
        out.push(Some(char::from(byte)));
        rest = tail;
    }
    out
}

/// The character that an entity names, which can be invalid; `None` if it is no entity.
fn entity_value(name: &[u8]) -> Option<Option<char>> {
    match name {
        [b'#', digits @ ..] => html::code_point(digits).map(char::from_u32),
        name => html::name_value(name, true).map(Some),
    }
}

/// The width of a line of base64 in mail.
const BASE64_LINE: usize = 76;

pub fn encode_base64(bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes).into_bytes();
    text.chunks(BASE64_LINE).collect::<Vec<_>>().join(b"\r\n".as_slice())
}

/// The bytes of base64. A foreign character becomes a `?` before the group of four in which it stands.
pub fn decode_base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\r' | b'\n' | b' ' | b'\t' | b'=' => continue,
            _ => {
                out.push(b'?');
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    // Two characters of a group that is not complete make a byte, and three make two.
    let rest = (bits << (6 * (4 - count))).to_be_bytes();
    out.extend_from_slice(&rest[1..][..count.max(1) - 1]);
    out
}

/// mbstring breaks a line of quoted-printable after so many characters.
const QUOTED_LINE: usize = 72;

pub fn encode_quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    for &byte in bytes {
        if byte == b'\r' {
            continue;
        }
        if byte == b'\n' {
            out.extend_from_slice(b"\r\n");
            column = 0;
            continue;
        }
        if column >= QUOTED_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if byte >= 0x80 || byte == b'=' {
            out.extend(format!("={byte:02X}").into_bytes());
            column += 3;
        } else {
            out.push(byte);
            column += 1;
        }
    }
    out
}

/// The bytes of quoted-printable. What follows `=` and is no code stays as it is.
pub fn decode_quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (code, length) = match rest {
            [] => return out,
            [b'=', b'\r', b'\n', ..] => (&b""[..], 3),
            [b'=', b'\r', _, ..] => (&rest[2..3], 3),
            [b'=', b'\n', ..] => (&b""[..], 2),
            [b'=', high, _, ..] if high.is_ascii_hexdigit() => (&rest[..3], 3),
            [b'=', _, ..] => (&rest[..2], 2),
            _ => (&rest[..1], 1),
        };
        match code {
            [b'=', pair @ ..] if hex_pair(pair).is_some() => out.extend(hex_pair(pair)),
            plain => out.extend_from_slice(plain),
        }
        rest = &rest[length..];
    }
}

/// The text of an encoded word of a mail header, in base64.
pub fn encode_base64_word(bytes: &[u8]) -> Vec<u8> {
    STANDARD.encode(bytes).into_bytes()
}

/// The text of an encoded word in quoted-printable. PHP encodes digits, and keeps a NUL.
pub fn encode_quoted_word(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        if byte == 0 || byte.is_ascii_alphabetic() || b"!*+-/".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("={byte:02X}").into_bytes());
        }
    }
    out
}
