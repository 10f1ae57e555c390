//! `truncate`, `wordwrap`, `spacify`.

use crate::php::functions::register::{MANY, makes};
use crate::php::functions::{args, multibyte, preg};
use crate::php::regex::is_space;
use crate::php::{Context, Function, PhpError, Str, Value, arithmetic, compare};

pub const MODIFIERS: &[Function] = &[
    makes("truncate", 1, MANY, truncate),
    makes("spacify", 1, MANY, spacify),
    makes("wordwrap", 1, MANY, |c, a| word_wrap(c, a, 80)),
    makes("mb_wordwrap", 1, MANY, |c, a| word_wrap(c, a, 75)),
];

fn truncate(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    if matches!(args.get(1), Some(Value::Int(0))) {
        return Ok(Value::text(""));
    }
    let length = args.get(1).cloned().unwrap_or(Value::Int(80));
    let break_words = args.get(3).is_some_and(Value::truthy);
    let middle = args.get(4).is_some_and(Value::truthy);
    let text = args::text(args, 0)?;
    let chars = |s: &[u8]| i64::try_from(multibyte::length(s)).unwrap_or(i64::MAX);
    // PHP compares: a length that is no number is greater than most.
    if !compare::less(&length, &Value::Int(chars(&text)))? {
        return Ok(args[0].clone());
    }
    let suffix = args::text_or(args, 2, b"...")?;
    let room = Value::Int(chars(&suffix));
    let least = if compare::less(&room, &length)? { &room } else { &length };
    let length = arithmetic::subtract(&length, least)?.to_int();
    let mut cut = text;
    if !break_words && !middle {
        let head = multibyte::substr(&cut, 0, Some(length.saturating_add(1)));
        // Cuts back to the last white space; invalid UTF-8 gives an empty result.
        cut = preg::replace(context, b"/\\s+?(\\S+)?$/u", b"", &head, usize::MAX, &mut 0)?.unwrap_or_default();
    }
    if !middle {
        let head = multibyte::substr(&cut, 0, Some(length));
        return Ok(Value::from([&head[..], &suffix].concat()));
    }
    let half = length / 2;
    let head = multibyte::substr(&cut, 0, Some(half));
    let tail = multibyte::substr(&cut, -half, Some(length));
    Ok(Value::from([&head[..], &suffix, &tail].concat()))
}

fn spacify(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, between) = (args::text(args, 0)?, args::text_or(args, 1, b" ")?);
    let Ok(text) = std::str::from_utf8(&text) else {
        return Err(PhpError::type_error("the text must be UTF-8"));
    };
    context.allow_bytes(text.len().saturating_mul(between.len().saturating_add(1)))?;
    let mut out = Vec::with_capacity(text.len() * 2);
    for (i, c) in text.chars().enumerate() {
        if i > 0 {
            out.extend_from_slice(&between);
        }
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(Value::from(out))
}

/// Smarty's own wrapping by characters, with its quirks: a space before a break is dropped, and `"0"` counts as empty
/// output.
fn word_wrap(context: &mut Context<'_>, args: &mut [Value], width: i64) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let given = args.get(1).cloned().unwrap_or(Value::Int(width));
    let line_break = args.get(2).map_or_else(|| Str::from("\n"), Value::to_str);
    let cut = args.get(3).is_some_and(Value::truthy);
    let Ok(text) = std::str::from_utf8(&text) else {
        return Ok(Value::text(""));
    };
    context.allow_bytes(text.len().saturating_mul(line_break.len().saturating_add(1)))?;
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let (mut length, mut after_space) = (0_i64, false);
    let size = if cut { piece(&given) } else { None };
    for token in tokens(text, size) {
        let is_white = token.chars().all(is_space);
        let chars = token.chars().count() as i64;
        length += chars;
        if compare::less(&given, &Value::Int(length))? {
            if after_space {
                drop_last_char(&mut out);
            }
            if !is_white {
                if !matches!(out.as_slice(), b"" | b"0") {
                    out.extend_from_slice(&line_break);
                }
                length = chars;
            }
        } else if token == "\n" {
            length = 0;
        }
        after_space = is_white;
        out.extend_from_slice(token.as_bytes());
    }
    Ok(Value::from(out))
}

/// The size of the pieces of a long word. Smarty writes the width into a regular expression, where only digits count.
fn piece(width: &Value) -> Option<usize> {
    let size: usize = width.to_str().to_lossy().parse().ok()?;
    Some(size.max(1))
}

/// Splits text into words and single white-space characters; words longer than `size` are split.
fn tokens(text: &str, size: Option<usize>) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_space(first) { first.len_utf8() } else { rest.find(is_space).unwrap_or(rest.len()) };
        let (mut token, tail) = rest.split_at(end);
        while let Some((at, _)) = size.and_then(|size| token.char_indices().nth(size)) {
            out.push(&token[..at]);
            token = &token[at..];
        }
        out.push(token);
        rest = tail;
    }
    out
}

fn drop_last_char(out: &mut Vec<u8>) {
    while out.pop().is_some_and(|b| b & 0xc0 == 0x80) {}
}
