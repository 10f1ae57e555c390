//! Template folders and files on disk. This room knows no template syntax.

mod disk;
mod folder;
mod stamp;
mod texts;
mod tree;
mod walk;
mod writer;

pub use disk::Disk;
pub use folder::{Error, TemplateFile, picture_type};
pub use stamp::FileStamp;
pub use texts::{Texts, file};
pub use tree::{SearchPath, TemplateLocation, Tree};
pub use writer::has_writer;
