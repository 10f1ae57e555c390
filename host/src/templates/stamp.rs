//! Detects a changed file from its metadata, without reading it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest step of a file system's clock: two writes within one step leave the same stamp.
const STEP: Duration = Duration::from_millis(50);

/// Identity, size and change times of a file. Links are followed, so that changing a link changes the stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileStamp {
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
            length: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }

    /// Whether the content was written so recently that the write may be in progress.
    pub fn is_younger_than(&self, age: Duration) -> bool {
        near(self.modified, age)
    }

    /// Whether a later change could leave the same stamp.
    pub(super) fn may_be_reused(&self) -> bool {
        near(self.changed, STEP)
    }
}

/// A time in the future, from another machine's clock, does not count as recent.
fn near((seconds, nanoseconds): (i64, i64), age: Duration) -> bool {
    let since = |moment: Duration| SystemTime::now().duration_since(UNIX_EPOCH).ok()?.checked_sub(moment);
    let moment = Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0));
    since(moment).is_some_and(|elapsed| elapsed < age)
}
