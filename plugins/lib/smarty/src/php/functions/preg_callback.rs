//! `preg_replace_callback`, `preg_replace_callback_array`: the replacement is what a function makes of the match.

use super::args;
use super::callbacks::{Callback, Find};
use super::preg::{match_array, rewrite};
use crate::php::{Array, Context, Key, PhpError, Str, Value};

/// What the calls for all patterns and subjects share.
struct Replacing {
    limit: usize,
    flags: i64,
    count: usize,
}

impl Replacing {
    fn of(args: &[Value], limit: usize, flags: usize) -> Result<Replacing, PhpError> {
        let limit = args::size(args::int_or(args, limit, -1)?).unwrap_or(usize::MAX);
        Ok(Replacing { limit, flags: args::int_or(args, flags, 0)?, count: 0 })
    }

    /// Replaces in a text, or in each text of an array; null where PHP returns it.
    fn subject(
        &mut self,
        context: &mut Context<'_>,
        patterns: &[Str],
        callback: &Callback,
        subject: &Value,
    ) -> Result<Value, PhpError> {
        let Value::Array(subjects) = subject else {
            return self.text(context, patterns, callback, subject.to_str());
        };
        let mut out = Array::new();
        for (key, one) in subjects.iter() {
            let changed = self.text(context, patterns, callback, one.to_str())?;
            if !changed.is_null() {
                out.insert(key.clone(), changed);
            }
        }
        Ok(Value::array(out))
    }

    fn text(
        &mut self,
        context: &mut Context<'_>,
        patterns: &[Str],
        callback: &Callback,
        mut text: Str,
    ) -> Result<Value, PhpError> {
        let flags = self.flags;
        for pattern in patterns {
            let changed =
                rewrite(context, pattern, &text, (self.limit, &mut self.count), |context, search, found, out| {
                    let groups = Value::array(match_array(search, &text, found, flags));
                    callback.call(context, vec![groups])?.append_to(out);
                    Ok(())
                })?;
            let Some(changed) = changed else { return Ok(Value::Null) };
            text = changed;
        }
        Ok(Value::Str(text))
    }
}

/// `preg_replace_callback`
pub fn one(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let callback = Callback::of(args, 1, find)?;
    let mut replacing = Replacing::of(args, 3, 5)?;
    let patterns: Vec<Str> = args[0].to_array().values().map(Value::to_str).collect();
    let result = replacing.subject(context, &patterns, &callback, &args[2].clone())?;
    if let Some(count) = args.get_mut(4) {
        *count = Value::from(replacing.count);
    }
    Ok(result)
}

/// `preg_replace_callback_array`: each pattern with a function of its own.
pub fn many(context: &mut Context<'_>, args: &mut [Value], find: Find) -> Result<Value, PhpError> {
    let pairs = args::array(args, 0)?;
    let mut replacing = Replacing::of(args, 2, 4)?;
    let mut result = args[1].clone();
    if !matches!(result, Value::Array(_)) {
        result = Value::Str(result.to_str());
    }
    for (pattern, name) in pairs.iter() {
        let callback = Callback::named(name, 0, find)?;
        result = match pattern {
            Key::Str(pattern) => replacing.subject(context, std::slice::from_ref(pattern), &callback, &result)?,
            // PHP takes the number for a pattern without delimiters.
            Key::Int(_) => Value::Null,
        };
        if result.is_null() {
            break;
        }
    }
    if let Some(count) = args.get_mut(3) {
        *count = Value::from(replacing.count);
    }
    Ok(result)
}
