//! The plugins, and reloads. Both concern all domains.

use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::http::{Listing, Reloaded};
use crate::journal::NewAction;
use crate::plugin;
use crate::plugin_install::Version;
use crate::plugin_kit;
use crate::plugin_signature::LiveVersion;
use crate::plugin_store::{KeptSummary, kept_summaries};
use crate::reload::PluginSwap;
use serde::Serialize;

/// The plugins with their limits.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginPage {
    #[serde(flatten)]
    pub listing: Listing,
    /// The limits of each plugin.
    pub limits: Vec<PluginLimits>,
    /// The largest component that can be installed.
    pub component_bytes_max: u64,
    /// Versions that can be put back, of plugins in the folder and of removed ones.
    pub kept: Vec<KeptPlugin>,
    /// Why the kept versions cannot be listed.
    pub kept_error: Option<String>,
    /// Which versions took the place of others, the newest first; at most 100. Without a journal, those since the start of the
    /// server.
    pub history: Vec<PluginSwapEntry>,
}

/// The versions of one plugin that can be put back, the one that was replaced last first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct KeptPlugin {
    pub plugin: String,
    pub versions: Vec<Version>,
}

/// A version that took the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PluginSwapEntry {
    pub time: String,
    pub plugin: String,
    /// Absent if the plugin is new.
    pub before: Option<Version>,
    /// Absent if the plugin was removed.
    pub after: Option<Version>,
}

/// The limits of one plugin, by the names of their keys.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PluginLimits {
    pub plugin: String,
    pub render_timeout_ms: u64,
    pub render_memory_bytes_max: usize,
    pub output_bytes_max: usize,
    pub contacts_rows_max: usize,
    pub instances_max: u32,
    pub failures_max: u32,
    /// Vendors that it may serve; absent if all.
    pub vendors: Option<Vec<String>>,
    /// OUIs by which it may recognise phones; absent if all.
    pub ouis: Option<Vec<String>>,
    /// Whether it gets the contacts of a domain.
    pub contacts: bool,
}

impl PluginLimits {
    fn of(name: &str, config: &plugin::Config) -> Self {
        Self {
            plugin: name.to_owned(),
            render_timeout_ms: config.render_timeout_ms,
            render_memory_bytes_max: config.render_memory_bytes_max,
            output_bytes_max: config.output_bytes_max,
            contacts_rows_max: config.contacts_rows_max,
            instances_max: config.instances_max,
            failures_max: config.failures_max,
            vendors: config.permissions.vendors.clone(),
            ouis: config.permissions.ouis.clone(),
            contacts: config.permissions.contacts,
        }
    }
}

impl PluginSwapEntry {
    fn of(swap: &PluginSwap) -> Self {
        let version = |it: &LiveVersion| Version { version: it.version.clone(), sha256: it.sha256.clone() };
        Self {
            time: jiff::Timestamp::try_from(swap.at).unwrap_or_default().to_string(),
            plugin: swap.plugin.clone(),
            before: swap.before.as_ref().map(version),
            after: swap.after.as_ref().map(version),
        }
    }
}

impl Operations {
    /// The plugins: versions, hashes, signatures, limits, faults, kept versions and the history of swaps.
    ///
    /// # Errors
    /// The operator may not look.
    pub async fn plugins(&self, principal: &Principal) -> Result<PluginPage, Problem> {
        principal.needs(Scope::Read)?;
        principal.needs_all_domains()?;
        let snapshot = self.admin.snapshot.load();
        let report = self.admin.reloads.report();
        let listing = Listing::of(&snapshot, &report, &self.admin.metrics);
        let limits = snapshot.plugins.iter().map(|plugin| PluginLimits::of(plugin.name(), plugin.limits())).collect();
        let history = self.plugin_swaps().await.iter().map(PluginSwapEntry::of).collect();
        let (kept, kept_error) = match self.kept(&listing).await {
            Ok(kept) => (kept, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let component_bytes_max = self.plugins.kit.engine.component_bytes_max;
        Ok(PluginPage { listing, limits, component_bytes_max, kept, kept_error, history })
    }

    /// The versions that can be put back: those that do not serve already.
    async fn kept(&self, listing: &Listing) -> Result<Vec<KeptPlugin>, String> {
        let plugin_kit::Config { plugins, engine, .. } = &self.plugins.kit;
        let (folder, bytes_max) = (plugins.clone(), engine.component_bytes_max);
        let read = self.plugin_folder.ask(move || kept_summaries(&folder, bytes_max)).await;
        let summaries = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let mut kept: Vec<KeptPlugin> = Vec::new();
        for KeptSummary { plugin, version, sha256 } in summaries {
            if listing.plugins.iter().any(|live| live.name == plugin && live.sha256 == sha256) {
                continue;
            }
            let version = Version { version: version.unwrap_or_else(|| "unknown version".to_owned()), sha256 };
            match kept.last_mut().filter(|last| last.plugin == plugin) {
                Some(last) => last.versions.push(version),
                None => kept.push(KeptPlugin { plugin, versions: vec![version] }),
            }
        }
        Ok(kept)
    }

    /// Reloads changed templates and plugins, and waits for it.
    ///
    /// # Errors
    /// The operator may not do it, or the server is stopping.
    pub async fn reload(&self, principal: &Principal, client: String) -> Result<Reloaded, Problem> {
        principal.needs(Scope::Reload)?;
        principal.needs_all_domains()?;
        let report = self.admin.reloads.reload().await;
        let reloaded = report.as_ref().map(|report| Reloaded::of(report));
        let detail = reloaded.as_ref().map(|it| format!("{} files are wrong", it.wrong.len())).unwrap_or_default();
        let is_done = reloaded.is_some();
        self.record(principal, NewAction { client, action: "reload", detail, is_done, ..NewAction::default() }).await;
        reloaded.ok_or_else(|| Problem::Unavailable("the server is stopping".to_owned()))
    }
}
