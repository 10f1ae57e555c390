//! What the room needs of the server's configuration, and the engines that it makes of it.

use super::error::Error;
use crate::plugin::{self, Engine, EngineError};
use crate::plugin_signature::Policy;
use crate::templates::SearchPath;
use std::path::PathBuf;

/// The limits of a running server, and where its templates and plugins are.
#[derive(Clone)]
pub struct Config {
    pub templates: SearchPath,
    pub plugins: PathBuf,
    /// Its signatures count only where a command is about signatures: an author's component is not signed yet.
    pub engine: plugin::Config,
}

/// A command renders one file at a time.
const INSTANCES_MAX: u32 = 2;

impl Config {
    /// An engine as the server's.
    pub(super) fn engine(&self) -> Result<Engine, Error> {
        self.engine_with(Policy::default())
    }

    /// An engine that looks at signatures.
    pub(super) fn engine_with(&self, signatures: Policy) -> Result<Engine, Error> {
        engine(plugin::Config { signatures, ..self.engine.clone() })
    }

    /// An engine that knows nothing of earlier runs.
    pub(super) fn uncached_engine(&self) -> Result<Engine, Error> {
        engine(plugin::Config { cache: None, signatures: Policy::default(), ..self.engine.clone() })
    }

    /// An engine whose renders count instructions. The server's does not, because counting takes time.
    pub(super) fn counting_engine(&self) -> Result<Engine, Error> {
        let signatures = Policy::default();
        engine(plugin::Config { counts_instructions: true, signatures, ..self.engine.clone() })
    }
}

fn engine(config: plugin::Config) -> Result<Engine, Error> {
    let config = plugin::Config { instances_max: INSTANCES_MAX, ..config };
    match Engine::new(config.clone()) {
        // The cache belongs to the server's user, and this command may run as another one.
        Err(EngineError::Cache { .. }) => Ok(Engine::new(plugin::Config { cache: None, ..config })?),
        made => Ok(made?),
    }
}
