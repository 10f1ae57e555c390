//! `mb_convert_variables`, from one encoding.
//!
//! Source: the behaviour of PHP 8.2. Only texts change: keys keep their bytes, numbers and null their types.

use std::rc::Rc;

use super::args;
use super::multibyte::{convert, supported};
use super::register::{by_ref, makes};
use crate::php::charset::find;
use crate::php::{Context, Function, PhpError, Str, Value};

/// Two encodings, and one variable for each of the other bits of `by_ref`.
const ARGUMENTS_MAX: usize = 32;

pub const FUNCTIONS: &[Function] = &[by_ref(makes("mb_convert_variables", 3, ARGUMENTS_MAX, convert_all), !0b11)];

fn convert_all(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (to, from) = (args::text(args, 0)?, source(&args[1])?);
    supported(&to, 0)?;
    supported(&from, 1)?;
    for value in &mut args[2..] {
        convert_texts(context, value, (&to, &from), context.limits.nesting)?;
    }
    Ok(find(&from).map_or(Value::Bool(false), |encoding| Value::text(encoding.name)))
}

/// The one encoding that the argument names. PHP guesses among several; templates can call `mb_detect_encoding`.
fn source(given: &Value) -> Result<Str, PhpError> {
    let names: Vec<_> = match given {
        Value::Array(list) => list.values().map(Value::to_str).collect(),
        other => vec![Str::new(other.to_str().trim_ascii())],
    };
    let several = || args::bad(1, "name one encoding; for several, call mb_detect_encoding first");
    let [name] = &names[..] else {
        return Err(several());
    };
    let is_list = name.contains(&b',') || name.eq_ignore_ascii_case(b"auto");
    if is_list { Err(several()) } else { Ok(name.clone()) }
}

fn convert_texts(
    context: &Context<'_>,
    value: &mut Value,
    (to, from): (&[u8], &[u8]),
    nesting: usize,
) -> Result<(), PhpError> {
    match value {
        Value::Str(text) => *value = Value::from(convert(context, text, to, from)?),
        Value::Array(array) => {
            let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
            for entry in Rc::make_mut(array).values_mut() {
                convert_texts(context, entry, (to, from), inner)?;
            }
        }
        _ => {}
    }
    Ok(())
}
