//! SHA-256 in hexadecimal digits.

use sha2::{Digest, Sha256};

/// The number of digits.
pub(super) const DIGEST_CHARS: usize = 64;

/// The digest so far.
pub(super) fn hex(digest: Sha256) -> String {
    use std::fmt::Write;
    digest.finalize().iter().fold(String::with_capacity(DIGEST_CHARS), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
