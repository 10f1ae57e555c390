//! `dialplate plugin list`: what the running server has loaded, and what is in the folder of the plugins.

use crate::admin_command;
use crate::config::AdminListen;
use crate::facts::DisplayPath;
use crate::http::Listing;
use crate::plugin::{self, Examined};
use crate::plugin_install::{Config, Source, Version, other_folder};
use crate::plugin_kit;
use crate::plugin_store::{Package, kept_plugins, kept_versions};
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
pub struct List {
    /// The server's own list, if one runs.
    #[serde(flatten)]
    pub listing: Option<Listing>,
    pub running: bool,
    /// The components in the folder; none if the running server loads from another one.
    pub installed: Vec<Installed>,
    /// Plugins that were removed, and that `dialplate plugin rollback` can put back.
    pub removed: Vec<Removed>,
}

#[derive(Serialize)]
pub struct Removed {
    pub plugin: String,
    pub kept: Vec<Version>,
}

#[derive(Serialize)]
pub struct Installed {
    /// Absent if no server would load the component.
    pub plugin: Option<String>,
    pub version: Option<String>,
    pub file: String,
    pub sha256: String,
    /// Why no server would load the component.
    pub error: Option<String>,
    /// Where `dialplate plugin update` fetches it again, without the query, which may hold a secret.
    pub url: Option<String>,
    /// When it was installed; absent if it was copied into the folder.
    pub installed: Option<String>,
    pub signed: bool,
    /// What `dialplate plugin rollback` can put back, the last one first.
    pub kept: Vec<Version>,
}

/// Lists the plugins. If no server runs, those in the folder are listed as a server would load them.
///
/// # Errors
/// The program at the address of the admin endpoint is no server, or the folder cannot be read.
pub async fn list(config: &Config) -> Result<List> {
    let listing = config.server.listing().await?;
    let running = listing.is_some();
    let folder = &config.kit.plugins;
    let is_other = listing.as_ref().is_some_and(|listing| other_folder(listing, folder).is_some());
    let installed = match installed(config, listing.as_ref()).await {
        _ if is_other => Vec::new(),
        // The server's list is what was asked for; this user may not be allowed to read its folder.
        Err(_) if running => Vec::new(),
        found => found?,
    };
    let is_there = |name: &String| installed.iter().any(|it| it.plugin.as_ref() == Some(name));
    let mut removed = Vec::new();
    for plugin in kept_plugins(folder).unwrap_or_default().into_iter().filter(|name| !is_other && !is_there(name)) {
        removed.push(Removed { kept: kept(config, &plugin, None)?, plugin });
    }
    Ok(List { listing, running, installed, removed })
}

fn kept(config: &Config, plugin: &str, current: Option<&str>) -> Result<Vec<Version>> {
    let kept = kept_versions(&config.kit.plugins, plugin, config.bytes_max())?;
    let others = kept.into_iter().filter(|kept| current != Some(&*kept.sha256));
    Ok(others.map(|kept| Version { version: kept.version(), sha256: kept.sha256 }).collect())
}

/// What the running server has loaded, alone; `None` if no server runs.
///
/// # Errors
/// The program at the address of the admin endpoint is no server.
pub async fn list_of_server(admin: AdminListen) -> Result<Option<List>> {
    let listing = admin_command::listing(admin).await?;
    let list = |listing| List { listing: Some(listing), running: true, installed: Vec::new(), removed: Vec::new() };
    Ok(listing.map(list))
}

async fn installed(config: &Config, listing: Option<&Listing>) -> Result<Vec<Installed>> {
    let folder = &config.kit.plugins;
    let shown = || {
        format!("cannot read the plugin folder {}; name one with --plugins or DIALPLATE_PLUGINS", DisplayPath(folder))
    };
    let mut found = Vec::new();
    for file in plugin::files(folder).with_context(shown)? {
        // It may have been removed meanwhile.
        let Some(package) = Package::read(&file, config.bytes_max())? else { continue };
        found.push((installed_as(&file, &package, listing), file));
    }
    // The server knows already what it has loaded.
    let unknown = found.iter().filter(|(installed, _)| installed.plugin.is_none()).map(|(_, file)| file.clone());
    let mut examined = match unknown.collect::<Vec<_>>() {
        unknown if unknown.is_empty() => Vec::new(),
        unknown => plugin_kit::examine_all(&config.kit, unknown).await?,
    };
    for (installed, file) in &mut found {
        match examined.extract_if(.., |it| it.file == *file).next().map(|it| it.component) {
            Some(Ok(Examined { description, .. })) => {
                (installed.plugin, installed.version) = (Some(description.name), Some(description.version));
            }
            Some(Err(error)) => installed.error = Some(error.to_string()),
            None => {}
        }
        if let Some(name) = &installed.plugin {
            installed.kept = kept(config, name, Some(&installed.sha256))?;
        }
    }
    Ok(found.into_iter().map(|(installed, _)| installed).collect())
}

/// A component file with what its package and the server's list say.
fn installed_as(file: &Path, package: &Package, listing: Option<&Listing>) -> Installed {
    let (sha256, record) = (package.sha256(), package.record.as_ref());
    let known = listing.and_then(|listing| listing.plugins.iter().find(|plugin| plugin.sha256 == sha256));
    Installed {
        plugin: known.map(|known| known.name.clone()),
        version: known.map(|known| known.version.clone()),
        file: DisplayPath(file).to_string(),
        sha256,
        error: None,
        url: record.and_then(|record| Some(Source::parse(record.url.as_ref()?).ok()?.to_string())),
        installed: record.and_then(|record| record.installed.clone()),
        signed: package.signature.is_some(),
        kept: Vec::new(),
    }
}
