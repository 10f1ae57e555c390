//! Why the folder of the plugins cannot be changed.

use crate::facts::DisplayPath;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no folder {}; name the folder of the plugins with --plugins or DIALPLATE_PLUGINS", DisplayPath(.0))]
    NoFolder(PathBuf),
    #[error("cannot write to {}: {source}; run the command as a user who may change this folder", DisplayPath(path))]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read {}: {source}", DisplayPath(path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is larger than {bytes_max} bytes", DisplayPath(path))]
    TooLarge { path: PathBuf, bytes_max: u64 },
}

impl Error {
    /// What makes an error of a failed read of this file.
    pub(super) fn read(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    /// What makes an error of a failed change of this file or folder.
    pub(super) fn write(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
