//! Which template files there are and where. It knows folders and files, and no syntax.

mod folder;
mod tree;

pub use folder::{Error, TemplateFile, picture_type};
pub use tree::{Located, SearchPath, Tree};
