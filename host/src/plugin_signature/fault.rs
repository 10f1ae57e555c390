//! Why a component is refused for its signature. Each message continues a sentence that begins with the component's file.

use super::key::KeyId;
use jiff::civil::Date;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum SignatureFault {
    #[error(
        "has no signature, and plugins_require_signature is set; put its file *.wasm.minisig beside it (`dialplate plugin sign` makes one)"
    )]
    Unsigned,
    #[error("has a signature file (*.wasm.minisig) that cannot be read: {0}")]
    Read(#[source] io::Error),
    #[error("has a signature that is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: u64 },
    #[error("has a signature that cannot be parsed: {0}; sign it again")]
    Malformed(String),
    #[error("is signed with key {key}, which is not among plugins_trusted_keys")]
    UnknownKey { key: KeyId },
    #[error(
        "does not match its signature by key {key}: one of the two files was changed, or belongs to another version"
    )]
    Changed { key: KeyId },
    #[error("has a signature by key {key} that expired after {last}; get a newer signature from its publisher")]
    Expired { key: KeyId, last: Date },
    #[error("is {found}, and its signature by key {key} is for {signed}; sign it again")]
    Other { key: KeyId, signed: String, found: String },
    #[error(
        "is version {found} of {name}, older than version {live} that served before it, and plugins_require_signature is set; `dialplate plugin rollback` goes back to a version that served here"
    )]
    Downgraded { name: String, found: String, live: String },
    #[error(
        "is version {found:?} of {name}, which cannot be compared with version {live:?} that served before it; versions must be written like 1.2.3 where plugins_require_signature is set"
    )]
    Incomparable { name: String, found: String, live: String },
}
