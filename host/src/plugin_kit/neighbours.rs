//! The components in the folder of the plugins, as they describe themselves.

use super::config::Config;
use super::error::Error;
use crate::plugin::{self, COMPONENTS_MAX, Description, Engine, Examined, LoadError};
use std::path::{Path, PathBuf};

/// A component file in the folder of the plugins.
pub struct Neighbour {
    pub file: PathBuf,
    /// What it says about itself, or why a server refuses it.
    pub component: Result<Examined, LoadError>,
}

/// What a component says about itself.
///
/// # Errors
/// The file cannot be a plugin.
pub async fn examine(config: &Config, file: &Path) -> Result<Examined, Error> {
    let examined = plugin::examine(&config.engine()?, file).await;
    examined.map_err(|error| Error::Component { file: file.to_owned(), error: Box::new(error) })
}

/// The components in the folder of the plugins, by the names of their files, as many as a server loads.
///
/// # Errors
/// The folder cannot be read.
pub async fn neighbours(config: &Config) -> Result<Vec<Neighbour>, Error> {
    let folder = &config.plugins;
    let mut files = plugin::files(folder).map_err(|source| Error::Read { path: folder.clone(), source })?;
    files.truncate(COMPONENTS_MAX);
    examine_all(config, files).await
}

/// What each of these components says about itself.
///
/// # Errors
/// There is no engine.
pub async fn examine_all(config: &Config, files: Vec<PathBuf>) -> Result<Vec<Neighbour>, Error> {
    Ok(examine_each(&config.engine()?, files).await)
}

/// The same in an engine.
pub(super) async fn examine_each(engine: &Engine, files: Vec<PathBuf>) -> Vec<Neighbour> {
    let mut neighbours = Vec::new();
    for file in files {
        let component = plugin::examine(engine, &file).await;
        neighbours.push(Neighbour { file, component });
    }
    neighbours
}

/// What a plugin claims that another one among the neighbours has.
pub fn clash(plugin: &Description, neighbours: &[Neighbour]) -> Option<String> {
    let others = neighbours.iter().filter_map(Neighbour::description);
    let others: Vec<_> = others.filter(|other| other.name != plugin.name).cloned().collect();
    plugin::clash(plugin, &others).map(|error| error.to_string())
}

impl Neighbour {
    pub fn description(&self) -> Option<&Description> {
        self.component.as_ref().ok().map(|examined| &examined.description)
    }

    /// Whether its component is this plugin.
    pub fn is(&self, plugin: &str) -> bool {
        self.description().is_some_and(|description| description.name == plugin)
    }
}
