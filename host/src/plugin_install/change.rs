//! Puts a component in place, and waits for the running server. If the server refuses it, what was there before is put back.

use super::config::Config;
use super::outcome::{Takeover, Version};
use super::running::{Expected, Running, ServerState};
use crate::facts::DisplayPath;
use crate::plugin::{Description, Examined};
use crate::plugin_kit::{self, Neighbour};
use crate::plugin_store::{Package, PluginFolder};
use anyhow::{Result, anyhow, bail};
use std::path::PathBuf;
use std::sync::Arc;

/// Where a component goes, and what that changes.
pub struct Plan {
    pub file: PathBuf,
    pub before: Option<Version>,
    pub takes_over: Vec<Takeover>,
    pub gives_up: Vec<String>,
}

impl Plan {
    /// # Errors
    /// Another plugin has what the component claims, or its file has another plugin.
    pub fn new(config: &Config, component: &Examined, neighbours: &[Neighbour]) -> Result<Self> {
        let description = &component.description;
        let name = &description.name;
        if let Some(clash) = plugin_kit::clash(description, neighbours) {
            bail!("{name} {clash} with `dialplate plugin remove NAME`. Nothing was changed");
        }
        let own = neighbours.iter().find(|neighbour| neighbour.is(name));
        let file = own.map_or_else(|| config.kit.plugins.join(format!("{name}.wasm")), |own| own.file.clone());
        if let Some(other) = neighbours.iter().filter(|it| it.file == file).find_map(Neighbour::description)
            && other.name != *name
        {
            bail!("{} has the plugin {}; nothing was changed. Rename that file first", DisplayPath(&file), other.name);
        }
        let before = own.and_then(|own| own.component.as_ref().ok());
        let gives_up = before.map_or_else(Vec::new, |before| {
            let vendors = before.description.vendors.iter().map(|vendor| vendor.name.clone());
            vendors.filter(|vendor| !serves(description, vendor)).collect()
        });
        let takes_over = takeovers(description, before.map(|before| &before.description), neighbours);
        Ok(Self { file, before: before.map(Version::of), takes_over, gives_up })
    }

    /// Puts the component in place. Only the server's refusal makes it undo that.
    ///
    /// # Errors
    /// A file cannot be written, or the server refuses the component.
    pub async fn carry_out(
        &self,
        config: &Config,
        store: &PluginFolder,
        name: &str,
        new: &Package,
    ) -> Result<ServerState> {
        let sha256 = new.sha256();
        let running = Running::find(Arc::clone(&config.server), store.path()).await;
        let replaced = store.replace(&self.file, name, self.before.as_ref().map(|it| &*it.version), new)?;
        let expected = Expected::Component { file: &self.file, sha256: &sha256 };
        let state = match running {
            Ok(running) => running.until(&expected).await,
            Err(state) => state,
        };
        let ServerState::Refused(reason) = &state else { return Ok(state) };
        store.undo(&replaced)?;
        let undone =
            if replaced.before.is_some() { "the version before is in place again" } else { "it was removed again" };
        Err(anyhow!("the running server refuses {name}: it {reason}; {undone}"))
    }
}

fn serves(description: &Description, vendor: &str) -> bool {
    description.vendors.iter().any(|its| its.name == vendor)
}

/// The vendors that the plugin for all the rest has served until now.
fn takeovers(new: &Description, before: Option<&Description>, neighbours: &[Neighbour]) -> Vec<Takeover> {
    let Some(rest) = neighbours.iter().filter_map(Neighbour::description).find(|it| it.any && it.name != new.name)
    else {
        return Vec::new();
    };
    let vendors = new.vendors.iter().map(|vendor| vendor.name.clone());
    let is_new = |vendor: &String| before.is_none_or(|before| !serves(before, vendor));
    vendors.filter(is_new).map(|vendor| Takeover { vendor, from: rest.name.clone() }).collect()
}
