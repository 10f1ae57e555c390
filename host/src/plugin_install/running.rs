//! The running server, if there is one: whether it has noticed a change of its folder, and what it thinks of it.

use super::server::PluginServer;
use crate::http::{Listing, RefusedFile};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the watcher may take until the server is asked to look: twice the interval at which it looks at file systems that
/// report no changes.
const WATCHER_MAX: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// What a change came to in the running server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "reason", rename_all = "snake_case")]
pub enum ServerState {
    /// The change is in effect.
    Live,
    /// No server runs, or none has an admin endpoint.
    Stopped,
    /// The server does not accept the change.
    Refused(String),
    /// Nobody can say, for this reason.
    Unknown(String),
}

/// What has to be seen in the server's list.
pub enum Expected<'a> {
    /// The component with this hash, from this file.
    Component { file: &'a Path, sha256: &'a str },
    /// No plugin of this name.
    Absence { name: &'a str },
}

/// The server that loads the plugins of a folder.
pub struct Running {
    server: Arc<dyn PluginServer>,
    folder: PathBuf,
    /// What it has refused before the change: a refusal of the same file stays in its list until it has looked again.
    refused: Vec<(String, String)>,
}

impl Running {
    /// Looks for the server before a change.
    ///
    /// # Errors
    /// There is none for this folder: the state that this leaves.
    pub async fn find(server: Arc<dyn PluginServer>, folder: &Path) -> Result<Self, ServerState> {
        let listing = list_of(&*server, folder).await?;
        let refused = listing.refused.into_iter().map(|refused| (refused.file, refused.since)).collect();
        Ok(Self { server, folder: folder.to_owned(), refused })
    }

    /// Waits until the server's list shows what was changed.
    pub async fn until(&self, expected: &Expected<'_>) -> ServerState {
        let end = Instant::now() + WATCHER_MAX;
        while Instant::now() < end {
            match list_of(&*self.server, &self.folder).await.map(|listing| expected.in_list(&listing, &self.refused)) {
                Ok(Some(state)) | Err(state) => return state,
                Ok(None) => tokio::time::sleep(PAUSE).await,
            }
        }
        // It has not noticed the change, or is still building. This waits for both, and renews the list of refusals.
        if let Err(error) = self.server.reload().await {
            return ServerState::Unknown(format!("{error:#}"));
        }
        match list_of(&*self.server, &self.folder).await {
            Ok(listing) => expected.in_list(&listing, &[]).unwrap_or_else(|| expected.missing()),
            Err(state) => state,
        }
    }
}

/// The list of the server that loads its plugins from this folder; else the state that this leaves.
async fn list_of(server: &dyn PluginServer, folder: &Path) -> Result<Listing, ServerState> {
    match server.listing().await {
        Ok(Some(listing)) => match other_folder(&listing, folder) {
            Some(other) => Err(ServerState::Unknown(format!(
                "the running server loads its plugins from {other}; name that folder with --plugins or DIALPLATE_PLUGINS if \
                 you mean it"
            ))),
            None => Ok(listing),
        },
        Ok(None) => Err(ServerState::Stopped),
        Err(error) => Err(ServerState::Unknown(format!("{error:#}"))),
    }
}

/// The folder of the server's plugins, if it is certainly another one.
pub fn other_folder(listing: &Listing, folder: &Path) -> Option<String> {
    let own = folder.canonicalize().ok()?;
    let files = listing.plugins.iter().map(|plugin| &plugin.file).chain(listing.refused.iter().map(|it| &it.file));
    let first = files.filter_map(|file| Path::new(file).parent()).next()?;
    // A relative path begins in the server's working folder, which may be another one than this command's.
    let is_other = first.is_absolute() && first.canonicalize().ok()? != own;
    is_other.then(|| first.display().to_string())
}

impl Expected<'_> {
    /// The state that the list shows; `None` if it shows none yet. `before` are files with the times of earlier refusals.
    fn in_list(&self, listing: &Listing, before: &[(String, String)]) -> Option<ServerState> {
        match self {
            Self::Component { sha256, .. } if listing.plugins.iter().any(|plugin| plugin.sha256 == *sha256) => {
                Some(ServerState::Live)
            }
            Self::Component { file, .. } => {
                let is_it = |it: &&RefusedFile| {
                    let is_known = before.iter().any(|(file, since)| (file, since) == (&it.file, &it.since));
                    Path::new(&it.file).file_name() == file.file_name() && !is_known
                };
                listing.refused.iter().find(is_it).map(|refused| ServerState::Refused(refused.error.clone()))
            }
            Self::Absence { name } => {
                listing.plugins.iter().all(|plugin| plugin.name != *name).then_some(ServerState::Live)
            }
        }
    }

    fn missing(&self) -> ServerState {
        ServerState::Unknown(match self {
            Self::Component { .. } => {
                "the running server lists the component neither as loaded nor as refused; its log says why".to_owned()
            }
            Self::Absence { .. } => {
                "the running server keeps its last plugin until a restart: it takes an empty folder for a mistake"
                    .to_owned()
            }
        })
    }
}
