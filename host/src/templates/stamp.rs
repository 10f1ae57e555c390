//! Whether a file is still the one that was read, by what the file system says of it without reading it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock of a file system moves in steps of up to this: a file that is written twice within one bears one stamp.
const STEP: Duration = Duration::from_millis(50);

/// Which file it is, how long, and when it and its entry last changed. Links are followed: a link that is swung
/// changes the stamp.
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

    /// Whether the file's content was written so short a time ago that it may be being written still.
    pub fn is_younger_than(&self, age: Duration) -> bool {
        near(self.modified, age)
    }

    /// Whether the same stamp could come to stand for another content.
    pub(super) fn may_be_reused(&self) -> bool {
        near(self.changed, STEP)
    }
}

/// A time in the future, by a clock that is not ours, is not near.
fn near((seconds, nanoseconds): (i64, i64), age: Duration) -> bool {
    let since = |moment: Duration| SystemTime::now().duration_since(UNIX_EPOCH).ok()?.checked_sub(moment);
    let moment = Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0));
    since(moment).is_some_and(|elapsed| elapsed < age)
}
