//! Functions that test and convert the type of a value.

use super::args;
use super::register::{by_ref, makes, moves};
use crate::php::convert::{Numeric, numeric};
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("intval", 1, 2, intval),
    moves("floatval", 1, 1, |_, a| Ok(Value::Float(a[0].to_float()))),
    moves("doubleval", 1, 1, |_, a| Ok(Value::Float(a[0].to_float()))),
    makes("strval", 1, 1, |_, a| Ok(Value::Str(a[0].to_str()))),
    moves("boolval", 1, 1, |_, a| Ok(Value::Bool(a[0].truthy()))),
    moves("gettype", 1, 1, |_, a| Ok(Value::text(type_word(&a[0])))),
    moves("get_debug_type", 1, 1, |_, a| Ok(Value::text(a[0].type_name()))),
    moves("is_null", 1, 1, |_, a| is(a, |v| v.is_null())),
    moves("is_bool", 1, 1, |_, a| is(a, |v| matches!(v, Value::Bool(_)))),
    moves("is_int", 1, 1, |_, a| is(a, |v| matches!(v, Value::Int(_)))),
    moves("is_integer", 1, 1, |_, a| is(a, |v| matches!(v, Value::Int(_)))),
    moves("is_long", 1, 1, |_, a| is(a, |v| matches!(v, Value::Int(_)))),
    moves("is_float", 1, 1, |_, a| is(a, |v| matches!(v, Value::Float(_)))),
    moves("is_double", 1, 1, |_, a| is(a, |v| matches!(v, Value::Float(_)))),
    moves("is_string", 1, 1, |_, a| is(a, |v| matches!(v, Value::Str(_)))),
    moves("is_array", 1, 1, |_, a| is(a, |v| matches!(v, Value::Array(_)))),
    moves("is_iterable", 1, 1, |_, a| is(a, |v| matches!(v, Value::Array(_)))),
    moves("is_countable", 1, 1, |_, a| is(a, |v| matches!(v, Value::Array(_)))),
    moves("is_scalar", 1, 1, |_, a| is(a, |v| !matches!(v, Value::Null | Value::Array(_)))),
    moves("is_object", 1, 1, |_, _| Ok(Value::Bool(false))),
    moves("is_resource", 1, 1, |_, _| Ok(Value::Bool(false))),
    by_ref(moves("settype", 2, 2, settype), 1),
    moves("is_numeric", 1, 1, |_, a| is(a, is_numeric)),
];

fn is(args: &[Value], test: fn(&Value) -> bool) -> Result<Value, PhpError> {
    Ok(Value::Bool(test(&args[0])))
}

/// True for a number, or for text that is entirely a number.
#[must_use]
pub fn is_numeric(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Float(_) => true,
        Value::Str(s) => matches!(numeric(s), Numeric::Whole(_)),
        _ => false,
    }
}

/// The name of the type in `gettype`, which dates from PHP 4.
fn type_word(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "double",
        Value::Str(_) => "string",
        Value::Array(_) => "array",
    }
}

fn settype(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let name = args::text(args, 1)?.to_ascii_lowercase();
    let value = &args[0];
    let converted = match name.as_slice() {
        b"int" | b"integer" => Value::Int(value.to_int()),
        b"float" | b"double" => Value::Float(value.to_float()),
        b"string" => Value::Str(value.to_str()),
        b"bool" | b"boolean" => Value::Bool(value.truthy()),
        b"array" => Value::Array(value.to_array()),
        b"null" => Value::Null,
        _ => return Err(args::bad(1, "be a valid type")),
    };
    args[0] = converted;
    Ok(Value::Bool(true))
}

fn intval(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let base = args::int_or(args, 1, 10)?;
    Ok(Value::Int(match &args[0] {
        Value::Str(text) if base != 10 => strtol(text, base),
        other => other.to_int(),
    }))
}

/// C's `strtol` with PHP's prefixes `0x`, `0b` and `0o`; it saturates.
fn strtol(text: &[u8], base: i64) -> i64 {
    let start = text.iter().position(|b| !matches!(b, b' ' | b'\t'..=b'\r')).unwrap_or(text.len());
    let (negative, digits) = match &text[start..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let prefixed = |letters: [u8; 2]| match digits {
        [b'0', p, rest @ ..] if letters.contains(p) => Some(rest),
        _ => None,
    };
    let (digits, base) = match base {
        0 => {
            if let Some(rest) = prefixed(*b"xX") {
                (rest, 16)
            } else if let Some(rest) = prefixed(*b"bB") {
                (rest, 2)
            } else if let Some(rest) = prefixed(*b"oO") {
                (rest, 8)
            } else {
                (digits, if digits.first() == Some(&b'0') { 8 } else { 10 })
            }
        }
        16 => (prefixed(*b"xX").unwrap_or(digits), 16),
        8 => (prefixed(*b"oO").unwrap_or(digits), 8),
        2 => (prefixed(*b"bB").unwrap_or(digits), 2),
        3..=36 => (digits, base as u32),
        _ => return 0,
    };
    let mut n: i64 = 0;
    for d in digits.iter().map_while(|b| char::from(*b).to_digit(base)) {
        let next = n.checked_mul(base.into()).and_then(|n| n.checked_sub(d.into()));
        let Some(next) = next else {
            return if negative { i64::MIN } else { i64::MAX };
        };
        n = next;
    }
    if negative { n } else { n.checked_neg().unwrap_or(i64::MAX) }
}
