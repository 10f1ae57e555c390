//! Words of a text, and comparison of a part of it.

use super::args;
use super::register::{makes, moves};
use super::text_case::byte_set;
use super::text_compare::distance;
use super::text_cut::bounds;
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("str_word_count", 1, 3, str_word_count),
    makes("count_chars", 1, 2, count_chars),
    moves("substr_compare", 3, 5, substr_compare),
];

/// Words are runs of letters with `'` and `-` inside. A hyphen ends no word except at the end of the text, and neither
/// starts one.
fn str_word_count(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let format = args::int_or(args, 1, 0)?;
    let extra = byte_set(&args::text_or(args, 2, b"")?);
    if !(0..=2).contains(&format) {
        return Err(args::bad(1, "be a valid format value"));
    }
    let kept = |b: u8| extra[usize::from(b)];
    let mut start = 0;
    let mut end = text.len();
    if matches!(text.first(), Some(b @ (b'\'' | b'-')) if !kept(*b)) {
        start = 1;
    }
    if end > start && text[end - 1] == b'-' && !kept(b'-') {
        end -= 1;
    }
    let in_word = |b: &u8| b.is_ascii_alphabetic() || kept(*b) || matches!(b, b'\'' | b'-');
    let mut words = Vec::new();
    while start < end {
        let length = text[start..end].iter().take_while(|b| in_word(b)).count();
        if length > 0 {
            words.push((start, start + length));
        }
        start += length + 1;
    }
    context.allow_entries(words.len())?;
    let word = |(from, to): (usize, usize)| Value::Str(Str::new(&text[from..to]));
    Ok(match format {
        0 => Value::from(words.len()),
        1 => Value::list(words.into_iter().map(word)),
        _ => {
            let entries = words.into_iter().map(|at| (Key::Int(at.0 as i64), word(at)));
            Value::array(entries.collect::<Array>())
        }
    })
}

fn count_chars(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let mode = args::int_or(args, 1, 0)?;
    let mut counts = [0_i64; 256];
    for b in text.iter() {
        counts[usize::from(*b)] += 1;
    }
    let bytes = || (0..=u8::MAX).map(|b| (b, counts[usize::from(b)]));
    let entries = |keep: fn(i64) -> bool| {
        let kept = bytes().filter(move |(_, n)| keep(*n));
        Value::array(kept.map(|(b, n)| (Key::Int(b.into()), Value::Int(n))).collect())
    };
    let list =
        |keep: fn(i64) -> bool| Value::from(bytes().filter(|(_, n)| keep(*n)).map(|(b, _)| b).collect::<Vec<u8>>());
    Ok(match mode {
        0 => entries(|_| true),
        1 => entries(|n| n > 0),
        2 => entries(|n| n == 0),
        3 => list(|n| n > 0),
        4 => list(|n| n == 0),
        _ => return Err(args::bad(1, "be between 0 and 4 (inclusive)")),
    })
}

fn substr_compare(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, other) = (args::text(args, 0)?, args::text(args, 1)?);
    let (offset, length) = (args::int(args, 2)?, args::int_opt(args, 3)?);
    let fold = args::flag_or(args, 4, false)?;
    let length = match length {
        Some(0) => return Ok(Value::Int(0)),
        Some(n) => {
            let size = args::size(n).ok_or_else(|| args::bad(3, "be greater than or equal to 0"))?;
            Some(size)
        }
        None => None,
    };
    let Some((start, _)) = bounds(text.len(), offset, None) else {
        return Err(args::bad(2, "be contained in argument #1 ($main_str)"));
    };
    let cut = |s: &[u8]| length.map_or(s.len(), |n| n.min(s.len()));
    let part = &text[start..];
    Ok(distance(&part[..cut(part)], &other[..cut(&other)], fold))
}
