//! A component with what belongs to it: `NAME.wasm`, its signature `NAME.wasm.minisig`, and its record `NAME.wasm.json`.

use super::error::Error;
use super::record::Record;
use crate::facts::hex;
use crate::files::read_bounded;
use crate::plugin_signature::{NextSignature, SignatureFault, next_file, read_signature, signature_file};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A record is some lines; only its URL may be long.
const RECORD_BYTES_MAX: u64 = 64 << 10;
/// The server reads components as a user of its own.
const READABLE: u32 = 0o644;
/// The URL of a record may hold a secret, for instance a token of a release that is not public.
const PRIVATE: u32 = 0o600;
/// What the names of files begin with that are not complete yet. The server ignores hidden files.
pub(super) const DRAFT: &str = ".new-";

#[derive(Clone)]
pub struct Package {
    pub component: Vec<u8>,
    pub signature: Option<Vec<u8>>,
    /// Absent if the component was not installed by a command.
    pub record: Option<Record>,
}

fn record_file(component: &Path) -> PathBuf {
    let mut path = OsString::from(component);
    path.push(".json");
    PathBuf::from(path)
}

impl Package {
    /// The hash of the component, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.component))
    }

    /// Reads a component with what lies beside it; `None` if there is no component.
    ///
    /// # Errors
    /// A file cannot be read, or is larger than allowed.
    pub fn read(component: &Path, bytes_max: u64) -> Result<Option<Self>, Error> {
        let Some(bytes) = read(component, bytes_max)? else { return Ok(None) };
        let signature = read_signature(component, &bytes).map_err(unreadable(component))?;
        let mut package = Self { component: bytes, signature, record: None };
        package.record = Record::read(component)?.filter(|record| record.sha256 == package.sha256());
        Ok(Some(package))
    }

    /// Writes the files completely beside their places, then renames them, each over its predecessor. At every moment the
    /// component is a whole one, and has its own signature.
    pub(super) fn write(&self, component: &Path) -> Result<(), Error> {
        self.steps(component)?.into_iter().try_for_each(Step::take)?;
        sync_parent(component)
    }

    /// What puts the package in place, with everything written already. A process may end between any two of the steps.
    fn steps(&self, component: &Path) -> Result<Vec<Step>, Error> {
        let [signature, next, record] = [signature_file(component), next_file(component), record_file(component)];
        let of_next = NextSignature::of(&self.component, self.signature.as_deref()).to_bytes();
        let written = |path: &Path, bytes: &[u8], mode| -> Result<Step, Error> {
            Ok(Step::Put(draft(path, bytes, mode).map_err(Error::write(path))?, path.to_owned()))
        };
        let mut steps = vec![written(&next, &of_next, READABLE)?, written(component, &self.component, READABLE)?];
        steps.push(match &self.signature {
            Some(bytes) => written(&signature, bytes, READABLE)?,
            None => Step::Remove(signature),
        });
        steps.push(Step::Remove(next));
        let bytes = self.record.as_ref().and_then(|record| serde_json::to_vec_pretty(record).ok());
        steps.push(match bytes {
            Some(bytes) => written(&record, &bytes, PRIVATE)?,
            None => Step::Remove(record),
        });
        Ok(steps)
    }

    /// Brings the signature of a component to its place, if a command was killed before it had done so.
    pub(super) fn finish(component: &Path, bytes_max: u64) -> Result<(), Error> {
        let next = next_file(component);
        if !next.exists() {
            return Ok(());
        }
        if let Some(bytes) = read(component, bytes_max)?
            && let Some(found) = NextSignature::read(component, &bytes).map_err(unreadable(component))?
        {
            let signature = signature_file(component);
            match found.signature {
                Some(bytes) => {
                    let draft = draft(&signature, &bytes, READABLE).map_err(Error::write(&signature))?;
                    Step::Put(draft, signature).take()?;
                }
                None => remove_file(&signature)?,
            }
        }
        remove_file(&next)
    }

    /// Removes the files of a component. The component is the first: nothing may be loaded without its signature.
    pub(super) fn remove(component: &Path) -> Result<(), Error> {
        for path in [component.to_owned(), signature_file(component), next_file(component), record_file(component)] {
            remove_file(&path)?;
        }
        sync_parent(component)
    }
}

/// A step of putting a package in place. Each is done as a whole or not at all.
enum Step {
    /// A file that is written gets its name.
    Put(NamedTempFile, PathBuf),
    Remove(PathBuf),
}

impl Step {
    fn take(self) -> Result<(), Error> {
        match self {
            Self::Put(draft, path) => {
                draft.persist(&path).map(drop).map_err(|failed| Error::write(&path)(failed.error))
            }
            Self::Remove(path) => remove_file(&path),
        }
    }
}

/// What makes an error of a signature that cannot be read.
fn unreadable(component: &Path) -> impl FnOnce(SignatureFault) -> Error {
    let path = signature_file(component);
    move |fault| match fault {
        SignatureFault::TooLarge { bytes_max } => Error::TooLarge { path, bytes_max },
        SignatureFault::Read(source) => Error::Read { path, source },
        // Reading alone gives no other fault.
        other => Error::Read { path, source: io::Error::other(other) },
    }
}

impl Record {
    /// The record beside a component, whichever component it is of. One that is damaged, or that only another user may read,
    /// counts as absent.
    pub(super) fn read(component: &Path) -> Result<Option<Self>, Error> {
        match read(&record_file(component), RECORD_BYTES_MAX) {
            Ok(bytes) => Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())),
            Err(Error::Read { source, .. }) if source.kind() == ErrorKind::PermissionDenied => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn read(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, Error> {
    match read_bounded(path, bytes_max) {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(Error::TooLarge { path: path.to_owned(), bytes_max }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::read(path)(error)),
    }
}

/// A complete file in the folder of `path`. It is removed unless it is renamed.
fn draft(path: &Path, bytes: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder)?;
    draft.write_all(bytes)?;
    draft.as_file().set_permissions(Permissions::from_mode(mode))?;
    draft.as_file().sync_all()?;
    Ok(draft)
}

pub(super) fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::write(path)(error)),
        _ => Ok(()),
    }
}

/// Makes the names in a file's folder durable.
fn sync_parent(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::write(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES_MAX: u64 = 1 << 10;

    fn package(component: &str, signature: Option<&str>) -> Package {
        let signature = signature.map(|text| text.as_bytes().to_vec());
        Package { component: component.as_bytes().to_vec(), signature, record: None }
    }

    #[test]
    fn component_has_its_own_signature_after_each_step() {
        for (old, new) in [(Some("one"), Some("two")), (Some("one"), None), (None, Some("two")), (None, None)] {
            for done in 0..=5 {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("acme.wasm");
                package("old", old).write(&file).unwrap();
                let steps = package("new", new).steps(&file).unwrap();
                assert_eq!(steps.len(), 5);
                steps.into_iter().take(done).try_for_each(Step::take).unwrap();
                let expected = if done < 2 { package("old", old) } else { package("new", new) };
                for finished in [false, true] {
                    if finished {
                        Package::finish(&file, BYTES_MAX).unwrap();
                    }
                    let found = Package::read(&file, BYTES_MAX).unwrap().unwrap();
                    let parts = |package: &Package| (package.component.clone(), package.signature.clone());
                    assert_eq!(parts(&found), parts(&expected), "{old:?} {new:?} after {done} steps");
                }
                assert!(!next_file(&file).exists());
            }
        }
    }
}
