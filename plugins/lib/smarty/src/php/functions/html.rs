//! HTML's special characters and entities, `strip_tags`.

use super::args;
use super::html_names::NAMES;
use super::register::{escapes, makes, moves};
use crate::php::{Array, Context, Function, Key, PhpError, Value, utf8};

pub const FUNCTIONS: &[Function] = &[
    escapes("htmlspecialchars", 1, 4, |c, a| encode_call(c, a, false)),
    escapes("htmlentities", 1, 4, |c, a| encode_call(c, a, true)),
    moves("get_html_translation_table", 0, 3, translation_table),
    makes("htmlspecialchars_decode", 1, 2, |_, a| {
        let flags = args::int_or(a, 1, DEFAULT_FLAGS)?;
        Ok(Value::from(decode(&args::text(a, 0)?, flags, false)))
    }),
    makes("html_entity_decode", 1, 3, |_, a| {
        let flags = args::int_or(a, 1, DEFAULT_FLAGS)?;
        check_charset(a, 2)?;
        Ok(Value::from(decode(&args::text(a, 0)?, flags, true)))
    }),
];

const ENT_SINGLE: i64 = 1;
pub const ENT_COMPAT: i64 = 2;
pub const ENT_QUOTES: i64 = 3;
pub const ENT_IGNORE: i64 = 4;
pub const ENT_SUBSTITUTE: i64 = 8;
/// `ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML401`
pub const DEFAULT_FLAGS: i64 = ENT_QUOTES | ENT_SUBSTITUTE;
const DOCTYPE: i64 = 48;
const HTML401: i64 = 0;
const XML1: i64 = 16;
const HTML5: i64 = 48;

/// The options of htmlspecialchars.
#[derive(Clone, Copy)]
pub struct EscapeOptions {
    pub flags: i64,
    /// Escapes all characters that have a name (htmlentities).
    pub all: bool,
    /// Escapes `&amp;` again, to `&amp;amp;`.
    pub double: bool,
}

/// PHP falls back to UTF-8 for unknown names; a charset that PHP supports and this module does not is refused.
fn check_charset(args: &[Value], i: usize) -> Result<(), PhpError> {
    const OTHERS: [&str; 8] = ["iso-8859", "windows-125", "cp125", "koi8", "big5", "gb2312", "shift_jis", "euc-jp"];
    let name = args::text_opt(args, i)?.unwrap_or_default().to_lossy().to_ascii_lowercase();
    if OTHERS.iter().any(|other| name.starts_with(other)) {
        return Err(PhpError::value_error(format!(
            "Argument #{} names a charset that is not supported: {name}",
            i + 1
        )));
    }
    Ok(())
}

fn encode_call(context: &mut Context<'_>, args: &mut [Value], all: bool) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let flags = args::int_or(args, 1, DEFAULT_FLAGS)?;
    check_charset(args, 2)?;
    let escape = EscapeOptions { flags, all, double: args::flag_or(args, 3, true)? };
    context.allow_bytes(text.len())?;
    let out = encode(&text, escape);
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

/// PHP's htmlspecialchars and htmlentities for UTF-8. Invalid bytes make the result empty, unless the flags drop or
/// replace them.
#[must_use]
pub fn encode(text: &[u8], escape: EscapeOptions) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    while at < text.len() {
        let (c, length) = match utf8::next_char(&text[at..]) {
            Ok(next) => next,
            Err(skip) => {
                if escape.flags & ENT_IGNORE != 0 {
                } else if escape.flags & ENT_SUBSTITUTE != 0 {
                    out.extend_from_slice("\u{fffd}".as_bytes());
                } else {
                    return Vec::new();
                }
                at += skip;
                continue;
            }
        };
        if c == '&' && !escape.double {
            let entity = entity_length(&text[at..]);
            if entity > 0 {
                out.extend_from_slice(&text[at..at + entity]);
                at += entity;
                continue;
            }
        }
        match special(c, escape.flags) {
            Some(entity) => out.extend_from_slice(entity),
            None => match name_of(c).filter(|_| escape.all) {
                Some(name) => {
                    out.push(b'&');
                    out.extend_from_slice(name.as_bytes());
                    out.push(b';');
                }
                None => out.extend_from_slice(&text[at..at + length]),
            },
        }
        at += length;
    }
    out
}

