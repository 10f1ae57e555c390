//! `dialplate plugin update`.

use super::candidate::Candidate;
use super::config::{Config, InstallOptions};
use super::install::put;
use super::name::check_name;
use super::outcome::{Action, Outcome, Version};
use super::source::Source;
use crate::plugin;
use crate::plugin_store::{Package, PluginFolder, Record};
use anyhow::{Result, bail, ensure};
use serde::Serialize;
use std::path::PathBuf;

/// What became of each plugin.
#[derive(Serialize)]
pub struct Updates {
    pub updated: Vec<Outcome>,
    pub failed: Vec<FailedUpdate>,
}

#[derive(Serialize)]
pub struct FailedUpdate {
    pub plugin: String,
    pub error: String,
}

/// An installed component that can be fetched again.
struct Origin {
    file: PathBuf,
    record: Record,
    url: String,
}

/// Fetches the plugins again that came from a URL, or the one of this name, and installs those that have changed. One that
/// fails keeps none of the others from being updated.
///
/// # Errors
/// No plugin of this name came from a URL, or the folder cannot be changed.
pub async fn update(config: &Config, name: Option<&str>, options: &InstallOptions) -> Result<Updates> {
    name.map_or(Ok(()), check_name)?;
    let store = PluginFolder::open(&config.kit.plugins, config.bytes_max())?;
    let mut origins = origins(config)?;
    if let Some(name) = name {
        origins.retain(|origin| origin.record.name == name);
        if origins.is_empty() {
            bail!(
                "{name:?} did not come from a URL, so no new version can be fetched; install one with `dialplate plugin install`"
            );
        }
    }
    let mut updates = Updates { updated: Vec::new(), failed: Vec::new() };
    for origin in origins {
        match one(config, &store, &origin, options).await {
            Ok(outcome) => updates.updated.push(outcome),
            Err(error) => {
                let (plugin, error) = (origin.record.name, format!("{error:#}"));
                updates.failed.push(FailedUpdate { plugin, error });
            }
        }
    }
    Ok(updates)
}

fn origins(config: &Config) -> Result<Vec<Origin>> {
    let mut origins = Vec::new();
    for file in plugin::files(&config.kit.plugins)? {
        let record = Package::read(&file, config.bytes_max())?.and_then(|package| package.record);
        let Some(record) = record else { continue };
        let Some(url) = record.url.clone() else { continue };
        origins.push(Origin { file, record, url });
    }
    Ok(origins)
}

async fn one(config: &Config, store: &PluginFolder, origin: &Origin, options: &InstallOptions) -> Result<Outcome> {
    let source = Source::parse(&origin.url)?;
    let fetched = source.fetch(config).await?;
    let current = Package::read(&origin.file, config.bytes_max())?;
    let is_same = |current: &Package| current.component == fetched.component && current.signature == fetched.signature;
    if current.as_ref().is_some_and(is_same) {
        return Ok(unchanged(origin, &source));
    }
    let candidate = Candidate::new(config, options, &source, fetched).await?;
    let (name, found) = (&origin.record.name, candidate.name());
    ensure!(found == name, "{source} has the plugin {found} now, and not {name}; nothing was changed");
    put(config, store, &candidate, &source, options).await
}

fn unchanged(origin: &Origin, source: &Source) -> Outcome {
    let Record { name, version, sha256, .. } = origin.record.clone();
    Outcome {
        version: Some(Version { version, sha256 }),
        file: Some(origin.file.clone()),
        source: Some(source.to_string()),
        ..Outcome::new(Action::Unchanged, &name)
    }
}

impl Updates {
    pub fn to_text(&self) -> String {
        let mut text: String = self.updated.iter().map(Outcome::to_text).collect();
        for FailedUpdate { plugin, error } in &self.failed {
            text += &format!("{plugin} was not updated: {error}\n");
        }
        if text.is_empty() {
            text += "no plugin came from a URL\n";
        }
        text
    }
}
