//! What a plugin's author does outside of this repository: a folder for a new plugin, and its component.

mod bindings;
mod build;
mod cargo;
mod clang;
mod ended;
mod error;
mod files;
mod language;
mod name;
mod node;
mod scaffold;
mod script;
mod sdk;
mod target;

pub use build::{Built, build};
pub use ended::end_with_input;
pub use error::AuthorError;
pub use language::Language;
pub use name::PluginName;
pub use scaffold::create;
pub use sdk::SdkSource;
