//! The file of a signature.

use super::fault::SignatureFault;
use crate::files::read_regular;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What minisign appends to a file's name.
pub const ENDING: &str = ".minisig";

/// A signature has four lines, of which two are free text. minisign itself writes comments of up to 8 KB.
pub const SIGNATURE_BYTES_MAX: u64 = 32 << 10;

/// Where the signature of a component is.
pub fn signature_file(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// The signature beside a component; `None` without one.
///
/// # Errors
/// It cannot be read, or is larger than a signature.
pub fn read_signature(component: &Path) -> Result<Option<Vec<u8>>, SignatureFault> {
    match read_regular(&signature_file(component), SIGNATURE_BYTES_MAX) {
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
        assert!(read_signature(&component).unwrap().is_none());
        std::fs::write(folder.path().join("acme.wasm.minisig"), "a signature").unwrap();
        assert_eq!(read_signature(&component).unwrap().unwrap(), b"a signature");
        std::fs::write(folder.path().join("acme.wasm.minisig"), vec![b'x'; 40_000]).unwrap();
        assert!(matches!(read_signature(&component), Err(SignatureFault::TooLarge { .. })));
        std::fs::remove_file(folder.path().join("acme.wasm.minisig")).unwrap();
        std::fs::create_dir(folder.path().join("acme.wasm.minisig")).unwrap();
        assert!(matches!(read_signature(&component), Err(SignatureFault::Read(_))));
    }
}
