//! Smarty's own modifiers: each a [`Function`] whose first argument is the value to the left of the bar.
//!
//! Source: Smarty 4.3's manual, and its behaviour under PHP 8.2 with mbstring (UTF-8), which is what
//! tests/php_differential.rs compares with.

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

/// Looks up a modifier by its exact name.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Function> {
    AREAS
        .iter()
        .flat_map(|area| area.iter())
        .find(|modifier| modifier.name.as_bytes() == name)
}
