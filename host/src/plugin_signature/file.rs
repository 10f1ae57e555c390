//! The file of a signature.

use super::fault::SignatureFault;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
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
    // Opening a pipe would block until its other end is open.
    let opened =
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(signature_file(component)).and_then(|file| {
            match file.metadata()?.is_file() {
                true => Ok(file),
                false => Err(io::Error::other("it is not a regular file")),
            }
        });
    let file = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(SignatureFault::Read)?,
    };
    let mut bytes = Vec::new();
    file.take(SIGNATURE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(SignatureFault::Read)?;
    match bytes.len() as u64 > SIGNATURE_BYTES_MAX {
        true => Err(SignatureFault::TooLarge { bytes_max: SIGNATURE_BYTES_MAX }),
        false => Ok(Some(bytes)),
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
