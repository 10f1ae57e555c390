//! Builds the server from its configuration, and runs it.

mod build;
mod command;
mod develop;
mod serve;

pub use build::{App, Opened, open_directory, with_compiler};
pub use command::{
    Examined, SettingProblem, capture, check, examine_files, examine_settings, explain, load_for_command,
    open_for_command, render,
};
pub use develop::develop;
pub use serve::run;
