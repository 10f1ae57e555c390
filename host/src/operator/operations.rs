//! What operators can do with the running server.

use super::config::{Config, Fusionpbx, PluginSources};
use super::principal::Principal;
use super::store::Store;
use crate::files::Root;
use crate::http::AdminState;
use crate::journal::NewAction;
use crate::resync;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The server as an operator sees it. Each of its functions takes the operator who asks, and checks what he may do.
pub struct Operations {
    pub(super) admin: Arc<AdminState>,
    /// The way to phones.
    pub(super) resync: resync::Config,
    /// Whether a database of FusionPBX's may be edited.
    pub(super) console_edit: bool,
    /// FusionPBX's own web server.
    pub(super) fusionpbx: Option<Fusionpbx>,
    /// What changes of the plugins need.
    pub(super) plugins: PluginSources,
    /// The folder of the plugins, for lists of what is in it.
    pub(super) plugin_folder: Arc<Root>,
    /// One change of the plugins at a time: each holds a component, and compiles.
    pub(super) changing: Arc<Semaphore>,
    pub access: Store,
}

impl Operations {
    pub fn new(admin: Arc<AdminState>, config: Config, resync: resync::Config, plugins: PluginSources) -> Self {
        Self {
            admin,
            resync,
            console_edit: config.console_edit,
            fusionpbx: config.fusionpbx,
            plugin_folder: Root::new(plugins.kit.plugins.clone()),
            plugins,
            changing: Arc::new(Semaphore::new(1)),
            access: Store::new(config.access_file),
        }
    }

    /// Writes what an operator did into the journal. `action.operator` and `source` are filled in.
    pub async fn record(&self, principal: &Principal, action: NewAction) {
        let action = NewAction { operator: principal.name.clone(), source: principal.source.word(), ..action };
        action.record(&self.admin.journal_config).await;
    }
}
