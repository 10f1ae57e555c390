//! Functions that rearrange arrays: parts, order, keys; and those that change a variable by reference.

use std::rc::Rc;

use super::args;
use super::register::{MANY, by_ref, moves};
use super::text_cut::bounds;
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("array_values", 1, 1, |_, a| Ok(Value::list(args::array(a, 0)?.values().cloned()))),
    moves("array_flip", 1, 1, |_, a| {
        let array = args::array(a, 0)?;
        let entries = array.iter().filter(|(_, v)| matches!(v, Value::Int(_) | Value::Str(_)));
        Ok(Value::array(entries.filter_map(|(k, v)| Some((v.to_key().ok()?, k.to_value()))).collect()))
    }),
    moves("array_reverse", 1, 2, |_, a| {
        let (array, keep) = (args::array(a, 0)?, args::flag_or(a, 1, false)?);
        Ok(Value::array(collect(array.iter().rev(), keep)))
    }),
    moves("array_slice", 2, 4, slice),
    by_ref(moves("array_splice", 2, 4, splice), 1),
    by_ref(moves("array_push", 1, MANY, push), 1),
    by_ref(moves("array_pop", 1, 1, pop), 1),
    by_ref(moves("array_shift", 1, 1, shift), 1),
    by_ref(moves("array_unshift", 1, MANY, unshift), 1),
    moves("array_chunk", 2, 3, chunk),
    moves("array_column", 2, 3, column),
    moves("array_change_key_case", 1, 2, change_key_case),
];

/// The entries in order; integer keys are renumbered unless `keep` is set.
fn collect<'a>(entries: impl Iterator<Item = (&'a Key, &'a Value)>, keep: bool) -> Array {
    let mut out = Array::new();
    for (key, value) in entries {
        match key {
            Key::Int(_) if !keep => _ = out.push(value.clone()),
            _ => _ = out.insert(key.clone(), value.clone()),
        }
    }
    out
}

fn slice(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::array(args, 0)?;
    let keep = args::flag_or(args, 3, false)?;
    let part = bounds(array.len(), args::int(args, 1)?, args::int_opt(args, 2)?).unwrap_or((0, 0));
    Ok(Value::array(collect(array.iter().skip(part.0).take(part.1 - part.0), keep)))
}

fn splice(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::take_array(args, 0)?;
    let (offset, length) = (args::int(args, 1)?, args::int_opt(args, 2)?);
    let inserted = args.get(3).map(Value::to_array).unwrap_or_default();
    let (start, end) = bounds(array.len(), offset, length).unwrap_or((array.len(), array.len()));
    context.allow_entries(array.len() - (end - start) + inserted.len())?;
    let removed = collect(array.iter().skip(start).take(end - start), false);
    let mut rest = collect(array.iter().take(start), false);
    for value in inserted.values() {
        _ = rest.push(value.clone());
    }
    for (key, value) in array.iter().skip(end) {
        match key {
            Key::Int(_) => _ = rest.push(value.clone()),
            Key::Str(_) => _ = rest.insert(key.clone(), value.clone()),
        }
    }
    args[0] = Value::array(rest);
    Ok(Value::array(removed))
}

fn push(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let mut array = args::take_array(args, 0)?;
    let entries = Rc::make_mut(&mut array);
    context.allow_entries(entries.len() + args.len())?;
    for value in &args[1..] {
        if !entries.push(value.clone()) {
            return Err(PhpError::error("Cannot add element to the array as the next element is already occupied"));
        }
    }
    let count = entries.len();
    args[0] = Value::Array(array);
    Ok(Value::from(count))
}

fn pop(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let mut array = args::take_array(args, 0)?;
    let last = Rc::make_mut(&mut array).pop();
    args[0] = Value::Array(array);
    Ok(last.unwrap_or_default())
}

fn shift(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::take_array(args, 0)?;
    let first = array.values().next().cloned();
    args[0] = Value::array(collect(array.iter().skip(1), false));
    Ok(first.unwrap_or_default())
}

fn unshift(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::take_array(args, 0)?;
    context.allow_entries(array.len() + args.len())?;
    let mut out = Array::from_iter(args[1..].iter().cloned());
    for (key, value) in array.iter() {
        match key {
            Key::Int(_) => _ = out.push(value.clone()),
            Key::Str(_) => _ = out.insert(key.clone(), value.clone()),
        }
    }
    let count = out.len();
    args[0] = Value::array(out);
    Ok(Value::from(count))
}

fn chunk(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (array, keep) = (args::array(args, 0)?, args::flag_or(args, 2, false)?);
    let size = args::size(args::int(args, 1)?).filter(|n| *n > 0);
    let size = size.ok_or_else(|| args::bad(1, "be greater than 0"))?;
    let entries: Vec<_> = array.iter().collect();
    Ok(Value::list(entries.chunks(size).map(|part| {
        if keep {
            Value::array(part.iter().map(|(k, v)| ((*k).clone(), (*v).clone())).collect())
        } else {
            Value::list(part.iter().map(|(_, v)| (*v).clone()))
        }
    })))
}

fn column(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let array = args::array(args, 0)?;
    let key = |i: usize| match args.get(i) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.to_key().map(Some),
    };
    let (column, index) = (key(1)?, key(2)?);
    let mut out = Array::new();
    for row in array.values() {
        let Value::Array(entries) = row else { continue };
        let value = match &column {
            None => row,
            Some(key) => match entries.get(key.as_ref()) {
                Some(value) => value,
                None => continue,
            },
        };
        let place = index.as_ref().and_then(|key| entries.get(key.as_ref()));
        match place.map(Value::to_key).transpose()? {
            Some(key) => _ = out.insert(key, value.clone()),
            None => _ = out.push(value.clone()),
        }
    }
    Ok(Value::array(out))
}

fn change_key_case(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let upper = args::int_or(args, 1, 0)? != 0;
    let change = |key: &Key| match key {
        Key::Str(s) => {
            let text = if upper { s.to_ascii_uppercase() } else { s.to_ascii_lowercase() };
            Key::Str(crate::php::Str::from(text).with_trust_of(s.is_untrusted()))
        }
        Key::Int(n) => Key::Int(*n),
    };
    Ok(Value::array(args::array(args, 0)?.iter().map(|(k, v)| (change(k), v.clone())).collect()))
}
