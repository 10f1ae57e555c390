//! What a plugin's author does outside of this repository: a folder for a new plugin, and the component of what cargo built.

mod build;
mod error;
mod name;
mod scaffold;
mod sdk;
mod target;

pub use build::{Built, build};
pub use error::AuthorError;
pub use name::PluginName;
pub use scaffold::{Language, create};
pub use sdk::SdkSource;
