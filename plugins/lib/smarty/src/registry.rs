//! The functions and modifiers that a template may call, by name.
//!
//! The tables are beside their code, in `php::functions` and `modifiers`. Only this module joins them, so that `php`
//! does not depend on Smarty.

use crate::modifiers;
use crate::php::Function;
use crate::php::functions::tables;

/// Finds a PHP function by its name, in any case; `None` if it is not on the allow list.
///
/// # Examples
/// ```
/// use dialplate_smarty::php::{Clock, Context, Value, call};
/// use dialplate_smarty::registry;
///
/// let clock = Clock::stopped(0);
/// let function = registry::function(b"strtoupper").unwrap();
/// let result = call(function, &mut Context::new(&clock), &mut [Value::from("anna")]).unwrap();
/// assert_eq!(result.to_bytes(), "ANNA".as_bytes());
/// ```
#[must_use]
pub fn function(name: &[u8]) -> Option<&'static Function> {
    tables::find(name)
}

/// All PHP functions on the allow list.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    tables::all()
}

/// Finds one of Smarty's own modifiers by its exact name. PHP functions that serve as modifiers are found with
/// [`function`].
#[must_use]
pub fn modifier(name: &[u8]) -> Option<&'static Function> {
    modifiers::find(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::{Clock, Context, PhpError, PhpErrorKind, Str, Value, ValueLimits, call};

    fn clock() -> Clock<'static> {
        Clock::stopped(0)
    }

    fn run(name: &str, args: &mut [Value]) -> Result<Value, PhpError> {
        let clock = clock();
        let function = function(name.as_bytes()).or_else(|| modifier(name.as_bytes())).unwrap();
        call(function, &mut Context::new(&clock), args)
    }

    fn edited(text: &str) -> Value {
        Value::Str(Str::from(text).untrusted())
    }

    fn is_untrusted(value: &Value) -> bool {
        value.is_untrusted(ValueLimits::NESTING)
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
    fn moved_values_keep_their_trust() {
        let merged = run("array_merge", &mut [Value::list([edited("a")]), Value::list([Value::text("b")])]).unwrap();
        let Value::Array(merged) = merged else { panic!("an array") };
        let bits: Vec<bool> = merged.values().map(is_untrusted).collect();
        assert_eq!(bits, [true, false]);
        assert!(is_untrusted(&run("default", &mut [Value::Null, edited("b")]).unwrap()));
    }

    #[test]
    fn captured_groups_inherit_trust_of_subject() {
        let mut args = [Value::text("/(.)/"), edited("x"), Value::Null];
        run("preg_match", &mut args).unwrap();
        assert!(is_untrusted(&args[2]));
    }

    #[test]
    fn wrong_argument_count_fails() {
        let error = run("strlen", &mut []).unwrap_err();
        assert_eq!(error.kind, PhpErrorKind::ArgumentCount);
        assert_eq!(error.message, "strlen() expects exactly 1 argument, 0 given");
    }

    #[test]
    fn result_beyond_limit_fails() {
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
            assert_eq!(run(name, &mut args).unwrap_err().kind, PhpErrorKind::Limit, "{name}");
        }
    }

    #[test]
    fn call_without_fuel_fails() {
        let clock = clock();
        let mut context = Context { fuel: 10, ..Context::new(&clock) };
        let md5 = function(b"md5").unwrap();
        let error = call(md5, &mut context, &mut [Value::text("more than ten bytes")]).unwrap_err();
        assert_eq!(error.kind, PhpErrorKind::Limit);
    }
}
