//! `mb_detect_encoding`, for encodings of one byte a character and UTF-8.
//!
//! Source: the behaviour of PHP 8.2. Of the encodings in which a text is valid, the one with the fewest unusual
//! characters wins.

use super::args;
use super::register::moves;
use crate::php::charset::{Charset, Encoding, find};
use crate::php::{Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[moves("mb_detect_encoding", 1, 3, detect)];

/// mbstring's default order, and what `auto` stands for.
const DEFAULT: [&str; 2] = ["ASCII", "UTF-8"];

fn candidates(args: &[Value]) -> Result<Vec<&'static Encoding>, PhpError> {
    let names: Vec<Str> = match args.get(1) {
        None | Some(Value::Null) => vec!["auto".into()],
        Some(Value::Array(list)) => list.values().map(Value::to_str).collect(),
        Some(_) => args::text(args, 1)?.split(|b| *b == b',').map(|name| Str::new(name.trim_ascii())).collect(),
    };
    let mut out = Vec::new();
    for name in names {
        if name.eq_ignore_ascii_case(b"auto") {
            out.extend(DEFAULT.iter().filter_map(|name| find(name.as_bytes())));
            continue;
        }
        let unknown = || args::bad(1, &format!("not contain the invalid encoding \"{}\"", name.to_lossy()));
        out.push(find(&name).ok_or_else(unknown)?);
    }
    if out.is_empty() { Err(args::bad(1, "specify at least one encoding")) } else { Ok(out) }
}

fn detect(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, is_strict) = (args::text(args, 0)?, args::flag_or(args, 2, false)?);
    let candidates = candidates(args)?;
    context.charge(text.len().saturating_mul(candidates.len()))?;
    let mut ends = Vec::with_capacity(candidates.len());
    for encoding in &candidates {
        ends.push(first_invalid(encoding, &text)?);
    }
    if let Some(stop) = stop(&ends, text.len()).filter(|_| !is_strict) {
        let left = ends.iter().position(|end| end.is_none_or(|at| at > stop));
        return Ok(left.map_or(Value::Bool(false), |i| Value::text(candidates[i].name)));
    }
    let valid = candidates.iter().zip(&ends).filter(|(_, end)| end.is_none()).map(|(encoding, _)| encoding);
    let best = valid.min_by_key(|encoding| encoding.charset.map_or(usize::MAX, |charset| demerits(charset, &text)));
    Ok(best.map_or(Value::Bool(false), |encoding| Value::text(encoding.name)))
}

/// The byte after which PHP stops unless it is strict: at most one encoding is left. Of one encoding it reads one byte.
fn stop(ends: &[Option<usize>], length: usize) -> Option<usize> {
    let mut invalid: Vec<usize> = ends.iter().flatten().copied().collect();
    invalid.sort_unstable();
    let stop = if ends.len() == 1 { Some(0) } else { invalid.get(ends.len() - 2).copied() };
    stop.filter(|stop| *stop < length)
}

/// The position at which a text is found to be invalid; its length if it ends too early.
fn first_invalid(encoding: &Encoding, text: &[u8]) -> Result<Option<usize>, PhpError> {
    match encoding.charset {
        Some(Charset::Utf8) => Ok(std::str::from_utf8(text).err().map(|error| {
            let start = error.valid_up_to();
            let is_lead = matches!(text[start], 0xc2..=0xf4);
            error.error_len().map_or(text.len(), |length| if is_lead { start + length } else { start })
        })),
        Some(Charset::Bytes(max)) if !matches!(encoding.name, "7bit" | "8bit") => {
            Ok(text.iter().position(|b| *b > max))
        }
        Some(Charset::Single(table)) => Ok(text.iter().position(|b| table.char(*b).is_none())),
        _ => {
            let name = encoding.name;
            Err(args::bad(1, &format!("name encodings of one byte a character and UTF-8, and {name} is another")))
        }
    }
}

fn demerits(charset: Charset, text: &[u8]) -> usize {
    charset.decode(text).into_iter().map(demerit).sum()
}

fn demerit(c: char) -> usize {
    let code = u32::from(c);
    match code {
        0x1_0000.. => 40,
        0x21..=0x2f => 6,
        _ if COMMON[..COMMON.partition_point(|(first, _)| *first <= code)]
            .last()
            .is_some_and(|(_, end)| code <= *end) =>
        {
            1
        }
        _ => 30,
    }
}

/// The characters that mbstring takes for common, ordered. Of Chinese and Korean characters it takes the 4,000 most
/// usual; here all of them are common.
#[rustfmt::skip]
const COMMON: &[(u32, u32)] = &[
    (0x09, 0x0a), (0x0d, 0x0d), (0x20, 0x7e), (0xa1, 0xac), (0xae, 0xff), (0x104, 0x107), (0x10c, 0x10f),
    (0x118, 0x11b), (0x141, 0x144), (0x147, 0x148), (0x158, 0x15b), (0x160, 0x161), (0x164, 0x165), (0x16e, 0x16f),
    (0x179, 0x17e), (0x300, 0x30a), (0x370, 0x377), (0x37a, 0x37f), (0x384, 0x38a), (0x38c, 0x38c), (0x38e, 0x3a1),
    (0x3a3, 0x3ff), (0x400, 0x4ff), (0x591, 0x5c7), (0x5d0, 0x5ea), (0x5ef, 0x5f4), (0x600, 0x6ff), (0x900, 0x97f),
    (0xe01, 0xe3a), (0xe3f, 0xe58), (0x1100, 0x11ff), (0x200b, 0x200b), (0x2010, 0x2016), (0x2018, 0x201f),
    (0x2020, 0x2022), (0x2026, 0x2026), (0x202f, 0x202f), (0x2032, 0x2034), (0x2038, 0x2038), (0x203e, 0x203e),
    (0x2080, 0x2089), (0x20ac, 0x20ac), (0x20b9, 0x20b9), (0x2150, 0x216f), (0x2190, 0x21ff), (0x2212, 0x2212),
    (0x2500, 0x2500), (0x3000, 0x301f), (0x3041, 0x3096), (0x3099, 0x309c), (0x30a0, 0x30ff), (0x3131, 0x318e),
    (0x3300, 0x33ff), (0x4e00, 0x9fff), (0xac00, 0xd7a3), (0xfe10, 0xfe19), (0xff01, 0xff9f), (0xffe5, 0xffe5),
];
