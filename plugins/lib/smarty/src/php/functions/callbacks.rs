//! Functions that call a function which an argument names. It has to be one that templates may call, and none of these:
//! a chain of callbacks would nest as deeply as the template's author likes.
//!
//! `find` looks a function up by its name; it is a parameter so that the imports form no circle.

use super::args;
use super::sort::sorted;
use crate::php::call::call;
use crate::php::{Array, Context, Function, Key, PhpError, Value};

/// Looks a function up that may be called back.
pub type Find = fn(&[u8]) -> Option<&'static Function>;

/// A function to call back.
pub struct Callback(&'static Function);

impl Callback {
    /// The function that argument `i` names.
    pub fn of(args: &[Value], i: usize, find: Find) -> Result<Callback, PhpError> {
        Callback::named(&args::value(args, i), i, find)
    }

    /// The function that `name` names, which came with argument `i`.
    pub fn named(name: &Value, i: usize, find: Find) -> Result<Callback, PhpError> {
        let Value::Str(name) = name else { return Err(invalid(i)) };
        find(name.strip_prefix(b"\\").unwrap_or(name)).map(Callback).ok_or_else(|| invalid(i))
    }

    pub fn call(&self, context: &mut Context<'_>, mut args: Vec<Value>) -> Result<Value, PhpError> {
        call(self.0, context, &mut args)
    }
}

fn invalid(i: usize) -> PhpError {
    let number = i + 1;
    PhpError::type_error(format!(
        "Argument #{number} ($callback) must be the name of a function that templates may call, and that calls no other"
    ))
}

pub fn array_map(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let callback = if matches!(args[0], Value::Null) { None } else { Some(Callback::of(args, 0, find)?) };
    let first = args::array(args, 1)?;
    if args.len() == 2 {
        let Some(callback) = callback else { return Ok(Value::Array(first)) };
        let mut out = Array::with_capacity(first.len());
        for (key, value) in first.iter() {
            out.insert(key.clone(), callback.call(context, vec![value.clone()])?);
        }
        return Ok(Value::array(out));
    }
    let arrays = (1..args.len()).map(|i| args::array(args, i)).collect::<Result<Vec<_>, _>>()?;
    let longest = arrays.iter().map(|array| array.len()).max().unwrap_or(0);
    context.charge(longest * arrays.len())?;
    let mut columns: Vec<_> = arrays.iter().map(|array| array.values()).collect();
    let mut out = Vec::with_capacity(longest);
    for _ in 0..longest {
        let row: Vec<Value> = columns.iter_mut().map(|column| column.next().cloned().unwrap_or_default()).collect();
        out.push(match &callback {
            Some(callback) => callback.call(context, row)?,
            None => Value::list(row),
        });
    }
    Ok(Value::list(out))
}

const USE_BOTH: i64 = 1;
const USE_KEY: i64 = 2;

pub fn array_filter(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let (array, mode) = (args::array(args, 0)?, args::int_or(args, 2, 0)?);
    let callback = match args.get(1) {
        None | Some(Value::Null) => None,
        Some(_) => Some(Callback::of(args, 1, find)?),
    };
    let mut out = Array::new();
    for (key, value) in array.iter() {
        let wanted = match &callback {
            None => value.truthy(),
            Some(callback) => {
                let given = match mode {
                    USE_KEY => vec![key.to_value()],
                    USE_BOTH => vec![value.clone(), key.to_value()],
                    _ => vec![value.clone()],
                };
                callback.call(context, given)?.truthy()
            }
        };
        if wanted {
            out.insert(key.clone(), value.clone());
        }
    }
    Ok(Value::array(out))
}

pub fn array_reduce(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let (array, callback) = (args::array(args, 0)?, Callback::of(args, 1, find)?);
    let mut carry = args::value(args, 2);
    for value in array.values() {
        carry = callback.call(context, vec![carry, value.clone()])?;
    }
    Ok(carry)
}

pub fn call_user_func(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    Callback::of(args, 0, find)?.call(context, args[1..].to_vec())
}

pub fn call_user_func_array(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let (callback, given) = (Callback::of(args, 0, find)?, args::array(args, 1)?);
    if given.iter().any(|(key, _)| matches!(key, Key::Str(_))) {
        return Err(PhpError::error("named arguments are not available in templates"));
    }
    callback.call(context, given.values().cloned().collect())
}

/// Sorts the array of the first argument by a comparison of values, or of keys.
pub fn sort(
    context: &mut Context<'_>,
    args: &mut [Value],
    find: Find,
    (by_key, keep): (bool, bool),
) -> Result<Value, PhpError> {
    let callback = Callback::of(args, 1, find)?;
    let array = args::take_array(args, 0)?;
    let entries: Vec<(Key, Value)> = array.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let shared = std::cell::RefCell::new(context);
    let order = |a: &(Key, Value), b: &(Key, Value)| {
        let of = |entry: &(Key, Value)| if by_key { entry.0.to_value() } else { entry.1.clone() };
        let result = callback.call(&mut shared.borrow_mut(), vec![of(a), of(b)])?;
        Ok(result.to_int().signum() as i32)
    };
    let entries = sorted(entries, &order)?;
    args[0] = match keep {
        true => Value::array(entries.into_iter().collect()),
        false => Value::list(entries.into_iter().map(|(_, value)| value)),
    };
    Ok(Value::Bool(true))
}

/// How entries of two arrays are compared.
#[derive(Clone, Copy)]
pub enum Compared {
    /// Not at all.
    Ignored,
    /// As PHP's functions without a callback compare them.
    Plainly,
    /// By the callback that follows the arrays; of two, values have the first.
    ByCallback,
}

/// The entries of the first array that are in none of the others, or, if `common`, in each of them.
pub fn array_set(
    context: &mut Context<'_>,
    args: &mut [Value],
    find: Find,
    (values, keys, common): (Compared, Compared, bool),
) -> Result<Value, PhpError> {
    let count = [values, keys].iter().filter(|how| matches!(how, Compared::ByCallback)).count();
    let end = args.len().checked_sub(count).filter(|end| *end > 0).ok_or_else(|| invalid(0))?;
    let callbacks = (end..args.len()).map(|i| Callback::of(args, i, find)).collect::<Result<Vec<_>, _>>()?;
    let arrays = (0..end).map(|i| args::array(args, i)).collect::<Result<Vec<_>, _>>()?;
    let mut equal = |how, of_key: bool, a: &Value, b: &Value| {
        Ok(match how {
            Compared::Ignored => true,
            Compared::Plainly => a.to_bytes() == b.to_bytes(),
            Compared::ByCallback => {
                let callback = if of_key { callbacks.last() } else { callbacks.first() };
                let Some(callback) = callback else { return Err(invalid(end)) };
                callback.call(context, vec![a.clone(), b.clone()])?.to_int() == 0
            }
        })
    };
    let mut out = Array::new();
    for (key, value) in arrays[0].iter() {
        let mut wanted = true;
        for other in &arrays[1..] {
            let mut is_in = false;
            for (other_key, other_value) in other.iter() {
                is_in = equal(values, false, value, other_value)?
                    && equal(keys, true, &key.to_value(), &other_key.to_value())?;
                if is_in {
                    break;
                }
            }
            wanted &= is_in == common;
        }
        if wanted {
            out.insert(key.clone(), value.clone());
        }
    }
    Ok(Value::array(out))
}
