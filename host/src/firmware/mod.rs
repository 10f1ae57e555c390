//! Firmware files: a folder whose files phones fetch by their makers' names. The folder's file `SHA256SUMS` has their hashes
//! in the form of `sha256sum`.

mod config;
mod error;
mod name;
mod sums;

pub use config::Config;
pub use error::Error;
pub use name::FirmwareName;
pub use sums::{Checked, ListedFile, add, check, list};

use crate::files::Root;
use axum::body::Bytes;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files that are sent at a time. Each has two pieces in memory.
const AT_ONCE_MAX: usize = 256;

/// What is read at once.
const PIECE_BYTES: usize = 128 << 10;

/// The folder.
pub struct Firmware {
    folder: PathBuf,
    root: Arc<Root>,
    turns: Arc<Semaphore>,
}

/// An open file, which keeps its content while it is sent, also if an administrator replaces it.
pub struct OpenFile {
    file: Arc<File>,
    pub bytes: u64,
    /// The entity tag, with its quotes.
    pub tag: String,
    root: Arc<Root>,
    _turn: OwnedSemaphorePermit,
}

impl Firmware {
    pub fn new(config: Config) -> Self {
        let root = Root::new(config.folder.clone());
        Self { folder: config.folder, root, turns: Arc::new(Semaphore::new(AT_ONCE_MAX)) }
    }

    /// Opens a file; `None` if there is none of this name.
    ///
    /// # Errors
    /// The folder does not answer, the file cannot be read, or too many files are being sent.
    pub async fn open(&self, name: &FirmwareName) -> Result<Option<OpenFile>, Error> {
        let (path, folder) = (self.folder.join(name.as_str()), self.folder.clone());
        let opened = self.root.ask(move || open(&folder, &path)).await?;
        let Some((file, metadata)) = opened? else { return Ok(None) };
        let turn = Arc::clone(&self.turns).try_acquire_owned().map_err(|_| Error::Busy)?;
        let (file, tag) = (Arc::new(file), tag(&metadata));
        Ok(Some(OpenFile { file, bytes: metadata.len(), tag, root: Arc::clone(&self.root), _turn: turn }))
    }
}

impl OpenFile {
    /// The next piece from this place on, at most up to the end.
    ///
    /// # Errors
    /// The folder does not answer, or the file has become shorter.
    pub async fn piece(&self, from: u64, end: u64) -> Result<Bytes, Error> {
        let length = usize::try_from(end - from).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let file = Arc::clone(&self.file);
        let read = move || {
            let mut piece = vec![0; length];
            file.read_exact_at(&mut piece, from).map(|()| Bytes::from(piece))
        };
        Ok(self.root.ask(read).await??)
    }
}

/// Opens a file within the folder. A link that leads out of it is not followed.
fn open(folder: &std::path::Path, path: &std::path::Path) -> io::Result<Option<(File, Metadata)>> {
    let real = match path.canonicalize() {
        Ok(real) if real.starts_with(folder.canonicalize()?) => real,
        Ok(_) => return Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = File::open(real)?;
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata)))
}

/// An entity tag that changes with the file.
fn tag(metadata: &Metadata) -> String {
    let (inode, bytes, seconds, nanoseconds) =
        (metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec());
    format!("\"{inode:x}-{bytes:x}-{seconds:x}.{nanoseconds:x}\"")
}
