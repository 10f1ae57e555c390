//! Why a file cannot be stored or read.

use crate::facts::DisplayPath;
use crate::files::NoAnswer;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("{max} files are uploaded at this moment, and no more can be at the same time", max = super::AT_ONCE_MAX)]
    Busy,
    #[error("the folder {} has {max} files already; remove some, or raise upload_files_max", DisplayPath(.folder))]
    TooMany { folder: PathBuf, max: usize },
    #[error("the disk or quota of {} is full; uploads fail until there is room", DisplayPath(.0))]
    Full(PathBuf),
    #[error("the uploaded file {} is longer than {max} bytes; remove it, or raise upload_bytes_max", DisplayPath(.path))]
    TooLong { path: PathBuf, max: usize },
    #[error("no folder can be named like the domain {0:?}, so its phones cannot upload")]
    DomainName(String),
    #[error("cannot use the uploaded file {}: {error}; check the folder `uploads` and its owner", DisplayPath(.path))]
    Io { path: PathBuf, error: io::Error },
}

impl Error {
    pub(super) fn of(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), error },
        }
    }
}
