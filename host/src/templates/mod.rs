//! Template folders and files on disk. This room knows no template syntax.

mod disk;
mod elsewhere;
mod folder;
mod location;
mod looked;
mod model;
mod shared;
mod stamp;
mod texts;
mod tree;
mod versions;
mod walk;
mod writer;

pub use disk::{Disk, Visit};
pub use folder::{Error, TemplateFile, TemplateName, picture_type};
pub use location::TemplateLocation;
pub use model::{plain, spelled};
pub use stamp::FileStamp;
pub use texts::{Texts, file};
pub use tree::{SearchPath, Tree};
pub use versions::TextVersion;
pub use writer::has_writer;
