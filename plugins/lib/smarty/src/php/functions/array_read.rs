//! Functions that read arrays: counts, lookups, sums.

use super::args;
use super::register::{makes, moves};
use crate::php::compare::{compare, identical, loose_equal};
use crate::php::convert::{Numeric, numeric};
use crate::php::{Array, Context, Function, Key, PhpError, Value, arithmetic};

pub const FUNCTIONS: &[Function] = &[
    moves("count", 1, 2, count),
    moves("sizeof", 1, 2, count),
    moves("in_array", 2, 3, |_, a| search(a).map(|at| Value::Bool(at.is_some()))),
    moves("array_search", 2, 3, |_, a| search(a).map(|at| at.map_or(Value::Bool(false), |key| key.to_value()))),
    moves("array_key_exists", 2, 2, |_, a| key_exists(a)),
    moves("key_exists", 2, 2, |_, a| key_exists(a)),
    moves("array_key_first", 1, 1, |_, a| Ok(key_at(&*args::array(a, 0)?, 0))),
    moves("array_key_last", 1, 1, |_, a| {
        let array = args::array(a, 0)?;
        Ok(key_at(&array, array.len().wrapping_sub(1)))
    }),
    moves("array_is_list", 1, 1, |_, a| Ok(Value::Bool(args::array(a, 0)?.is_list()))),
    moves("array_keys", 1, 3, keys),
    moves("array_sum", 1, 1, |_, a| reduce(a, Value::Int(0), arithmetic::add)),
    moves("array_product", 1, 1, |_, a| reduce(a, Value::Int(1), arithmetic::multiply)),
    makes("array_count_values", 1, 1, count_values),
    moves("min", 1, super::register::MANY, |_, a| extreme(a, -1)),
    moves("max", 1, super::register::MANY, |_, a| extreme(a, 1)),
];

fn count(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let Value::Array(array) = &args[0] else {
        let given = args[0].type_name();
        return Err(PhpError::type_error(format!(
            "Argument #1 ($value) must be of type Countable|array, {given} given"
        )));
    };
    let all = match args::int_or(args, 1, 0)? {
        0 => array.len(),
        1 => count_all(array, context.limits.nesting)?,
        _ => return Err(args::bad(1, "be either COUNT_NORMAL or COUNT_RECURSIVE")),
    };
    Ok(Value::from(all))
}

fn count_all(array: &Array, nesting: usize) -> Result<usize, PhpError> {
    let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
    array.values().try_fold(array.len(), |sum, value| match value {
        Value::Array(array) => Ok(sum + count_all(array, inner)?),
        _ => Ok(sum),
    })
}

/// True if an element equals the wanted value: loosely, or with `===`.
fn matches(element: &Value, wanted: &Value, strict: bool) -> Result<bool, PhpError> {
    if strict { identical(wanted, element) } else { loose_equal(wanted, element) }
}

fn search(args: &[Value]) -> Result<Option<Key>, PhpError> {
    let array = args::array(args, 1)?;
    let strict = args::flag_or(args, 2, false)?;
    for (key, element) in array.iter() {
        if matches(element, &args[0], strict)? {
            return Ok(Some(key.clone()));
        }
    }
    Ok(None)
}

fn key_exists(args: &[Value]) -> Result<Value, PhpError> {
    let array = args::array(args, 1)?;
    let key =
        args[0].to_key().map_err(|_| PhpError::type_error("Argument #1 ($key) must be a valid array offset type"))?;
    Ok(Value::Bool(array.contains(key.as_ref())))
}

fn key_at(array: &Array, at: usize) -> Value {
    array.entry_at(at).map_or(Value::Null, |(key, _)| key.to_value())
}

fn keys(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::array(args, 0)?;
    let Some(wanted) = args.get(1) else {
        return Ok(Value::list(array.keys().map(Key::to_value)));
    };
    let strict = args::flag_or(args, 2, false)?;
    let mut found = Vec::new();
    for (key, element) in array.iter() {
        if matches(element, wanted, strict)? {
            found.push(key.to_value());
        }
    }
    Ok(Value::list(found))
}

/// Reduces as PHP 8.2 does: arrays are skipped, and text that is not numeric counts as 0.
fn reduce(
    args: &[Value],
    start: Value,
    with: fn(&Value, &Value) -> Result<Value, PhpError>,
) -> Result<Value, PhpError> {
    let array = args::array(args, 0)?;
    array.values().filter(|v| !matches!(v, Value::Array(_))).try_fold(start, |sum, value| {
        let number = match value {
            Value::Str(s) => match numeric(s) {
                Numeric::Whole(n) | Numeric::Leading(n) => n.to_value(),
                Numeric::None => Value::Int(0),
            },
            other => other.clone(),
        };
        with(&sum, &number)
    })
}

fn count_values(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let mut out = Array::new();
    for value in args::array(args, 0)?.values() {
        if matches!(value, Value::Int(_) | Value::Str(_)) {
            let place = out.place(value.to_key()?);
            *place = Value::Int(place.to_int() + 1);
        }
    }
    Ok(Value::array(out))
}

/// The smallest (`sign` -1) or largest value; the first of equal ones. A value without an order (NaN, an array with
/// other keys) counts as greater than the value it is compared with: the later one among arguments, the earlier one
/// within an array.
fn extreme(args: &[Value], sign: i32) -> Result<Value, PhpError> {
    let (values, in_array): (Vec<Value>, bool) = match args {
        [Value::Array(array)] if array.is_empty() => {
            return Err(args::bad(0, "contain at least one element"));
        }
        [Value::Array(array)] => (array.values().cloned().collect(), true),
        [one] => {
            let given = one.type_name();
            return Err(PhpError::type_error(format!("Argument #1 ($value) must be of type array, {given} given")));
        }
        many => (many.to_vec(), false),
    };
    let mut best = &values[0];
    for value in &values[1..] {
        let order = if in_array { -compare(best, value)? } else { compare(value, best)? };
        if order * sign > 0 {
            best = value;
        }
    }
    Ok(best.clone())
}
