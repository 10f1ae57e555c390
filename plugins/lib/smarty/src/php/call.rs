//! One door for every call of a function or modifier: argument counts, limits, and where trust ends.

use super::context::Context;
use super::fault::{PhpError, PhpErrorKind};
use super::value::Value;

/// A function of PHP, or a modifier, that a template may call.
#[derive(Debug)]
pub struct Function {
    /// Lower case.
    pub name: &'static str,
    pub min: usize,
    /// `None`: any number.
    pub max: Option<usize>,
    /// Bit `i`: argument `i` is by reference; the caller stores `args[i]` back after the call.
    pub by_ref: u32,
    pub taint: Taint,
    /// May take what is in `args`; only by-reference ones mean anything afterwards.
    pub call: fn(&mut Context<'_>, &mut [Value]) -> Result<Value, PhpError>,
}

/// How *untrusted* passes through a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taint {
    /// Makes new text from its arguments: untrusted if any of them is.
    Spreads,
    /// Moves values about (or gives a number): each string keeps its own bit.
    Carried,
    /// Gives escaped or opaque text (`escape`, `urlencode`, `md5`), safe to print whatever went in.
    Escapes,
}

/// Calls `function`; afterwards `args[i]` holds the new value of a by-reference argument `i`.
///
/// # Errors
/// What PHP would throw, prefixed by the function's name, or a limit.
pub fn call(function: &Function, context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    check_count(function, args.len())?;
    context.charge(args.iter().map(size).sum())?;
    let nesting = context.limits.nesting;
    let untrusted = function.taint != Taint::Carried && args.iter().any(|arg| arg.is_untrusted(nesting));
    let taints = function.taint == Taint::Spreads && untrusted;
    let result = (function.call)(context, args).map_err(|fault| named(function, fault))?;
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

/// Whether escaped text can still end a line: what escapes for HTML leaves control characters as they are.
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

fn named(function: &Function, mut fault: PhpError) -> PhpError {
    if fault.kind != PhpErrorKind::Limit {
        fault.message = format!("{}(): {}", function.name, fault.message);
    }
    fault
}

/// What a value costs to walk through once, without looking into it.
fn size(value: &Value) -> usize {
    match value {
        Value::Str(s) => s.len() + 1,
        Value::Array(array) => 8 * array.len() + 1,
        _ => 1,
    }
}
