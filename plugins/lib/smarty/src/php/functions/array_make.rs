//! Functions that build arrays from arguments and from entries of other arrays.

use std::rc::Rc;

use super::args;
use super::register::{MANY, makes, moves};
use crate::php::convert::{Number, Numeric, numeric};
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value, number};

pub const FUNCTIONS: &[Function] = &[
    moves("array_merge", 0, MANY, merge),
    moves("array_merge_recursive", 0, MANY, |c, a| {
        let mut out = Array::new();
        for i in 0..a.len() {
            merge_into(&mut out, &*args::array(a, i)?, c.limits.nesting)?;
        }
        Ok(Value::array(out))
    }),
    moves("array_replace", 1, MANY, |_, a| {
        let mut out = args::take_array(a, 0)?;
        for i in 1..a.len() {
            let entries = args::array(a, i)?;
            Rc::make_mut(&mut out).extend(entries.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        Ok(Value::Array(out))
    }),
    moves("array_replace_recursive", 1, MANY, |c, a| {
        let mut out = args::take_array(a, 0)?;
        for i in 1..a.len() {
            replace_into(Rc::make_mut(&mut out), &*args::array(a, i)?, c.limits.nesting)?;
        }
        Ok(Value::Array(out))
    }),
    moves("array_combine", 2, 2, combine),
    moves("array_fill", 3, 3, fill),
    moves("array_fill_keys", 2, 2, |_, a| {
        let keys = args::array(a, 0)?;
        Ok(Value::array(keys.values().map(|key| (key_of(key), a[1].clone())).collect()))
    }),
    moves("array_pad", 3, 3, pad),
    // The letters of the range come from the text of its ends.
    makes("range", 2, 3, range),
];

/// The key that array_combine and array_fill_keys make of a value: its text.
fn key_of(value: &Value) -> Key {
    match value {
        Value::Int(n) => Key::Int(*n),
        other => Key::from(other.to_str()),
    }
}

/// Appends an entry as array_merge does: integer keys are renumbered.
fn append(out: &mut Array, key: &Key, value: &Value) {
    match key {
        // The index starts at 0 and memory ends before it overflows.
        Key::Int(_) => _ = out.push(value.clone()),
        Key::Str(_) => _ = out.insert(key.clone(), value.clone()),
    }
}

fn merge(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let mut out = Array::new();
    for i in 0..args.len() {
        for (key, value) in args::array(args, i)?.iter() {
            append(&mut out, key, value);
        }
        context.allow_entries(out.len())?;
    }
    Ok(Value::array(out))
}

fn too_deep() -> PhpError {
    PhpError::limit("nesting of arrays exceeds the limit")
}

fn merge_into(out: &mut Array, entries: &Array, nesting: usize) -> Result<(), PhpError> {
    let inner = nesting.checked_sub(1).ok_or_else(too_deep)?;
    for (key, value) in entries {
        let Some(place) = out.get_mut(key.as_ref()).filter(|_| matches!(key, Key::Str(_))) else {
            append(out, key, value);
            continue;
        };
        let mut both = match std::mem::take(place) {
            Value::Array(array) => array,
            other => Rc::new(Array::from_iter([other])),
        };
        let target = Rc::make_mut(&mut both);
        match value {
            Value::Array(array) => merge_into(target, array, inner)?,
            other => _ = target.push(other.clone()),
        }
        *place = Value::Array(both);
    }
    Ok(())
}

fn replace_into(out: &mut Array, entries: &Array, nesting: usize) -> Result<(), PhpError> {
    let inner = nesting.checked_sub(1).ok_or_else(too_deep)?;
    for (key, value) in entries {
        match (out.get_mut(key.as_ref()), value) {
            (Some(Value::Array(target)), Value::Array(source)) => {
                replace_into(Rc::make_mut(target), source, inner)?;
            }
            _ => _ = out.insert(key.clone(), value.clone()),
        }
    }
    Ok(())
}

fn combine(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (keys, values) = (args::array(args, 0)?, args::array(args, 1)?);
    if keys.len() != values.len() {
        return Err(PhpError::value_error(
            "Argument #1 ($keys) and argument #2 ($values) must have the same number of elements",
        ));
    }
    Ok(Value::array(keys.values().map(key_of).zip(values.values().cloned()).collect()))
}

fn fill(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (start, count) = (args::int(args, 0)?, args::int(args, 1)?);
    let count = args::size(count).ok_or_else(|| args::bad(1, "be greater than or equal to 0"))?;
    context.allow_entries(count)?;
    let mut out = Array::with_capacity(count);
    for i in 0..count as u64 {
        let Some(key) = start.checked_add_unsigned(i) else {
            return Err(PhpError::error("Cannot add element to the array as the next element is already occupied"));
        };
        out.insert(Key::Int(key), args[2].clone());
    }
    Ok(Value::array(out))
}

fn pad(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (array, size) = (args::array(args, 0)?, args::int(args, 1)?);
    let wanted = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
    let missing = wanted.saturating_sub(array.len());
    if missing == 0 {
        return Ok(Value::Array(array));
    }
    // PHP's own limit for one call.
    if missing > 1_048_576 {
        return Err(PhpError::value_error("You may only pad up to 1048576 elements at a time"));
    }
    context.allow_entries(wanted)?;
    let mut out = Array::with_capacity(wanted);
    let padding = |out: &mut Array| (0..missing).for_each(|_| _ = out.push(args[2].clone()));
    if size < 0 {
        padding(&mut out);
    }
    array.iter().for_each(|(key, value)| append(&mut out, key, value));
    if size > 0 {
        padding(&mut out);
    }
    Ok(Value::array(out))
}

fn step_error() -> PhpError {
    PhpError::value_error("Argument #3 ($step) must not exceed the specified range")
}

/// PHP 8.2's `range`: letters between two strings that are not numeric, floats if any argument is a float, else
/// integers.
fn range(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let step = args::value(args, 2);
    let float_text = |v: &Value| match v {
        Value::Str(s) => matches!(numeric(s), Numeric::Whole(Number::Float(_))),
        other => matches!(other, Value::Float(_)),
    };
    let size = if args.len() > 2 { args::number(args, 2)?.to_float().abs() } else { 1.0 };
    let mut floats = float_text(&step);
    if let (Value::Str(low), Value::Str(high)) = (&args[0], &args[1]) {
        if !low.is_empty() && !high.is_empty() {
            let numbers = [numeric(low), numeric(high)];
            floats |= numbers.iter().any(|n| matches!(n, Numeric::Whole(Number::Float(_))));
            if !floats && !numbers.iter().any(|n| matches!(n, Numeric::Whole(_))) {
                return letters(low[0], high[0], size);
            }
        }
    } else {
        floats |= matches!(args[0], Value::Float(_)) || matches!(args[1], Value::Float(_));
    }
    if floats {
        return float_range(context, args[0].to_float(), args[1].to_float(), size);
    }
    let (low, high) = (args[0].to_int(), args[1].to_int());
    let distance = low.abs_diff(high);
    let step = if size >= 1.0 { size as u64 } else { 0 };
    if step == 0 {
        return Err(step_error());
    }
    if distance == 0 {
        return Ok(Value::list([Value::Int(low)]));
    }
    if distance < step {
        return Err(step_error());
    }
    let count = usize::try_from(distance / step).unwrap_or(usize::MAX).saturating_add(1);
    context.allow_entries(count)?;
    let at = |i: u64| {
        if low < high { low.wrapping_add_unsigned(i * step) } else { low.wrapping_sub_unsigned(i * step) }
    };
    Ok(Value::list((0..=distance / step).map(|i| Value::Int(at(i)))))
}

fn letters(low: u8, high: u8, size: f64) -> Result<Value, PhpError> {
    let distance = low.abs_diff(high);
    let step = if size >= 1.0 { size as u64 } else { 0 };
    let letter = |b: u8| Value::Str(Str::new(&[b]));
    if distance == 0 {
        return Ok(Value::list([letter(low)]));
    }
    let step = u8::try_from(step).ok().filter(|step| (1..=distance).contains(step)).ok_or_else(step_error)?;
    let offsets = (0..=distance).step_by(usize::from(step));
    Ok(Value::list(offsets.map(|d| letter(if low < high { low + d } else { low - d }))))
}

fn float_range(context: &Context<'_>, low: f64, high: f64, step: f64) -> Result<Value, PhpError> {
    if low.is_infinite() || high.is_infinite() {
        return Err(PhpError::value_error("Invalid range supplied: the ends must be finite"));
    }
    let distance = (low - high).abs();
    if low == high || low.is_nan() || high.is_nan() {
        return Ok(Value::list([Value::Float(low)]));
    }
    if step <= 0.0 || distance < step || step.is_nan() {
        return Err(step_error());
    }
    let count = number::round(distance / step + 1.0, 0, number::Half::Up);
    // `as` saturates, so that a huge count is refused too.
    context.allow_entries(count as usize)?;
    let up = low < high;
    let elements = (0..count as u64)
        .map(|i| if up { low + i as f64 * step } else { low - i as f64 * step })
        .take_while(|x| if up { *x <= high } else { *x >= high });
    Ok(Value::list(elements.map(Value::Float)))
}
