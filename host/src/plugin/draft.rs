//! A file of the cache while it is being written: it appears complete or not at all, even after a power cut.

use super::digest::hex;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The extension of such a file.
pub(super) const ENDING: &str = "new";

/// Removed when it is dropped, unless it was kept.
pub(super) struct Draft {
    file: File,
    path: PathBuf,
    digest: Sha256,
    bytes: u64,
    is_kept: bool,
}

impl Draft {
    /// A new file under a unique name. A process id is not unique: in a container every start has the same one.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("{}.{ENDING}", Uuid::new_v4()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        let draft = Self { file, path, digest: Sha256::new(), bytes: 0, is_kept: false };
        // The lock marks the file as being written for as long as this process lives.
        draft.file.lock()?;
        Ok(draft)
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The number of bytes that were written.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of what was written, in hexadecimal digits.
    pub(super) fn digest(&self) -> String {
        hex(self.digest.clone())
    }

    /// What was written. A write that failed may have left a part of its bytes, which are left out.
    pub(super) fn read_back(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&self.file).take(self.bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Gives the file its name.
    pub(super) fn keep(&mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draft_is_removed_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        let write = || {
            let mut draft = Draft::create(folder.path()).unwrap();
            draft.write(b"a").unwrap();
            draft.write(b"bc").unwrap();
            draft
        };
        let mut draft = write();
        assert_eq!((draft.bytes(), draft.digest()), (3, hex(Sha256::new_with_prefix(b"abc"))));
        // A partial write.
        draft.file.write_all(b"d").unwrap();
        assert_eq!(draft.read_back().unwrap(), b"abc");
        assert_eq!(names().len(), 1);
        drop(draft);
        assert_eq!(names().len(), 0);
        let mut draft = write();
        draft.keep(&folder.path().join("kept")).unwrap();
        drop(draft);
        assert_eq!(names(), ["kept"]);
        assert_eq!(fs::read(folder.path().join("kept")).unwrap(), b"abc");
    }
}
