//! `print_r` and `var_export`, in the form that returns text.

use super::args;
use super::register::makes;
use crate::php::{Array, Context, Function, Key, PhpError, Value, number};

pub const FUNCTIONS: &[Function] = &[
    // The output belongs to the template: these return their text whatever the second argument is.
    makes("print_r", 1, 2, |c, a| dump(c, a, print_r)),
    makes("var_export", 1, 2, |c, a| dump(c, a, var_export)),
];

type Write = fn(&Value, usize, usize, &mut Vec<u8>) -> Result<(), PhpError>;

fn dump(context: &mut Context<'_>, args: &mut [Value], write: Write) -> Result<Value, PhpError> {
    args::flag_or(args, 1, false)?;
    let mut out = Vec::new();
    write(&args[0], 0, context.limits.nesting, &mut out)?;
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

fn indent(n: usize, out: &mut Vec<u8>) {
    out.resize(out.len() + n, b' ');
}

fn deeper(nesting: usize) -> Result<usize, PhpError> {
    nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))
}

fn print_r(value: &Value, depth: usize, nesting: usize, out: &mut Vec<u8>) -> Result<(), PhpError> {
    let Value::Array(array) = value else {
        value.append_to(out);
        return Ok(());
    };
    let inner = deeper(nesting)?;
    out.extend_from_slice(b"Array\n");
    indent(depth, out);
    out.extend_from_slice(b"(\n");
    for (key, value) in array.iter() {
        indent(depth + 4, out);
        out.push(b'[');
        out.extend_from_slice(&key.to_str());
        out.extend_from_slice(b"] => ");
        print_r(value, depth + 8, inner, out)?;
        out.push(b'\n');
    }
    indent(depth, out);
    out.extend_from_slice(b")\n");
    Ok(())
}

fn var_export(value: &Value, depth: usize, nesting: usize, out: &mut Vec<u8>) -> Result<(), PhpError> {
    match value {
        Value::Null => out.extend_from_slice(b"NULL"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Int(i64::MIN) => out.extend_from_slice(b"-9223372036854775807-1"),
        Value::Int(n) => number::append_int(*n, out),
        Value::Float(x) => export_float(*x, out),
        Value::Str(text) => export_text(text, out),
        Value::Array(array) => export_array(array, depth, deeper(nesting)?, out)?,
    }
    Ok(())
}

fn export_float(x: f64, out: &mut Vec<u8>) {
    let start = out.len();
    number::append_float_exact(x, out);
    // A whole number keeps a fraction, so that it reads back as a float.
    if x.is_finite() && !out[start..].iter().any(|b| matches!(b, b'.' | b'E')) {
        out.extend_from_slice(b".0");
    }
}

fn export_text(text: &[u8], out: &mut Vec<u8>) {
    if text.contains(&0) {
        // NUL cannot be written between single quotes.
        let mut parts = text.split(|b| *b == 0);
        quote(parts.next().unwrap_or_default(), out);
        for part in parts {
            out.extend_from_slice(b" . \"\\0\" . ");
            quote(part, out);
        }
        return;
    }
    quote(text, out);
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    for &b in text {
        if matches!(b, b'\'' | b'\\') {
            out.push(b'\\');
        }
        out.push(b);
    }
    out.push(b'\'');
}

fn export_array(array: &Array, depth: usize, nesting: usize, out: &mut Vec<u8>) -> Result<(), PhpError> {
    if depth > 0 {
        out.push(b'\n');
        indent(depth, out);
    }
    out.extend_from_slice(b"array (\n");
    for (key, value) in array {
        indent(depth + 2, out);
        match key {
            Key::Int(n) => number::append_int(*n, out),
            Key::Str(text) => export_text(text, out),
        }
        out.extend_from_slice(b" => ");
        var_export(value, depth + 2, nesting, out)?;
        out.extend_from_slice(b",\n");
    }
    indent(depth, out);
    out.push(b')');
    Ok(())
}
