//! Installs plugins, puts kept versions back and removes plugins, as the commands of `dialplate plugin` do it. A change runs on a
//! thread of its own with a low priority, one at a time, and is carried out even if the operator hangs up.

use super::config::PluginSources;
use super::operations::Operations;
use super::own_server::OwnServer;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::journal::NewAction;
use crate::plugin::{LoadError, off_the_path};
use crate::plugin_install::{self, InstallOptions, Notice, Outcome, ServerState, Source, Upload, Version};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedSemaphorePermit;

/// What a change came to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PluginChange {
    /// `installed`, `unchanged`, `rolled_back`, `removed` or `purged`.
    pub action: String,
    pub plugin: String,
    /// What is in place now; absent after a removal.
    pub version: Option<Version>,
    /// What was in place before. It is kept, unless it is purged.
    pub before: Option<Version>,
    /// Whether the conformance check was made; absent if the change makes none.
    pub checked: Option<bool>,
    /// Whether the server serves what is in the folder now.
    pub is_live: bool,
    /// The outcome as the command prints it.
    pub text: String,
}

/// The turn of one operator to change the plugins. While it exists, no other operator has one.
pub struct PluginTurn {
    operations: Arc<Operations>,
    principal: Principal,
    client: String,
    permit: OwnedSemaphorePermit,
}

/// One change, as its line of the journal has it.
struct Change {
    action: &'static str,
    /// What was asked for.
    asked: String,
}

impl Operations {
    /// The turn to change the plugins.
    ///
    /// # Errors
    /// The operator may not change them, or another change is under way.
    pub fn plugin_turn(self: &Arc<Self>, principal: &Principal, client: String) -> Result<PluginTurn, Problem> {
        principal.needs(Scope::Plugins)?;
        principal.needs_all_domains()?;
        let busy =
            || Problem::Conflict("another change of the plugins is under way; try again when it has ended".into());
        let permit = Arc::clone(&self.changing).try_acquire_owned().map_err(|_| busy())?;
        Ok(PluginTurn { operations: Arc::clone(self), principal: principal.clone(), client, permit })
    }
}

impl PluginTurn {
    /// The largest component (`component_bytes_max`).
    pub fn component_bytes_max(&self) -> u64 {
        self.operations.plugins.kit.engine.component_bytes_max
    }

    /// Installs a component from an https:// URL or an oci:// reference.
    ///
    /// # Errors
    /// The text is neither, or the component is not installed; then nothing has changed.
    pub async fn install_from(self, source: &str, options: InstallOptions) -> Result<PluginChange, Problem> {
        let source = source.trim();
        // A path would be one of the server, and http:// a program on the server's machine.
        if !["https://", "oci://"].iter().any(|scheme| source.starts_with(scheme)) {
            return Err(Problem::invalid("source", "write an https:// URL or an oci:// reference"));
        }
        let source = Source::parse(source).map_err(|error| Problem::invalid("source", format!("{error:#}")))?;
        self.install(source, options).await
    }

    /// Installs a component that the operator sent.
    ///
    /// # Errors
    /// The component is not installed; then nothing has changed.
    pub async fn install_upload(self, upload: Upload, options: InstallOptions) -> Result<PluginChange, Problem> {
        self.install(Source::Upload(Arc::new(upload)), options).await
    }

    async fn install(self, source: Source, options: InstallOptions) -> Result<PluginChange, Problem> {
        let change = Change { action: "plugin_install", asked: source.to_string() };
        let work =
            async move |config: plugin_install::Config| plugin_install::install(&config, &source, &options).await;
        self.carry_out(change, work).await
    }

    /// Puts a kept version back: the one that was replaced last, or the one whose hash begins so.
    ///
    /// # Errors
    /// There is no such version, or it is not put back; then nothing has changed.
    pub async fn roll_back(self, name: String, to: Option<String>) -> Result<PluginChange, Problem> {
        let change = Change { action: "plugin_rollback", asked: name.clone() };
        let work =
            async move |config: plugin_install::Config| plugin_install::rollback(&config, &name, to.as_deref()).await;
        self.carry_out(change, work).await
    }

    /// Removes a plugin; with `purge` its kept versions, too.
    ///
    /// # Errors
    /// There is no such plugin, or it cannot be removed.
    pub async fn remove(self, name: String, purge: bool) -> Result<PluginChange, Problem> {
        let change = Change { action: "plugin_remove", asked: name.clone() };
        let work = async move |config: plugin_install::Config| plugin_install::remove(&config, &name, purge).await;
        self.carry_out(change, work).await
    }

    /// Runs a change to its end, and writes its line.
    async fn carry_out<F>(
        self,
        change: Change,
        work: impl FnOnce(plugin_install::Config) -> F + Send + 'static,
    ) -> Result<PluginChange, Problem>
    where
        F: Future<Output = anyhow::Result<Outcome>> + Send + 'static,
    {
        let carried_out = tokio::spawn(async move {
            let Self { operations, principal, client, permit } = self;
            let report = Arc::new(Mutex::new(String::new()));
            let config = operations.install_config(Arc::clone(&report));
            let changed = off_the_path(true, async move { Ok::<_, LoadError>(work(config).await) }).await;
            let changed = match changed {
                Ok(changed) => changed.map_err(|error| format!("{error:#}")),
                Err(error) => Err(error.to_string()),
            };
            let detail = match &changed {
                Ok(outcome) => outcome.to_text().lines().map(str::trim).collect::<Vec<_>>().join("; "),
                Err(error) => format!("{}: {error}", change.asked),
            };
            let (action, is_done) = (change.action, changed.is_ok());
            let action = NewAction { client, action, detail, is_done, ..NewAction::default() };
            operations.record(&principal, action).await;
            drop(permit);
            let report = std::mem::take(&mut *report.lock().unwrap_or_else(PoisonError::into_inner));
            changed.map(PluginChange::of).map_err(|error| Problem::Plugin { error, report })
        });
        carried_out.await.unwrap_or_else(|_| Err(Problem::Unavailable("the change crashed; the log says where".into())))
    }
}

impl Operations {
    /// The configuration of one change. `report` gets that of a failed check.
    fn install_config(&self, report: Arc<Mutex<String>>) -> plugin_install::Config {
        let PluginSources { kit, authorities, registry_auth } = self.plugins.clone();
        let notices = move |notice: &Notice<'_>| {
            if let Notice::Failed { report: text } = notice {
                report.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
            }
        };
        let server = Arc::new(OwnServer(Arc::clone(&self.admin)));
        plugin_install::Config { kit, server, authorities, registry_auth, notices: Arc::new(notices) }
    }
}

impl PluginChange {
    fn of(outcome: Outcome) -> Self {
        let text = outcome.to_text();
        let Outcome { action, plugin, version, before, checked, server, .. } = outcome;
        Self {
            action: action.word().to_owned(),
            plugin,
            version,
            before,
            checked,
            is_live: server == Some(ServerState::Live),
            text,
        }
    }
}
