//! mbstring's character sets: text in any of them to characters and back.
//!
//! What a set cannot write, and bytes that it does not know, become `?`, mbstring's default.

mod names;
mod pairs;
mod pairs_tables;
mod single;
mod single_tables;
pub(crate) mod transfer;
mod utf7;
mod wide;

pub use names::{ENCODINGS, Encoding, find};

use crate::php::utf8;
use pairs::Pairs;
use single::Single;
use wide::Order;

/// What stands for a character that cannot be read or written.
const SUBSTITUTE: char = '?';

/// How an encoding is read and written.
#[derive(Clone, Copy, Debug)]
pub enum Charset {
    /// UTF-8
    Utf8,
    /// Code points up to a maximum as bytes: `7bit`, `8bit`, ASCII, ISO-8859-1.
    Bytes(u8),
    /// One byte a character.
    Single(&'static Single),
    /// Two and more bytes a character.
    Pairs(&'static Pairs),
    /// ISO-2022-JP
    Iso2022Jp,
    /// UTF-16
    Utf16(Order),
    /// UCS-2
    Ucs2(Order),
    /// UTF-32, UCS-4
    Utf32(Order),
    /// UTF-7
    Utf7,
    /// UTF-7 for the names of mail boxes
    Utf7Imap,
    /// Entities of HTML
    HtmlEntities,
    /// base64
    Base64,
    /// quoted-printable
    QuotedPrintable,
}

impl Charset {
    /// True for UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        matches!(self, Charset::Utf8)
    }

    /// The characters of a text in this encoding, with substitutes for those that are invalid.
    #[must_use]
    pub fn decode(&self, text: &[u8]) -> Vec<char> {
        self.decode_known(text).into_iter().map(|c| c.unwrap_or(SUBSTITUTE)).collect()
    }

    /// The characters of a text in this encoding; `None` for those that are invalid.
    #[must_use]
    pub fn decode_known(&self, text: &[u8]) -> Vec<Option<char>> {
        match self {
            Charset::Utf8 => utf8::chars(text).collect(),
            Charset::Bytes(max) => text.iter().map(|b| (b <= max).then(|| char::from(*b))).collect(),
            Charset::Single(table) => text.iter().map(|b| table.char(*b)).collect(),
            Charset::Pairs(pairs) => pairs.decode(text),
            Charset::Iso2022Jp => pairs::decode_iso_2022_jp(text),
            Charset::Utf16(order) => wide::decode_utf16(text, *order),
            Charset::Ucs2(order) => wide::decode_ucs2(text, *order),
            Charset::Utf32(order) => wide::decode_utf32(text, *order),
            Charset::Utf7 => utf7::decode(text, &utf7::MAIL),
            Charset::Utf7Imap => utf7::decode(text, &utf7::IMAP),
            Charset::HtmlEntities => transfer::decode_entities(text),
            Charset::Base64 => bytes_as_chars(&transfer::decode_base64(text)),
            Charset::QuotedPrintable => bytes_as_chars(&transfer::decode_quoted(text)),
        }
    }

    /// A text in this encoding in parts of `size` characters.
    #[must_use]
    pub fn split(&self, text: &[u8], size: usize) -> Vec<Vec<u8>> {
        match self {
            Charset::Utf8 => utf8::pieces(text).collect::<Vec<_>>().chunks(size).map(<[&[u8]]>::concat).collect(),
            // Bytes that the encoding does not know stay as they are.
            Charset::Bytes(_) | Charset::Single(_) => text.chunks(size).map(<[u8]>::to_vec).collect(),
            // Transfer encodings carry bytes.
            Charset::Base64 => transfer::decode_base64(text).chunks(size).map(transfer::encode_base64).collect(),
            Charset::QuotedPrintable => {
                transfer::decode_quoted(text).chunks(size).map(transfer::encode_quoted).collect()
            }
            _ => self.decode(text).chunks(size).map(|part| self.encode(part)).collect(),
        }
    }

    /// Characters as text in this encoding.
    #[must_use]
    pub fn encode(&self, chars: &[char]) -> Vec<u8> {
        let each = |one: &dyn Fn(char) -> Vec<u8>| chars.iter().flat_map(|c| one(*c)).collect();
        match self {
            Charset::Utf8 => chars.iter().collect::<String>().into_bytes(),
            Charset::Bytes(max) => {
                chars.iter().map(|c| u8::try_from(u32::from(*c)).ok().filter(|b| b <= max).unwrap_or(b'?')).collect()
            }
            Charset::Single(table) => chars.iter().map(|c| table.byte(*c)).collect(),
            Charset::Pairs(pairs) => pairs.encode(chars),
            Charset::Iso2022Jp => pairs::encode_iso_2022_jp(chars),
            Charset::Utf16(order) => each(&|c| wide::utf16(c, *order)),
            Charset::Ucs2(order) => each(&|c| wide::ucs2(c, *order)),
            Charset::Utf32(order) => each(&|c| wide::utf32(c, *order)),
            Charset::Utf7 => utf7::encode(chars, &utf7::MAIL),
            Charset::Utf7Imap => utf7::encode(chars, &utf7::IMAP),
            Charset::HtmlEntities => each(&transfer::entity),
            Charset::Base64 => transfer::encode_base64(&chars_as_bytes(chars)),
            Charset::QuotedPrintable => transfer::encode_quoted(&chars_as_bytes(chars)),
        }
    }
}

/// A text in one encoding as text in another.
#[must_use]
pub fn convert(text: &[u8], to: Charset, from: Charset) -> Vec<u8> {
    match (from, to) {
        // Transfer encodings carry bytes, which mbstring takes for UTF-8.
        (Charset::Base64, Charset::Utf8) => transfer::decode_base64(text),
        (Charset::QuotedPrintable, Charset::Utf8) => transfer::decode_quoted(text),
        _ => to.encode(&from.decode(text)),
    }
}

fn bytes_as_chars(bytes: &[u8]) -> Vec<Option<char>> {
    bytes.iter().map(|b| Some(char::from(*b))).collect()
}

/// Transfer encodings carry UTF-8.
fn chars_as_bytes(chars: &[char]) -> Vec<u8> {
    chars.iter().collect::<String>().into_bytes()
}
