//! Arguments as PHP's own functions take them: converted where the type allows it, else a `TypeError`.
//!
//! Source: PHP's type juggling in "coercive" mode. Null for a scalar is converted too, since PHP 8.2 only deprecates
//! it.

use std::rc::Rc;

use crate::php::convert::{Number, Numeric, numeric};
use crate::php::{Array, PhpError, Str, Value};

/// Argument `i`, or null if it is not given.
pub fn value(args: &[Value], i: usize) -> Value {
    args.get(i).cloned().unwrap_or_default()
}

fn wrong(i: usize, expected: &str, given: &Value) -> PhpError {
    let given = given.type_name();
    PhpError::type_error(format!("Argument #{} must be of type {expected}, {given} given", i + 1))
}

/// A `ValueError` about argument `i`.
pub fn bad(i: usize, must: &str) -> PhpError {
    PhpError::value_error(format!("Argument #{} must {must}", i + 1))
}

/// A string parameter.
pub fn text(args: &[Value], i: usize) -> Result<Str, PhpError> {
    match args.get(i) {
        None => Ok(Str::default()),
        Some(given @ Value::Array(_)) => Err(wrong(i, "string", given)),
        Some(given) => Ok(given.to_str()),
    }
}

/// A string parameter that must not contain NUL.
pub fn text_without_nul(args: &[Value], i: usize) -> Result<Str, PhpError> {
    let text = text(args, i)?;
    if text.contains(&0) { Err(bad(i, "not contain any null bytes")) } else { Ok(text) }
}

/// The text up to the first NUL, where PHP hands it to C.
pub fn c_string(text: &[u8]) -> &[u8] {
    text.split(|b| *b == 0).next().unwrap_or_default()
}

/// A string parameter with a default.
pub fn text_or(args: &[Value], i: usize, default: &[u8]) -> Result<Str, PhpError> {
    if i < args.len() { text(args, i) } else { Ok(Str::new(default)) }
}

/// A `?string` parameter.
pub fn text_opt(args: &[Value], i: usize) -> Result<Option<Str>, PhpError> {
    match args.get(i) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text(args, i).map(Some),
    }
}

fn float_as_int(x: f64) -> Option<i64> {
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x);
    fits.then_some(x as i64)
}

/// An int parameter.
pub fn int(args: &[Value], i: usize) -> Result<i64, PhpError> {
    let Some(given) = args.get(i) else {
        return Ok(0);
    };
    let number = match given {
        Value::Null => Some(0),
        Value::Bool(b) => Some(i64::from(*b)),
        Value::Int(n) => Some(*n),
        Value::Float(x) => float_as_int(*x),
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(Number::Int(n)) => Some(n),
            Numeric::Whole(Number::Float(x)) => float_as_int(x),
            _ => None,
        },
        Value::Array(_) => None,
    };
    number.ok_or_else(|| wrong(i, "int", given))
}

/// An int parameter with a default.
pub fn int_or(args: &[Value], i: usize, default: i64) -> Result<i64, PhpError> {
    if i < args.len() { int(args, i) } else { Ok(default) }
}

/// A `?int` parameter.
pub fn int_opt(args: &[Value], i: usize) -> Result<Option<i64>, PhpError> {
    match args.get(i) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => int(args, i).map(Some),
    }
}

/// A float parameter.
pub fn float(args: &[Value], i: usize) -> Result<f64, PhpError> {
    let Some(given) = args.get(i) else {
        return Ok(0.0);
    };
    match given {
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(n) => Ok(n.to_float()),
            _ => Err(wrong(i, "float", given)),
        },
        Value::Array(_) => Err(wrong(i, "float", given)),
        other => Ok(other.to_float()),
    }
}

/// An `int|float` parameter.
pub fn number(args: &[Value], i: usize) -> Result<Number, PhpError> {
    let Some(given) = args.get(i) else {
        return Ok(Number::Int(0));
    };
    match given {
        Value::Float(x) => Ok(Number::Float(*x)),
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(n) => Ok(n),
            _ => Err(wrong(i, "int|float", given)),
        },
        Value::Array(_) => Err(wrong(i, "int|float", given)),
        other => Ok(Number::Int(other.to_int())),
    }
}

/// A bool parameter with a default.
pub fn flag_or(args: &[Value], i: usize, default: bool) -> Result<bool, PhpError> {
    match args.get(i) {
        None => Ok(default),
        Some(given @ Value::Array(_)) => Err(wrong(i, "bool", given)),
        Some(given) => Ok(given.truthy()),
    }
}

/// An array parameter.
pub fn array(args: &[Value], i: usize) -> Result<Rc<Array>, PhpError> {
    match args.get(i) {
        Some(Value::Array(array)) => Ok(Rc::clone(array)),
        Some(given) => Err(wrong(i, "array", given)),
        None => Err(wrong(i, "array", &Value::Null)),
    }
}

/// A by-reference array parameter, taken out of `args` so that it can be changed without a copy.
pub fn take_array(args: &mut [Value], i: usize) -> Result<Rc<Array>, PhpError> {
    match args.get_mut(i) {
        Some(Value::Array(array)) => Ok(std::mem::take(array)),
        Some(given) => Err(wrong(i, "array", given)),
        None => Err(wrong(i, "array", &Value::Null)),
    }
}

/// An offset clamped to `0..=max`; a negative one counts from the end, as in PHP.
pub fn offset_in(offset: i64, max: usize) -> Option<usize> {
    let at = if offset < 0 { offset.checked_add(i64::try_from(max).ok()?)? } else { offset };
    usize::try_from(at).ok().filter(|at| *at <= max)
}

/// A count as a size, saturating; `None` if it is negative.
pub fn size(n: i64) -> Option<usize> {
    if n < 0 { None } else { Some(usize::try_from(n).unwrap_or(usize::MAX)) }
}
