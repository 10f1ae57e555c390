//! `dialplate plugin remove`.

use super::config::Config;
use super::name::check_name;
use super::outcome::{Action, Outcome, Version};
use super::running::{Expected, Running, ServerState};
use crate::facts::DisplayPath;
use crate::plugin_kit::{self, Neighbour};
use crate::plugin_store::PluginFolder;
use anyhow::{Result, bail};
use std::ffi::OsStr;
use std::sync::Arc;

/// Removes a plugin from the folder. It is kept for a rollback, unless all its kept versions are to be purged.
///
/// # Errors
/// There is no such plugin, or a file cannot be removed.
pub async fn remove(config: &Config, name: &str, purge: bool) -> Result<Outcome> {
    check_name(name)?;
    let store = PluginFolder::open(&config.kit.plugins, config.bytes_max())?;
    let neighbours = plugin_kit::neighbours(&config.kit).await?;
    let Some(found) = neighbours.iter().find(|it| it.is(name)).or_else(|| broken(&neighbours, name)) else {
        if !purge || store.earlier(name, None)?.is_empty() {
            let names: Vec<_> = neighbours.iter().filter_map(|it| Some(&*it.description()?.name)).collect();
            let folder = DisplayPath(store.path());
            bail!("no plugin {name:?} is in {folder}, which has {}", names.join(", "));
        }
        store.purge(name)?;
        return Ok(Outcome::new(Action::Purged, name));
    };
    let before = found.component.as_ref().ok().map(Version::of);
    let server = take_out(config, &store, name, found).await?;
    if purge {
        store.purge(name)?;
    }
    let action = if purge { Action::Purged } else { Action::Removed };
    Ok(Outcome { file: Some(found.file.clone()), before, server: Some(server), ..Outcome::new(action, name) })
}

/// The file of this name, if its component cannot say what it is called.
fn broken<'a>(neighbours: &'a [Neighbour], name: &str) -> Option<&'a Neighbour> {
    neighbours.iter().find(|it| it.component.is_err() && it.file.file_stem() == Some(OsStr::new(name)))
}

async fn take_out(config: &Config, store: &PluginFolder, name: &str, found: &Neighbour) -> Result<ServerState> {
    let running = Running::find(Arc::clone(&config.server), store.path()).await;
    store.remove(&found.file, name, found.description().map(|it| &*it.version))?;
    Ok(match running {
        Ok(running) => running.until(&Expected::Absence { name }).await,
        Err(state) => state,
    })
}
