//! What the host answers during a render, behind a trait so that the variables can be tested without one.

use crate::types::Table;

/// The host's side of a render: one device's domain and no other.
pub trait Host {
    /// The tables `groups`, `users` and `extensions` of the phone book, those that FusionPBX's settings select.
    fn contacts(&self) -> Vec<Table>;
    /// The extension with this number: a table of at most one row.
    fn extension(&self, number: &str) -> Table;
}
