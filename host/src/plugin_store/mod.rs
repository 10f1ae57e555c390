//! The folder of the plugins on disk, for commands that change it: each component is replaced as a whole, with its signature
//! and a record of where it is from, and versions that were replaced are kept. Decides nothing about components.

mod error;
mod folder;
mod kept;
mod package;
mod record;

pub use error::Error;
pub use folder::{PluginFolder, Replaced};
pub use kept::{KeptSummary, KeptVersion, kept_plugins, kept_summaries, kept_versions};
pub use package::Package;
pub use record::Record;
