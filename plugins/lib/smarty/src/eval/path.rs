//! Elements of arrays and strings: reading, and writing along a path.

use std::rc::Rc;

use super::{Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::convert::{self, Number, Numeric};
use crate::php::{Array, Str, Value, ValueLimits};

impl Evaluator<'_> {
    /// `$base[$key]`
    pub(super) fn index(&mut self, base: &Value, key: &Value) -> RenderResult<Value> {
        match base {
            Value::Array(array) => {
                let key = key.to_key()?;
                Ok(array.get(key.as_ref()).cloned().unwrap_or_default())
            }
            Value::Str(s) => {
                let at = string_offset(key)?;
                Ok(Value::Str(character(s, at).unwrap_or_default()))
            }
            _ => Ok(Value::Null),
        }
    }
}

/// `$base[$key]` as `??` reads it: anything missing is null.
pub(super) fn quiet_index(base: &Value, key: &Value) -> RenderResult<Value> {
    Ok(match base {
        Value::Array(array) => array.get(key.to_key()?.as_ref()).cloned().unwrap_or_default(),
        Value::Str(s) => {
            let at = match key {
                Value::Int(n) => Some(*n),
                Value::Str(key) => match convert::numeric(key) {
                    Numeric::Whole(Number::Int(n)) | Numeric::Leading(Number::Int(n)) => Some(n),
                    _ => None,
                },
                Value::Bool(_) | Value::Float(_) | Value::Null => Some(key.to_int()),
                Value::Array(_) => return Err(Problem::fault("Cannot access offset of type array on string")),
            };
            at.and_then(|at| character(s, at)).map(Value::Str).unwrap_or_default()
        }
        _ => Value::Null,
    })
}

/// True for a text that is an integer.
pub(super) fn is_whole(key: &Str) -> bool {
    matches!(convert::numeric(key), Numeric::Whole(Number::Int(_)))
}

/// The element at the end of `path`, read as by `??`.
pub(super) fn read(value: &Value, path: &[Option<Value>]) -> RenderResult<Value> {
    let mut found = value.clone();
    for key in path {
        found = quiet_index(&found, key.as_ref().unwrap_or(&Value::Null))?;
    }
    Ok(found)
}

/// The offset in a string that a key stands for.
fn string_offset(key: &Value) -> RenderResult<i64> {
    match key {
        Value::Str(text) => match convert::numeric(text) {
            Numeric::Whole(Number::Int(n)) | Numeric::Leading(Number::Int(n)) => Ok(n),
            _ => Err(Problem::fault("Cannot access offset of type string on string")),
        },
        Value::Array(_) => Err(Problem::fault("Cannot access offset of type array on string")),
        other => Ok(other.to_int()),
    }
}

/// The byte at an offset; a negative offset counts from the end.
fn character(s: &Str, at: i64) -> Option<Str> {
    let at = place_in(s.len(), at)?;
    let byte = s.get(at..=at)?;
    Some(Str::new(byte).with_trust_of(s.is_untrusted()))
}

fn place_in(len: usize, at: i64) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = if at < 0 { at.checked_add(len)? } else { at };
    usize::try_from(at).ok()
}

/// Writes `value` at the end of `path`, where `None` is `[]`. Missing levels become arrays.
pub(super) fn write(root: &mut Value, path: &[Option<Value>], value: Value) -> RenderResult<()> {
    let Some((last, way)) = path.split_last() else {
        *root = value;
        return Ok(());
    };
    let mut at = root;
    for key in way {
        at = place(at, key.as_ref())?;
    }
    if let Value::Str(s) = at {
        let key = last.as_ref().ok_or_else(|| Problem::fault("[] operator not supported for strings"))?;
        let changed = with_character(s, key, &value)?;
        *at = Value::Str(changed);
        return Ok(());
    }
    *place(at, last.as_ref())? = value;
    Ok(())
}

/// The element for the next step of the path.
fn place<'v>(at: &'v mut Value, key: Option<&Value>) -> RenderResult<&'v mut Value> {
    match at {
        Value::Null | Value::Bool(false) => *at = Value::array(Array::new()),
        Value::Array(_) => {}
        Value::Str(_) => return Err(Problem::fault("Cannot use string offset as an array")),
        _ => return Err(Problem::fault("Cannot use a scalar value as an array")),
    }
    let Value::Array(array) = at else {
        return Err(Problem::fault("Cannot use a scalar value as an array"));
    };
    if array.len() >= ValueLimits::ARRAY_ENTRIES {
        let max = ValueLimits::ARRAY_ENTRIES;
        return Err(Problem::limit(format!("number of array entries exceeds {max}")));
    }
    let array = Rc::make_mut(array);
    let key = match key {
        Some(key) => key.to_key()?,
        None => crate::php::Key::Int(array.next_index().ok_or_else(full)?),
    };
    Ok(array.place(key))
}

/// A string with one byte replaced, padded with blanks if it is too short.
fn with_character(s: &Str, key: &Value, value: &Value) -> RenderResult<Str> {
    /// The largest offset; a larger one would fill memory with blanks.
    const LAST: usize = 1 << 20;
    if s.is_empty() && !matches!(key, Value::Int(_)) {
        return Err(Problem::fault("Cannot access offset of type string on string"));
    }
    let at = string_offset(key)?;
    let illegal = || Problem::fault(format!("Illegal string offset {at}"));
    let at = place_in(s.len(), at).filter(|&at| at <= LAST).ok_or_else(illegal)?;
    let new = value.to_str();
    let Some(&byte) = new.first() else {
        return Err(Problem::fault("Cannot assign an empty string to a string offset"));
    };
    let mut text = s.to_vec();
    if text.len() <= at {
        text.resize(at + 1, b' ');
    }
    text[at] = byte;
    Ok(Str::from(text).with_trust_of(s.is_untrusted() || new.is_untrusted()))
}

pub(super) fn full() -> Problem {
    Problem::fault("Cannot add element to the array as the next element is already occupied")
}
