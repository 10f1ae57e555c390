//! What is wrong with a file of the TLS configuration.

use std::fmt::Display;
use std::path::{Path, PathBuf};

/// A file that cannot be used. No message repeats its content.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {}: {problem}", file.display())]
pub struct TlsError {
    /// The key of the configuration that names the file.
    pub key: &'static str,
    pub file: PathBuf,
    pub problem: String,
}

impl TlsError {
    pub fn new(key: &'static str, file: &Path, problem: impl Display) -> Self {
        Self { key, file: file.to_owned(), problem: problem.to_string() }
    }
}
