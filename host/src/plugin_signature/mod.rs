//! Signatures of components, in minisign's format: the file `NAME.wasm.minisig` beside `NAME.wasm`.
//!
//! [`check`] decides about the bytes of a component and of its signature. [`Policy`] adds what the configuration demands:
//! whether an unsigned component may serve, and that none is older than the one that served before it.

mod check;
mod fault;
mod file;
mod key;
mod policy;
mod sign;
mod statement;
mod versions;

pub use check::{SignatureState, Signed, check};
pub use fault::SignatureFault;
pub use file::{ENDING, NextSignature, SIGNATURE_BYTES_MAX, next_file, read_signature, signature_file};
pub use key::{KeyError, KeyId, TrustedKey, TrustedKeys};
pub use policy::Policy;
pub use sign::{KeyPair, SignError, SigningKey, generate};
pub use statement::Statement;
pub use versions::{LiveVersion, Versions};
