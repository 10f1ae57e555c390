//! Functions that cut strings, and that build strings from parts.

use bstr::ByteSlice;

use super::args;
use super::register::makes;
use crate::php::{Array, Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("substr", 2, 3, substr),
    makes("substr_replace", 3, 4, substr_replace),
    makes("str_pad", 2, 4, str_pad),
    makes("str_repeat", 2, 2, str_repeat),
    makes("str_split", 1, 2, str_split),
    makes("chunk_split", 1, 3, chunk_split),
    makes("explode", 2, 3, explode),
    makes("implode", 1, 2, implode),
    makes("join", 1, 2, implode),
];

/// The start and end of `substr($s, offset, length)` in a string of `len` bytes; `None` if it starts beyond the end.
pub fn bounds(len: usize, offset: i64, length: Option<i64>) -> Option<(usize, usize)> {
    let signed = i64::try_from(len).ok()?;
    if offset > signed {
        return None;
    }
    let start = if offset < 0 { (signed.saturating_add(offset)).max(0) } else { offset };
    let end = match length {
        None => signed,
        Some(n) if n < 0 => signed.saturating_add(n).max(start),
        Some(n) => start.saturating_add(n).min(signed),
    };
    Some((usize::try_from(start).ok()?, usize::try_from(end).ok()?))
}

fn substr(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let (start, end) = bounds(text.len(), args::int(args, 1)?, args::int_opt(args, 2)?).unwrap_or((0, 0));
    Ok(Value::Str(Str::new(&text[start..end])))
}

fn substr_replace(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    // Arrays are processed element by element: element n uses entry n of the replacements, offsets and lengths.
    let nth = |v: &Value, n: usize, default: Value| match v {
        Value::Array(list) => list.entry_at(n).map_or(default, |(_, v)| v.clone()),
        other => other.clone(),
    };
    let (replacement, offset, length) = (args::value(args, 1), args::value(args, 2), args::value(args, 3));
    let Value::Array(subjects) = &args[0] else {
        if matches!(offset, Value::Array(_)) || matches!(length, Value::Array(_)) {
            return Err(PhpError::type_error(
                "Argument #3 ($offset) cannot be an array when working on a single string",
            ));
        }
        let replacement = Value::Str(nth(&replacement, 0, Value::text("")).to_str());
        return replace_one(context, &[args[0].clone(), replacement, offset, length]);
    };
    let mut out = Array::with_capacity(subjects.len());
    for (n, (key, subject)) in subjects.iter().enumerate() {
        let subject = Value::Str(subject.to_str());
        let length = nth(&length, n, Value::from(subject.to_bytes().len()));
        let parts = [subject, nth(&replacement, n, Value::text("")), nth(&offset, n, Value::Int(0)), length];
        out.insert(key.clone(), replace_one(context, &parts)?);
    }
    Ok(Value::array(out))
}

fn replace_one(context: &Context<'_>, args: &[Value]) -> Result<Value, PhpError> {
    let (text, replacement) = (args::text(args, 0)?, args::text(args, 1)?);
    let offset = args::int(args, 2)?.min(i64::try_from(text.len()).unwrap_or(i64::MAX));
    let (start, end) = bounds(text.len(), offset, args::int_opt(args, 3)?).unwrap_or((text.len(), text.len()));
    context.allow_bytes(text.len().saturating_add(replacement.len()))?;
    let mut out = Vec::with_capacity(text.len() + replacement.len());
    out.extend_from_slice(&text[..start]);
    out.extend_from_slice(&replacement);
    out.extend_from_slice(&text[end..]);
    Ok(Value::from(out))
}

