//! Which bare words of a template are PHP's constants.

use crate::php::{self, Value};

/// The constant of this name; `true`, `false` and `null` in any case.
pub(crate) fn constant(name: &[u8]) -> Option<Value> {
    if name.eq_ignore_ascii_case(b"true") {
        return Some(Value::Bool(true));
    }
    if name.eq_ignore_ascii_case(b"false") {
        return Some(Value::Bool(false));
    }
    if name.eq_ignore_ascii_case(b"null") {
        return Some(Value::Null);
    }
    // All others begin with a capital; most bare words do not.
    match name.first() {
        Some(first) if first.is_ascii_uppercase() => php::constant(name),
        _ => None,
    }
}
