//! The bytes of a component file.

use super::digest::hex;
use super::error::LoadError;
use super::inspect::{Surface, inspect};
use super::interface::Version;
use crate::files::{NoAnswer, read_regular, within};
use crate::plugin_signature::{Policy, SignatureState, read_signature};
use sha2::{Digest, Sha256};
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::time::Duration;

/// How long a component file may take to be read: the largest one over a slow network.
const READ_MAX: Duration = Duration::from_secs(20);

/// A component for a version of the interface that this server supports.
pub(super) struct Binary {
    pub(super) version: Version,
    pub(super) bytes: Vec<u8>,
    /// SHA-256 in hexadecimal digits.
    pub(super) sha256: String,
    pub(super) signature: SignatureState,
    /// The names of what the component imports and exports.
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
}

impl Binary {
    /// Reads a component, and checks its signature before anything looks into the bytes.
    pub(super) fn read(file: &Path, bytes_max: u64, signatures: &Policy) -> Result<Self, LoadError> {
        let (path, checks) = (file.to_owned(), signatures.checks());
        let no_answer = || LoadError::Read(Error::new(ErrorKind::TimedOut, NoAnswer(file.to_owned())));
        let read = move || {
            let bytes = read(&path, bytes_max)?;
            let signature = if checks { read_signature(&path, &bytes)? } else { None };
            Ok((bytes, signature))
        };
        let (bytes, signature) = within(READ_MAX, read).unwrap_or_else(|| Err(no_answer()))?;
        let signature = signatures.check(&bytes, signature.as_deref())?;
        let Surface { version, imports, exports } = inspect(&bytes)?;
        Ok(Self { version, sha256: hex(Sha256::new_with_prefix(&bytes)), signature, bytes, imports, exports })
    }
}

fn read(file: &Path, bytes_max: u64) -> Result<Vec<u8>, LoadError> {
    read_regular(file, bytes_max).map_err(LoadError::Read)?.ok_or(LoadError::TooLarge { bytes_max })
}
