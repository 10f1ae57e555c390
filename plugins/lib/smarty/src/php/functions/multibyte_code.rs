//! `mb_*` functions on single characters, their codes and widths, and on the names of encodings.

use super::args;
use super::multibyte::charset;
use super::register::{makes, moves};
use crate::php::charset::{ENCODINGS, Encoding, find};
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("mb_chr", 1, 2, |_, a| {
        let charset = charset(a, 1)?;
        let code = u32::try_from(args::int(a, 0)?).ok().and_then(char::from_u32);
        Ok(code.map_or(Value::Bool(false), |c| Value::from(charset.encode(&[c]))))
    }),
    moves("mb_ord", 1, 2, ord),
    makes("mb_scrub", 1, 2, |_, a| {
        let charset = charset(a, 1)?;
        Ok(Value::from(charset.encode(&charset.decode(&args::text(a, 0)?))))
    }),
    moves("mb_strwidth", 1, 2, |_, a| Ok(Value::from(width(&charset(a, 1)?.decode(&args::text(a, 0)?))))),
    makes("mb_strimwidth", 3, 5, trim_to_width),
    moves("mb_list_encodings", 0, 0, |_, _| Ok(Value::list(ENCODINGS.iter().map(|e| Value::text(e.name))))),
    moves("mb_encoding_aliases", 1, 1, |_, a| {
        Ok(Value::list(named(a)?.aliases.iter().map(|alias| Value::text(*alias))))
    }),
    moves("mb_preferred_mime_name", 1, 1, |_, a| Ok(Value::text(named(a)?.mail_name()))),
    makes("mb_encode_numericentity", 2, 4, encode_entities),
    makes("mb_decode_numericentity", 2, 3, decode_entities),
];

fn named(args: &[Value]) -> Result<&'static Encoding, PhpError> {
    find(&args::text(args, 0)?).ok_or_else(|| args::bad(0, "be a valid encoding"))
}

fn ord(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    if text.is_empty() {
        return Err(args::bad(0, "not be empty"));
    }
    let charset = charset(args, 1)?;
    if charset.is_utf8() && crate::php::utf8::chars(&text).next().flatten().is_none() {
        return Ok(Value::Bool(false));
    }
    Ok(charset.decode(&text).first().map_or(Value::Bool(false), |c| Value::Int(u32::from(*c).into())))
}

/// Characters of two columns, by mbstring's table of East Asian width.
#[rustfmt::skip]
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115f), (0x231a, 0x231b), (0x2329, 0x232a), (0x23e9, 0x23ec), (0x23f0, 0x23f0), (0x23f3, 0x23f3),
    (0x25fd, 0x25fe), (0x2614, 0x2615), (0x2648, 0x2653), (0x267f, 0x267f), (0x2693, 0x2693), (0x26a1, 0x26a1),
    (0x26aa, 0x26ab), (0x26bd, 0x26be), (0x26c4, 0x26c5), (0x26ce, 0x26ce), (0x26d4, 0x26d4), (0x26ea, 0x26ea),
    (0x26f2, 0x26f3), (0x26f5, 0x26f5), (0x26fa, 0x26fa), (0x26fd, 0x26fd), (0x2705, 0x2705), (0x270a, 0x270b),
    (0x2728, 0x2728), (0x274c, 0x274c), (0x274e, 0x274e), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
    (0x27b0, 0x27b0), (0x27bf, 0x27bf), (0x2b1b, 0x2b1c), (0x2b50, 0x2b50), (0x2b55, 0x2b55), (0x2e80, 0x2e99),
    (0x2e9b, 0x2ef3), (0x2f00, 0x2fd5), (0x2ff0, 0x2ffb), (0x3000, 0x303e), (0x3041, 0x3096), (0x3099, 0x30ff),
    (0x3105, 0x312f), (0x3131, 0x318e), (0x3190, 0x31e3), (0x31f0, 0x321e), (0x3220, 0x3247), (0x3250, 0x4dbf),
    (0x4e00, 0xa48c), (0xa490, 0xa4c6), (0xa960, 0xa97c), (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe10, 0xfe19),
    (0xfe30, 0xfe52), (0xfe54, 0xfe66), (0xfe68, 0xfe6b), (0xff01, 0xff60), (0xffe0, 0xffe6), (0x16fe0, 0x16fe4),
    (0x16ff0, 0x16ff1), (0x17000, 0x187f7), (0x18800, 0x18cd5), (0x18d00, 0x18d08), (0x1aff0, 0x1aff3),
    (0x1aff5, 0x1affb), (0x1affd, 0x1affe), (0x1b000, 0x1b122), (0x1b150, 0x1b152), (0x1b164, 0x1b167),
    (0x1b170, 0x1b2fb), (0x1f004, 0x1f004), (0x1f0cf, 0x1f0cf), (0x1f18e, 0x1f18e), (0x1f191, 0x1f19a),
    (0x1f200, 0x1f202), (0x1f210, 0x1f23b), (0x1f240, 0x1f248), (0x1f250, 0x1f251), (0x1f260, 0x1f265),
    (0x1f300, 0x1f320), (0x1f32d, 0x1f335), (0x1f337, 0x1f37c), (0x1f37e, 0x1f393), (0x1f3a0, 0x1f3ca),
    (0x1f3cf, 0x1f3d3), (0x1f3e0, 0x1f3f0), (0x1f3f4, 0x1f3f4), (0x1f3f8, 0x1f43e), (0x1f440, 0x1f440),
    (0x1f442, 0x1f4fc), (0x1f4ff, 0x1f53d), (0x1f54b, 0x1f54e), (0x1f550, 0x1f567), (0x1f57a, 0x1f57a),
    (0x1f595, 0x1f596), (0x1f5a4, 0x1f5a4), (0x1f5fb, 0x1f64f), (0x1f680, 0x1f6c5), (0x1f6cc, 0x1f6cc),
    (0x1f6d0, 0x1f6d2), (0x1f6d5, 0x1f6d7), (0x1f6dd, 0x1f6df), (0x1f6eb, 0x1f6ec), (0x1f6f4, 0x1f6fc),
    (0x1f7e0, 0x1f7eb), (0x1f7f0, 0x1f7f0), (0x1f90c, 0x1f93a), (0x1f93c, 0x1f945), (0x1f947, 0x1f9ff),
    (0x1fa70, 0x1fa74), (0x1fa78, 0x1fa7c), (0x1fa80, 0x1fa86), (0x1fa90, 0x1faac), (0x1fab0, 0x1faba),
    (0x1fac0, 0x1fac5), (0x1fad0, 0x1fad9), (0x1fae0, 0x1fae7), (0x1faf0, 0x1faf6), (0x20000, 0x2fffd),
    (0x30000, 0x3fffd),
];

