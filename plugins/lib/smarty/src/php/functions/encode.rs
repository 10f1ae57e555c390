//! Encodings of URLs, base64 and hexadecimal; digests.

use base64::Engine;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose};
use md5::Digest;

use super::args;
use super::register::{escapes, makes, moves};
use super::text_case::bin2hex;
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    escapes("urlencode", 1, 1, |_, a| Ok(Value::from(url(&args::text(a, 0)?, UrlEncoding::Form)))),
    escapes("rawurlencode", 1, 1, |_, a| Ok(Value::from(url(&args::text(a, 0)?, UrlEncoding::Raw)))),
    makes("urldecode", 1, 1, |_, a| Ok(Value::from(url_decode(&args::text(a, 0)?, UrlEncoding::Form)))),
    makes("rawurldecode", 1, 1, |_, a| Ok(Value::from(url_decode(&args::text(a, 0)?, UrlEncoding::Raw)))),
    // The separator and the prefix are copied unescaped.
    makes("http_build_query", 1, 4, http_build_query),
    escapes("base64_encode", 1, 1, |_, a| Ok(Value::text(general_purpose::STANDARD.encode(args::text(a, 0)?)))),
    makes("base64_decode", 1, 2, base64_decode),
    makes("hex2bin", 1, 1, |_, a| Ok(hex2bin(&args::text(a, 0)?).map_or(Value::Bool(false), Value::from))),
    escapes("md5", 1, 2, |_, a| digest("md5", &args::text(a, 0)?, args::flag_or(a, 1, false)?)),
    escapes("sha1", 1, 2, |_, a| digest("sha1", &args::text(a, 0)?, args::flag_or(a, 1, false)?)),
    escapes("hash", 2, 4, |_, a| {
        let name = args::text(a, 0)?.to_lossy().to_ascii_lowercase();
        digest(&name, &args::text(a, 1)?, args::flag_or(a, 2, false)?)
    }),
    moves("crc32", 1, 1, |_, a| Ok(Value::Int(crc32fast::hash(&args::text(a, 0)?).into()))),
];

/// The encoding of URL parts: as a form's value (space is `+`, `~` is escaped), or by RFC 3986.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UrlEncoding {
    Form,
    Raw,
}

#[must_use]
pub fn url(text: &[u8], kind: UrlEncoding) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(text.len());
    for &b in text {
        match b {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' => out.push(b),
            b'~' if kind == UrlEncoding::Raw => out.push(b),
            b' ' if kind == UrlEncoding::Form => out.push(b'+'),
            _ => out.extend([b'%', DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]),
        }
    }
    out
}

#[must_use]
pub fn url_decode(text: &[u8], kind: UrlEncoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&b, tail)) = rest.split_first() {
        match (b == b'%').then(|| hex_pair(tail)).flatten() {
            Some(byte) => {
                out.push(byte);
                rest = &tail[2..];
            }
            None => {
                out.push(if b == b'+' && kind == UrlEncoding::Form { b' ' } else { b });
                rest = tail;
            }
        }
    }
    out
}

/// The byte that two hexadecimal digits at the start of `text` name.
#[must_use]
pub fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    match text {
        [high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

fn hex2bin(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks(2).map(hex_pair).collect()
}

fn http_build_query(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    const RFC3986: i64 = 2;
    let data = args::array(args, 0)?;
    let prefix = args::text_or(args, 1, b"")?;
    let separator = args::text_opt(args, 2)?.unwrap_or_else(|| "&".into());
    let kind = if args::int_or(args, 3, 1)? == RFC3986 { UrlEncoding::Raw } else { UrlEncoding::Form };
    let mut query = Query { separator, kind, out: Vec::new() };
    query.entries(context, &data, None, &prefix, context.limits.nesting)?;
    Ok(Value::from(query.out))
}

struct Query {
    separator: Str,
    kind: UrlEncoding,
    out: Vec<u8>,
}

impl Query {
    fn entries(
        &mut self,
        context: &Context<'_>,
        data: &Array,
        parent: Option<&[u8]>,
        prefix: &[u8],
        nesting: usize,
    ) -> Result<(), PhpError> {
        let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
        for (key, value) in data {
            let name = url(&key.to_str(), self.kind);
            let name = match (parent, key) {
                (Some(parent), _) => [parent, b"%5B", &name, b"%5D"].concat(),
                (None, Key::Int(_)) => [prefix, &name].concat(),
                (None, Key::Str(_)) => name,
            };
            let text = match value {
                Value::Null => continue,
                Value::Array(array) => {
                    self.entries(context, array, Some(&name), prefix, inner)?;
                    continue;
                }
                Value::Bool(b) => if *b { "1" } else { "0" }.into(),
                other => url(&other.to_bytes(), self.kind),
            };
            if !self.out.is_empty() {
                self.out.extend_from_slice(&self.separator);
            }
            self.out.extend_from_slice(&[&name, &b"="[..], &text].concat());
            context.allow_bytes(self.out.len())?;
        }
        Ok(())
    }
}

fn base64_decode(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, strict) = (args::text(args, 0)?, args::flag_or(args, 1, false)?);
    Ok(decode64(&text, strict).map_or(Value::Bool(false), Value::from))
}

/// PHP's decoder: with `strict` only white space is skipped, else all foreign bytes and padding.
fn decode64(text: &[u8], strict: bool) -> Option<Vec<u8>> {
    let padding = text.iter().filter(|b| **b == b'=').count();
    let mut digits = Vec::with_capacity(text.len());
    let mut ended = false;
    for &b in text {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                if ended && strict {
                    return None;
                }
                digits.push(b);
            }
            b'=' => ended = true,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ if strict => return None,
            _ => {}
        }
    }
    if strict && (digits.len() % 4 == 1 || padding > 0 && (padding > 2 || (digits.len() + padding) % 4 != 0)) {
        return None;
    }
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(digits).ok()
}

fn digest(name: &str, text: &[u8], binary: bool) -> Result<Value, PhpError> {
    let bytes = match name {
        "md5" => md5::Md5::digest(text).to_vec(),
        "sha1" => sha1::Sha1::digest(text).to_vec(),
        "sha224" => sha2::Sha224::digest(text).to_vec(),
        "sha256" => sha2::Sha256::digest(text).to_vec(),
        "sha384" => sha2::Sha384::digest(text).to_vec(),
        "sha512" => sha2::Sha512::digest(text).to_vec(),
        "crc32b" => crc32fast::hash(text).to_be_bytes().to_vec(),
        _ => return Err(args::bad(0, "be a valid hashing algorithm")),
    };
    Ok(Value::from(if binary { bytes } else { bin2hex(&bytes) }))
}
