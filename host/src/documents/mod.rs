//! Documents that are rendered once: a document is kept, and sent again as long as nothing that it depends on has changed.
//! `plugin` notes which functions of the host a render called; a document of a render that called one is not kept.

mod basis;
mod kept;
mod ready;
#[cfg(test)]
mod tests;

pub use basis::{Basis, Place};
pub use kept::Documents;
pub use ready::{ReadyDocument, entity_tag};

/// Bytes of kept documents: two thousand of the usual 65 kB.
pub const BYTES_MAX: u64 = 128 << 20;