fn columns(c: char) -> usize {
    let code = u32::from(c);
    let at = WIDE.partition_point(|(_, last)| *last < code);
    if WIDE.get(at).is_some_and(|(first, _)| *first <= code) { 2 } else { 1 }
}

fn width(chars: &[char]) -> usize {
    chars.iter().map(|c| columns(*c)).sum()
}

/// `mb_strimwidth`: the part that fits into `width` columns, with a marker if something is cut.
fn trim_to_width(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let charset = charset(args, 4)?;
    let text = charset.decode(&args::text(args, 0)?);
    let marker_text = args::text_or(args, 3, b"")?;
    let marker = charset.decode(&marker_text);
    let total = i64::try_from(width(&text)).unwrap_or(i64::MAX);
    let mut start = args::int(args, 1)?;
    let mut limit = args::int(args, 2)?;
    if start < 0 {
        start = start.saturating_add(total);
    }
    let start = args::size(start).filter(|start| *start <= text.len());
    let start = start.ok_or_else(|| args::bad(1, "be in range"))?;
    if limit < 0 {
        limit = limit.saturating_add(total).saturating_sub(start as i64);
    }
    let limit = args::size(limit).ok_or_else(|| args::bad(2, "be in range"))?;
    let rest = &text[start..];
    if width(rest) <= limit {
        return Ok(Value::from(charset.encode(rest)));
    }
    let room = limit.saturating_sub(width(&marker));
    let mut used = 0;
    let kept = rest.iter().take_while(|c| {
        used += columns(**c);
        used <= room
    });
    let kept = start..start + kept.count();
    let mut out = charset.encode(&text[kept]);
    out.extend_from_slice(&marker_text);
    Ok(Value::from(out))
}

/// Ranges of code points with an offset and a mask.
struct Ranges(Vec<[i64; 4]>);

impl Ranges {
    fn of(args: &[Value]) -> Result<Ranges, PhpError> {
        let map = args::array(args, 1)?;
        let numbers: Vec<i64> = map.values().map(Value::to_int).collect();
        if !numbers.len().is_multiple_of(4) {
            return Err(args::bad(1, "have a multiple of 4 elements"));
        }
        Ok(Ranges(numbers.chunks_exact(4).map(|part| [part[0], part[1], part[2], part[3]]).collect()))
    }

    fn number(&self, c: char) -> Option<i64> {
        let code = i64::from(u32::from(c));
        let range = self.0.iter().find(|r| (r[0]..=r[1]).contains(&code))?;
        Some((code + range[2]) & range[3])
    }

    fn char(&self, number: i64) -> Option<char> {
        let codes = self.0.iter().map(|r| (r, number - r[2]));
        let (_, code) = codes.into_iter().find(|(r, code)| (r[0]..=r[1]).contains(code))?;
        u32::try_from(code).ok().and_then(char::from_u32)
    }
}

fn encode_entities(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (charset, ranges) = (charset(args, 2)?, Ranges::of(args)?);
    let is_hex = args::flag_or(args, 3, false)?;
    let mut out = String::new();
    for c in charset.decode(&args::text(args, 0)?) {
        match ranges.number(c) {
            Some(number) if is_hex => out.push_str(&format!("&#x{number:X};")),
            Some(number) => out.push_str(&format!("&#{number};")),
            None => out.push(c),
        }
        context.allow_bytes(out.len())?;
    }
    Ok(Value::from(charset.encode(&out.chars().collect::<Vec<char>>())))
}

fn decode_entities(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (charset, ranges) = (charset(args, 2)?, Ranges::of(args)?);
    let text = charset.decode(&args::text(args, 0)?);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    while let Some((&c, tail)) = rest.split_first() {
        if let Some((number, length)) = entity(rest)
            && let Some(meant) = ranges.char(number)
        {
            out.push(meant);
            rest = &rest[length..];
            continue;
        }
        out.push(c);
        rest = tail;
    }
    Ok(Value::from(charset.encode(&out)))
}

/// The number of `&#233;` or `&#xE9;` at the start, and its length; the semicolon may be missing.
fn entity(text: &[char]) -> Option<(i64, usize)> {
    let text = text.strip_prefix(&['&', '#'])?;
    let (digits, radix, before) = match text {
        ['x' | 'X', digits @ ..] => (digits, 16, 3),
        digits => (digits, 10, 2),
    };
    /// The digits of the largest code point, with leading zeros.
    const DIGITS_MAX: usize = 10;
    let count = digits.iter().take(DIGITS_MAX).take_while(|c| c.is_digit(radix)).count();
    let number: String = digits[..count].iter().collect();
    let number = i64::from_str_radix(&number, radix).ok()?;
    let semicolon = usize::from(digits.get(count) == Some(&';'));
    Some((number, before + count + semicolon))
}
