//! Bare words of a template that are PHP constants.

use crate::php::{self, Value};

/// The constant `name`; `true`, `false` and `null` in any case.
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
    // All others start with a capital letter, and most bare words do not.
    match name.first() {
        Some(first) if first.is_ascii_uppercase() => php::constant(name).or_else(|| version(name)),
        _ => None,
    }
}

/// The PHP version whose behaviour this crate has, whatever a server runs.
fn version(name: &[u8]) -> Option<Value> {
    match name {
        b"PHP_VERSION" => Some(Value::from("8.2.0")),
        b"PHP_VERSION_ID" => Some(Value::Int(80_200)),
        b"PHP_MAJOR_VERSION" => Some(Value::Int(8)),
        b"PHP_MINOR_VERSION" => Some(Value::Int(2)),
        b"PHP_RELEASE_VERSION" => Some(Value::Int(0)),
        _ => None,
    }
}
