//! What the commands need of the server's configuration, and what their flags say.

use crate::config::AdminListen;
use crate::plugin_kit;
use std::path::PathBuf;

pub struct Config {
    /// The folders, and the limits of a component.
    pub kit: plugin_kit::Config,
    /// Where a running server answers.
    pub admin: AdminListen,
    /// The authorities that downloads are checked against; `None` for the system's.
    pub authorities: Option<PathBuf>,
    /// The passwords of registries; `None` for those of this user.
    pub registry_auth: Option<PathBuf>,
}

/// How a component is installed.
#[derive(Clone, Default)]
pub struct InstallOptions {
    /// Leave out the conformance check.
    pub no_check: bool,
    /// The hash that the component must have, in hexadecimal digits.
    pub sha256: Option<String>,
}

impl Config {
    pub(super) fn bytes_max(&self) -> u64 {
        self.kit.engine.component_bytes_max
    }
}
