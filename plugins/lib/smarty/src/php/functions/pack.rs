//! `pack` and `unpack`: values as bytes.

use super::args;
use super::register::makes;
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("pack", 1, usize::MAX, pack), makes("unpack", 2, 3, unpack)];

/// How often a code of the format is repeated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Once,
    Times(usize),
    Rest,
}

impl Repeat {
    /// The number of times, where `*` stands for `rest`.
    fn count(self, rest: usize) -> usize {
        match self {
            Repeat::Once => 1,
            Repeat::Times(n) => n,
            Repeat::Rest => rest,
        }
    }
}

/// A number's bytes: their count, and whether the least significant comes first. PHP's own order is that of x86.
fn number_format(code: u8) -> Option<(usize, bool)> {
    Some(match code {
        b'c' | b'C' => (1, true),
        b's' | b'S' | b'v' => (2, true),
        b'n' => (2, false),
        b'i' | b'I' | b'l' | b'L' | b'V' => (4, true),
        b'N' => (4, false),
        b'q' | b'Q' | b'P' => (8, true),
        b'J' => (8, false),
        _ => return None,
    })
}

/// A float's bytes, in the same way.
fn float_format(code: u8) -> Option<(usize, bool)> {
    Some(match code {
        b'f' | b'g' => (4, true),
        b'G' => (4, false),
        b'd' | b'e' => (8, true),
        b'E' => (8, false),
        _ => return None,
    })
}

fn repeat(format: &[u8]) -> (Repeat, &[u8]) {
    if let Some(rest) = format.strip_prefix(b"*") {
        return (Repeat::Rest, rest);
    }
    let digits = format.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = format.split_at(digits);
    match std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()) {
        Some(times) => (Repeat::Times(times), rest),
        None => (Repeat::Once, rest),
    }
}

fn wrong_code(code: u8) -> PhpError {
    PhpError::value_error(format!("Type {}: unknown format code", char::from(code)))
}

fn too_few(code: u8) -> PhpError {
    PhpError::value_error(format!("Type {}: not enough arguments", char::from(code)))
}

fn pack(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let format = args::text(args, 0)?;
    let mut values = args[1..].iter();
    let mut out: Vec<u8> = Vec::new();
    let mut rest = &format[..];
    while let Some((&code, tail)) = rest.split_first() {
        let (times, tail) = repeat(tail);
        rest = tail;
        // PHP ignores `*` after a code that moves.
        let count = times.count(if b"xX@".contains(&code) { 1 } else { values.len() });
        context.allow_bytes(out.len().saturating_add(count))?;
        match code {
            b'a' | b'A' | b'Z' | b'h' | b'H' => {
                let value = values.next().ok_or_else(|| too_few(code))?;
                pack_text(code, times, &value.to_bytes(), &mut out)?;
            }
            b'x' => out.resize(out.len() + count, 0),
            b'X' => out.truncate(out.len().saturating_sub(count)),
            b'@' => out.resize(count, 0),
            _ => {
                for _ in 0..count {
                    let value = values.next().ok_or_else(|| too_few(code))?;
                    pack_number(code, value, &mut out)?;
                }
            }
        }
    }
    Ok(Value::from(out))
}

fn pack_number(code: u8, value: &Value, out: &mut Vec<u8>) -> Result<(), PhpError> {
    let (mut bytes, count, little) = if let Some((count, little)) = number_format(code) {
        (value.to_int().to_le_bytes()[..count].to_vec(), count, little)
    } else if let Some((count, little)) = float_format(code) {
        let x = value.to_float();
        let bytes = if count == 4 { (x as f32).to_le_bytes().to_vec() } else { x.to_le_bytes().to_vec() };
        (bytes, count, little)
    } else {
        return Err(wrong_code(code));
    };
    debug_assert_eq!(bytes.len(), count);
    if !little {
        bytes.reverse();
    }
    out.append(&mut bytes);
    Ok(())
}

fn pack_text(code: u8, times: Repeat, text: &[u8], out: &mut Vec<u8>) -> Result<(), PhpError> {
    let hex = matches!(code, b'h' | b'H');
    let count = times.count(text.len() + usize::from(code == b'Z'));
    if !hex {
        let kept = count.saturating_sub(usize::from(code == b'Z')).min(text.len());
        out.extend_from_slice(&text[..kept]);
        out.resize(out.len() + count - kept, if code == b'A' { b' ' } else { 0 });
        return Ok(());
    }
    for pair in text[..count.min(text.len())].chunks(2) {
        let digit = |i: usize| match pair.get(i) {
            Some(b) => char::from(*b).to_digit(16).map(|d| d as u8).unwrap_or(0),
            None => 0,
        };
        let (first, second) = (digit(0), digit(1));
        out.push(if code == b'H' { first << 4 | second } else { second << 4 | first });
    }
    Ok(())
}

