//! A component with what belongs to it: `NAME.wasm`, its signature `NAME.wasm.minisig`, and its record `NAME.wasm.json`.

use super::error::Error;
use super::record::Record;
use crate::facts::hex;
use crate::files::read_bounded;
use crate::plugin_signature::{SIGNATURE_BYTES_MAX, signature_file};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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
        let signature = read(&signature_file(component), SIGNATURE_BYTES_MAX)?;
        let mut package = Self { component: bytes, signature, record: None };
        package.record = Record::read(component)?.filter(|record| record.sha256 == package.sha256());
        Ok(Some(package))
    }

    /// Writes the files completely beside their places, then renames them, each over its predecessor. The component is a whole
    /// one at every moment. The renames follow each other directly, so that a component and its signature hardly ever differ.
    pub(super) fn write(&self, component: &Path) -> Result<(), Error> {
        let record = self.record.as_ref().and_then(|record| serde_json::to_vec_pretty(record).ok());
        let files = [
            (signature_file(component), self.signature.as_deref(), READABLE),
            (component.to_owned(), Some(&*self.component), READABLE),
            (record_file(component), record.as_deref(), PRIVATE),
        ];
        let mut drafts = Vec::new();
        for (path, bytes, mode) in files {
            let draft = bytes.map(|bytes| draft(&path, bytes, mode).map_err(Error::write(&path))).transpose()?;
            drafts.push((path, draft));
        }
        for (path, draft) in drafts {
            match draft {
                Some(draft) => draft.persist(&path).map(drop).map_err(|failed| Error::write(&path)(failed.error))?,
                None => remove_file(&path)?,
            }
        }
        sync_parent(component)
    }

    /// Removes the files of a component. The component is the first: nothing may be loaded without its signature.
    pub(super) fn remove(component: &Path) -> Result<(), Error> {
        for path in [component.to_owned(), signature_file(component), record_file(component)] {
            remove_file(&path)?;
        }
        sync_parent(component)
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
fn draft(path: &Path, bytes: &[u8], mode: u32) -> io::Result<tempfile::NamedTempFile> {
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
