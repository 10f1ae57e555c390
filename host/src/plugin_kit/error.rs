//! Why a component, or its cases, cannot be examined.

use crate::facts::DisplayPath;
use crate::plugin::{EngineError, LoadError};
use crate::plugin_signature::SignError;
use crate::templates;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} {error}", DisplayPath(file))]
    Component { file: PathBuf, error: Box<LoadError> },
    #[error("the secret key {0}")]
    Sign(#[from] SignError),
    #[error(
        "{} has version {version:?}, which no server can compare with another one; write versions like 1.2.3",
        DisplayPath(file)
    )]
    Version { file: PathBuf, version: String },
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Templates(#[from] templates::Error),
    #[error("reading the templates crashed; the log says where")]
    Crash,
    #[error("cannot read {}: {source}", DisplayPath(path))]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", DisplayPath(path))]
    Write { path: PathBuf, source: io::Error },
    #[error("there is no component in {}, in its folders `build`, `dist` and `target` or in `target/plugins`; build it, or name it with --component", DisplayPath(.0))]
    NoComponent(PathBuf),
    #[error("{} has several components: {}; name one with --component", DisplayPath(folder), listed(files))]
    Components { folder: PathBuf, files: Vec<PathBuf> },
    #[error("there are no cases in {}; a case is a folder with a `device.toml` in `tests/cases` or `cases`", DisplayPath(.0))]
    NoCases(PathBuf),
}

fn listed(files: &[PathBuf]) -> String {
    files.iter().map(|file| DisplayPath(file).to_string()).collect::<Vec<_>>().join(", ")
}
