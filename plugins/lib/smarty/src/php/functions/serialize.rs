//! `serialize`. Its inverse is absent, because it creates objects from text.

use super::register::makes;
use crate::php::{Context, Function, PhpError, Value, number};

pub const FUNCTIONS: &[Function] = &[makes("serialize", 1, 1, |c, a| {
    let mut out = Vec::new();
    write(c, &a[0], c.limits.nesting, &mut out)?;
    Ok(Value::from(out))
})];

fn write(context: &Context<'_>, value: &Value, nesting: usize, out: &mut Vec<u8>) -> Result<(), PhpError> {
    let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
    match value {
        Value::Null => out.extend_from_slice(b"N;"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"b:1;" } else { b"b:0;" }),
        Value::Int(n) => out.extend(format!("i:{n};").bytes()),
        Value::Float(x) => {
            out.extend_from_slice(b"d:");
            number::append_float_exact(*x, out);
            out.push(b';');
        }
        Value::Str(text) => {
            out.extend(format!("s:{}:\"", text.len()).bytes());
            out.extend_from_slice(text);
            out.extend_from_slice(b"\";");
        }
        Value::Array(array) => {
            out.extend(format!("a:{}:{{", array.len()).bytes());
            for (key, value) in array.iter() {
                write(context, &key.to_value(), inner, out)?;
                write(context, value, inner, out)?;
            }
            out.push(b'}');
        }
    }
    context.allow_bytes(out.len())
}