fn special(c: char, flags: i64) -> Option<&'static [u8]> {
    Some(match c {
        '&' => b"&amp;",
        '<' => b"&lt;",
        '>' => b"&gt;",
        '"' if flags & ENT_COMPAT != 0 => b"&quot;",
        '\'' if flags & ENT_SINGLE != 0 => {
            if flags & DOCTYPE == HTML401 {
                b"&#039;"
            } else {
                b"&apos;"
            }
        }
        _ => return None,
    })
}

/// The characters that `htmlspecialchars` or, with `HTML_ENTITIES`, `htmlentities` escapes, by code point.
fn translation_table(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let all = args::int_or(args, 0, 0)? != 0;
    let flags = args::int_or(args, 1, DEFAULT_FLAGS)?;
    check_charset(args, 2)?;
    if all && flags & DOCTYPE == HTML5 {
        return Err(PhpError::error("the table of HTML 5 is not available in templates: use ENT_HTML401"));
    }
    let mut out = Array::new();
    let mut add = |c: char, entity: Vec<u8>| _ = out.insert(Key::from(c.to_string().as_str()), Value::from(entity));
    for c in ['"', '&', '\'', '<', '>'] {
        if let Some(entity) = special(c, flags) {
            add(c, entity.to_vec());
        }
    }
    // XML has no other names.
    let names = if all && flags & DOCTYPE != XML1 { NAMES } else { &[] };
    for (code, name) in names {
        if let Some(c) = char::from_u32(*code) {
            add(c, format!("&{name};").into_bytes());
        }
    }
    Ok(Value::array(out))
}

fn name_of(c: char) -> Option<&'static str> {
    NAMES.binary_search_by_key(&u32::from(c), |(code, _)| *code).ok().map(|i| NAMES[i].1)
}

/// The length of the entity at the start of `text`, with `&` and `;`; 0 if it is not a valid one.
fn entity_length(text: &[u8]) -> usize {
    let Some(end) = text.iter().position(|b| *b == b';') else {
        return 0;
    };
    let known = match &text[1..end] {
        [b'#', digits @ ..] => code_point(digits).is_some(),
        name => name_value(name, true).is_some(),
    };
    if known { end + 1 } else { 0 }
}

/// The code point that the digits of `&#…;` name, `x` included.
#[must_use]
pub fn code_point(digits: &[u8]) -> Option<u32> {
    let (digits, radix) = match digits {
        [b'x' | b'X', hex @ ..] => (hex, 16),
        decimal => (decimal, 10),
    };
    if digits.is_empty() || !digits.iter().all(|d| char::from(*d).is_digit(radix)) {
        return None;
    }
    let text = std::str::from_utf8(digits).ok()?.trim_start_matches('0');
    let code = if text.is_empty() { 0 } else { u32::from_str_radix(text, radix).ok()? };
    (code <= 0x10_ffff).then_some(code)
}

/// The character that the name of an entity stands for; with `all`, one of HTML's names too, else markup only.
#[must_use]
pub fn name_value(name: &[u8], all: bool) -> Option<char> {
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        _ if all => NAMES.iter().find(|(_, n)| n.as_bytes() == name).and_then(|(code, _)| char::from_u32(*code)),
        _ => None,
    }
}

/// PHP's htmlspecialchars_decode and, with `all`, html_entity_decode.
#[must_use]
pub fn decode(text: &[u8], flags: i64, all: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'&' {
            // The longest name has 8 letters; a number may have leading zeros.
            let end = text[at..].iter().take(64).position(|b| *b == b';');
            if let Some((end, c)) = end.and_then(|end| Some((end, meant(&text[at + 1..at + end], flags, all)?))) {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += end + 1;
                continue;
            }
        }
        out.push(text[at]);
        at += 1;
    }
    out
}

fn meant(entity: &[u8], flags: i64, all: bool) -> Option<char> {
    let c = match entity {
        [b'#', digits @ ..] => {
            let c = char::from_u32(code_point(digits)?)?;
            let allowed = match u32::from(c) {
                0x20..=0x7e | 0x09 | 0x0a | 0x0d => true,
                0xa0.. => flags & DOCTYPE != HTML401 || u32::from(c) <= 0x10_ffff,
                _ => false,
            };
            let among = all || matches!(c, '&' | '<' | '>' | '"' | '\'');
            (allowed && among).then_some(c)?
        }
        b"apos" if flags & DOCTYPE != HTML401 => '\'',
        name => name_value(name, all)?,
    };
    let quoted = match c {
        '\'' => flags & ENT_SINGLE != 0,
        '"' => flags & ENT_COMPAT != 0,
        _ => true,
    };
    quoted.then_some(c)
}
