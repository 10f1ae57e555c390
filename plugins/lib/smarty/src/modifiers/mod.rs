//! Smarty's own modifiers: each is a [`Function`] whose first argument is the value to the left of the bar.
//!
//! Source: Smarty 4.3's manual and its behaviour under PHP 8.2 with mbstring (UTF-8), with which
//! `tests/php_differential.rs` compares.

mod capitalize;
mod convert;
mod date_format;
mod debug;
mod escape;
mod replace;
mod shape;
mod words;

use crate::php::Function;

const AREAS: &[&[Function]] = &[
    capitalize::MODIFIERS,
    convert::MODIFIERS,
    date_format::MODIFIERS,
    debug::MODIFIERS,
    escape::MODIFIERS,
    replace::MODIFIERS,
    shape::MODIFIERS,
    words::MODIFIERS,
];

/// Finds a modifier by its exact name.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Function> {
    AREAS.iter().flat_map(|area| area.iter()).find(|modifier| modifier.name.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::php::{Clock, Context, PhpErrorKind, Value, call};

    fn run(name: &str, args: &[Value]) -> Result<Vec<u8>, PhpErrorKind> {
        let clock = Clock::stopped(0);
        let modifier = find(name.as_bytes()).unwrap();
        let result = call(modifier, &mut Context::new(&clock), &mut args.to_vec());
        result.map(|value| value.to_bytes().into_owned()).map_err(|error| error.kind)
    }

    #[test]
    fn invalid_utf8_gives_the_same_as_smarty() {
        let bad = || Value::from(b"a\xffb".to_vec());
        assert_eq!(run("escape", &[bad()]).unwrap(), b"");
        assert_eq!(run("replace", &[bad(), Value::text("a"), Value::text("x")]).unwrap(), b"");
        assert_eq!(run("upper", &[bad()]).unwrap(), b"A?B");
        assert_eq!(run("strlen", &[bad()]).unwrap(), b"3");
        assert_eq!(run("escape", &[bad(), Value::text("url")]).unwrap(), b"a%FFb");
    }

    #[test]
    fn default_replaces_only_null_and_empty_string() {
        let fallback = || Value::text("x");
        assert_eq!(run("default", &[Value::Null, fallback()]).unwrap(), b"x");
        assert_eq!(run("default", &[Value::text(""), fallback()]).unwrap(), b"x");
        assert_eq!(run("default", &[Value::Int(0), fallback()]).unwrap(), b"0");
        assert_eq!(run("default", &[Value::Bool(false), fallback()]).unwrap(), b"");
        assert_eq!(run("default", &[Value::Null, Value::text(""), fallback()]).unwrap(), b"x");
    }

    #[test]
    fn escape_with_unknown_type_fails() {
        assert_eq!(run("escape", &[Value::text("a"), Value::text("shell")]), Err(PhpErrorKind::Error));
    }

    #[test]
    fn truncate_cuts_at_white_space_and_counts_the_suffix() {
        let text = || Value::text("The quick brown fox");
        assert_eq!(run("truncate", &[text(), Value::Int(12)]).unwrap(), b"The quick...");
        assert_eq!(
            run("truncate", &[text(), Value::Int(12), Value::text(""), Value::Bool(true)]).unwrap(),
            b"The quick br"
        );
    }
}
