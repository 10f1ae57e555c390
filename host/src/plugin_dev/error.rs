//! Why a plugin cannot be developed in a server.

use crate::facts::DisplayPath;
use crate::plugin_author::AuthorError;
use crate::plugin_kit;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DevError {
    #[error("cannot read {}: {source}", DisplayPath(path))]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "{} is neither the folder of a plugin nor a component (*.wasm); name the folder that `dialplate plugin new` made",
        DisplayPath(.0)
    )]
    NoSubject(PathBuf),
    #[error(
        "{} has more than {max} {what}; leave what is generated to the folders `target`, `build`, `dist` and `node_modules`",
        DisplayPath(folder)
    )]
    TooMany { folder: PathBuf, max: usize, what: &'static str },
    #[error("cannot start the build: {0}")]
    Start(io::Error),
    #[error("cannot lay out the server's components in {}: {source}", DisplayPath(path))]
    Overlay { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Author(#[from] AuthorError),
    #[error(transparent)]
    Kit(#[from] plugin_kit::Error),
    #[error("reading the project crashed; the log says where")]
    Crash,
}
