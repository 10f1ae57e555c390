//! Escapes for C, the shell and mail, and their inverses.

use super::args;
use super::encode::hex_pair;
use super::register::makes;
use super::text_case::byte_set;
use crate::php::{Context, Function, PhpError, Value, utf8};

pub const FUNCTIONS: &[Function] = &[
    makes("addcslashes", 2, 2, |c, a| {
        let text = args::text(a, 0)?;
        c.allow_bytes(text.len().saturating_mul(4))?;
        Ok(Value::from(add_c_slashes(&text, &byte_set(&args::text(a, 1)?))))
    }),
    makes("stripcslashes", 1, 1, |_, a| Ok(Value::from(strip_c_slashes(&args::text(a, 0)?)))),
    makes("escapeshellarg", 1, 1, shell_argument),
    makes("escapeshellcmd", 1, 1, shell_command),
    makes("quoted_printable_encode", 1, 1, |c, a| {
        let text = args::text(a, 0)?;
        c.allow_bytes(text.len().saturating_mul(4))?;
        Ok(Value::from(quoted_printable(&text)))
    }),
    makes("quoted_printable_decode", 1, 1, |_, a| Ok(Value::from(from_quoted_printable(&args::text(a, 0)?)))),
    makes("convert_uuencode", 1, 1, |c, a| {
        let text = args::text(a, 0)?;
        c.allow_bytes(text.len().saturating_mul(2))?;
        Ok(Value::from(uuencode(&text)))
    }),
    makes("convert_uudecode", 1, 1, |_, a| Ok(uudecode(&args::text(a, 0)?).map_or(Value::Bool(false), Value::from))),
];

/// C's escapes and their bytes.
const C_ESCAPES: [(u8, u8); 7] =
    [(b'n', b'\n'), (b't', b'\t'), (b'r', b'\r'), (b'a', 7), (b'v', 0x0b), (b'b', 8), (b'f', 0x0c)];

fn add_c_slashes(text: &[u8], set: &[bool; 256]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if !set[usize::from(byte)] {
            out.push(byte);
            continue;
        }
        out.push(b'\\');
        match C_ESCAPES.iter().find(|(_, escaped)| *escaped == byte) {
            Some((letter, _)) => out.push(*letter),
            None if (32..=126).contains(&byte) => out.push(byte),
            None => out.extend(format!("{byte:03o}").into_bytes()),
        }
    }
    out
}

fn strip_c_slashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let Some((&letter, after)) = tail.split_first().filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        let digits = |text: &[u8], max: usize, radix: u32| {
            text.iter().take(max).take_while(|b| char::from(**b).is_digit(radix)).count()
        };
        let value = |text: &[u8], radix: u32| {
            text.iter().fold(0_u32, |n, b| n * radix + char::from(*b).to_digit(radix).unwrap_or(0)) as u8
        };
        let (hex, octal) = (digits(after, 2, 16), digits(tail, 3, 8));
        if let Some((_, escaped)) = C_ESCAPES.iter().find(|(known, _)| *known == letter) {
            out.push(*escaped);
            rest = after;
        } else if letter == b'x' && hex > 0 {
            out.push(value(&after[..hex], 16));
            rest = &after[hex..];
        } else if octal > 0 {
            out.push(value(&tail[..octal], 8));
            rest = &tail[octal..];
        } else {
            out.push(letter);
            rest = after;
        }
    }
    out
}

/// The characters of a text with their positions; PHP drops bytes that are not UTF-8.
fn characters(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match utf8::next_char(&text[at..]) {
            Ok((_, length)) => {
                out.push((at, &text[at..at + length]));
                at += length;
            }
            Err(_) => at += 1,
        }
    }
    out
}

fn shell_argument(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text_without_nul(args, 0)?;
    let mut out = vec![b'\''];
    for (_, piece) in characters(&text) {
        match piece {
            b"'" => out.extend_from_slice(b"'\\''"),
            _ => out.extend_from_slice(piece),
        }
    }
    out.push(b'\'');
    Ok(Value::from(out))
}

