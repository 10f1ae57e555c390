//! A document that is ready to be sent.

use crate::plugin::{Document, Moment};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};
use xxhash_rust::xxh3::xxh3_128;

/// A document and its entity tag, which is computed once however often the document is sent. It holds passwords, so there
/// is no `Debug`.
pub struct ReadyDocument {
    pub document: Document,
    pub tag: String,
    sha256: OnceLock<[u8; 32]>,
}

impl ReadyDocument {
    /// The same document with the time of another request, if it has the time in it.
    pub fn at(self: &Arc<Self>, time: Moment) -> Arc<Self> {
        if self.document.has_time() { Arc::new(self.document.at(time).into()) } else { Arc::clone(self) }
    }

    /// The SHA-256 of the body, which is computed once. For a large body it takes as long as a quick answer.
    pub fn sha256(&self) -> [u8; 32] {
        *self.sha256.get_or_init(|| Sha256::digest(&self.document.body).into())
    }

    /// The SHA-256 of the body, if it was computed before.
    pub fn known_sha256(&self) -> Option<[u8; 32]> {
        self.sha256.get().copied()
    }
}

impl From<Document> for ReadyDocument {
    fn from(document: Document) -> Self {
        Self { tag: entity_tag(&document.body), document, sha256: OnceLock::new() }
    }
}

/// The strong entity tag of a body, with its quotes. The tag protects nothing, so a fast non-cryptographic hash
/// suffices. Equal bodies have equal tags on every server.
pub fn entity_tag(body: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tag_is_strong_and_depends_on_the_bytes() {
        let tag = entity_tag(b"one");
        assert_eq!((tag.len(), tag == entity_tag(b"one"), tag == entity_tag(b"two")), (34, true, false));
    }
}
