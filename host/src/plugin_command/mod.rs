//! `dialplate plugin install`, `update`, `rollback`, `remove` and `list`: changes the folder of the plugins, whether a server
//! runs or not, and waits for a running one to serve what is in it.

mod candidate;
mod change;
mod config;
mod install;
mod list;
mod list_text;
mod name;
mod outcome;
mod remove;
mod rollback;
mod running;
mod source;
mod update;

pub use config::{Config, InstallOptions};
pub use install::install;
pub use list::{List, list, list_of_server};
pub use outcome::Outcome;
pub use remove::remove;
pub use rollback::rollback;
pub use source::Source;
pub use update::{Updates, update};
