//! Calls of functions and modifiers: argument counts, limits, and trust.

use super::context::Context;
use super::error::{PhpError, PhpErrorKind};
use super::value::Value;

/// A PHP function or a Smarty modifier that a template may call.
#[derive(Debug)]
pub struct Function {
    /// The name, in lower case.
    pub name: &'static str,
    /// The least number of arguments.
    pub min: usize,
    /// The greatest number of arguments; `None` for any number.
    pub max: Option<usize>,
    /// Bit `i` is set if argument `i` is passed by reference: the caller stores `args[i]` back after the call.
    pub by_ref: u32,
    /// True if an argument that is passed by reference may also be a value, such as a flag.
    pub takes_values: bool,
    /// The effect of the call on trust.
    pub taint: Taint,
    /// The implementation. It may take values out of `args`; afterwards only the by-reference arguments are valid.
    pub call: fn(&mut Context<'_>, &mut [Value]) -> Result<Value, PhpError>,
}

/// The effect of a call on the *untrusted* bit of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taint {
    /// The result is new text made of the arguments, and untrusted if any of them is.
    Propagates,
    /// The result consists of values from the arguments, or is a number: each string keeps its own bit.
    Preserves,
    /// The result is escaped or opaque (`escape`, `urlencode`, `md5`) and safe to print for any arguments.
    Escapes,
}

/// Calls `function`. Afterwards `args[i]` holds the new value of each by-reference argument `i`.
///
/// # Errors
/// The error that PHP would throw, prefixed with the function's name, or a limit error.
pub fn call(function: &Function, context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    check_count(function, args.len())?;
    context.charge(args.iter().map(size).sum())?;
    let nesting = context.limits.nesting;
    let untrusted = function.taint != Taint::Preserves && args.iter().any(|arg| arg.is_untrusted(nesting));
    let taints = function.taint == Taint::Propagates && untrusted;
    let result = (function.call)(context, args).map_err(|error| named(function, error))?;
    context.charge(size(&result))?;
    let taints = taints || (untrusted && leaves_line(&result));
    if !taints {
        return Ok(result);
    }
    for (i, arg) in args.iter_mut().enumerate().take(32) {
        if function.by_ref & (1 << i) != 0 {
            *arg = std::mem::take(arg).into_untrusted();
        }
    }
    Ok(result.into_untrusted())
}

/// True if escaped text can still end a line: functions that escape for HTML keep control characters.
fn leaves_line(value: &Value) -> bool {
    matches!(value, Value::Str(s) if s.iter().any(u8::is_ascii_control))
}

fn check_count(function: &Function, given: usize) -> Result<(), PhpError> {
    let too_many = function.max.is_some_and(|max| given > max);
    if given >= function.min && !too_many {
        return Ok(());
    }
    let (bound, expected) = match function.max {
        Some(max) if max == function.min => ("exactly", max),
        Some(max) if too_many => ("at most", max),
        _ => ("at least", function.min),
    };
    let plural = if expected == 1 { "" } else { "s" };
    let name = function.name;
    let message = format!("{name}() expects {bound} {expected} argument{plural}, {given} given");
    Err(PhpError::new(PhpErrorKind::ArgumentCount, message))
}

fn named(function: &Function, mut error: PhpError) -> PhpError {
    if error.kind != PhpErrorKind::Limit {
        error.message = format!("{}(): {}", function.name, error.message);
    }
    error
}

/// The cost of one pass over a value, without its elements' content.
fn size(value: &Value) -> usize {
    match value {
        Value::Str(s) => s.len() + 1,
        Value::Array(array) => 8 * array.len() + 1,
        _ => 1,
    }
}
