//! Functions that search in strings.

use bstr::ByteSlice;

use super::args;
use super::register::{makes, moves};
use crate::php::{Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("strpos", 2, 3, |_, a| position(a, false)),
    moves("stripos", 2, 3, |_, a| position(a, true)),
    moves("strrpos", 2, 3, |_, a| last_position(a, false)),
    moves("strripos", 2, 3, |_, a| last_position(a, true)),
    makes("strstr", 2, 3, |_, a| part(a, false)),
    makes("strchr", 2, 3, |_, a| part(a, false)),
    makes("stristr", 2, 3, |_, a| part(a, true)),
    makes("strrchr", 2, 2, |_, a| last_part(a)),
    makes("strpbrk", 2, 2, |_, a| any_of(a)),
    moves("str_contains", 2, 2, |_, a| Ok(args::text(a, 0)?.contains_str(&args::text(a, 1)?).into())),
    moves("str_starts_with", 2, 2, |_, a| Ok(args::text(a, 0)?.starts_with(&args::text(a, 1)?).into())),
    moves("str_ends_with", 2, 2, |_, a| Ok(args::text(a, 0)?.ends_with(&args::text(a, 1)?).into())),
    moves("substr_count", 2, 4, |_, a| count(a)),
    moves("strspn", 2, 4, |_, a| span(a, true)),
    moves("strcspn", 2, 4, |_, a| span(a, false)),
];

/// The haystack and the needle, both in lower case if `fold` is set.
fn pair(args: &[Value], fold: bool) -> Result<(Str, Str), PhpError> {
    let (hay, needle) = (args::text(args, 0)?, args::text(args, 1)?);
    if !fold {
        return Ok((hay, needle));
    }
    Ok((hay.to_ascii_lowercase().into(), needle.to_ascii_lowercase().into()))
}

fn outside() -> PhpError {
    PhpError::value_error("Argument #3 ($offset) must be contained in argument #1 ($haystack)")
}

fn found(at: Option<usize>) -> Value {
    at.map_or(Value::Bool(false), Value::from)
}

fn position(args: &[Value], fold: bool) -> Result<Value, PhpError> {
    let (hay, needle) = pair(args, fold)?;
    let start = args::offset_in(args::int_or(args, 2, 0)?, hay.len()).ok_or_else(outside)?;
    Ok(found(hay[start..].find(&*needle).map(|at| at + start)))
}

fn last_position(args: &[Value], fold: bool) -> Result<Value, PhpError> {
    let (hay, needle) = pair(args, fold)?;
    let offset = args::int_or(args, 2, 0)?;
    let start = args::offset_in(offset, hay.len()).ok_or_else(outside)?;
    // From the left, the offset bounds the earliest start of a match; from the right, the latest.
    let (from, to) =
        if offset >= 0 { (start, hay.len()) } else { (0, hay.len().min(start.saturating_add(needle.len()))) };
    Ok(found(hay[from..to].rfind(&*needle).map(|at| at + from)))
}

fn part(args: &[Value], fold: bool) -> Result<Value, PhpError> {
    let (hay, needle) = pair(args, fold)?;
    let before = args::flag_or(args, 2, false)?;
    let whole = args::text(args, 0)?;
    Ok(match hay.find(&*needle) {
        None => Value::Bool(false),
        Some(at) if before => Value::Str(Str::new(&whole[..at])),
        Some(at) => Value::Str(Str::new(&whole[at..])),
    })
}

fn last_part(args: &[Value]) -> Result<Value, PhpError> {
    let (hay, needle) = pair(args, false)?;
    // Only the first byte counts; an empty needle is C's terminating NUL.
    let byte = needle.first().copied().unwrap_or(0);
    Ok(hay.rfind_byte(byte).map_or(Value::Bool(false), |at| Value::Str(Str::new(&hay[at..]))))
}

fn any_of(args: &[Value]) -> Result<Value, PhpError> {
    let (hay, list) = pair(args, false)?;
    if list.is_empty() {
        return Err(args::bad(1, "be a non-empty string"));
    }
    Ok(hay.iter().position(|b| list.contains(b)).map_or(Value::Bool(false), |at| Value::Str(Str::new(&hay[at..]))))
}

fn count(args: &[Value]) -> Result<Value, PhpError> {
    let (hay, needle) = pair(args, false)?;
    if needle.is_empty() {
        return Err(args::bad(1, "not be empty"));
    }
    let start = args::offset_in(args::int_or(args, 2, 0)?, hay.len()).ok_or_else(outside)?;
    let rest = &hay[start..];
    let part = match args::int_opt(args, 3)? {
        None => rest,
        Some(length) => {
            let end = args::offset_in(length, rest.len());
            &rest[..end.ok_or_else(|| args::bad(3, "be contained in argument #1 ($haystack)"))?]
        }
    };
    Ok(Value::from(part.find_iter(&*needle).count()))
}

fn span(args: &[Value], inside: bool) -> Result<Value, PhpError> {
    let (text, list) = pair(args, false)?;
    let Some((start, end)) = super::text_cut::bounds(text.len(), args::int_or(args, 2, 0)?, args::int_opt(args, 3)?)
    else {
        return Ok(Value::Int(0));
    };
    // For bytes outside of the list, PHP reads an empty list as its terminating NUL.
    let list: &[u8] = if list.is_empty() && !inside { &[0] } else { &list };
    Ok(Value::from(text[start..end].iter().take_while(|b| list.contains(b) == inside).count()))
}
