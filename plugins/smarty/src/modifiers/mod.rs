//! Smarty's own modifiers.

use crate::php::Function;

/// Looks up a modifier by its exact name.
#[must_use]
pub fn find(_name: &[u8]) -> Option<&'static Function> {
    None
}
