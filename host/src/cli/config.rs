//! `dialplate config`.

use super::family::Family;
use super::flags::{joined, keyed, source, switch};
use super::setup::program;
use crate::config;
use anyhow::{Context, Result};
use clap::{ArgMatches, Command};
use std::io::{Write, stdout};

const EFFECTIVE: &str = "effective";
const MARKDOWN: &str = "markdown";

pub const CONFIG: Family = Family { command, run: |flags, _| print(flags) };

fn command() -> Command {
    let effective = switch(EFFECTIVE, "Print the values in force and where each comes from; secrets are masked");
    let markdown = switch(MARKDOWN, "Print the keys as a Markdown table").conflicts_with(EFFECTIVE);
    keyed("config", "Prints a commented configuration file with every key and its default").arg(effective).arg(markdown)
}

fn print(flags: &ArgMatches) -> Result<()> {
    let text = if flags.get_flag(MARKDOWN) {
        config::markdown_table()
    } else if flags.get_flag(EFFECTIVE) {
        let values = config::effective(source(flags), program().as_deref()).map_err(|errors| joined(&errors))?;
        config::effective_lines(&values)
    } else {
        config::default_file()
    };
    stdout().write_all(text.as_bytes()).context("standard output")
}
