//! Changes the folder of the plugins: installs, updates, rolls back and removes components, whether a server runs or not, and
//! waits for a running one to serve what is in it. For the commands of `dialplate plugin`, and for operators of the server.

mod candidate;
mod change;
mod config;
mod install;
mod name;
mod outcome;
mod remove;
mod rollback;
mod running;
mod server;
mod source;
mod update;

pub use config::{Config, InstallOptions, Notice, parse_sha256};
pub use install::install;
pub use outcome::{Action, HASH_DIGITS, Outcome, Takeover, Version};
pub use remove::remove;
pub use rollback::rollback;
pub use running::{ServerState, other_folder};
pub use server::PluginServer;
pub use source::{Source, Upload};
pub use update::{Updates, update};
