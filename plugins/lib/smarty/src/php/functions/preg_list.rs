//! `preg_grep` and `preg_filter`.

use super::args;
use super::preg::{Search, replace_in};
use super::register::{by_ref, makes, moves};
use crate::php::{Array, Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] =
    &[moves("preg_grep", 2, 3, grep), by_ref(makes("preg_filter", 3, 5, filter), 1 << 4)];

const GREP_INVERT: i64 = 1;

/// The entries that match, with their keys.
fn grep(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (pattern, entries) = (args::text(args, 0)?, args::array(args, 1)?);
    let inverts = args::int_or(args, 2, 0)? & GREP_INVERT != 0;
    let mut out = Array::new();
    for (key, value) in entries.iter() {
        let text = value.to_str();
        let Some(mut search) = Search::new(context, &pattern, text.len())? else {
            return Ok(Value::Bool(false));
        };
        // A subject that cannot be searched matches nothing, and ends the search.
        if !search.takes(context, &text) {
            break;
        }
        let matches = !search.all(context, &text, 0, 1)?.is_empty();
        if matches != inverts {
            out.insert(key.clone(), value.clone());
        }
    }
    Ok(Value::array(out))
}

/// `preg_replace` of the subjects that match; the others are left out.
fn filter(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let limit = args::size(args::int_or(args, 3, -1)?).unwrap_or(usize::MAX);
    let (pattern, with, subject) = (args[0].clone(), args[1].clone(), args[2].clone());
    let mut all = 0;
    let mut one = |context: &mut Context<'_>, subject: &Value| {
        let mut count = 0;
        let text = Value::Str(subject.to_str());
        let changed = replace_in(context, &pattern, &with, &text, limit, &mut count)?;
        all += count;
        Ok::<Value, PhpError>(if count > 0 { changed } else { Value::Null })
    };
    let result = match &subject {
        Value::Array(subjects) => {
            let mut out = Array::new();
            for (key, subject) in subjects.iter() {
                let changed = one(context, subject)?;
                if !changed.is_null() {
                    out.insert(key.clone(), changed);
                }
            }
            Value::array(out)
        }
        text => one(context, text)?,
    };
    if let Some(out) = args.get_mut(4) {
        *out = Value::from(all);
    }
    Ok(result)
}
