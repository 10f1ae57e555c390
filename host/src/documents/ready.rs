//! A document that is ready to be sent.

use crate::plugin::Document;
use xxhash_rust::xxh3::xxh3_128;

/// A document and its entity tag, which is computed once however often the document is sent. It holds passwords, so there
/// is no `Debug`.
pub struct ReadyDocument {
    pub document: Document,
    pub tag: String,
}

impl From<Document> for ReadyDocument {
    fn from(document: Document) -> Self {
        Self { tag: entity_tag(&document.body), document }
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
