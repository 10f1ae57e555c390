//! Where the files are.

use std::path::PathBuf;

#[derive(Clone)]
pub struct Config {
    pub folder: PathBuf,
}
