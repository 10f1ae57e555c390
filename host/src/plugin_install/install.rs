//! `dialplate plugin install`.

use super::candidate::Candidate;
use super::change::Plan;
use super::config::{Config, InstallOptions};
use super::outcome::{Action, Outcome, Version};
use super::source::Source;
use crate::plugin_kit;
use crate::plugin_store::PluginFolder;
use anyhow::Result;

/// Examines a component, and puts it into the folder of the plugins.
///
/// # Errors
/// The component cannot be had, is no plugin, does not keep to the contract, claims what another one has, or is refused by
/// the running server. Then the folder is as it was.
pub async fn install(config: &Config, source: &Source, options: &InstallOptions) -> Result<Outcome> {
    let store = PluginFolder::open(&config.kit.plugins, config.bytes_max())?;
    let fetched = source.fetch(config).await?;
    let candidate = Candidate::new(config, options, source, fetched).await?;
    put(config, &store, &candidate, source, options).await
}

/// Puts an examined component in place.
pub async fn put(
    config: &Config,
    store: &PluginFolder,
    candidate: &Candidate,
    source: &Source,
    options: &InstallOptions,
) -> Result<Outcome> {
    let plan = Plan::new(config, &candidate.examined, &plugin_kit::neighbours(&config.kit).await?)?;
    if !options.no_check {
        candidate.check(config).await?;
    }
    let version = Version::of(&candidate.examined);
    let is_same = plan.before.as_ref().is_some_and(|before| before.sha256 == version.sha256);
    let server = plan.carry_out(config, store, candidate.name(), &candidate.package).await?;
    let action = if is_same { Action::Unchanged } else { Action::Installed };
    Ok(Outcome {
        version: Some(version),
        file: Some(plan.file),
        before: plan.before.filter(|_| !is_same),
        takes_over: plan.takes_over,
        gives_up: plan.gives_up,
        checked: Some(!options.no_check),
        source: Some(source.to_string()),
        server: Some(server),
        ..Outcome::new(action, candidate.name())
    })
}