fn str_pad(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    const LEFT: i64 = 0;
    const BOTH: i64 = 2;
    let text = args::text(args, 0)?;
    let length = args::size(args::int(args, 1)?).unwrap_or(0);
    let pad = args::text_or(args, 2, b" ")?;
    let kind = args::int_or(args, 3, 1)?;
    if length <= text.len() {
        return Ok(Value::Str(text));
    }
    if pad.is_empty() {
        return Err(args::bad(2, "be a non-empty string"));
    }
    if !(LEFT..=BOTH).contains(&kind) {
        return Err(args::bad(3, "be STR_PAD_LEFT, STR_PAD_RIGHT, or STR_PAD_BOTH"));
    }
    context.allow_bytes(length)?;
    let missing = length - text.len();
    let left = match kind {
        LEFT => missing,
        BOTH => missing / 2,
        _ => 0,
    };
    let fill = |n: usize| pad.iter().copied().cycle().take(n);
    let mut out = Vec::with_capacity(length);
    out.extend(fill(left));
    out.extend_from_slice(&text);
    out.extend(fill(missing - left));
    Ok(Value::from(out))
}

/// `text` repeated `count` times, within the limits.
pub fn repeat(context: &Context<'_>, text: &[u8], count: usize) -> Result<Vec<u8>, PhpError> {
    context.allow_bytes(text.len().saturating_mul(count))?;
    Ok(if text.is_empty() { Vec::new() } else { text.repeat(count) })
}

fn str_repeat(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let count = args::size(args::int(args, 1)?).ok_or_else(|| args::bad(1, "be greater than or equal to 0"))?;
    Ok(Value::from(repeat(context, &text, count)?))
}

fn str_split(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let length = args::size(args::int_or(args, 1, 1)?).filter(|n| *n > 0);
    let length = length.ok_or_else(|| args::bad(1, "be greater than 0"))?;
    context.allow_entries(text.len() / length)?;
    Ok(Value::list(text.chunks(length).map(|part| Value::Str(Str::new(part)))))
}

fn chunk_split(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let length = args::size(args::int_or(args, 1, 76)?).filter(|n| *n > 0);
    let length = length.ok_or_else(|| args::bad(1, "be greater than 0"))?;
    let end = args::text_or(args, 2, b"\r\n")?;
    context.allow_bytes(text.len().saturating_add((text.len() / length + 1).saturating_mul(end.len())))?;
    if length > text.len() {
        return Ok(Value::from([&text[..], &end[..]].concat()));
    }
    Ok(Value::from(text.chunks(length).flat_map(|part| [part, &end[..]].concat()).collect::<Vec<u8>>()))
}

fn explode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (separator, text) = (args::text(args, 0)?, args::text(args, 1)?);
    split(context, &separator, &text, args::int_or(args, 2, i64::MAX)?)
}

/// PHP's `explode` with its limit.
pub fn split(context: &Context<'_>, separator: &[u8], text: &[u8], limit: i64) -> Result<Value, PhpError> {
    if separator.is_empty() {
        return Err(args::bad(0, "not be empty"));
    }
    let part = |bytes: &[u8]| Value::Str(Str::new(bytes));
    if limit < 0 {
        let mut parts: Vec<_> = text.split_str(separator).collect();
        context.allow_entries(parts.len())?;
        let keep = parts.len().saturating_sub(usize::try_from(limit.unsigned_abs()).unwrap_or(usize::MAX));
        parts.truncate(keep);
        return Ok(Value::list(parts.into_iter().map(part)));
    }
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let count = text.split_str(separator).take(limit).count();
    context.allow_entries(count)?;
    Ok(Value::list(text.splitn_str(count, separator).map(part)))
}

fn implode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (separator, pieces) = match (&args[0], args.get(1)) {
        (Value::Array(pieces), None | Some(Value::Null)) => (Str::default(), pieces.clone()),
        (_, None | Some(Value::Null)) => {
            return Err(PhpError::type_error("Argument #2 ($array) must be of type ?array, string given"));
        }
        (Value::Array(_), Some(_)) => {
            return Err(PhpError::type_error("Argument #1 ($separator) must be of type string, array given"));
        }
        _ => (args::text(args, 0)?, args::array(args, 1)?),
    };
    let mut out = Vec::new();
    for (i, piece) in pieces.values().enumerate() {
        if i > 0 {
            out.extend_from_slice(&separator);
        }
        piece.append_to(&mut out);
        context.allow_bytes(out.len())?;
    }
    Ok(Value::from(out))
}
