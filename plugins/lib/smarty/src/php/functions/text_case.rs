//! Functions from one string to another: letter case, trimming, slashes.

use super::args;
use super::register::{escapes, makes, moves};
use crate::php::{Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("strtolower", 1, 1, |_, a| map(a, |s| s.to_ascii_lowercase())),
    makes("strtoupper", 1, 1, |_, a| map(a, |s| s.to_ascii_uppercase())),
    makes("ucfirst", 1, 1, |_, a| map(a, |s| change_first(s, u8::to_ascii_uppercase))),
    makes("lcfirst", 1, 1, |_, a| map(a, |s| change_first(s, u8::to_ascii_lowercase))),
    makes("ucwords", 1, 2, ucwords),
    makes("trim", 1, 2, |_, a| trim(a, true, true)),
    makes("ltrim", 1, 2, |_, a| trim(a, true, false)),
    makes("rtrim", 1, 2, |_, a| trim(a, false, true)),
    makes("chop", 1, 2, |_, a| trim(a, false, true)),
    makes("strrev", 1, 1, |_, a| map(a, |s| s.iter().rev().copied().collect())),
    makes("str_rot13", 1, 1, |_, a| map(a, |s| s.iter().map(rot13).collect())),
    makes("addslashes", 1, 1, |_, a| map(a, addslashes)),
    makes("stripslashes", 1, 1, |_, a| map(a, stripslashes)),
    makes("quotemeta", 1, 1, |_, a| map(a, quotemeta)),
    makes("chr", 1, 1, |_, a| Ok(Value::from(vec![args::int(a, 0)?.rem_euclid(256) as u8]))),
    moves("ord", 1, 1, |_, a| Ok(Value::Int(args::text(a, 0)?.first().map_or(0, |b| i64::from(*b))))),
    moves("strlen", 1, 1, |_, a| Ok(Value::from(args::text(a, 0)?.len()))),
    escapes("bin2hex", 1, 1, |_, a| map(a, bin2hex)),
];

fn map(args: &[Value], change: impl Fn(&[u8]) -> Vec<u8>) -> Result<Value, PhpError> {
    Ok(Value::from(change(&args::text(args, 0)?)))
}

fn change_first(text: &[u8], change: fn(&u8) -> u8) -> Vec<u8> {
    let mut out = text.to_vec();
    if let Some(first) = out.first_mut() {
        *first = change(first);
    }
    out
}

fn ucwords(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let delimiters = byte_set(&args::text_or(args, 1, b" \t\r\n\x0c\x0b")?);
    let mut at_start = true;
    let out: Vec<u8> = text
        .iter()
        .map(|b| {
            let out = if at_start { b.to_ascii_uppercase() } else { *b };
            // PHP checks the capitalized byte against the delimiters.
            at_start = delimiters[usize::from(out)];
            out
        })
        .collect();
    Ok(Value::from(out))
}

/// The bytes in a list as trim takes it, where `a..z` is a range.
pub fn byte_set(list: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut at = 0;
    while let Some(&byte) = list.get(at) {
        if let [b'.', b'.', end, ..] = list[at + 1..]
            && end >= byte
        {
            set[usize::from(byte)..=usize::from(end)].fill(true);
            at += 4;
            continue;
        }
        // PHP warns of an invalid range, skips its first dot and takes the second literally.
        if !list[at..].starts_with(b"..") {
            set[usize::from(byte)] = true;
        }
        at += 1;
    }
    set
}

fn trim(args: &[Value], left: bool, right: bool) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let set = byte_set(&args::text_or(args, 1, b" \n\r\t\x0b\0")?);
    let outside = |b: &u8| !set[usize::from(*b)];
    let start = if left { text.iter().position(outside).unwrap_or(text.len()) } else { 0 };
    let end = if right { text.iter().rposition(outside).map_or(start, |i| i + 1) } else { text.len() };
    if end - start == text.len() {
        return Ok(Value::Str(text));
    }
    Ok(Value::Str(Str::new(&text[start..end.max(start)])))
}

fn rot13(b: &u8) -> u8 {
    match b {
        b'a'..=b'z' => (b - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (b - b'A' + 13) % 26 + b'A',
        _ => *b,
    }
}

/// Adds a backslash before `'`, `"` and `\`; NUL becomes `\0`.
pub fn addslashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &b in text {
        match b {
            b'\'' | b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            0 => out.extend_from_slice(b"\\0"),
            _ => out.push(b),
        }
    }
    out
}

fn stripslashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&b) = bytes.next() {
        match b {
            b'\\' => match bytes.next() {
                Some(b'0') => out.push(0),
                Some(&next) => out.push(next),
                None => {}
            },
            _ => out.push(b),
        }
    }
    out
}

fn quotemeta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &b in text {
        if b".\\+*?[^]$()".contains(&b) {
            out.push(b'\\');
        }
        out.push(b);
    }
    out
}

/// Two lower-case hexadecimal digits per byte.
pub fn bin2hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).collect()
}
