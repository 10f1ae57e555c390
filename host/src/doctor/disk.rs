//! Free space where the server writes.

use super::finding::Finding;
use crate::config::Config;
use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Enough for the compiled plugins, and for a week of what phones send.
const BYTES_WARNING: u64 = 512 << 20;

/// A database's file and its log need this much for their next write.
const BYTES_ERROR: u64 = 16 << 20;

/// Each kept file takes one.
const FILES_WARNING: u64 = 1_000;

pub fn check(config: &Config) -> Vec<Finding> {
    let mut folders: Vec<&Path> = vec![&config.data, &config.uploads.folder];
    folders.extend(config.plugin.cache.as_deref());
    // Folders within the data folder are usually on its file system.
    folders.dedup_by(|folder, before| folder.starts_with(*before));
    folders.into_iter().map(space).collect()
}

fn space(folder: &Path) -> Finding {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let Free { bytes, files } = match free(existing) {
        Ok(free) => free,
        Err(error) => {
            return Finding::warning("disk", format!("{}: {error}", folder.display()), "check the file system");
        }
    };
    let message = format!("{} MB and {files} files free for {}", bytes >> 20, folder.display());
    let advice = "free some space: answers do not need it, but dates, uploads and compiled plugins are lost";
    match () {
        () if bytes < BYTES_ERROR || files == 0 => Finding::error("disk", message, advice),
        () if bytes < BYTES_WARNING || files < FILES_WARNING => Finding::warning("disk", message, advice),
        () => Finding::ok("disk", message),
    }
}

/// What a user without privileges may still use.
struct Free {
    bytes: u64,
    files: u64,
}

#[allow(unsafe_code, reason = "the standard library has no API for free space")]
fn free(folder: &Path) -> io::Result<Free> {
    let path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut found = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends with a zero byte, and the structure is read only after the call has filled it.
    let found = unsafe {
        if libc::statvfs(path.as_ptr(), found.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        found.assume_init()
    };
    // A file system that makes inodes as they are needed reports none.
    let files = if found.f_files == 0 { u64::MAX } else { found.f_favail };
    Ok(Free { bytes: found.f_bavail.saturating_mul(found.f_frsize), files })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_found() {
        assert!(free(Path::new("/")).unwrap().bytes > 0);
        assert!(free(Path::new("/nowhere/at/all")).is_err());
    }
}
