//! Builds the server from its configuration, and runs it.

mod build;
mod command;
mod serve;

pub use build::{App, Opened, open_directory};
pub use command::{
    Examined, SettingProblem, check, examine_files, examine_settings, explain, open_for_command, render,
};
pub use serve::run;
