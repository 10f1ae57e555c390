//! Functions that test and convert the type of a value.

use super::args;
use super::register::{by_ref, makes, moves};
use crate::php::convert::{Numeric, numeric};
use crate::php::number::strtol;
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
