//! SHA-256 in hexadecimal digits.

use crate::facts;
use sha2::{Digest, Sha256};

/// The number of digits.
pub(super) const DIGEST_CHARS: usize = 64;

/// The digest so far.
pub(super) fn hex(digest: Sha256) -> String {
    facts::hex(&digest.finalize())
}
