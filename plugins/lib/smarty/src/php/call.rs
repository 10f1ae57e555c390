//! One door for every call of a function or modifier: argument counts, limits, and where trust ends.

use super::{Context, Fault, FaultKind, Value, functions};

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
    pub call: fn(&mut Context<'_>, &mut [Value]) -> Result<Value, Fault>,
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
pub fn call(function: &Function, context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, Fault> {
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

/// The function of PHP's that `name` means; names ignore case.
#[must_use]
pub fn function(name: &[u8]) -> Option<&'static Function> {
    functions::find(name)
}

/// Smarty's own modifier `name`; these are case-sensitive.
#[must_use]
pub fn modifier(name: &[u8]) -> Option<&'static Function> {
    crate::modifiers::find(name)
}

/// Whether escaped text can still end a line: what escapes for HTML leaves control characters as they are.
fn leaves_line(value: &Value) -> bool {
    matches!(value, Value::Str(s) if s.iter().any(u8::is_ascii_control))
}

fn check_count(function: &Function, given: usize) -> Result<(), Fault> {
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
    Err(Fault::new(FaultKind::ArgumentCount, message))
}

fn named(function: &Function, mut fault: Fault) -> Fault {
    if fault.kind != FaultKind::Limit {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::{Clock, Limits, Str};
    use jiff::tz::TimeZone;

    fn clock() -> Clock {
        Clock { seconds: 0, nanoseconds: 0, zone: TimeZone::UTC }
    }

    fn run(name: &str, args: &mut [Value]) -> Result<Value, Fault> {
        let clock = clock();
        let function = function(name.as_bytes()).or_else(|| modifier(name.as_bytes())).unwrap();
        call(function, &mut Context::new(&clock), args)
    }

    fn edited(text: &str) -> Value {
        Value::Str(Str::from(text).untrusted())
    }

    fn is_untrusted(value: &Value) -> bool {
        value.is_untrusted(Limits::NESTING)
    }

    #[test]
    fn text_made_of_untrusted_text_is_untrusted() {
        assert!(is_untrusted(&run("strtoupper", &mut [edited("a")]).unwrap()));
        assert!(is_untrusted(&run("cat", &mut [Value::text("a"), edited("b")]).unwrap()));
        assert!(is_untrusted(&run("implode", &mut [Value::text(","), Value::list([edited("b")])]).unwrap()));
        assert!(!is_untrusted(&run("strtoupper", &mut [Value::text("a")]).unwrap()));
    }

    #[test]
    fn escaped_text_and_numbers_are_trusted() {
        assert!(!is_untrusted(&run("escape", &mut [edited("<")]).unwrap()));
        assert!(!is_untrusted(&run("md5", &mut [edited("<")]).unwrap()));
        assert!(!is_untrusted(&run("strlen", &mut [edited("<")]).unwrap()));
    }

    #[test]
    fn values_that_are_moved_keep_their_own_bit() {
        let merged = run("array_merge", &mut [Value::list([edited("a")]), Value::list([Value::text("b")])]).unwrap();
        let Value::Array(merged) = merged else { panic!("an array") };
        let bits: Vec<bool> = merged.values().map(is_untrusted).collect();
        assert_eq!(bits, [true, false]);
        assert!(is_untrusted(&run("default", &mut [Value::Null, edited("b")]).unwrap()));
    }

    #[test]
    fn what_a_pattern_captures_is_as_trusted_as_its_subject() {
        let mut args = [Value::text("/(.)/"), edited("x"), Value::Null];
        run("preg_match", &mut args).unwrap();
        assert!(is_untrusted(&args[2]));
    }

    #[test]
    fn a_wrong_number_of_arguments_is_a_fault() {
        let fault = run("strlen", &mut []).unwrap_err();
        assert_eq!(fault.kind, FaultKind::ArgumentCount);
        assert_eq!(fault.message, "strlen() expects exactly 1 argument, 0 given");
    }

    #[test]
    fn results_beyond_the_limits_are_faults() {
        let huge = || Value::Int(1 << 40);
        let cases: [(&str, Vec<Value>); 8] = [
            ("str_repeat", vec![Value::text("ab"), huge()]),
            ("str_pad", vec![Value::text("ab"), huge()]),
            ("array_fill", vec![Value::Int(0), huge(), Value::Null]),
            ("range", vec![Value::Int(0), huge()]),
            ("sprintf", vec![Value::text("%999999999d"), Value::Int(1)]),
            ("number_format", vec![Value::Int(1), huge()]),
            ("indent", vec![Value::text("a"), huge()]),
            ("preg_match", vec![Value::text("/(a*)*b/"), Value::text("a".repeat(64))]),
        ];
        for (name, mut args) in cases {
            assert_eq!(run(name, &mut args).unwrap_err().kind, FaultKind::Limit, "{name}");
        }
    }

    #[test]
    fn a_render_without_fuel_calls_nothing() {
        let clock = clock();
        let mut context = Context { fuel: 10, ..Context::new(&clock) };
        let md5 = function(b"md5").unwrap();
        let fault = call(md5, &mut context, &mut [Value::text("more than ten bytes")]).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Limit);
    }
}
