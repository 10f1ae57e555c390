//! What a command has changed, as JSON and as text.

use super::running::ServerState;
use crate::facts::DisplayPath;
use crate::plugin::Examined;
use crate::plugin_kit::shown;
use serde::Serialize;
use std::path::PathBuf;

/// Digits of a content hash in a text, enough to tell two hashes apart. JSON has all digits.
pub const HASH_DIGITS: usize = 12;

#[derive(Serialize)]
pub struct Outcome {
    pub action: Action,
    pub plugin: String,
    /// Absent after a removal.
    #[serde(flatten)]
    pub version: Option<Version>,
    /// Where it is, or was; absent if it was in no file.
    pub file: Option<PathBuf>,
    /// What was in place before. It is kept, unless it is purged.
    pub before: Option<Version>,
    /// Vendors that another plugin has served until now, as the one for all the rest.
    pub takes_over: Vec<Takeover>,
    /// Vendors that the plugin has served until now.
    pub gives_up: Vec<String>,
    /// Whether the conformance check was made; absent if the command makes none.
    pub checked: Option<bool>,
    /// Where the component came from.
    pub source: Option<String>,
    /// Absent if nothing has changed that a server uses.
    pub server: Option<ServerState>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Installed,
    /// The same component was in place already.
    Unchanged,
    RolledBack,
    Removed,
    Purged,
}

impl Action {
    /// The word that JSON has.
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Unchanged => "unchanged",
            Self::RolledBack => "rolled_back",
            Self::Removed => "removed",
            Self::Purged => "purged",
        }
    }
}

/// A version of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PluginVersion)]
pub struct Version {
    pub version: String,
    /// SHA-256 of the component.
    pub sha256: String,
}

#[derive(Serialize)]
pub struct Takeover {
    pub vendor: String,
    pub from: String,
}

impl Version {
    pub fn of(component: &Examined) -> Self {
        Self { version: component.description.version.clone(), sha256: component.sha256.clone() }
    }

    pub fn text(&self) -> String {
        format!("{} (SHA-256 {})", shown(&self.version), self.sha256.get(..HASH_DIGITS).unwrap_or(&self.sha256))
    }
}

impl Outcome {
    /// An outcome with nothing but this.
    pub fn new(action: Action, plugin: &str) -> Self {
        Self {
            action,
            plugin: plugin.to_owned(),
            version: None,
            file: None,
            before: None,
            takes_over: Vec::new(),
            gives_up: Vec::new(),
            checked: None,
            source: None,
            server: None,
        }
    }

    /// The outcome for a terminal.
    pub fn to_text(&self) -> String {
        let Self { action, plugin, file, .. } = self;
        let version = self.version.as_ref().map(Version::text).unwrap_or_default();
        let file = file.as_deref().map(|file| DisplayPath(file).to_string()).unwrap_or_default();
        let mut text = match action {
            Action::Installed => format!("installed {plugin} {version} as {file}\n"),
            Action::Unchanged => format!("{plugin} {version} is in place already as {file}\n"),
            Action::RolledBack => format!("put {plugin} {version} back as {file}\n"),
            Action::Removed => format!("removed {file}\n"),
            Action::Purged if file.is_empty() => format!("removed all kept versions of {plugin}\n"),
            Action::Purged => format!("removed {file} and all kept versions of {plugin}\n"),
        };
        let mut put = |line: String| text += &format!("  {line}\n");
        if self.checked == Some(false) {
            put("conformance was not checked (--no-check)".to_owned());
        }
        if let Some(before) = self.before.as_ref().filter(|_| matches!(action, Action::Installed | Action::RolledBack))
        {
            put(format!("replaces {}, which `dialplate plugin rollback {plugin}` puts back", before.text()));
        }
        if *action == Action::Removed {
            put(format!("`dialplate plugin rollback {plugin}` puts it back"));
        }
        for Takeover { vendor, from } in &self.takes_over {
            put(format!("serves vendor {vendor}, which {from} has served until now"));
        }
        for vendor in &self.gives_up {
            put(format!("no longer serves vendor {vendor}"));
        }
        self.server.as_ref().map(|server| self.server_text(server)).into_iter().for_each(put);
        text
    }

    fn server_text(&self, server: &ServerState) -> String {
        let is_removal = matches!(self.action, Action::Removed | Action::Purged);
        match server {
            ServerState::Live if is_removal => "the running server no longer serves it".to_owned(),
            ServerState::Live => "the running server serves it".to_owned(),
            ServerState::Stopped if is_removal => "no server answers here; the next start is without it".to_owned(),
            ServerState::Stopped => "no server answers here; it will be used at the next start".to_owned(),
            ServerState::Refused(reason) | ServerState::Unknown(reason) => reason.clone(),
        }
    }
}
