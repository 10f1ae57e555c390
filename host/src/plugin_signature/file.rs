//! The file of a signature.

use super::fault::SignatureFault;
use crate::facts::hex;
use crate::files::read_regular;
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What minisign appends to a file's name.
pub const ENDING: &str = ".minisig";

/// A signature has four lines, of which two are free text. minisign itself writes comments of up to 8 KB.
pub const SIGNATURE_BYTES_MAX: u64 = 32 << 10;

/// A signature with a line before it.
const NEXT_BYTES_MAX: u64 = SIGNATURE_BYTES_MAX + 128;

/// Where the signature of a component is.
pub fn signature_file(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// Where a command puts the signature of a component that it is about to put in place. Two files cannot be renamed in one
/// step, so for a moment, and for longer if the command is killed, the file of the signature is that of the component before.
pub fn next_file(component: &Path) -> PathBuf {
    let mut name = signature_file(component).into_os_string();
    name.push(".next");
    name.into()
}

/// The signature of the component that comes next, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextSignature {
    /// The hash of that component, in hexadecimal digits.
    sha256: String,
    /// `None`: that component has no signature.
    pub signature: Option<Vec<u8>>,
}

impl NextSignature {
    pub fn of(component: &[u8], signature: Option<&[u8]>) -> Self {
        Self { sha256: hex(&Sha256::digest(component)), signature: signature.map(<[u8]>::to_vec) }
    }

    /// The file's contents: a line with the component's hash, then the signature.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\n", self.sha256).into_bytes();
        bytes.extend(self.signature.iter().flatten());
        bytes
    }

    /// Reads the file beside a component, if it is of these bytes.
    ///
    /// # Errors
    /// It cannot be read, or is larger than a signature.
    pub fn read(component: &Path, bytes: &[u8]) -> Result<Option<Self>, SignatureFault> {
        let Some(found) = read(&next_file(component), NEXT_BYTES_MAX)? else { return Ok(None) };
        let (sha256, signature) = found.split_at(found.iter().position(|byte| *byte == b'\n').unwrap_or(found.len()));
        let signature = Some(signature.get(1..).unwrap_or_default()).filter(|signature| !signature.is_empty());
        let next = Self::of(bytes, signature);
        Ok((next.sha256.as_bytes() == sha256).then_some(next))
    }
}

/// The signature beside a component of these bytes; `None` without one.
///
/// # Errors
/// It cannot be read, or is larger than a signature.
pub fn read_signature(component: &Path, bytes: &[u8]) -> Result<Option<Vec<u8>>, SignatureFault> {
    match NextSignature::read(component, bytes)? {
        Some(next) => Ok(next.signature),
        None => read(&signature_file(component), SIGNATURE_BYTES_MAX),
    }
}

fn read(file: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, SignatureFault> {
    match read_regular(file, bytes_max) {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(SignatureFault::TooLarge { bytes_max: SIGNATURE_BYTES_MAX }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SignatureFault::Read(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_is_read_within_its_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let component = folder.path().join("acme.wasm");
        assert!(read_signature(&component, b"component").unwrap().is_none());
        std::fs::write(folder.path().join("acme.wasm.minisig"), "a signature").unwrap();
        assert_eq!(read_signature(&component, b"component").unwrap().unwrap(), b"a signature");
        std::fs::write(folder.path().join("acme.wasm.minisig"), vec![b'x'; 40_000]).unwrap();
        assert!(matches!(read_signature(&component, b"component"), Err(SignatureFault::TooLarge { .. })));
        std::fs::remove_file(folder.path().join("acme.wasm.minisig")).unwrap();
        std::fs::create_dir(folder.path().join("acme.wasm.minisig")).unwrap();
        assert!(matches!(read_signature(&component, b"component"), Err(SignatureFault::Read(_))));
    }

    #[test]
    fn next_signature_counts_for_its_component_alone() {
        let folder = tempfile::tempdir().unwrap();
        let component = folder.path().join("acme.wasm");
        std::fs::write(signature_file(&component), "old").unwrap();
        for signature in [Some(&b"new"[..]), None] {
            let next = NextSignature::of(b"next", signature);
            std::fs::write(next_file(&component), next.to_bytes()).unwrap();
            assert_eq!(read_signature(&component, b"before").unwrap().unwrap(), b"old");
            assert_eq!(read_signature(&component, b"next").unwrap().as_deref(), signature);
        }
        std::fs::write(next_file(&component), "").unwrap();
        assert_eq!(read_signature(&component, b"next").unwrap().unwrap(), b"old");
    }
}
