//! The plugins, and reloads. Both concern all domains.

use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::http::{Listing, Reloaded};
use crate::journal::NewAction;
use crate::plugin;
use serde::Serialize;

/// The plugins with their limits.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginPage {
    #[serde(flatten)]
    pub listing: Listing,
    /// The limits of each plugin.
    pub limits: Vec<PluginLimits>,
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

impl Operations {
    /// The plugins: versions, hashes, signatures, limits and faults.
    ///
    /// # Errors
    /// The operator may not look.
    pub fn plugins(&self, principal: &Principal) -> Result<PluginPage, Problem> {
        principal.needs(Scope::Read)?;
        principal.needs_all_domains()?;
        let snapshot = self.admin.snapshot.load();
        let listing = Listing::of(&snapshot, &self.admin.reloads.report(), &self.admin.metrics);
        let limits = snapshot.plugins.iter().map(|plugin| PluginLimits::of(plugin.name(), plugin.limits()));
        Ok(PluginPage { listing, limits: limits.collect() })
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
