//! Documents that are rendered once: a document is kept, and sent again as long as nothing that it depends on has changed.
//! `plugin` notes what a render asked of the host; the document is sent again if the answers are the same, and is not kept
//! if the render asked for the time. A time that the host itself inserts is replaced by that of each request.

mod basis;
mod kept;
mod ready;
#[cfg(test)]
mod tests;

pub use basis::{Basis, Place};
pub use kept::Documents;
pub use ready::{ReadyDocument, entity_tag};

/// Bytes of kept documents: five hundred of the usual 65 kB. Phones that restart together ask for different ones, so more
/// would help few requests.
pub const BYTES_MAX: u64 = 32 << 20;
