//! What a component is compiled for.

use serde::{Deserialize, Serialize};

/// Decides the compiler, and the engine that runs the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To run `describe` and `prepare` once, quickly compiled.
    Snapshot,
    /// To render, optimised.
    Render,
}