fn unpack(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (format, data) = (args::text(args, 0)?, args::text(args, 1)?);
    let offset = args::size(args::int_or(args, 2, 0)?).filter(|at| *at <= data.len());
    let offset = offset.ok_or_else(|| args::bad(2, "be contained in argument #2 ($data)"))?;
    let data = &data[offset..];
    let mut out = Array::new();
    let mut at = 0;
    for part in format.split(|b| *b == b'/') {
        let Some((&code, tail)) = part.split_first() else { continue };
        let (times, name) = repeat(tail);
        if !unpack_part(code, times, name, data, &mut at, &mut out)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::array(out))
}

/// The key of the `i`th value of a part: its name, its number, or both.
fn key(name: &[u8], i: usize, times: Repeat) -> Key {
    let name = String::from_utf8_lossy(name);
    match (name.is_empty(), times) {
        (true, _) => Key::Int(i as i64 + 1),
        (false, Repeat::Once) => Key::from(&*name),
        (false, _) => Key::from(&*format!("{name}{}", i + 1)),
    }
}

/// Reads one part; false if the data is too short.
fn unpack_part(
    code: u8,
    times: Repeat,
    name: &[u8],
    data: &[u8],
    at: &mut usize,
    out: &mut Array,
) -> Result<bool, PhpError> {
    let left = data.len() - *at;
    let (size, is_text) = match code {
        b'a' | b'A' | b'Z' | b'h' | b'H' => (1, true),
        b'x' | b'X' | b'@' => return Ok(skip(code, times, data, at)),
        _ => (number_format(code).or_else(|| float_format(code)).ok_or_else(|| wrong_code(code))?.0, false),
    };
    if is_text {
        let digits = matches!(code, b'h' | b'H');
        let count = times.count(if digits { left * 2 } else { left });
        let bytes = if digits { count.div_ceil(2) } else { count };
        let Some(text) = data[*at..].get(..bytes) else { return Ok(false) };
        *at += bytes;
        let key = if name.is_empty() { Key::Int(1) } else { Key::from(&*String::from_utf8_lossy(name)) };
        out.insert(key, Value::from(unpack_text(code, text, count)));
        return Ok(true);
    }
    let count = times.count(left / size);
    for i in 0..count {
        let Some(bytes) = data.get(*at..*at + size) else { return Ok(false) };
        *at += size;
        out.insert(key(name, i, times), unpack_number(code, bytes));
    }
    Ok(true)
}

fn skip(code: u8, times: Repeat, data: &[u8], at: &mut usize) -> bool {
    let to = match code {
        b'x' => at.checked_add(times.count(data.len() - *at)).filter(|to| *to <= data.len()),
        b'X' => Some(at.saturating_sub(times.count(1))),
        // A place behind the end changes nothing.
        _ => Some(times.count(0)).map(|to| if to <= data.len() { to } else { *at }),
    };
    to.is_some_and(|to| {
        *at = to;
        true
    })
}

fn unpack_text(code: u8, text: &[u8], count: usize) -> Vec<u8> {
    match code {
        b'A' => {
            let end = text.iter().rposition(|b| !b"\0\t\r\n ".contains(b)).map_or(0, |at| at + 1);
            text[..end].to_vec()
        }
        b'Z' => args::c_string(text).to_vec(),
        b'h' | b'H' => {
            let digit = |d: u8| char::from_digit(d.into(), 16).map_or(b'0', |c| c as u8);
            let pair =
                |b: &u8| if code == b'H' { [digit(b >> 4), digit(b & 15)] } else { [digit(b & 15), digit(b >> 4)] };
            text.iter().flat_map(pair).take(count).collect()
        }
        _ => text.to_vec(),
    }
}

fn unpack_number(code: u8, bytes: &[u8]) -> Value {
    let little = number_format(code).or_else(|| float_format(code)).is_some_and(|(_, little)| little);
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    if !little {
        wide[..bytes.len()].reverse();
    }
    let number = u64::from_le_bytes(wide);
    match code {
        b'f' | b'g' | b'G' => Value::Float(f32::from_bits(number as u32).into()),
        b'd' | b'e' | b'E' => Value::Float(f64::from_bits(number)),
        b'c' => Value::Int((number as i8).into()),
        b's' => Value::Int((number as i16).into()),
        b'i' | b'l' => Value::Int((number as i32).into()),
        _ => Value::Int(number as i64),
    }
}
