//! Keys of the API and of the web console.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The SQLite file with the tokens.
    pub access_file: PathBuf,
    /// Whether operators edit a database of FusionPBX's. One of Dialplate's own they always may.
    pub console_edit: bool,
}

impl Config {
    pub const ACCESS_FILE: &str = "data/access.db";
}
