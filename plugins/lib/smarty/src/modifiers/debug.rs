//! `debug_print_var`: a value as HTML for a debugging console.

use crate::php::functions::html::{ENT_QUOTES, EscapeOptions, encode};
use crate::php::functions::multibyte;
use crate::php::functions::register::{MANY, makes};
use crate::php::{Context, Function, PhpError, Str, Value};

pub const MODIFIERS: &[Function] = &[makes("debug_print_var", 1, MANY, debug_print_var)];

fn debug_print_var(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let depth_max = args.get(1).map_or(10, Value::to_int);
    let length = args.get(2).map_or(40, Value::to_int);
    let mut out = Vec::new();
    let nesting = usize::try_from(depth_max).unwrap_or(usize::MAX).min(context.limits.nesting);
    write(&args[0], nesting, length, 0, &mut out);
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

fn visible(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &b in text {
        match b {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(b),
        }
    }
    out
}

fn shortened(text: &Str, shown: Vec<u8>, length: i64) -> Vec<u8> {
    if i64::try_from(multibyte::length(text)).unwrap_or(i64::MAX) <= length {
        return shown;
    }
    [&multibyte::substr(text, 0, Some(length - 3))[..], b"..."].concat()
}

fn write(value: &Value, nesting: usize, length: i64, depth: usize, out: &mut Vec<u8>) {
    let escaped = |text: &[u8]| encode(text, EscapeOptions { flags: ENT_QUOTES, all: false, double: true });
    match value {
        Value::Null => out.extend_from_slice(b"<i>null</i>"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"<i>true</i>" } else { b"<i>false</i>" }),
        Value::Int(_) => value.append_to(out),
        Value::Float(_) => {
            let text = value.to_str();
            out.extend(escaped(&shortened(&text, text.to_vec(), length)));
        }
        Value::Str(text) => {
            let shown = shortened(text, visible(text), length);
            out.extend(escaped(&[b"\"", &shown[..], b"\""].concat()));
        }
        Value::Array(array) => {
            out.extend_from_slice(format!("<b>Array ({})</b>", array.len()).as_bytes());
            if depth == nesting {
                return;
            }
            for (key, value) in array.iter() {
                out.extend_from_slice(b"<br>");
                out.extend_from_slice(&b"&nbsp;".repeat(2 * depth));
                out.extend_from_slice(b"<b>");
                out.extend(visible(&key.to_str()));
                out.extend_from_slice(b"</b> =&gt; ");
                write(value, nesting, length, depth + 1, out);
            }
        }
    }
}
