//! The file calls, which may block.

use super::error::Error;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

/// How a file is named until it is complete.
const DRAFT: &str = ".upload-";

/// A draft of this age belongs to a server that ended while it wrote: a call takes seconds.
const DRAFT_AGE_MAX: Duration = Duration::from_secs(3_600);

/// Writes a file so that readers see the old or the new one, and returns true if there was none. Only the server's user
/// may read it, because a phone's settings can hold passwords.
pub fn store(folder: &Path, name: &str, body: &[u8], files_max: usize) -> Result<bool, Error> {
    let path = folder.join(name);
    let failed = |error| Error::of(&path, error);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let is_new = !path.try_exists().map_err(failed)?;
    if is_new && count(folder).map_err(failed)? >= files_max {
        return Err(Error::TooMany { folder: folder.to_owned(), max: files_max });
    }
    let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder).map_err(failed)?;
    draft.write_all(body).and_then(|()| draft.as_file().sync_data()).map_err(failed)?;
    draft.persist(&path).map_err(|failure| failed(failure.error))?;
    Ok(is_new)
}

/// The number of files in a folder. Removes abandoned drafts.
fn count(folder: &Path) -> io::Result<usize> {
    let mut number = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_draft = entry.file_name().as_encoded_bytes().starts_with(DRAFT.as_bytes());
        let age = || entry.metadata()?.modified()?.elapsed().map_err(io::Error::other);
        if is_draft && age().is_ok_and(|age| age > DRAFT_AGE_MAX) {
            // Another request may have removed it.
            let _ = fs::remove_file(entry.path());
        } else {
            number += 1;
        }
    }
    Ok(number)
}

/// A file's content; `None` if there is no such file.
pub fn read(path: &Path, bytes_max: usize) -> Result<Option<Vec<u8>>, Error> {
    let failed = |error| Error::of(path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut body = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut body).map_err(failed)?;
    if body.len() > bytes_max {
        return Err(Error::TooLong { path: path.to_owned(), max: bytes_max });
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::SystemTime;

    #[test]
    fn stored_file_replaces_the_old_one_and_is_private() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("pbx.example.net");
        assert!(store(&folder, "a", b"old", 1).unwrap());
        assert!(!store(&folder, "a", b"new", 1).unwrap());
        assert_eq!(read(&folder.join("a"), 3).unwrap().as_deref(), Some(b"new".as_slice()));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("a"))), (0o700, 0o600));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn full_folder_takes_no_new_file_and_forgets_drafts() {
        let folder = tempfile::tempdir().unwrap();
        let old = File::create(folder.path().join(".upload-old")).unwrap();
        store(folder.path(), "a", b"1", 2).unwrap();
        assert!(matches!(store(folder.path(), "b", b"2", 2), Err(Error::TooMany { max: 2, .. })));
        old.set_modified(SystemTime::now() - 2 * DRAFT_AGE_MAX).unwrap();
        store(folder.path(), "b", b"2", 2).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn absent_file_is_none_and_long_one_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(&folder.path().join("a"), 9).unwrap().is_none());
        fs::write(folder.path().join("a"), "0123456789").unwrap();
        assert!(matches!(read(&folder.path().join("a"), 9), Err(Error::TooLong { max: 9, .. })));
    }
}
