//! Line breaks: wrapping long lines, and marking line ends.

use super::args;
use super::register::makes;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("nl2br", 1, 2, nl2br), makes("wordwrap", 1, 4, wordwrap)];

fn nl2br(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let tag: &[u8] = if args::flag_or(args, 1, true)? { b"<br />" } else { b"<br>" };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        let both = matches!((b, text.get(at + 1)), (b'\r', Some(b'\n')) | (b'\n', Some(b'\r')));
        if matches!(b, b'\r' | b'\n') {
            out.extend_from_slice(tag);
        }
        let length = if both { 2 } else { 1 };
        out.extend_from_slice(&text[at..at + length]);
        at += length;
    }
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

fn wordwrap(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let width = args::int_or(args, 1, 75)?;
    let line_break = args::text_or(args, 2, b"\n")?;
    let cut = args::flag_or(args, 3, false)?;
    if text.is_empty() {
        return Ok(Value::text(""));
    }
    if line_break.is_empty() {
        return Err(args::bad(2, "not be empty"));
    }
    if width == 0 && cut {
        return Err(args::bad(3, "not be true when argument #2 ($width) is 0"));
    }
    context.allow_bytes(text.len().saturating_mul(1 + line_break.len()))?;
    Ok(Value::from(wrap(&text, width, &line_break, cut)))
}

fn wrap(text: &[u8], width: i64, line_break: &[u8], cut: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut start, mut space, mut at) = (0_usize, 0_usize, 0_usize);
    // In PHP a break string of more than one byte at the end of the text is plain text.
    let breaks_at = |at: usize| {
        let whole = text[at..].starts_with(line_break);
        whole && (line_break.len() == 1 && !cut || at + line_break.len() < text.len())
    };
    while at < text.len() {
        let long = (at - start) as i64 >= width;
        if breaks_at(at) {
            out.extend_from_slice(&text[start..at + line_break.len()]);
            at += line_break.len() - 1;
            start = at + 1;
            space = start;
        } else if text[at] == b' ' {
            if long {
                out.extend_from_slice(&text[start..at]);
                out.extend_from_slice(line_break);
                start = at + 1;
            }
            space = at;
        } else if long && cut && start >= space {
            out.extend_from_slice(&text[start..at]);
            out.extend_from_slice(line_break);
            start = at;
            space = at;
        } else if long && start < space {
            out.extend_from_slice(&text[start..space]);
            out.extend_from_slice(line_break);
            space += 1;
            start = space;
        }
        at += 1;
    }
    out.extend_from_slice(&text[start.min(text.len())..]);
    out
}
