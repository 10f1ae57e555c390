//! Keys of the API and of the web console.

use crate::plugin_kit;
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

/// What changes of the plugins need beside the running server.
#[derive(Clone)]
pub struct PluginSources {
    /// The folders, and the limits of a component.
    pub kit: plugin_kit::Config,
    /// The authorities that downloads are checked against; `None` for the system's.
    pub authorities: Option<PathBuf>,
    /// The passwords of registries.
    pub registry_auth: Option<PathBuf>,
}
