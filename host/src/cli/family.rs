//! One command of `dialplate` with its subcommands: a file of this folder each.

use crate::log::Log;
use anyhow::Result;
use clap::{ArgMatches, Command};

/// A command, its help, and the function that runs it.
pub struct Family {
    pub command: fn() -> Command,
    /// Gets the flags of the command.
    pub run: fn(&ArgMatches, &Log) -> Result<()>,
}
