//! What a change needs of the server's configuration, and what an operator asks for.

use super::server::PluginServer;
use crate::plugin_kit;
use std::path::PathBuf;
use std::sync::Arc;

pub struct Config {
    /// The folders, and the limits of a component.
    pub kit: plugin_kit::Config,
    /// The server that a change is waited for.
    pub server: Arc<dyn PluginServer>,
    /// The authorities that downloads are checked against; `None` for the system's.
    pub authorities: Option<PathBuf>,
    /// The passwords of registries; `None` for those of this user.
    pub registry_auth: Option<PathBuf>,
    pub notices: Arc<dyn Fn(&Notice<'_>) + Send + Sync>,
}

/// What an operator reads beside the outcome.
pub enum Notice<'a> {
    /// The conformance check begins, which takes some seconds.
    Checking { name: &'a str, version: &'a str },
    /// The report of a check that has failed.
    Failed { report: &'a str },
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
    pub fn bytes_max(&self) -> u64 {
        self.kit.engine.component_bytes_max
    }
}

/// The SHA-256 that a component must have, as somebody wrote it.
///
/// # Errors
/// It is none.
pub fn parse_sha256(text: &str) -> Result<String, String> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { Ok(text.to_ascii_lowercase()) } else { Err("a SHA-256 has 64 hexadecimal digits".to_owned()) }
}
