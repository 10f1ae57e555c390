//! `ctype_*` in the C locale.

use super::register::moves;
use crate::php::{Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("ctype_alnum", 1, 1, |_, a| all(a, |b| b.is_ascii_alphanumeric())),
    moves("ctype_alpha", 1, 1, |_, a| all(a, |b| b.is_ascii_alphabetic())),
    moves("ctype_cntrl", 1, 1, |_, a| all(a, |b| b.is_ascii_control())),
    moves("ctype_digit", 1, 1, |_, a| all(a, |b| b.is_ascii_digit())),
    moves("ctype_graph", 1, 1, |_, a| all(a, |b| b.is_ascii_graphic())),
    moves("ctype_lower", 1, 1, |_, a| all(a, |b| b.is_ascii_lowercase())),
    moves("ctype_print", 1, 1, |_, a| all(a, |b| b.is_ascii_graphic() || b == b' ')),
    moves("ctype_punct", 1, 1, |_, a| all(a, |b| b.is_ascii_punctuation())),
    moves("ctype_space", 1, 1, |_, a| all(a, |b| matches!(b, b' ' | b'\t'..=b'\r'))),
    moves("ctype_upper", 1, 1, |_, a| all(a, |b| b.is_ascii_uppercase())),
    moves("ctype_xdigit", 1, 1, |_, a| all(a, |b| b.is_ascii_hexdigit())),
];

/// An integer from -128 to 255 is a character code; any other integer is its digits. A value that is neither an integer
/// nor a string is in no class.
fn all(args: &[Value], class: fn(u8) -> bool) -> Result<Value, PhpError> {
    let holds = match &args[0] {
        Value::Str(text) => !text.is_empty() && text.iter().all(|b| class(*b)),
        Value::Int(n @ -128..=255) => class(n.rem_euclid(256) as u8),
        Value::Int(n) => n.to_string().bytes().all(class),
        _ => false,
    };
    Ok(Value::Bool(holds))
}