fn shell_command(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text_without_nul(args, 0)?;
    let mut out = Vec::with_capacity(text.len());
    let mut closing: Option<usize> = None;
    for (at, piece) in characters(&text) {
        let &[byte] = piece else {
            out.extend_from_slice(piece);
            continue;
        };
        match byte {
            // A quote stays if another one closes it.
            b'\'' | b'"' => {
                if closing == Some(at) {
                    closing = None;
                } else if let Some(next) = text[at + 1..].iter().position(|b| *b == byte).filter(|_| closing.is_none())
                {
                    closing = Some(at + 1 + next);
                } else {
                    out.push(b'\\');
                }
            }
            b'#' | b'&' | b';' | b'`' | b'|' | b'*' | b'?' | b'~' | b'<' | b'>' | b'^' | b'(' | b')' | b'[' | b']'
            | b'{' | b'}' | b'$' | b'\\' | b'\n' => out.push(b'\\'),
            _ => {}
        }
        out.push(byte);
    }
    Ok(Value::from(out))
}

/// PHP breaks a line of quoted-printable after so many characters.
const QUOTED_LINE: usize = 75;

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut column = 0;
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let next = tail.first().copied().unwrap_or(0);
        if byte == b'\r' && next == b'\n' {
            out.extend_from_slice(b"\r\n");
            rest = &tail[1..];
            column = 0;
            continue;
        }
        let escaped = byte.is_ascii_control() || byte >= 0x80 || byte == b'=' || byte == b' ' && next == b'\r';
        // A character of several bytes is not broken.
        let width = match byte {
            _ if !escaped => 1,
            0x80..=0xdf => 6,
            0xe0..=0xef => 9,
            0xf0..=0xf4 => 12,
            _ => 3,
        };
        let breaks = byte <= 0xf4 && column + width > QUOTED_LINE;
        column += if escaped { 3 } else { 1 };
        if breaks {
            out.extend_from_slice(b"=\r\n");
            column = if escaped { 3 } else { 1 };
        }
        if escaped {
            out.extend(format!("={byte:02X}").into_bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

fn from_quoted_printable(text: &[u8]) -> Vec<u8> {
    let text = args::c_string(text);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        if let Some(byte) = hex_pair(tail) {
            out.push(byte);
            rest = &tail[2..];
            continue;
        }
        // A line that ends with `=` goes on in the next one.
        let blanks = tail.iter().take_while(|b| **b == b' ' || **b == b'\t').count();
        match &tail[blanks..] {
            [] => rest = &[],
            [b'\r', b'\n', after @ ..] | [b'\r' | b'\n', after @ ..] => rest = after,
            _ => out.push(byte),
        }
    }
    out
}

/// Bytes in a line of uuencoded text.
const UU_LINE: usize = 45;

fn uuencode(text: &[u8]) -> Vec<u8> {
    let letter = |bits: u8| if bits == 0 { b'`' } else { bits + b' ' };
    let mut out = Vec::new();
    for line in text.chunks(UU_LINE) {
        out.push(letter(line.len() as u8));
        for group in line.chunks(3) {
            let byte = |i: usize| group.get(i).copied().unwrap_or(0);
            let (a, b, c) = (byte(0), byte(1), byte(2));
            let bits = [a >> 2, (a << 4 | b >> 4) & 63, (b << 2 | c >> 6) & 63, c & 63];
            out.extend(bits.map(letter));
        }
        out.push(b'\n');
    }
    out.extend_from_slice(b"`\n");
    out
}

fn uudecode(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() {
        return None;
    }
    let bits = |b: u8| b.wrapping_sub(b' ') & 63;
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let length = usize::from(bits(first));
        if length == 0 {
            break;
        }
        let groups = length.div_ceil(3);
        let line = tail.get(..groups * 4)?;
        let before = out.len();
        for g in line.chunks_exact(4) {
            let [a, b, c, d] = [bits(g[0]), bits(g[1]), bits(g[2]), bits(g[3])];
            out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        out.truncate(before + length);
        // A shorter line is the last one.
        if length < UU_LINE {
            break;
        }
        rest = tail.get(groups * 4 + 1..).unwrap_or_default();
    }
    Some(out)
}
