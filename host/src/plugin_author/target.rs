//! What plugins are built for.

/// It has no imports of its own, as a plugin must not have any.
pub const TARGET: &str = "wasm32-unknown-unknown";
